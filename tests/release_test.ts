/** Which quarantined rows can be released, and what is said of those that cannot? */
import assert from "node:assert/strict";
import type { Reject } from "../src/bar.ts";
import type { Database } from "../src/postgres/connect.ts";
import { quarantinedRows } from "../src/postgres/releases.ts";
import { claimRun } from "../src/postgres/runs.ts";
import { release } from "../src/release.ts";
import { Refused } from "../src/refused.ts";
import { jumpingWorld } from "./support/app.ts";
import { withDatabases } from "./support/database.ts";
import { bar, NOW, startRun, store, stored } from "./support/stored.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const DAY = 86_400_000;
const wire = (close: string, over: Record<string, unknown> = {}) => ({
  "1. open": close,
  "2. high": close,
  "3. low": close,
  "4. close": close,
  "5. volume": "10",
  ...over,
});

/** A database with these rows in quarantine, the run over. */
async function held(db: Database, rejects: readonly Reject[]) {
  const holder = await startRun(db);
  const form = "TIME_SERIES_DAILY compact";
  await store(db, holder, { series: DAILY, bars: [bar("2026-03-02", "6")], rejects, form });
  await db.pool.query("update run set outcome = 'complete', finished_at = now()");
  const rows = await quarantinedRows(db, { limit: 20 });
  const idOf = ({ rule }: Pick<Reject, "rule">) => rows.find((row) => row.rule === rule)!.id;
  const world = jumpingWorld(NOW + 3 * DAY);
  return (reject: Pick<Reject, "rule">, choice?: number) =>
    release({ database: db, world }, { id: idOf(reject), choice, by: "ann" });
}

const FUTURE: Reject = { stamp: "2026-03-03", rule: "future", raw: wire("7") };
const TWICE: Reject = { stamp: "2026-03-04", rule: "duplicate-stamp", raw: [wire("8"), wire("9")] };
const conflict = (message: RegExp) => (error: unknown) =>
  error instanceof Refused && error.reason === "conflict" && message.test(error.message);

withDatabases(
  "a row whose time has come, and one of two rows of a stamp, become bars under a closed run",
  async (db) => {
    const letGo = await held(db, [FUTURE, TWICE]);
    const { bar: released, counts } = await letGo(FUTURE);
    assert.deepEqual([released.close, released.settled, counts.inserted], ["7", true, 1]);
    await letGo(TWICE, 2);
    assert.deepEqual(await stored(db, "daily"), ["2026-03-02 6", "2026-03-03 7", "2026-03-04 9"]);
    await assert.rejects(
      letGo(FUTURE),
      conflict(/^Cannot release row \d+ \("2026-03-03" of IBM daily, future\): ann released it at 2026/),
    );
    const { rows } = await db.pool.query("select outcome, message from run order by id");
    assert.deepEqual(rows.slice(1).map(({ outcome }) => outcome), ["complete", "complete"]);
    assert.match(rows[1].message, /^Release of the future row "2026-03-03" of IBM daily by ann$/);
  },
);

withDatabases("what cannot be a bar is refused with the reason, and nothing is left behind", async (db) => {
  const rows: [Reject, RegExp, number?][] = [
    [{ stamp: "yesterday", rule: "bad-stamp", raw: wire("1") }, /it breaks the rule "bad-stamp" also today/],
    [
      { stamp: "2026-02-02", rule: "zero-price", raw: wire("0") },
      /it breaks the rule "zero-price" also today: \{"1\. open":"0"/,
    ],
    [
      { stamp: "2026-02-03", rule: "high-below-low", raw: wire("5", { "2. high": "4" }) },
      /rule "high-below-open"|"high-below-low"/,
    ],
    [{ stamp: "2026-02-04", rule: "bad-row", raw: 5 }, /it breaks the rule "bad-row" also today: 5$/],
    [TWICE, /the vendor sent 2 rows, say which is right: 1: \{.*; 2: \{/],
    [TWICE, /there is no number 3 among its rows/, 3],
    [FUTURE, /it is one row, there is no number 2/, 2],
  ];
  const letGo = await held(db, rows.map(([reject]) => reject));
  for (const [reject, message, choice] of rows) await assert.rejects(letGo(reject, choice), conflict(message));
  assert.equal((await db.pool.query("select from run")).rowCount, 1, "no run was begun");
  assert.deepEqual(await stored(db, "daily"), ["2026-03-02 6"]);
});

withDatabases("it waits for no run, and a row whose answer is gone says so", async (db) => {
  const letGo = await held(db, [FUTURE]);
  const options = { owner: "other", trigger: "manual", tickId: null, leaseMs: 60_000, exclusive: false } as const;
  const other = await claimRun(db, { ...options, now: NOW });
  assert.ok("runId" in other);
  if (db.engine === "server") {
    await assert.rejects(letGo(FUTURE), conflict(/run \d+ is at work; try again when it has ended/));
  }
  await db.pool.query("update run set outcome = 'complete', finished_at = now() where outcome is null");
  await db.pool.query("update quarantine set last_seen_at = last_seen_at + interval '1 hour'");
  await assert.rejects(letGo(FUTURE), conflict(/the answer that brought it is not in the archive/));
});
