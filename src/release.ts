/** How does a quarantined row that an operator judges right become a bar? Read anew by the rules of today, then stored. */
import { classify } from "./alphavantage/answer.ts";
import { type Bar, seriesName } from "./bar.ts";
import { type Origin, originOf, type QuarantinedRow, quarantinedRow, releaseRow } from "./postgres/releases.ts";
import { closeRun } from "./postgres/runs.ts";
import { Refused } from "./refused.ts";
import { requestOfForm } from "./request.ts";
import { LeaseLost, type Outcome, type RowCounts, totalsOf } from "./run.ts";
import { barTime } from "./terminal/tables.ts";
import { claimPatiently, LEASE_MS, readAnswer, type Rooms } from "./wiring.ts";

export interface ReleaseAsked {
  /** In the quarantine. */
  readonly id: number;
  /** Of a stamp the vendor sent twice: which of its rows, from 1. */
  readonly choice?: number;
}

export interface Released {
  readonly row: QuarantinedRow;
  readonly bar: Bar;
  /** What became of it: `inserted`, `revised`, `provisional`, or `unchanged` when the table says so already. */
  readonly counts: RowCounts;
}

/** What became of it, for whoever asked. */
export function tellReleased({ row, bar, counts }: Released): string {
  const became = Object.entries(counts).find(([, count]) => count > 0)?.[0] ?? "unchanged";
  return `Row ${row.id} is released: the bar of ${barTime(row.series, bar.ts)} is ${became}`;
}

/**
 * Stores the row with the provenance of the answer that brought it last, and keeps who released it. It is no run, but
 * nothing else may write meanwhile: it holds the place of the one run, and its row says what it was.
 *
 * @throws Refused when there is no such row, it was released before, it cannot be a bar, or a run is at work
 */
export async function release(
  rooms: Pick<Rooms, "database" | "world">,
  { id, choice, by }: ReleaseAsked & { by: string },
): Promise<Released> {
  const { database, world } = rooms;
  const row = await quarantinedRow(database, id);
  if (row === null) {
    throw new Refused("unknown", `Cannot release row ${id}: there is none of that number in quarantine`);
  }
  const fail = (found: string) => refusal(row, found);
  if (row.released !== null) {
    throw fail(`${row.released.by} released it at ${new Date(row.released.at).toISOString()}`);
  }
  const origin = await originOf(database, row);
  if (origin === null) throw fail("the answer that brought it is not in the archive");
  const now = world.now();
  const bar = barOf(row, { origin, choice, now });
  const never = new AbortController().signal;
  const claim = await claimPatiently(rooms, {
    trigger: "manual",
    tickId: null,
    emit: () => {},
    abort: never,
    patient: false,
  });
  if (!("runId" in claim)) {
    throw fail("busy" in claim ? `run ${claim.busy.runId} is at work; try again when it has ended` : "it is taken");
  }
  const { runId } = claim;
  const { owner, leaseMs = LEASE_MS } = world;
  const close = (outcome: Outcome, message: string) =>
    closeRun(database, { runId, owner, outcome, message, totals: totalsOf([]), now: world.now() });
  try {
    const counts = await releaseRow(database, { row, origin, bar, holder: { runId, owner, leaseMs }, by, now });
    await close("complete", `Release of the ${row.rule} row "${row.stamp}" of ${seriesName(row.series)} by ${by}`);
    if (counts === null) throw fail("somebody else released it this moment");
    return { row: { ...row, released: { by, at: now } }, bar, counts };
  } catch (error) {
    if (!(error instanceof Refused || error instanceof LeaseLost)) {
      await close("failed", error instanceof Error ? error.message : String(error));
    }
    throw error;
  }
}

function refusal({ id, series, stamp, rule }: QuarantinedRow, found: string): Refused {
  return new Refused("conflict", `Cannot release row ${id} ("${stamp}" of ${seriesName(series)}, ${rule}): ${found}`);
}

/** The row as a bar. A release overrules a judgement, not arithmetic: what no table could hold stays refused. */
function barOf(
  row: QuarantinedRow,
  { origin, choice, now }: { origin: Origin; choice: number | undefined; now: number },
): Bar {
  const { series, stamp } = row;
  const raw = rowChosen(row, choice);
  const request = requestOfForm(series, origin.form);
  const envelope = { Symbol: series.symbol, Interval: series.interval, "Time Zone": origin.zone };
  const body = JSON.stringify({ "Meta Data": envelope, "Time Series": { [stamp]: raw } });
  const answer = classify(body, { httpStatus: 200, request });
  if (answer.kind !== "bars") throw refusal(row, `it cannot be read again: ${answer.message}`);
  const { bars: [bar], rejects: [reject] } = readAnswer(
    { ...answer.document, receivedAt: now, reachesTo: now },
    request,
  );
  if (bar !== undefined) return bar;
  throw refusal(row, `it breaks the rule "${reject?.rule}" also today: ${JSON.stringify(raw)}`);
}

function rowChosen(row: QuarantinedRow, choice: number | undefined): unknown {
  const raw: unknown = JSON.parse(row.raw);
  if (row.rule !== "duplicate-stamp" || !Array.isArray(raw)) {
    if (choice !== undefined && choice !== 1) throw refusal(row, `it is one row, there is no number ${choice}`);
    return raw;
  }
  const listed = raw.map((one, index) => `${index + 1}: ${JSON.stringify(one)}`).join("; ");
  if (choice === undefined) throw refusal(row, `the vendor sent ${raw.length} rows, say which is right: ${listed}`);
  if (raw[choice - 1] === undefined) throw refusal(row, `there is no number ${choice} among its rows: ${listed}`);
  return raw[choice - 1];
}
