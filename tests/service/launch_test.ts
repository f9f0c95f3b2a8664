/** Does a program that serves make a launched run at once, without waiting for the minute, and does it survive a kill? */
import assert from "node:assert/strict";
import { serverDatabase } from "../support/database.ts";
import { startCurrentVendor } from "../support/market.ts";
import { runProgram, startProgram, workFolder } from "../support/program.ts";

async function stage() {
  const [vendor, database, folder] = [await startCurrentVendor(["AAA"]), await serverDatabase(), await workFolder()];
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const env = {
    ALPHAVANTAGE_API_KEY: "servekey",
    ALPHAVANTAGE_URL: vendor.url,
    STOCK_SYMBOLS: "AAA",
    STOCK_INTERVALS: "daily",
    DATABASE_URL: database.url,
    PORT: String(listener.addr.port),
    // No beat of the minute comes within the test.
    DENO_CRON_TEST_SCHEDULE_OFFSET: "600000",
  };
  return {
    vendor,
    pool: database.db.pool,
    options: { cwd: folder.path, env },
    [Symbol.asyncDispose]: async () => {
      await vendor.close();
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("launched from a terminal, run by the program that serves; cancelled from a terminal, ended by it", async () => {
  await using at = await stage();
  await using server = startProgram(["serve"], at.options);
  await server.said(/Keeping 1 series/);
  const launched = await runProgram(["launch"], at.options);
  assert.equal(launched.code, 0, launched.stderr);
  assert.match(launched.stdout, /^Launch 1 of 1 series is (queued, it is about to start|running|served)/);
  await server.said(/Run 1 complete/);
  at.vendor.fail("silent");
  assert.equal((await runProgram(["launch", "--force"], at.options)).code, 0);
  await at.vendor.arrived(2);
  assert.equal((await runProgram(["cancel", "2", "--force"], at.options)).code, 0);
  await server.said(/Run 2 cancelled/);
  const { rows } = await at.pool.query("select outcome, cancel_force from run order by id");
  assert.deepEqual(rows.map(({ outcome }) => outcome), ["complete", "cancelled"]);
  const beats = await at.pool.query("select name from heartbeat order by name");
  assert.deepEqual(beats.rows, [{ name: "scheduler" }, { name: "worker" }]);
  server.kill("SIGTERM");
  assert.equal((await server.ended).code, 0);
  assert.equal((await at.pool.query("select from heartbeat")).rowCount, 0);
});

Deno.test("killed over a launched run, the next program makes it again, once", async () => {
  await using at = await stage();
  at.vendor.fail("silent");
  await using victim = startProgram(["serve"], at.options);
  await victim.said(/Keeping 1 series/);
  assert.equal((await runProgram(["launch"], at.options)).code, 0);
  await at.vendor.arrived(1);
  victim.kill("SIGKILL");
  await victim.ended;
  await using heir = startProgram(["serve"], at.options);
  await heir.said(/Run 2 complete/);
  const { rows } = await at.pool.query("select outcome, launch_id from run order by id");
  assert.deepEqual(rows, [{ outcome: "abandoned", launch_id: 1 }, { outcome: "complete", launch_id: 1 }]);
  heir.kill("SIGTERM");
  await heir.ended;
});
