/** A replay over an archive with damaged answers, as its users run it: what is told, what is kept, and the exit code. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { openApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import { operate } from "../../src/operate.ts";
import { configFor, jumpingWorld, runApp } from "../support/app.ts";
import { sampleRows } from "../support/answers.ts";
import { embeddedDir, serverDatabase } from "../support/database.ts";
import { fakeMachine } from "../support/machine.ts";
import { tablesOf } from "../support/stored.ts";
import { startVendor } from "../support/vendor.ts";

const DAY = 86_400_000;
const SERIES = ["AAA", "BBB"].map((symbol) => ({ symbol, interval: "daily" as const }));

async function damaged(database: Config["database"], env: Record<string, string>): Promise<void> {
  await using vendor = await startVendor();
  const world = jumpingWorld(Date.parse("2023-06-26T22:00Z"));
  let app = await openApp(configFor(vendor.url, database), world);
  for (let day = 0; day < 4; day++) {
    const until = new Date(world.now()).toISOString().slice(0, 10);
    for (const one of SERIES) vendor.bars(one, sampleRows("daily", { count: 20 + day, until }));
    await runApp(app, SERIES);
    world.ahead += DAY;
  }
  const { pool } = app.database;
  const ids = async (symbol: string) =>
    (await pool.query("select id, body_id from answer where symbol = $1 order by id", [symbol])).rows;
  const [first, second, third, fourth] = await ids("AAA");
  assert.ok(fourth !== undefined, "an answer a day");
  const before = await tablesOf(app.database);
  // One is not what was hashed, two are what was hashed and can no longer be read.
  await pool.query("update answer_body set body = left(body, 400) where id = $1", [second.body_id]);
  for (const [{ body_id }, body] of [[third, "{}"], [fourth, "["]] as const) {
    await pool.query(
      "update answer_body set body = $2, sha256 = sha256(convert_to($2, 'UTF8')), bytes = length($2) where id = $1",
      [body_id, body],
    );
  }
  const asked = vendor.requests.length;
  await app.close();
  const machine = fakeMachine({ ALPHAVANTAGE_URL: vendor.url, ...env });
  const selection = { symbols: null, intervals: null };
  const code = await operate({ name: "replay", selection, partial: false }, machine);
  assert.equal(code, 3, machine.told.err);
  assert.equal(vendor.requests.length, asked);
  const lines = machine.told.out.trim().split("\n");
  const kept = (id: number) => `AAA daily: answer ${id} cannot be read, what the tables had of it stays: `;
  assert.equal(lines[0], "AAA daily: 1 answers replayed");
  assert.equal(lines[1], `${kept(second.id)}its body is not what was archived: the hash differs`);
  assert.ok(lines[2]!.startsWith(`${kept(third.id)}it reads as "empty"`), lines.join());
  assert.ok(lines[3]!.startsWith(`${kept(fourth.id)}it reads as "malformed"`), lines.join());
  assert.deepEqual(lines.slice(4), [
    "BBB daily: 4 answers replayed",
    "Replay of 2 series from 5 answers, no request; 3 answers cannot be read any more",
  ]);
  app = await openApp(configFor(vendor.url, database), world);
  try {
    const { pool } = app.database;
    assert.deepEqual(await tablesOf(app.database), before);
    const { rows: [run] } = await pool.query("select outcome, message from run order by id desc limit 1");
    assert.deepEqual([run.outcome, run.message], ["partial", lines.at(-1)]);
    await pool.query("delete from stock_data");
    const never = new AbortController().signal;
    await app.replay({ selection, partial: false, stop: never, abort: never, tell: () => {} });
    const { rows } = await pool.query("select symbol, count(*)::int as bars from stock_data group by 1 order by 1");
    const ofFirst = (await pool.query("select from stock_data where answer_id = $1", [first.id])).rowCount;
    assert.deepEqual(rows, [{ symbol: "AAA", bars: ofFirst }, { symbol: "BBB", bars: before.stock_data!.length / 2 }]);
  } finally {
    await app.close();
  }
}

Deno.test("damaged answers are told one by one, the rest is replayed, nothing is lost, and the code is 3 (server)", async () => {
  await using at = await serverDatabase();
  await damaged({ kind: "server", url: at.url, poolSize: 3 }, { DATABASE_URL: at.url });
});

Deno.test("damaged answers are told one by one, the rest is replayed, nothing is lost, and the code is 3 (embedded)", async () => {
  await using at = await embeddedDir();
  // Where the program looks for it.
  const [home, dataDir] = [dirname(at.path), `${dirname(at.path)}/postgres`];
  await Deno.rename(at.path, dataDir);
  await damaged({ kind: "embedded", dataDir }, { DATA_DIR: home });
});
