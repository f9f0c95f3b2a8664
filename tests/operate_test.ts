/** What does each command print, with which code does it end, and what of it must never be seen? */
import assert from "node:assert/strict";
import type { ReadEnvironment } from "../src/terminal/environment.ts";
import { notOurs, operate } from "../src/operate.ts";
import { type BarRequest, formOf } from "../src/request.ts";
import { carryOut as done, commanding, KEY } from "./support/commanding.ts";
import { type FakeMachine, fakeMachine } from "./support/machine.ts";
import { startCurrentVendor } from "./support/market.ts";
import { notice } from "./support/vendor.ts";

const selection = { symbols: null, intervals: null };
const stage = async () => commanding(await startCurrentVendor(["AAA"]));

Deno.test("run --quiet says the outcome in one word, and its code is the outcome's", async () => {
  await using at = await stage();
  const quiet = { name: "run", selection, force: false, quiet: true } as const;
  assert.deepEqual(await done(quiet, fakeMachine(at.env)), { code: 0, out: "complete\n", err: "" });
  assert.deepEqual(await done(quiet, fakeMachine(at.env)), { code: 0, out: "nothing-due\n", err: "" });
  at.vendor.answerBy(() => notice("6"));
  const other = await done(quiet, fakeMachine({ ...at.env, STOCK_SYMBOLS: "AAA,BBB" }));
  assert.deepEqual([other.code, other.out], [3, "deferred\n"]);
});

Deno.test("plan, status and migrate only look: no request, and JSON that a program can read", async () => {
  await using at = await stage();
  await done({ name: "run", selection, force: false, quiet: true }, fakeMachine(at.env));
  const asked = at.vendor.requests.length;
  const plan = JSON.parse((await done({ name: "plan", selection, force: false, json: true }, fakeMachine(at.env))).out);
  assert.deepEqual(plan.entries.map((entry: { action: string }) => entry.action), ["skip"]);
  assert.match(plan.now, /^\d{4}-\d\d-\d\dT.*Z$/);
  const status = JSON.parse((await done({ name: "status", selection, json: true }, fakeMachine(at.env))).out);
  assert.equal(status.states[0].series.symbol, "AAA");
  for (const time of [status.nextTick, status.states[0].watermark]) assert.match(time, /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.match((await done({ name: "migrate" }, fakeMachine(at.env))).out, /: up to date\n$/);
  assert.equal(at.vendor.requests.length, asked);
});

Deno.test("what is too old goes after a run by hand, once a day, not after a stop, and never at its cost", async () => {
  await using at = await stage();
  const old = async () => (await at.pool.query("select from run where owner = 'old'")).rowCount;
  await at.pool.query(
    `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome)
     select 'manual', 'old', at, at, at, 'complete' from (values (now() - interval '500 days')) as long_ago (at)`,
  );
  const run = { name: "run", selection, force: false, quiet: true } as const;
  const after = async (days: number, change: Parameters<typeof fakeMachine>[1] = {}) => {
    const now = () => Date.now() + days * 86_400_000;
    return await done(run, fakeMachine(at.env, { now, ...change }));
  };
  await after(0);
  assert.equal(await old(), 1, "the clock is not trusted yet");
  await after(7, { stop: AbortSignal.abort() });
  assert.equal(await old(), 1, "stopped");
  await at.pool.query("alter table housekeeping rename to gone");
  const warnings: string[] = [];
  const broken = await after(7, { onError: (message) => void warnings.push(message) });
  assert.deepEqual([broken.code, broken.out], [3, "partial\n"]);
  assert.match(warnings.join(), /^Cannot remove what is too old: relation "housekeeping" does not exist$/);
  await at.pool.query("alter table gone rename to housekeeping");
  const { code, out } = await after(7);
  assert.deepEqual([code, out, await old()], [3, "deferred\n", 0]);
});

Deno.test("run --force asks once what plan --force says: complete, resting and premium series, within the quota", async () => {
  await using at = await stage();
  const env = { ...at.env, STOCK_SYMBOLS: "AAA:daily+weekly,BBB:daily", API_POLITE_DELAY_SEC: "0" };
  at.vendor.answerBy(({ symbol, function: name, outputsize }) =>
    name === "TIME_SERIES_WEEKLY" || outputsize === "full" ? notice("8") : symbol === "BBB" ? notice("2") : null
  );
  const run = { name: "run", selection, force: false, quiet: true } as const;
  const plan = { name: "plan", selection, force: false, json: true } as const;
  const asks = async (command: typeof plan | Omit<typeof plan, "force"> & { force: true }) =>
    JSON.parse((await done(command, fakeMachine(env))).out).entries.flatMap((
      { action, request }: { action: string; request: BarRequest },
    ) => action === "ask" ? [`${request.series.symbol} ${formOf(request)}`] : []);
  assert.equal((await done(run, fakeMachine(env))).out, "partial\n");
  assert.deepEqual(await asks(plan), []);
  const before = at.vendor.requests.length;
  const spent = { ...env, API_REQUESTS_PER_DAY: String(before) };
  assert.equal((await done({ ...run, force: true }, fakeMachine(spent))).out, "deferred\n");
  assert.equal(at.vendor.requests.length, before, "the quota is kept");
  at.vendor.answerBy(null);
  const planned = await asks({ ...plan, force: true });
  assert.deepEqual(planned, ["AAA TIME_SERIES_WEEKLY", "BBB TIME_SERIES_DAILY full", "AAA TIME_SERIES_DAILY compact"]);
  await done({ ...run, force: true }, fakeMachine(env));
  const asked = at.vendor.requests.slice(before).map(({ parameters: { symbol, function: name, outputsize } }) =>
    [symbol, name, outputsize].filter((word) => word !== undefined).join(" ")
  );
  assert.deepEqual(asked, planned);
});

Deno.test("what the operator must mend is 2 with every problem, and never a stack or a secret", async () => {
  const run = { name: "run", selection, force: false, quiet: false } as const;
  const wrong: [Parameters<typeof operate>[0], FakeMachine, RegExp][] = [
    [run, fakeMachine({ PORT: "x", STOCK_SYMBOLS: "A B", API_KEY: KEY }), /PORT[\s\S]*\nstocks-etl: .*"A B"/],
    [run, fakeMachine({ DATABASE_URL: "postgres://u@127.0.0.1:9/d" }), /ALPHAVANTAGE_API_KEY is not set/],
    [{ ...run, selection: { ...selection, symbols: ["ZZZ"] } }, fakeMachine({ API_KEY: KEY }), /configured are IBM/],
    [{ name: "usage", message: `unknown word ${KEY}`, exitCode: 2 }, fakeMachine({ API_KEY: KEY }), /\[redacted\]/],
  ];
  for (const [command, machine, message] of wrong) {
    const { code, out, err } = await done(command, machine);
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, message);
    assert.doesNotMatch(err, /\.ts:\d+/);
  }
});

Deno.test("a .env that cannot be read is a message and 2, also when the words were wrong as well", async () => {
  const environment = (): ReadEnvironment => {
    throw new Error('Cannot read ".env": permission denied');
  };
  for (const command of [{ name: "check" }, { name: "usage", message: "wrong words", exitCode: 2 }] as const) {
    const { code, err } = await done(command, fakeMachine({}, { environment }));
    assert.equal(code, 2);
    assert.match(err, command.name === "check" ? /permission denied/ : /wrong words/);
  }
});

Deno.test("a database that is not there is 1, without its password", async () => {
  const env = { API_KEY: KEY, DATABASE_URL: "postgres://me:SECRETPASSWORD@127.0.0.1:9/none" };
  const { code, err } = await done({ name: "status", selection, json: false }, fakeMachine(env));
  assert.equal(code, 1);
  assert.match(err, /127\.0\.0\.1:9/);
  assert.ok(!err.includes("SECRETPASSWORD"));
});

Deno.test("told to stop before it began: nothing is asked, the run is closed as cancelled, 1", async () => {
  await using at = await stage();
  const stopped = fakeMachine(at.env, { stop: AbortSignal.abort(), abort: AbortSignal.abort() });
  const { code, out } = await done({ name: "run", selection, force: false, quiet: true }, stopped);
  assert.deepEqual([code, out, at.vendor.requests.length], [1, "cancelled\n", 0]);
  const { rows } = await at.pool.query("select outcome from run");
  assert.deepEqual(rows, [{ outcome: "cancelled" }]);
});

Deno.test("a run that was not ours says whose it is", () => {
  assert.match(notOurs({ busy: { runId: 3, owner: "host:1:a" } }), /run 3 of host:1:a is at work/);
  assert.match(notOurs({ taken: true }), /has been served/);
});
