/** Is the quota kept at the vendor's door: retries, restarts, two programs, two keys, another day? */
import assert from "node:assert/strict";
import { type App, openApp } from "../../src/app.ts";
import type { Series } from "../../src/bar.ts";
import { configFor, type JumpingWorld, jumpingWorld, runApp } from "../support/app.ts";
import { serverDatabase } from "../support/database.ts";
import { FULL_IS_PREMIUM } from "../support/market.ts";
import { notice, startVendor } from "../support/vendor.ts";

const START = Date.parse("2023-07-04T06:00Z");
const DAY = 86_400_000;
const daily = (...symbols: string[]): Series[] => symbols.map((symbol) => ({ symbol, interval: "daily" }));

async function stage() {
  const [vendor, at] = [await startVendor(), await serverDatabase()];
  const open: App[] = [];
  return {
    vendor,
    pool: at.db.pool,
    /** As another process would: with an owner, a pool and a clock of its own. */
    app: async (env: Record<string, string>, world: JumpingWorld = jumpingWorld(START)) => {
      const app = await openApp(configFor(vendor.url, { kind: "server", url: at.url, poolSize: 2 }, env), world);
      open.push(app);
      return app;
    },
    [Symbol.asyncDispose]: async () => {
      for (const app of open) await app.close();
      await vendor.close();
      await at.close();
    },
  };
}

Deno.test("three a day are three at the vendor, whatever is retried and however often it is started", async () => {
  await using at = await stage();
  at.vendor.answerBy(() => "reset");
  const env = { API_REQUESTS_PER_DAY: "3", API_POLITE_DELAY_SEC: "0" };
  const world = jumpingWorld(START);
  const first = await runApp(await at.app(env, world), daily("AAA", "BBB", "CCC"));
  assert.equal(at.vendor.requests.length, 3);
  assert.equal(first.totals.requests, 3, "the report counts what was sent");
  assert.equal(first.outcome, "deferred", JSON.stringify(first.results));
  await runApp(await at.app(env), daily("DDD"));
  assert.equal(at.vendor.requests.length, 3, "a restart is no way around it");
  world.ahead += DAY;
  await runApp(await at.app(env, world), daily("AAA", "BBB", "CCC"));
  assert.equal(at.vendor.requests.length, 6, "the next day has its own three");
  const { rows } = await at.pool.query("select count(*)::int as charged from request");
  assert.equal(rows[0].charged, 6, "every request is in the ledger, and nothing else");
});

Deno.test("a retry that the day does not cover any more is not sent, and the series waits instead of failing", async () => {
  await using at = await stage();
  at.vendor.answerBy(() => notice("7"));
  const env = { API_REQUESTS_PER_DAY: "2", API_POLITE_DELAY_SEC: "0" };
  const report = await runApp(await at.app(env), daily("AAA"));
  assert.equal(at.vendor.requests.length, 2);
  const [result] = report.results;
  assert.deepEqual([report.outcome, result!.status, result!.kind, result!.requests], [
    "deferred",
    "deferred",
    "quota",
    2,
  ]);
});

Deno.test("two keys have two ledgers: one that is spent or refused does not hold back the other", async () => {
  await using at = await stage();
  at.vendor.answerBy(({ apikey, outputsize }) =>
    apikey === "FIRSTKEY00000001" && outputsize === "full" ? FULL_IS_PREMIUM : null
  );
  const env = { API_REQUESTS_PER_DAY: "2", API_POLITE_DELAY_SEC: "0" };
  const [first, second] = [{ ...env, API_KEY: "FIRSTKEY00000001" }, { ...env, API_KEY: "SECONDKEY0000002" }];
  assert.equal((await runApp(await at.app(first), daily("AAA", "BBB"))).outcome, "deferred");
  assert.equal((await runApp(await at.app(second), daily("CCC", "DDD"))).outcome, "complete");
  const sizes = at.vendor.requests.map(({ parameters: { apikey, outputsize } }) =>
    `${apikey!.slice(0, 3)} ${outputsize}`
  );
  assert.deepEqual(sizes, ["FIR full", "FIR compact", "SEC full", "SEC full"]);
  const { rows } = await at.pool.query("select count(*)::int as sent from request group by key_hash");
  assert.deepEqual(rows.map(({ sent }) => sent), [2, 2]);
  await runApp(await at.app(second), daily("EEE"));
  assert.equal(at.vendor.requests.length, 4, "and the second is spent as well");
});

Deno.test("the pace goes on from the ledger: a second program waits for what the first has sent", async () => {
  await using at = await stage();
  const env = { API_POLITE_DELAY_SEC: "30" };
  // One clock for both: a ledger that is ahead of the clock is another matter.
  const world = jumpingWorld(START);
  await runApp(await at.app(env, world), daily("AAA"));
  await runApp(await at.app(env, world), daily("BBB"));
  const { rows } = await at.pool.query("select sent_at from request order by id");
  const [one, two] = rows.map(({ sent_at }) => Number(sent_at));
  assert.ok(two! - one! >= 30_000, `${two! - one!} ms apart`);
});

Deno.test("what a refusal taught is remembered by the next program: the refused form is asked once", async () => {
  await using at = await stage();
  at.vendor.answerBy(({ outputsize }) => outputsize === "full" ? FULL_IS_PREMIUM : null);
  // A limit, so that a form asked again and again ends.
  const env = { API_POLITE_DELAY_SEC: "0", API_REQUESTS_PER_DAY: "8" };
  assert.equal((await runApp(await at.app(env), daily("AAA"))).outcome, "complete");
  const world = jumpingWorld(START);
  assert.equal((await runApp(await at.app(env, world), daily("BBB"))).outcome, "complete");
  const sizes = () => at.vendor.requests.map(({ parameters }) => `${parameters["symbol"]} ${parameters["outputsize"]}`);
  assert.deepEqual(sizes(), ["AAA full", "AAA compact", "BBB compact"]);
  // The gates move about once a year: a week later it is worth a request again.
  world.ahead += 7 * DAY;
  await runApp(await at.app(env, world), daily("CCC"));
  assert.deepEqual(sizes().slice(3), ["CCC full", "CCC compact"]);
});
