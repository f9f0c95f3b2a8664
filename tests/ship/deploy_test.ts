/**
 * The same `main.ts` on Deno Deploy, as far as one can be it: what the platform sets and forbids, the socket by which it
 * finds the crons and starts them, the signal and the five seconds by which it ends an instance.
 */
import assert from "node:assert/strict";
import type pg from "pg";
import { serverDatabase } from "../support/database.ts";
import { startMailbox } from "../support/mailbox.ts";
import { startCurrentVendor } from "../support/market.ts";
import { type Program, startFile, workFolder } from "../support/program.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** Stricter than the platform of today, which allows everything: Deploy Classic allowed none of these. */
const DENIED = ["--deny-write", "--deny-run", "--deny-ffi"];
const PASSWORD = "deploy password";

/** The platform's end of the socket: Deno's own protocol, a JSON object a line (`ext/cron/socket.rs`). */
function startPlatform() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const lines: Record<string, unknown>[] = [];
  const waiting: { kind: string; resolve: (line: Record<string, unknown>) => void }[] = [];
  let connection: Deno.TcpConn | null = null;
  const deliver = () => {
    for (const one of [...waiting]) {
      const at = lines.findIndex(({ kind }) => kind === one.kind);
      if (at === -1) continue;
      waiting.splice(waiting.indexOf(one), 1);
      one.resolve(lines.splice(at, 1)[0]!);
    }
  };
  const served = (async () => {
    for await (connection of listener) {
      let rest = "";
      for await (const chunk of connection.readable.pipeThrough(new TextDecoderStream())) {
        const whole = (rest + chunk).split("\n");
        rest = whole.pop()!;
        lines.push(...whole.map((line) => JSON.parse(line)));
        deliver();
      }
    }
  })().catch(() => {});
  return {
    socket: `tcp:127.0.0.1:${listener.addr.port}`,
    /** The next line of this kind. */
    told: (kind: string) =>
      new Promise<Record<string, unknown>>((resolve) => {
        waiting.push({ kind, resolve });
        deliver();
      }),
    invoke: async (name: string) => {
      const line = JSON.stringify({ kind: "invoke", name, traceparent: null });
      await connection!.write(new TextEncoder().encode(`${line}\n`));
    },
    [Symbol.asyncDispose]: async () => {
      listener.close();
      await served;
    },
  };
}

async function freePort(): Promise<number> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return await Promise.resolve(listener.addr.port);
}

function startOnDeploy(cwd: string, env: Record<string, string>): Program {
  const kept = Object.fromEntries(
    ["PATH", "HOME", "DENO_DIR"].flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)!]] : []),
  );
  const platform = { DENO_DEPLOY: "true", DENO_DEPLOYMENT_ID: "d1", DENO_TIMELINE: "production" };
  // No argument: the platform names an entry point and nothing else.
  const words = ["run", "--quiet", "--no-prompt", "--no-check", "-A", ...DENIED, MAIN];
  return startFile(Deno.execPath(), words, { cwd, env: { ...kept, ...platform, ...env } });
}

/** As after two days without an instance. Waits for the first look at the clock, which knows nothing of the past. */
async function oweTick(pool: pg.Pool): Promise<void> {
  for (;;) {
    const { rowCount } = await pool.query("update schedule set evaluated_to = evaluated_to - interval '2 days'");
    if (rowCount === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

Deno.test("Deno Deploy: the cron is found, its invocation runs and mails, the page is locked and served, SIGINT ends it in time", async () => {
  await using vendor = await startCurrentVendor(["AAA"]);
  await using database = await serverDatabase();
  await using mailbox = await startMailbox();
  await using folder = await workFolder();
  await using platform = startPlatform();
  const port = await freePort();
  await using program = startOnDeploy(folder.path, {
    DENO_UNSTABLE_CRON_SOCK: platform.socket,
    DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
    DATABASE_URL: database.url,
    ALPHAVANTAGE_API_KEY: "deploykey",
    ALPHAVANTAGE_URL: vendor.url,
    STOCK_SYMBOLS: "AAA",
    STOCK_INTERVALS: "daily",
    UI_PASSWORD: PASSWORD,
    EMAIL_ON: "always",
    EMAIL_SENDER_ADDRESS: "etl@example.com",
    EMAIL_RECIPIENT_ADDRESS: "me@example.com",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(mailbox.port),
    SMTP_SECURE: "none",
  });
  const { crons } = await platform.told("register");
  assert.deepEqual(crons, [{ name: "heartbeat", schedule: "* * * * *", backoff_schedule: [] }]);
  await program.said(/Keeping 1 series/);
  await oweTick(database.db.pool);
  await platform.invoke("heartbeat");
  assert.equal((await platform.told("result")).success, true);
  const { rows } = await database.db.pool.query("select trigger, outcome from run");
  assert.deepEqual(rows, [{ trigger: "catch-up", outcome: "complete" }]);
  await mailbox.arrived(1);
  const page = `http://127.0.0.1:${port}`;
  assert.equal((await fetch(`${page}/healthz`)).status, 200);
  assert.match(await (await fetch(page)).text(), /password/i);
  const api = `${page}/api/v1/runs`;
  assert.equal((await fetch(api).then((answer) => (answer.body?.cancel(), answer))).status, 401);
  const authorized = await fetch(api, { headers: { authorization: `Bearer ${PASSWORD}` } });
  assert.equal(authorized.status, 200);
  await authorized.body?.cancel();
  const asked = Date.now();
  program.kill("SIGINT");
  const { code, stderr } = await program.ended;
  assert.equal(code, 0, stderr);
  assert.ok(Date.now() - asked < 5_000);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), [], "it has written a file");
  assert.doesNotMatch(stderr, /log file|NotCapable/);
});

Deno.test("Deno Deploy: a run the vendor holds up is given up within the five seconds, and closed", async () => {
  await using vendor = await startCurrentVendor(["AAA"]);
  await using database = await serverDatabase();
  await using folder = await workFolder();
  await using platform = startPlatform();
  vendor.fail("silent");
  await using program = startOnDeploy(folder.path, {
    DENO_UNSTABLE_CRON_SOCK: platform.socket,
    DATABASE_URL: database.url,
    ALPHAVANTAGE_API_KEY: "deploykey",
    ALPHAVANTAGE_URL: vendor.url,
    STOCK_SYMBOLS: "AAA",
    STOCK_INTERVALS: "daily",
    UI_PASSWORD: PASSWORD,
    PORT: String(await freePort()),
  });
  await program.said(/Keeping 1 series/);
  await oweTick(database.db.pool);
  await platform.invoke("heartbeat");
  await vendor.arrived(1);
  const asked = Date.now();
  program.kill("SIGINT");
  await program.ended;
  assert.ok(Date.now() - asked < 5_000, `took ${Date.now() - asked} ms`);
  const { rows } = await database.db.pool.query("select outcome from run");
  assert.deepEqual(rows, [{ outcome: "cancelled" }]);
});

Deno.test("Deno Deploy: no database and no password are told at the start, after the cron is known", async () => {
  await using folder = await workFolder();
  const cases: [Record<string, string>, RegExp][] = [
    [{ UI_PASSWORD: PASSWORD }, /Cannot keep bars on Deno Deploy without a database.*set DATABASE_URL/],
    [{ DATABASE_URL: "postgres://u@127.0.0.1:9/d" }, /Cannot open the page on "0\.0\.0\.0".*UI_PASSWORD is not set/],
  ];
  for (const [env, message] of cases) {
    await using platform = startPlatform();
    await using program = startOnDeploy(folder.path, { DENO_UNSTABLE_CRON_SOCK: platform.socket, ...env });
    const { code, stderr } = await program.ended;
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});
