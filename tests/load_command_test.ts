/** What does `load` print, with which code does it end, and does it keep its secrets? */
import assert from "node:assert/strict";
import { serverDatabase } from "./support/database.ts";
import { runProgram, workFolder } from "./support/program.ts";

const RECORDED = new URL("../src/alphavantage/recorded/", import.meta.url);
const NAME = "TIME_SERIES_DAILY_MSFT_compact_2023-07-03.json";

Deno.test("first what it would do, then it is done; a key in the file is not kept; every wrong way says what to do", async () => {
  await using at = await serverDatabase();
  const text = (await Deno.readTextFile(new URL(NAME, RECORDED))).replace(
    "Daily Prices",
    "Daily Prices of key CANARYKEY0123456, /query?apikey=OTHERKEY987",
  );
  assert.ok(text.includes("CANARYKEY"));
  await using folder = await workFolder({ "msft.json": text, "bad.json": "{}" });
  const env = { DATABASE_URL: at.url, ALPHAVANTAGE_API_KEY: "CANARYKEY0123456" };
  const run = (...args: string[]) => runProgram(["load", ...args], { cwd: folder.path, env });
  const count = async () => (await at.db.pool.query("select count(*)::int as n from stock_data")).rows[0].n;
  const whole = ["msft.json", "--received-at", "2023-07-04T08:00Z"];

  const dry = await run(...whole);
  assert.equal(dry.code, 0, dry.stderr);
  assert.match(dry.stdout, /^Told at 2023-07-04 08:00Z$/m);
  assert.match(dry.stdout, /^msft\.json +MSFT daily +100 +0 +0 +0 +0 +2023-02-08 +2023-07-03$/m);
  assert.match(dry.stdout, /^Nothing is written: --yes does it$/m);
  assert.equal(await count(), 0);

  const done = await run(...whole, "--yes");
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /^Load of 1 of 1 files: 100 bars and 0 revisions more$/m);
  assert.equal(await count(), 100);
  const { rows: [{ kept }] } = await at.db.pool.query("select body as kept from answer_body");
  assert.doesNotMatch(kept, /CANARYKEY|OTHERKEY/);

  const json = JSON.parse((await run(...whole, "--yes", "--json")).stdout);
  assert.deepEqual([json.files[0].known, json.done.outcome, json.receivedAt], [
    true,
    "complete",
    "2023-07-04T08:00:00.000Z",
  ]);
  assert.equal((await run("--help")).code, 0);

  const wrong: [string[], number, RegExp][] = [
    [["nowhere.json", "--received-at", "2023-07-04T08:00Z"], 2, /^stocks-etl: Cannot read "nowhere\.json": /],
    [
      ["bad.json", "--received-at", "2023-07-04T08:00Z"],
      2,
      /^stocks-etl: Cannot load "bad\.json": it is no answer with bars/,
    ],
    [["msft.json", "--received-at", "2023-07-01T08:00Z"], 2, /a bar of "2023-07-03", so it was told later/],
    [["msft.json"], 2, /--received-at/],
    [["--received-at", "2023-07-04T08:00Z"], 2, /missing required argument/],
  ];
  for (const [args, code, message] of wrong) {
    const ended = await run(...args);
    assert.match(ended.stderr, message);
    assert.equal(ended.code, code, ended.stderr);
  }
});
