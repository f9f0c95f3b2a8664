/** A run to store under, bars to store, and what the tables then hold: what every test of the database room begins with. */
import type { Bar, Interval, Reject, Series } from "../../src/bar.ts";
import { storeSeries } from "../../src/postgres/bars.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { claimRun, type Holder } from "../../src/postgres/runs.ts";
import type { SeriesResult } from "../../src/run.ts";

export const NOW = Date.parse("2026-03-02T21:30:00Z");
export const IBM: Series = { symbol: "IBM", interval: "30min" };

/** A settled bar around `close`; `over` replaces fields. `at` as `2026-03-02` or `2026-03-02T14:30Z`. */
export function bar(at: string, close: string, over: Partial<Bar> = {}): Bar {
  return {
    ts: Date.parse(at),
    open: close,
    high: close,
    low: close,
    close,
    volume: "100",
    adjustedClose: null,
    dividendAmount: null,
    splitCoefficient: null,
    settled: true,
    ...over,
  };
}

/** Starts a run (as another process would, by default) and returns what writing for it needs. */
export async function startRun(db: Database, { owner = "test", leaseMs = 60_000 } = {}): Promise<Holder> {
  const claim = await claimRun(db, { owner, trigger: "manual", tickId: null, leaseMs, now: NOW, exclusive: false });
  if (!("runId" in claim)) throw new Error(`Cannot start a run for a test: ${JSON.stringify(claim)}`);
  return { runId: claim.runId, owner, leaseMs };
}

/** Closes a run and starts the next one, whose results count from zero. */
export async function nextRun(db: Database, { runId, owner, leaseMs }: Holder): Promise<Holder> {
  await db.pool.query("update run set outcome = 'complete', finished_at = now() where id = $1", [runId]);
  return await startRun(db, { owner, leaseMs });
}

export interface Answer {
  readonly series?: Series;
  readonly bars?: readonly Bar[];
  readonly rejects?: readonly Reject[];
  readonly now?: number;
  readonly body?: string;
  readonly form?: string;
}

/** Stores one answer under a run. */
export function store(
  db: Database,
  holder: Holder,
  { series = IBM, bars = [], rejects = [], now = NOW, body = JSON.stringify([bars, rejects]), form = "TEST" }: Answer,
): Promise<SeriesResult> {
  const result = {
    status: "stored",
    kind: null,
    message: null,
    requests: 1,
    startedAt: now - 2_000,
    finishedAt: now,
  } as const;
  const answer = { requestId: null, form, zone: "America/New_York", receivedAt: now, reachesTo: now, body };
  return storeSeries(db, { ...holder, series, answer, bars, rejects, result });
}

/** Exact counts in one line: `inserted revised unchanged provisional quarantined`. */
export function countsOf({ counts }: Pick<SeriesResult, "counts">): string {
  const { inserted, revised, unchanged, provisional, quarantined } = counts;
  return `${inserted} ${revised} ${unchanged} ${provisional} ${quarantined}`;
}

/** The bars of a series as stored: date or time, close, and `*` for a provisional one. */
export async function stored(db: Database, interval: Interval, symbol = "IBM"): Promise<string[]> {
  const { rows } = await db.pool.query(
    `select ts, close, settled from stock_data where symbol = $1 and "interval" = $2 order by ts`,
    [symbol, interval],
  );
  return rows.map(({ ts, close, settled }) => {
    const at = new Date(ts).toISOString().slice(0, 16).replace("T00:00", "");
    return `${at} ${close}${settled ? "" : "*"}`;
  });
}

/** The physical place and writer of every row: equal before and after means that nothing was written. */
export async function placesOf(db: Database, table: string): Promise<string[]> {
  const { rows } = await db.pool.query(`select ctid::text || ' ' || xmin::text as place from ${table} order by 1`);
  return rows.map(({ place }) => place);
}

/** Everything a replay rebuilds, row by row, with nothing in it but what the rows say. */
export async function tablesOf({ pool }: Pick<Database, "pool">): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const table of ["stock_data", "revision", "quarantine"]) {
    const { rows } = await pool.query(`select (to_jsonb(t) - 'id')::text as row from ${table} as t order by 1`);
    tables[table] = rows.map(({ row }) => row);
  }
  return tables;
}
