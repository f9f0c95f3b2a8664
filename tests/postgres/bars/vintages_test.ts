/**
 * Two recorded answers of one series, half a year apart: told in order, and kept as files and loaded in order and in
 * reverse. Are the tables the same, and what leaves a revision?
 */
import assert from "node:assert/strict";
import { classify } from "../../../src/alphavantage/answer.ts";
import type { Series } from "../../../src/bar.ts";
import { hashOf } from "../../../src/postgres/answers.ts";
import type { Database } from "../../../src/postgres/connect.ts";
import { storeSeries } from "../../../src/postgres/bars.ts";
import { loadAnswers } from "../../../src/postgres/load.ts";
import { readArchived } from "../../../src/replay.ts";
import { type BarRequest, formOf, functionOf } from "../../../src/request.ts";
import { readAnswer } from "../../../src/wiring.ts";
import { withDatabases } from "../../support/database.ts";
import { adjustedBody, type CsvRow, recorded, rowsOfCsv } from "../../support/recorded.ts";
import { countsOf, nextRun, startRun } from "../../support/stored.ts";

interface Vintage {
  readonly rows: CsvRow[];
  readonly receivedAt: number;
}

type Interval = "daily" | "weekly" | "monthly";

const NAMES: Record<Interval, readonly [string, string]> = {
  daily: ["DAILY_ADJUSTED_IBM_compact_2025-11-07", "DAILY_ADJUSTED_IBM_compact_2026-05-15"],
  weekly: ["WEEKLY_ADJUSTED_IBM_2025-11-07", "WEEKLY_ADJUSTED_IBM_2026-05-15"],
  monthly: ["MONTHLY_ADJUSTED_IBM_2025-11-07_partial", "MONTHLY_ADJUSTED_IBM_2026-05-15_partial"],
};
/** When the repository that keeps them fetched them (SOURCES: on the weekend after the newest bar). */
const RECEIVED = [Date.parse("2025-11-09T02:01Z"), Date.parse("2026-05-17T17:12Z")] as const;

async function vintages(interval: Interval): Promise<[Vintage, Vintage]> {
  const of = async (index: 0 | 1) => ({
    rows: rowsOfCsv(await recorded("vintages", `TIME_SERIES_${NAMES[interval][index]}.csv`)),
    receivedAt: RECEIVED[index],
  });
  return [await of(0), await of(1)];
}

/** What a vintage says, as a run reads it. */
function readingOf({ rows, receivedAt }: Vintage, interval: Interval) {
  const series: Series = { symbol: "IBM", interval };
  const request: BarRequest = {
    series,
    function: functionOf(interval, true),
    size: interval === "daily" ? "compact" : null,
    month: null,
  };
  const answer = classify(adjustedBody(rows, { symbol: "IBM", interval }), { httpStatus: 200, request });
  assert.ok(answer.kind === "bars", JSON.stringify(answer));
  const { zone, source: body } = answer.document;
  const reading = readAnswer({ ...answer.document, receivedAt, reachesTo: receivedAt }, request);
  return {
    series,
    reading,
    answer: { requestId: null, form: formOf(request), zone, receivedAt, reachesTo: receivedAt, body },
  };
}

/** Each in a run of its own. @returns `inserted revised unchanged provisional quarantined` of each */
async function tell(db: Database, interval: Interval, told: readonly Vintage[]): Promise<string[]> {
  const counts: string[] = [];
  let run = null;
  for (const vintage of told) {
    run = run === null ? await startRun(db) : await nextRun(db, run);
    const { series, answer, reading: { bars, rejects } } = readingOf(vintage, interval);
    const { receivedAt } = vintage;
    const result = await storeSeries(db, {
      ...run,
      series,
      answer,
      bars,
      rejects,
      result: {
        status: "stored",
        kind: null,
        message: null,
        requests: 1,
        startedAt: receivedAt,
        finishedAt: receivedAt,
      },
    });
    counts.push(countsOf(result));
  }
  return counts;
}

/** From files, each at its place. */
async function load(db: Database, interval: Interval, kept: readonly Vintage[]): Promise<void> {
  const holder = await startRun(db);
  const signal = new AbortController().signal;
  for (const vintage of kept) {
    const { series, answer, reading } = readingOf(vintage, interval);
    const hash = await hashOf(new TextEncoder().encode(answer.body));
    const one = () => Promise.resolve({ answer, hash, ...reading });
    await loadAnswers(db, { holder, series, kept: [one], now: Date.now(), read: readArchived, signal });
  }
}

/** Everything the tables say of the bars, each answer by the time it was told at. */
async function tables(db: Database): Promise<string[][]> {
  const told = (column: string) => `(select received_at::text from answer where answer.id = t.${column})`;
  const rows = async (table: string, ...columns: string[]) => {
    const { rows } = await db.pool.query(
      `select concat_ws(' ', (to_jsonb(t) - 'id' - 'run_id' - 'answer_id' - 'changed_by')::text, ${
        columns.map(told)
      }) as row
       from ${table} as t order by 1`,
    );
    return rows.map(({ row }) => row);
  };
  return [await rows("stock_data", "answer_id"), await rows("revision", "answer_id", "changed_by")];
}

/** As traded, with what is settled; the adjusted close beside it. */
async function bars(
  db: Database,
): Promise<{ raw: string[]; adjusted: string[]; revisions: number; perPeriod: number }> {
  const { rows } = await db.pool.query(
    `select to_char(ts at time zone 'UTC', 'YYYY-MM-DD') as day, concat_ws(' ', trim_scale(open), trim_scale(high), trim_scale(low),
       trim_scale(close), volume, settled) as raw, trim_scale(adjusted_close)::text as adjusted,
       count(*) over (partition by date_trunc(case "interval" when 'monthly' then 'month' when 'weekly' then 'week' else 'day' end,
         ts at time zone 'UTC')) as "perPeriod" from stock_data order by ts`,
  );
  const { rows: [{ revisions }] } = await db.pool.query("select count(*) as revisions from revision");
  return {
    raw: rows.map(({ day, raw }) => `${day} ${raw}`),
    adjusted: rows.map(({ day, adjusted }) => `${day} ${adjusted}`),
    revisions,
    perPeriod: Math.max(...rows.map(({ perPeriod }) => perPeriod)),
  };
}

/** What the newer recording alone says, and the older one where the newer does not reach: as the vendor wrote it. */
function expectedDays([old, young]: readonly [Vintage, Vintage], interval: Interval): string[] {
  const period = (day: string) => interval === "monthly" ? day.slice(0, 7) : day;
  const newer = new Set(young.rows.map(({ timestamp }) => period(timestamp!)));
  return [...young.rows, ...old.rows.filter(({ timestamp }) => !newer.has(period(timestamp!)))].map((row) =>
    row.timestamp!
  ).sort();
}

/** By hand: rows of each answer, and how many of them the other has too. */
const COUNTS: Record<Interval, readonly [string, string]> = {
  daily: ["100 0 0 0 0", "100 0 0 0 0"],
  weekly: ["1357 0 0 0 0", "27 0 1357 0 0"],
  // November 2025 and May 2026 were still running: provisional, and then replaced under another day.
  monthly: ["311 0 0 1 0", "6 0 311 1 0"],
};

for (const interval of ["daily", "weekly", "monthly"] as const) {
  withDatabases(`two recorded vintages in order: ${interval}`, async (db) => {
    const both = await vintages(interval);
    assert.deepEqual(await tell(db, interval, both), COUNTS[interval]);
    const found = await bars(db);
    assert.deepEqual(found.raw.map((row) => row.slice(0, 10)), expectedDays(both, interval));
    assert.deepEqual([found.revisions, found.perPeriod], [0, 1], "restated adjusted closes are no revision of a bar");
    const adjusted = new Map(both[1].rows.map((row) => [row.timestamp, row["adjusted close"]]));
    for (const row of found.adjusted) {
      const [day, close] = row.split(" ") as [string, string];
      if (adjusted.has(day)) assert.equal(Number(close), Number(adjusted.get(day)), day);
    }
    const { rows: changed } = await db.pool.query("select answer_id, count(*) from stock_data group by 1 order by 1");
    const kept = Number(COUNTS[interval][0].split(" ")[0]);
    assert.deepEqual(changed[0], { answer_id: 1, count: kept }, "a bar stays with the answer that gave its prices");
  });

  withDatabases(`two recorded vintages loaded in either order, or told as they came: ${interval}`, async (db) => {
    const both = await vintages(interval);
    const found: string[][][] = [];
    for (
      const fill of [
        () => tell(db, interval, both),
        () => load(db, interval, both),
        () => load(db, interval, both.toReversed()),
      ]
    ) {
      await db.pool.query("truncate stock_data, revision, quarantine, answer");
      await db.pool.query("update run set outcome = 'complete', finished_at = now() where outcome is null");
      await fill();
      found.push(await tables(db));
    }
    const [told, ordered, reversed] = found;
    assert.deepEqual(ordered, told);
    assert.deepEqual(reversed, told);
    assert.equal((await bars(db)).perPeriod, 1);
  });

  // A hundred days, half a year apart, do not meet.
  if (interval === "daily") continue;

  withDatabases(`a correction between two vintages is one exact revision, in either order: ${interval}`, async (db) => {
    const [old, young] = await vintages(interval);
    // The newest session of the older recording is corrected in the younger one, wherever that has it.
    const at = old.rows.findIndex(({ timestamp }) => young.rows.some((row) => row.timestamp === timestamp));
    const row = old.rows[at]!;
    const wrong: Vintage = {
      ...old,
      rows: old.rows.map((one) => one === row ? { ...one, volume: String(Number(one.volume) + 1) } : one),
    };
    for (const kept of [[wrong, young], [young, wrong]]) {
      await db.pool.query("truncate stock_data, revision, quarantine, answer");
      await db.pool.query("update run set outcome = 'complete', finished_at = now() where outcome is null");
      await load(db, interval, kept);
      const { rows } = await db.pool.query(
        "select to_char(ts at time zone 'UTC', 'YYYY-MM-DD') as day, volume::text, seen_at from revision",
      );
      assert.deepEqual(rows, [{ day: row.timestamp, volume: String(Number(row.volume) + 1), seen_at: RECEIVED[1] }]);
    }
  });
}
