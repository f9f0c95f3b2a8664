/** `serve` as its users run it: the heartbeat, the ticks it owes, its pages, its end. */
import assert from "node:assert/strict";
import { serverDatabase } from "./support/database.ts";
import { startCurrentVendor } from "./support/market.ts";
import { type Program, startProgram, workFolder } from "./support/program.ts";

async function stage() {
  const vendor = await startCurrentVendor(["AAA"]);
  const database = await serverDatabase();
  const folder = await workFolder();
  const { pool } = database.db;
  const port = freePort();
  return {
    vendor,
    pool,
    cwd: folder.path,
    page: `http://127.0.0.1:${port}`,
    env: {
      ALPHAVANTAGE_API_KEY: "servekey",
      ALPHAVANTAGE_URL: vendor.url,
      API_POLITE_DELAY_SEC: "0",
      API_REQUESTS_PER_MINUTE: "6000",
      STOCK_SYMBOLS: "AAA",
      STOCK_INTERVALS: "daily",
      SCHEDULE_CRON: "0 6 * * *",
      DATABASE_URL: database.url,
      PORT: String(port),
    } as Record<string, string>,
    /** As if the program had last looked at the clock so many days ago. */
    lastSeen: (days: number) =>
      pool.query(
        `insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('ingest', $1, 'UTC', now() - make_interval(hours => $2), now())
         on conflict (name) do update set evaluated_to = excluded.evaluated_to`,
        ["0 6 * * *", days * 24],
      ),
    [Symbol.asyncDispose]: async () => {
      await vendor.close();
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function json(url: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.json() };
}

async function until(fact: () => Promise<boolean>): Promise<void> {
  while (!await fact()) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function ends(program: Program, signal: Deno.Signal): Promise<void> {
  program.kill(signal);
  const { code, stderr } = await program.ended;
  assert.equal(code, 0, stderr);
}

Deno.test("a first start owes nothing: it serves its pages, asks nobody, and SIGTERM ends it with 0", async () => {
  await using at = await stage();
  await using program = startProgram([], { cwd: at.cwd, env: at.env });
  await program.said(/Keeping 1 series/);
  const health = await json(`${at.page}/healthz`);
  assert.equal(health.status, 200);
  assert.equal(health.body["healthy"], true);
  assert.equal((await json(`${at.page}/readyz`)).status, 200);
  const home = await fetch(`${at.page}/`);
  assert.equal(home.status, 200);
  assert.match(await home.text(), /^<!doctype html>[\s\S]*0 of 1 series are complete; 1 to be asked at the next tick/);
  assert.match(home.headers.get("content-security-policy")!, /default-src 'none'/);
  const missing = await fetch(`${at.page}/nowhere`);
  assert.equal(missing.status, 404);
  await missing.body?.cancel();
  assert.equal(at.vendor.requests.length, 0);
  await ends(program, "SIGTERM");
});

Deno.test("ticks missed while it was down are caught up once, the newest for all, and not again at the next start", async () => {
  await using at = await stage();
  await at.lastSeen(3);
  await using first = startProgram(["serve"], { cwd: at.cwd, env: at.env });
  await first.said(/complete/);
  await ends(first, "SIGINT");
  const ticks = await at.pool.query("select state, reason from tick order by due_at");
  assert.deepEqual(ticks.rows.map(({ state }) => state), ["skipped", "skipped", "requested"]);
  assert.match(ticks.rows[0].reason, /superseded/);
  await using second = startProgram(["serve"], { cwd: at.cwd, env: at.env });
  await second.said(/Keeping 1 series/);
  await json(`${at.page}/readyz`);
  await ends(second, "SIGTERM");
  const runs = await at.pool.query("select trigger, outcome, tick_id is not null as of_tick from run");
  assert.deepEqual(runs.rows, [{ trigger: "catch-up", outcome: "complete", of_tick: true }]);
});

Deno.test("Deno.cron wakes it: a tick that comes due while it runs is served without anybody asking", async () => {
  await using at = await stage();
  // Deno's own cron, every 300 ms instead of every minute.
  const env = { ...at.env, DENO_CRON_TEST_SCHEDULE_OFFSET: "300" };
  await using program = startProgram(["serve"], { cwd: at.cwd, env });
  await program.said(/Keeping 1 series/);
  await at.lastSeen(1.5);
  await program.said(/complete/);
  const runs = await at.pool.query("select trigger, outcome from run");
  assert.equal(runs.rows.length, 1);
  assert.equal(runs.rows[0].outcome, "complete");
  await ends(program, "SIGTERM");
});

Deno.test("killed in the middle of a scheduled run, the next start finds the run dead and serves its tick again", async () => {
  await using at = await stage();
  await at.lastSeen(1.5);
  at.vendor.fail("silent");
  await using victim = startProgram(["serve"], { cwd: at.cwd, env: at.env });
  await at.vendor.arrived(1);
  victim.kill("SIGKILL");
  await victim.ended;
  const env = { ...at.env, DENO_CRON_TEST_SCHEDULE_OFFSET: "500" };
  await using heir = startProgram(["serve"], { cwd: at.cwd, env });
  await heir.said(/complete/);
  const runs = await at.pool.query("select outcome, tick_id from run order by id");
  assert.deepEqual(runs.rows.map(({ outcome }) => outcome), ["abandoned", "complete"]);
  assert.equal(runs.rows[0].tick_id, runs.rows[1].tick_id);
  // Events become rows a moment after they are said.
  await until(async () => (await at.pool.query("select from run_event where type = 'run-finished'")).rowCount === 1);
  const events = await at.pool.query("select run_id, type from run_event order by run_id, seq");
  const last = Map.groupBy(events.rows, ({ run_id }) => run_id).values().map((events) => events.at(-1).type);
  assert.deepEqual([...last], ["run-abandoned", "run-finished"]);
  await ends(heir, "SIGTERM");
});

Deno.test("two that disagree about the schedule: the second serves nothing, warns, and takes over when the first ends", async () => {
  await using at = await stage();
  const env = { ...at.env, DENO_CRON_TEST_SCHEDULE_OFFSET: "300" };
  await using first = startProgram(["serve"], { cwd: at.cwd, env });
  await first.said(/Keeping 1 series/);
  await until(async () => (await at.pool.query("select from schedule where held_by is not null")).rowCount === 1);
  const other = { ...env, SCHEDULE_CRON: "30 18 * * *", PORT: String(freePort()) };
  await using second = startProgram(["serve"], { cwd: at.cwd, env: other });
  const warning = await second.said(/"warn/i);
  assert.match(warning, /Cannot serve \\"30 18 \* \* \*\\" in UTC .* serves \\"0 6 \* \* \*\\" in UTC/);
  await at.lastSeen(1.5);
  await first.said(/complete/);
  await ends(first, "SIGTERM");
  await until(async () => (await at.pool.query("select cron from schedule")).rows[0].cron === other.SCHEDULE_CRON);
  await ends(second, "SIGTERM");
  const runs = await at.pool.query("select owner, outcome from run");
  assert.deepEqual(runs.rows.map(({ owner, outcome }) => [owner.split(":")[1], outcome]), [
    [String(first.pid), "complete"],
  ]);
});

Deno.test("a port that is taken ends it at once with 1 and says so", async () => {
  await using at = await stage();
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: Number(at.env["PORT"]) });
  await using program = startProgram(["serve"], { cwd: at.cwd, env: at.env });
  const { code, stderr } = await program.ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, new RegExp(`${at.env["PORT"]}`));
  assert.doesNotMatch(stderr, /\bat .*\.ts:\d+/);
});

Deno.test("an open stream does not hold the end up, and a log-in outlives a restart", async () => {
  await using at = await stage();
  const env = { ...at.env, HOST: "0.0.0.0", UI_PASSWORD: "correct horse battery" };
  await using first = startProgram(["serve"], { cwd: at.cwd, env });
  await first.said(/Keeping 1 series/);
  const login = await fetch(`${at.page}/login`);
  const token = /name="token" value="(\w+)"/.exec(await login.text())![1]!;
  const entered = await fetch(`${at.page}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: login.headers.getSetCookie()[0]!.split(";")[0]! },
    body: new URLSearchParams({ token, password: env.UI_PASSWORD }),
  });
  await entered.body?.cancel();
  const cookie = entered.headers.getSetCookie().find((one) => one.startsWith("session-"))!.split(";")[0]!;
  const stream = await fetch(`${at.page}/live`, { headers: { cookie } });
  assert.equal(stream.headers.get("content-type"), "text/event-stream");
  await ends(first, "SIGTERM");
  assert.match(await stream.text(), /event: beat/);
  await using second = startProgram(["serve"], { cwd: at.cwd, env });
  await second.said(/Keeping 1 series/);
  const runs = await fetch(`${at.page}/runs`, { headers: { cookie }, redirect: "manual" });
  assert.equal(runs.status, 200);
  assert.ok(!(await runs.text()).includes(env.UI_PASSWORD));
  await ends(second, "SIGTERM");
});

Deno.test("an address others can reach is not opened without a password: 2, and what to set", async () => {
  await using at = await stage();
  for (
    const [args, env] of [[["serve"], { ...at.env, HOST: "0.0.0.0" }], [["serve", "--host", "::"], at.env]] as const
  ) {
    await using program = startProgram(args, { cwd: at.cwd, env });
    const { code, stderr } = await program.ended;
    assert.equal(code, 2, stderr);
    assert.match(stderr, /Cannot open the page on ".+": .*UI_PASSWORD/);
  }
});
