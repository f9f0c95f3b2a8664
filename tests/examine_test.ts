/** Does `check` find what would stop a run, in the order in which it should be mended, and spend nothing on it? */
import assert from "node:assert/strict";
import { hashOf } from "../src/app.ts";
import { parseConfig } from "../src/config.ts";
import { examine } from "../src/examine.ts";
import { openDatabase } from "../src/postgres/connect.ts";
import { rememberEntitlement } from "../src/postgres/entitlements.ts";
import { jumpingWorld } from "./support/app.ts";
import { startMailbox } from "./support/mailbox.ts";
import { embeddedDir, serverDatabase } from "./support/database.ts";
import { workFolder } from "./support/program.ts";
import { deadUrl, startVendor } from "./support/vendor.ts";

const world = (now: number) => ({ ...jumpingWorld(now), readFile: Deno.readTextFileSync });

/** Findings as `state name: found`. `aheadMs`: how far this machine's clock is ahead. */
async function found(env: Record<string, string>, { aheadMs = 0, file = null as string | null } = {}) {
  const parsed = parseConfig(env, { readFile: () => assert.fail("reads a file") });
  const results = await examine(parsed, { world: world(Date.now() + aheadMs), file });
  for (const { state, todo, name } of results) {
    assert.ok(state === "ok" ? todo === null : name === "configuration" || todo !== null, `${name}: what to do?`);
  }
  return results.map((one) => `${one.state} ${one.name}: ${one.found}`);
}

async function stage() {
  const [vendor, database] = [await startVendor(), await serverDatabase()];
  return {
    vendor,
    db: database.db,
    pool: database.db.pool,
    env: { API_KEY: "CANARYKEY0123456", ALPHAVANTAGE_URL: vendor.url, DATABASE_URL: database.url },
    [Symbol.asyncDispose]: async () => {
      await vendor.close();
      await database.close();
    },
  };
}

Deno.test("all in order: every finding is ok, and the vendor has seen no key", async () => {
  await using at = await stage();
  const findings = await found(at.env, { file: "/home/me/.env" });
  assert.deepEqual(findings.map((one) => one.split(":")[0]), [
    "ok configuration",
    "ok key",
    "ok database",
    "ok clock",
    "ok vendor",
    "ok clock",
  ]);
  assert.match(findings[0]!, /2 series of 1 symbol, schedule "0 6 \* \* \*" in UTC, \.env file "\/home\/me\/\.env"$/);
  assert.match(findings[2]!, /PostgreSQL \d.*, schema up to date$/);
  assert.ok(at.vendor.requests.every(({ parameters }) => Object.keys(parameters).length === 0));
  assert.ok(!findings.join().includes("CANARY"));
});

Deno.test("a configuration that cannot be used stops the examination: every problem at once, nothing opened", async () => {
  const findings = await found({ PORT: "x", STOCK_SYMBOLS: "A B", DATABASE_URL: "postgres://u@127.0.0.1:9/d" });
  assert.deepEqual(findings.map((one) => one.split(":")[0]), ["fail configuration", "fail configuration"]);
  const parsed = parseConfig({ PORT: "x" }, { readFile: () => "" });
  const [first] = await examine(parsed, { world: world(0), file: null });
  assert.match(first!.todo!, /the command "config" lists every name/, "who has the single file has no .env.example");
});

Deno.test("what is wrong is found side by side: no key, no database, no vendor", async () => {
  const env = { ALPHAVANTAGE_URL: await deadUrl(), DATABASE_URL: "postgres://me:SECRETPASSWORD@127.0.0.1:9/none" };
  const findings = await found(env);
  assert.deepEqual(findings.map((one) => one.split(":")[0]), [
    "ok configuration",
    "fail key",
    "fail database",
    "warn vendor",
  ]);
  assert.match(findings[2]!, /127\.0\.0\.1:9/);
  assert.ok(!findings.join().includes("SECRETPASSWORD"));
});

Deno.test("a clock that is wrong is told with its direction, against both others; half a minute is not", async () => {
  await using at = await stage();
  const clocks = async (aheadMs: number) =>
    (await found(at.env, { aheadMs })).filter((one) => one.includes(" clock: "));
  assert.deepEqual((await clocks(25_000)).map((one) => one.slice(0, 2)), ["ok", "ok"]);
  for (const [aheadMs, words] of [[120_000, "ahead of"], [-120_000, "behind"]] as const) {
    const told = await clocks(aheadMs);
    assert.equal(told.length, 2);
    for (const one of told) assert.match(one, new RegExp(`^warn clock: 1(19|20|21) s ${words} the `));
  }
});

Deno.test("the schema: one that is newer than the program, one still to be made, and a stranger's table", async () => {
  await using at = await stage();
  const database = async () => (await found(at.env)).find((one) => one.includes(" database: "))!;
  const step = "insert into schema_migration (version, name, checksum)";
  await at.pool.query(`${step} select max(version) + 1, 'later', 'x' from schema_migration`);
  assert.match(await database(), /^fail .*its schema is newer than this program$/);
  await at.pool.query("drop schema public cascade; create schema public");
  assert.match(await database(), /^ok .*\d+ migrations? to apply, which the next command does$/);
  await at.pool.query("create table stock_data (symbol text)");
  assert.match(await database(), /^fail .*a table "stock_data" that another program made$/);
  const tables = await at.pool.query("select tablename from pg_tables where schemaname = 'public'");
  assert.deepEqual(tables.rows, [{ tablename: "stock_data" }], "an examination changes nothing");
});

Deno.test("the mail server is logged in to, and what is wrong with it is no more than a warning", async () => {
  await using at = await stage();
  await using mailbox = await startMailbox({ login: { user: "a@example.com", password: "right" } });
  const env = {
    ...at.env,
    EMAIL_SENDER_ADDRESS: "a@example.com",
    EMAIL_RECIPIENT_ADDRESS: "b@example.com",
    EMAIL_SENDER_PASSWORD: "right",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(mailbox.port),
    SMTP_SECURE: "none",
  };
  const mail = async (change: Record<string, string> = {}) => (await found({ ...env, ...change })).at(-1)!;
  assert.equal(await mail(), `ok mail: 127.0.0.1:${mailbox.port} (in clear) takes the login`);
  assert.match(await mail({ EMAIL_SENDER_PASSWORD: "CANARYPASSWORD" }), /^warn mail: .*535/);
  assert.match(await mail({ SMTP_SECURE: "starttls" }), /^warn mail: .*STARTTLS/);
  mailbox.fail("silent");
  assert.match(await mail(), /^warn mail: /);
  assert.equal(mailbox.mails.length, 0);
});

Deno.test("no database named and none there: a warning with what to do, and none is left behind", async () => {
  await using folder = await workFolder();
  await using vendor = await startVendor();
  const env = { API_KEY: "k", ALPHAVANTAGE_URL: vendor.url, DATA_DIR: `${folder.path}/data` };
  const parsed = parseConfig(env, { readFile: () => "" });
  const results = await examine(parsed, { world: world(Date.now()), file: null });
  const database = results.find(({ name }) => name === "database")!;
  assert.equal(database.state, "warn");
  assert.equal(database.found, `no database is configured, and there is none in "${folder.path}/data"`);
  assert.match(database.todo!, /name its DATABASE_URL here or stand in the folder where it runs$/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path)), []);
});

Deno.test("an embedded database that a program holds is in use, which is no failure", async () => {
  await using dir = await embeddedDir();
  await using vendor = await startVendor();
  const began = Date.now();
  const holder = await openDatabase({ kind: "embedded", dataDir: dir.path }, { onError: () => {} });
  try {
    const DATA_DIR = dir.path.replace(/\/[^/]*$/, "");
    const parsed = parseConfig({ API_KEY: "k", ALPHAVANTAGE_URL: vendor.url, DATA_DIR }, { readFile: () => "" });
    assert.ok("config" in parsed);
    const config = { ...parsed.config, database: { kind: "embedded" as const, dataDir: dir.path } };
    const results = await examine({ ...parsed, config }, { world: world(Date.now()), file: null });
    const database = results.find(({ name }) => name === "database")!;
    assert.deepEqual([database.state, database.todo], ["ok", null]);
    const minute = new Date(began).toISOString().slice(0, 10);
    assert.match(
      database.found,
      new RegExp(`in use by process ${Deno.pid} since ${minute} .*its page and API .* http://127\\.0\\.0\\.1:3000`),
    );
  } finally {
    await holder.close();
  }
});

Deno.test("rights that are missing are told with what to do, as the other commands tell it", async () => {
  await using at = await stage();
  const role = `reader_${crypto.randomUUID().slice(0, 8)}`;
  await at.pool.query(`create role ${role} login password 'x'`);
  try {
    const url = new URL(at.env.DATABASE_URL);
    [url.username, url.password] = [role, "x"];
    const findings = await found({ ...at.env, DATABASE_URL: url.href });
    assert.match(
      findings.find((one) => one.includes(" database: "))!,
      /^fail .*permission denied for table schema_migration \(42501: give this user the rights on the tables, or /,
    );
  } finally {
    await at.pool.query(`drop role ${role}`);
  }
});

Deno.test("an interval this key was refused in every form is told with what to set; in one form it is not", async () => {
  await using at = await stage();
  const env = { ...at.env, STOCK_SYMBOLS: "IBM", STOCK_INTERVALS: "30min,daily" };
  const keys = async () => (await found(env)).filter((one) => one.includes(" key: "));
  const learn = async (form: string) =>
    await rememberEntitlement(at.db, {
      keyHash: await hashOf(env.API_KEY),
      form,
      allowed: false,
      learntAt: Date.now(),
      message: null,
    });
  await learn("TIME_SERIES_DAILY full");
  await learn("TIME_SERIES_INTRADAY full");
  assert.equal((await keys()).length, 1);
  await learn("TIME_SERIES_INTRADAY compact");
  assert.deepEqual((await keys()).slice(1), ["warn key: this key may not have 30min bars"]);
});
