/** Is everything in order that a run needs: configuration, key, database, symbols, clock, vendor? */
import { reachVendor } from "./alphavantage/reach.ts";
import { absence, ABSENT_ADVICE } from "./absent.ts";
import { hashOf } from "./app.ts";
import { type Config, type Parsed, requireKey } from "./config.ts";
import { adviceOn, refusedIntervals } from "./entitled.ts";
import type { Machine } from "./machine.ts";
import { configuredSymbols, knownSymbols } from "./operate_symbols.ts";
import { type Database, openDatabase } from "./postgres/connect.ts";
import { entitlements } from "./postgres/entitlements.ts";
import { brokenConnection, explain } from "./postgres/explain.ts";
import { InUse } from "./postgres/in_use.ts";
import { serverFacts } from "./postgres/facts.ts";
import { MIGRATIONS, schemaVersion } from "./postgres/migrate.ts";
import type { EmailConfig } from "./email.ts";
import { openMailer } from "./smtp/mail.ts";
import type { CheckResult } from "./terminal/check.ts";
import { instant } from "./terminal/tables.ts";
import { nearWords } from "./terminal/symbol_tables.ts";
import { marketOf, type World } from "./wiring.ts";

type Surroundings = World & Pick<Machine, "readFile">;

/** More than this and a bar may be settled before it is, or a lease misjudged. */
const CLOCK_TOLERANCE_MS = 30_000;

/**
 * One finding per thing looked at, in the order in which they should be mended. Sends the vendor no key.
 *
 * @param options.file the `.env` file whose settings are among the parsed ones; `null`: there is none
 */
export async function examine(
  parsed: Parsed,
  { world, file }: { world: Surroundings; file: string | null },
): Promise<CheckResult[]> {
  const results: CheckResult[] = parsed.warnings.map(({ message }) => ({
    name: "configuration",
    state: "warn",
    found: message,
    todo: null,
  }));
  if (!("config" in parsed)) {
    const todo =
      'mend it in the environment or the .env file; the command "config" lists every name, .env.example explains them';
    return [
      ...results,
      ...parsed.problems.map(({ message }): CheckResult => ({
        name: "configuration",
        state: "fail",
        found: message,
        todo,
      })),
    ];
  }
  const { config } = parsed;
  const symbols = new Set(config.series.map(({ symbol }) => symbol)).size;
  const found = `${config.series.length} series of ${symbols} ${
    symbols === 1 ? "symbol" : "symbols"
  }, schedule "${config.schedule.cron}" in ${config.schedule.timezone}, ${
    file === null ? "no .env file" : `.env file "${file}"`
  }`;
  results.push({ name: "configuration", state: "ok", found, todo: null });
  results.push(keyResult(requireKey(config)));
  results.push(...await databaseResults(config, world));
  results.push(...await vendorResults(config.vendor.url, world));
  if (config.email !== null) results.push(await mailResult(config.email));
  return results;
}

function keyResult(found: ReturnType<typeof requireKey>): CheckResult {
  if ("problem" in found) {
    return {
      name: "key",
      state: "fail",
      found: "ALPHAVANTAGE_API_KEY is not set",
      todo: "get a free key at https://www.alphavantage.co/support/#api-key and set it",
    };
  }
  return {
    name: "key",
    state: "ok",
    found: "set; the vendor is not asked about it",
    todo: null,
  };
}

async function databaseResults(config: Config, world: Surroundings): Promise<CheckResult[]> {
  const absent = absence(config, world);
  // It would be made by looking.
  if (absent !== null) return [{ name: "database", state: "warn", found: absent, todo: ABSENT_ADVICE }];
  try {
    const database = await openDatabase(config.database, {
      onError: (error) => world.onError(brokenConnection(error)),
    });
    try {
      const before = world.now();
      const { version, now, foreignTable } = await serverFacts(database);
      const pending = MIGRATIONS.length - await schemaVersion(database);
      const verdict = schemaVerdict(pending, foreignTable);
      const found = `${database.describe}: PostgreSQL ${version}, ${verdict.found}`;
      const results: CheckResult[] = [{ name: "database", ...verdict, found }];
      if (database.engine === "server") {
        results.push(clockResult(now - (before + world.now()) / 2, "the database server"));
      }
      if (pending === 0) {
        results.push(...await planResults(config, { database, now: world.now() }));
        results.push(...await symbolResults(config, database));
      }
      return results;
    } finally {
      await database.close();
    }
  } catch (error) {
    if (error instanceof InUse) return [inUseResult(error, config)];
    return [{
      name: "database",
      state: "fail",
      found: explain(error),
      todo: "nothing can be stored before this is mended",
    }];
  }
}

/** Not a failure: what serves holds the embedded database for as long as it runs. */
function inUseResult({ dataDir, pid, since }: InUse, { host, port }: Config): CheckResult {
  const who = pid === null ? "another process" : `process ${pid}`;
  const when = since === null ? "" : ` since ${instant(since)}`;
  const found = `embedded, in "${dataDir}": in use by ${who}${when}, as by a program that serves; ` +
    `its page and API show it meanwhile (by these settings on http://${host}:${port})`;
  return { name: "database", state: "ok", found, todo: null };
}

/** What of the configuration this key has been refused. */
async function planResults(
  config: Config,
  { database, now }: { database: Database; now: number },
): Promise<CheckResult[]> {
  const known = await entitlements(database, await hashOf(config.vendor.key ?? ""));
  const options = { now, market: marketOf(config), adjusted: config.adjusted, entitlements: known };
  const advice = adviceOn(refusedIntervals(config.series, options), config.series);
  return advice === null ? [] : [{ name: "key", state: "warn", ...advice }];
}

/** Of each symbol that looks wrong; nothing while there is no list to tell by. */
async function symbolResults(config: Config, database: Database): Promise<CheckResult[]> {
  const known = await knownSymbols(database, configuredSymbols(config));
  const unknown = known.filter(({ state }) => state === "unknown").map(({ symbol, near }): CheckResult => ({
    name: "symbols",
    state: "warn",
    found: `"${symbol}" is not in the vendor's list of symbols${near.length === 0 ? "" : `, ${nearWords(near)}`}`,
    todo: `mend it in STOCK_SYMBOLS; "symbols search ${symbol}" asks the vendor, for one request`,
  }));
  const ended = known.filter(({ state }) => state === "delisted");
  if (unknown.length > 0 || known.every(({ state }) => state === "not known yet" || state === "elsewhere")) {
    return unknown;
  }
  const words = ended.map(({ symbol, listing }) => `${symbol} was delisted on ${listing?.delistingDate}`);
  const found = ["none is strange to the vendor's list", ...words].join(", ");
  return [{ name: "symbols", state: "ok", found, todo: null }];
}

function schemaVerdict(pending: number, foreignTable: boolean): Pick<CheckResult, "state" | "found" | "todo"> {
  if (foreignTable) {
    const todo = "rename it: alter table stock_data rename to stock_data_old";
    return { state: "fail", found: 'it holds a table "stock_data" that another program made', todo };
  }
  if (pending < 0) {
    const todo = "use the newest release of stocks-etl with this database";
    return { state: "fail", found: "its schema is newer than this program", todo };
  }
  if (pending === 0) return { state: "ok", found: "schema up to date", todo: null };
  const migrations = pending === 1 ? "1 migration" : `${pending} migrations`;
  return { state: "ok", found: `${migrations} to apply, which the next command does`, todo: null };
}

async function vendorResults(url: string, world: World): Promise<CheckResult[]> {
  const reached = await reachVendor(url, { timeoutMs: 10_000 });
  if ("message" in reached) {
    const todo = "check the network, a proxy or ALPHAVANTAGE_URL; runs will fail until it answers";
    return [{ name: "vendor", state: "warn", found: reached.message, todo }];
  }
  const results: CheckResult[] = [{ name: "vendor", state: "ok", found: `${new URL(url).host} answers`, todo: null }];
  // The header counts whole seconds.
  if (reached.date !== null) results.push(clockResult(reached.date - world.now(), "the vendor"));
  return results;
}

/** Logs in and sends nothing. Runs do not need it, so it is no failure. */
async function mailResult(email: EmailConfig): Promise<CheckResult> {
  const { host, port, secure } = email.smtp;
  const server = `${host}:${port} (${secure === "none" ? "in clear" : secure})`;
  const mailer = await openMailer(email, { limits: { connectMs: 5_000, silenceMs: 5_000, mailMs: 10_000 } });
  try {
    const found = await mailer.verify();
    const login = email.password === null ? "answers" : "takes the login";
    if (found === null) return { name: "mail", state: "ok", found: `${server} ${login}`, todo: null };
    const todo = "check EMAIL_SENDER_PASSWORD (for Gmail an app password), SMTP_HOST, SMTP_PORT, SMTP_SECURE";
    return { name: "mail", state: "warn", found: `${server}: ${found}`, todo };
  } finally {
    mailer.close();
  }
}

function clockResult(aheadMs: number, other: string): CheckResult {
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) <= CLOCK_TOLERANCE_MS) {
    return { name: "clock", state: "ok", found: `within ${CLOCK_TOLERANCE_MS / 1000} s of ${other}'s`, todo: null };
  }
  const found = `${seconds} s ${aheadMs > 0 ? "behind" : "ahead of"} ${other}'s`;
  return { name: "clock", state: "warn", found, todo: "set this machine's clock (chrony, systemd-timesyncd)" };
}
