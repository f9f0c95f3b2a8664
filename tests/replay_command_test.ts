/** What does `replay` print, and with which code does it end? */
import assert from "node:assert/strict";
import { serverDatabase } from "./support/database.ts";
import { runProgram, workFolder } from "./support/program.ts";
import { bar, startRun, store } from "./support/stored.ts";

Deno.test("nothing to replay, an answer that cannot be read, a run that is at work", async () => {
  await using at = await serverDatabase();
  await using folder = await workFolder();
  const run = (...args: string[]) =>
    runProgram(["replay", ...args], { cwd: folder.path, env: { DATABASE_URL: at.url } });

  const nothing = await run();
  assert.equal(nothing.code, 1);
  assert.match(nothing.stderr, /^stocks-etl: Cannot replay: nothing is stored of the series asked for$/m);

  const holder = await startRun(at.db, { leaseMs: 3_600_000 });
  const series = { symbol: "IBM", interval: "daily" } as const;
  await store(at.db, holder, { series, bars: [bar("2026-02-20", "1")], form: "TIME_SERIES_DAILY compact" });
  const busy = await run();
  assert.equal(busy.code, 1);
  assert.match(busy.stderr, /^stocks-etl: Cannot start a run: run 1 of test is at work; try again when it has ended$/m);

  await at.db.pool.query("update run set outcome = 'complete', finished_at = now()");
  const unread = await run();
  assert.equal(unread.code, 3, unread.stderr);
  assert.match(
    unread.stdout,
    /^IBM daily: answer 1 cannot be read, what the tables had of it stays: it reads as "malformed"/m,
  );
  assert.match(unread.stdout, /^Replay of 1 series from 0 answers, no request; 1 answers cannot be read any more$/m);
  const { rows } = await at.db.pool.query("select close from stock_data");
  assert.deepEqual(rows, [{ close: "1" }]);
});
