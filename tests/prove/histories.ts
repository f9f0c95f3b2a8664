/**
 * Histories of a series against a pure model: whatever the vendor says, in whatever order its answers come and wherever a
 * process dies between them, the tables hold what the model says, and saying it again changes nothing.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bar, Series } from "../../src/bar.ts";
import { type Database, openDatabase } from "../../src/postgres/connect.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { NO_ROWS, type RowCounts } from "../../src/run.ts";
import { embeddedDir, serverDatabase } from "../support/database.ts";
import { seededRandom } from "../support/random.ts";
import { nextRun, startRun, store } from "../support/stored.ts";
import type { Proof } from "./main.ts";
import { type Chunk, type History, history, type Visit } from "./market_history.ts";
import { barLine, noTables, putAnswer, tableLines, type Tables } from "./tables.ts";

function proofOn(
  engine: Database["engine"],
  { short, long, lanes }: { short: number; long: number; lanes: number },
): Proof {
  return {
    name: `histories-${engine}`,
    unit: "histories",
    short,
    long,
    prove: async (count) => {
      const { seed } = seededRandom();
      const share = Math.ceil(count / lanes);
      const stages = await Promise.all(Array.from({ length: lanes }, () => openStage(engine)));
      try {
        await Promise.all(stages.map((stage, lane) =>
          fc.assert(
            fc.asyncProperty(history, (told) => live(stage, told)),
            { numRuns: share, seed: seed + lane },
          )
        ));
      } catch (cause) {
        throw new Error(`TEST_SEED=${seed}`, { cause });
      } finally {
        for (const stage of stages) await stage.close();
      }
      const sum = (name: keyof Stage["seen"]) => stages.reduce((total, { seen }) => total + seen[name], 0);
      const figures = { histories: share * lanes, answers: sum("answers"), bars: sum("bars") };
      return { ...figures, revisions: sum("revisions"), differences: 0, seed };
    },
  };
}

export const PROOFS = [
  proofOn("server", { short: 100, long: 100_000, lanes: 2 }),
  proofOn("embedded", { short: 10, long: 5_000, lanes: 1 }),
];

interface Stage {
  readonly db: Database;
  holder: Holder;
  /** Series so far: each history has two to itself. */
  series: number;
  readonly seen: { answers: number; bars: number; revisions: number };
  close(): Promise<void>;
}

async function openStage(engine: Database["engine"]): Promise<Stage> {
  const place = engine === "server" ? await serverDatabase() : await embeddedDir();
  const db = "db" in place
    ? place.db
    : await openDatabase({ kind: "embedded", dataDir: place.path }, { onError: () => {} });
  return {
    db,
    holder: await startRun(db, { leaseMs: 3_600_000 }),
    series: 0,
    seen: { answers: 0, bars: 0, revisions: 0 },
    close: async () => {
      if (!("db" in place)) await db.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** A series under test: what the model holds of it, and what its run has counted. */
interface Subject {
  readonly series: Series;
  readonly tables: Tables;
  counts: RowCounts;
}

/** The same history twice: as it came, and with the answers of each visit in another order, begun again after a death. */
async function live(stage: Stage, { interval, visits }: History): Promise<void> {
  stage.series += 1;
  const subject = (twin: string): Subject => ({
    series: { symbol: `${twin}${stage.series}`, interval },
    tables: noTables(),
    counts: NO_ROWS,
  });
  const [told, shuffled] = [subject("TOLD"), subject("SHUFFLED")];
  for (const visit of visits) {
    if (visit.restart) await restart(stage, [told, shuffled]);
    for (const chunk of visit.chunks) await say(stage, told, { visit, chunk });
    for (const chunk of visit.shuffled.slice(0, visit.diesAfter)) await say(stage, shuffled, { visit, chunk });
    for (const chunk of visit.shuffled) await say(stage, shuffled, { visit, chunk });
  }
  const [found, twin] = [await read(stage.db, told), await read(stage.db, shuffled)];
  assert.deepEqual(found, tableLines(told.tables));
  assert.deepEqual(twin, tableLines(shuffled.tables));
  assert.deepEqual([twin.bars, twin.revisions], [found.bars, found.revisions], "the order of the answers matters");
  await sayAgain(stage, told, visits.at(-1)!);
  stage.seen.bars += found.bars.length;
  stage.seen.revisions += found.revisions.length;
}

/** The process died, another one goes on. Its counts begin at nothing. */
async function restart(stage: Stage, subjects: readonly Subject[]): Promise<void> {
  stage.holder = await nextRun(stage.db, stage.holder);
  for (const subject of subjects) subject.counts = NO_ROWS;
}

async function say(stage: Stage, subject: Subject, { visit, chunk }: { visit: Visit; chunk: Chunk }): Promise<void> {
  const { series, tables } = subject;
  const given = { ...chunk, now: visit.now };
  const added = putAnswer(tables, { ...given, interval: series.interval });
  const counts = Object.entries(subject.counts).map(([name, count]) => [name, count + added[name as keyof RowCounts]]);
  subject.counts = Object.fromEntries(counts);
  const result = await store(stage.db, stage.holder, { ...given, series });
  assert.deepEqual(result.counts, subject.counts);
  const settled = [...tables.bars.values()].filter((bar) => bar.settled).map(({ ts }) => ts);
  assert.equal(result.watermark, settled.length === 0 ? null : Math.max(...settled), "the watermark");
  stage.seen.answers += 1;
}

/** After the last visit any part of it may come again: no row is written anew. */
async function sayAgain(stage: Stage, subject: Subject, visit: Visit): Promise<void> {
  const places = async () => {
    const { rows } = await stage.db.pool.query(
      `select ctid::text || ' ' || xmin::text as place from stock_data where symbol = $1
       union all select 'revision ' || id from revision where symbol = $1 order by 1`,
      [subject.series.symbol],
    );
    return rows.map(({ place }) => place);
  };
  const before = await places();
  for (const chunk of visit.shuffled) await say(stage, subject, { visit, chunk });
  assert.deepEqual(await places(), before, "a second telling wrote a row");
}

const COLUMNS = `ts, open, high, low, close, volume::text, adjusted_close as "adjustedClose",
  dividend_amount as "dividendAmount", split_coefficient as "splitCoefficient"`;

async function read(db: Database, { series }: Subject): Promise<Record<keyof Tables, string[]>> {
  const rows = async (sql: string) => (await db.pool.query(sql, [series.symbol])).rows;
  const iso = (instant: number) => new Date(instant).toISOString();
  const bars: Bar[] = await rows(`select ${COLUMNS}, settled from stock_data where symbol = $1`);
  const revisions = await rows(`select ${COLUMNS}, true as settled, seen_at from revision where symbol = $1`);
  const refused = await rows(`select * from quarantine where symbol = $1`);
  return {
    bars: bars.map(barLine).sort(),
    revisions: revisions.map((row) => `${barLine(row)} until ${iso(row.seen_at)}`).sort(),
    quarantine: refused.map(({ stamp, rule, raw, times, first_seen_at, last_seen_at }) =>
      `${stamp} ${rule} ${raw} ${times} times from ${iso(first_seen_at)} to ${iso(last_seen_at)}`
    ).sort(),
  };
}
