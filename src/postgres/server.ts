/** How is a PostgreSQL server reached: TLS as libpq means it, time limits, and errors that say what to do? */
import pg from "pg";
import type { Database, OpenOptions } from "./connect.ts";
import { errorCode } from "./transaction.ts";
import { VALUE_TYPES } from "./values.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
const CONNECT_MS = 10_000;
const LOCK_MS = 15_000;
/**
 * A transaction of a process that has fallen silent (stopped, or cut off) holds its locks no longer than its lease lasts:
 * they keep others from taking its run over.
 */
const IDLE_TRANSACTION_MS = 10_000;
/** NUMERIC knows Infinity since PostgreSQL 14; the bounds on prices use it. */
const OLDEST_VERSION = 140_000;

interface Target {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

interface Limits {
  readonly connectMs: number;
  /** The server ends a statement after this, */
  readonly statementMs: number;
  /** and a transaction left idle after this. */
  readonly idleMs: number;
  readonly lockMs: number;
  /** For a server that no longer answers at all, as on a connection cut in silence: it cannot end its own statement. */
  readonly silenceMs: number;
}

function limitsOf(timeoutMs: number): Limits {
  return {
    connectMs: Math.min(CONNECT_MS, timeoutMs),
    statementMs: timeoutMs,
    idleMs: Math.min(IDLE_TRANSACTION_MS, timeoutMs),
    lockMs: Math.min(LOCK_MS, timeoutMs),
    silenceMs: Math.ceil(timeoutMs * 1.25),
  };
}

/**
 * Opens a pool on a server and proves with one query that it answers.
 *
 * @param options.timeoutMs for one statement (default a minute); every other limit follows from it
 */
export async function openServer(
  { url, poolSize, timeoutMs = DEFAULT_TIMEOUT_MS }: { url: string; poolSize: number; timeoutMs?: number },
  { onError }: OpenOptions,
): Promise<Database> {
  const { target, attempts } = connectionUrls(url);
  const describe = `${target.host}:${target.port}/${target.database}`;
  const limits = limitsOf(timeoutMs);
  const pools = attempts.map((attempt) => () => poolOn(attempt, { poolSize, onError, limits }));
  const pool = await firstThatAnswers(pools, { ...target, ...limits });
  let closing: Promise<void> | null = null;
  return {
    pool,
    engine: "server",
    capabilities: {
      copy: { limitMs: limits.idleMs },
      statementTimeout: true,
      autovacuum: true,
      parallel: Math.min(2, poolSize),
      batchRows: 5_000,
    },
    describe,
    close: () => closing ??= pool.end(),
  };
}

function poolOn(
  url: string,
  { poolSize, onError, limits }: { poolSize: number; limits: Limits } & OpenOptions,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    types: VALUE_TYPES,
    application_name: "stocks-etl",
    connectionTimeoutMillis: limits.connectMs,
    query_timeout: limits.silenceMs,
    keepAlive: true,
    // Not as startup parameters: connection poolers refuse those they do not know. Our statements end before code compiled
    // for them would pay: the states of 5,000 series took a sixth longer with it.
    onConnect: async (client) => {
      await client.query(
        `set timezone = 'UTC'; set jit = off; set statement_timeout = ${limits.statementMs}; set lock_timeout = ${limits.lockMs};` +
          ` set idle_in_transaction_session_timeout = ${limits.idleMs}`,
      );
    },
  });
  pool.on("error", onError);
  return pool;
}

async function firstThatAnswers(
  pools: readonly (() => pg.Pool)[],
  target: Target & Pick<Limits, "connectMs">,
): Promise<pg.Pool> {
  for (const [index, open] of pools.entries()) {
    const pool = open();
    try {
      await requireVersion(pool);
      return pool;
    } catch (error) {
      await pool.end();
      const next = index + 1 < pools.length && (error as Error).message === NO_TLS;
      if (!next) throw connectError(error, target);
    }
  }
  throw new Error("Cannot connect: no way to connect was given");
}

const NO_TLS = "The server does not support SSL connections";

class TooOld extends Error {}

async function requireVersion(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query("select current_setting('server_version_num')::int as number, version() as name");
  if (rows[0].number < OLDEST_VERSION) throw new TooOld(`it is ${rows[0].name}; PostgreSQL 14 or newer is needed`);
}

/**
 * The URLs to try, in order. `sslmode` means what it means to libpq (the driver reads `require` as verify-full):
 * `require` encrypts without verifying, `verify-full` verifies, `prefer` (the default away from this machine) encrypts
 * if the server can.
 */
export function connectionUrls(url: string): { target: Target; attempts: string[] } {
  const [base = "", query = ""] = url.split(/\?(.*)/s, 2);
  const parameters = new URLSearchParams(query);
  const given = parameters.get("sslmode");
  if (given !== null && !/^(?:disable|allow|prefer|require|verify-ca|verify-full)$/.test(given)) {
    throw new Error(`Cannot use the database URL: sslmode is "${given}", not one of libpq's`);
  }
  if (given === "verify-ca" && !parameters.has("sslrootcert")) {
    throw new Error('Cannot use the database URL: sslmode "verify-ca" needs sslrootcert, the file of the authority');
  }
  // The system's certificates are what the TLS library uses when no file is named.
  if (parameters.get("sslrootcert") === "system") parameters.delete("sslrootcert");
  parameters.delete("sslmode");
  parameters.set("uselibpqcompat", "true");
  const withMode = (mode: string) => {
    parameters.set("sslmode", mode);
    return `${base}?${parameters}`;
  };
  if (!/^postgres(?:ql)?:\/\//.test(base)) throw unreadableUrl();
  const target = readTarget(withMode("disable"));
  const mode = given ?? (isThisMachine(target.host) ? "disable" : "prefer");
  if (mode !== "prefer" && mode !== "allow") return { target, attempts: [withMode(mode)] };
  return { target, attempts: [withMode("prefer"), withMode("disable")] };
}

function readTarget(url: string): Target {
  try {
    const { host, port, database = "", user = "" } = new pg.Client({ connectionString: url });
    return { host, port, database, user };
  } catch (error) {
    const { code, path } = error as { code?: string; path?: string };
    if (path !== undefined) throw new Error(`Cannot use the database URL: "${path}" cannot be read (${code})`);
    // The cause is left out: it may quote the URL, and with it the password.
    throw unreadableUrl();
  }
}

function unreadableUrl(): Error {
  return new Error(
    'Cannot use the database URL: it does not read like "postgres://user:password@host:5432/database"' +
      " (percent-encode special characters in the password)",
  );
}

function isThisMachine(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127\./.test(host);
}

/** The driver's error as a sentence: what was tried, what was found, what to do. */
export function connectError(
  error: unknown,
  { host, port, database, user, connectMs = CONNECT_MS }: Target & Partial<Pick<Limits, "connectMs">>,
): Error {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  const failed = (found: string) =>
    new Error(`Cannot connect to PostgreSQL at "${host}:${port}/${database}" as "${user}": ${found}`, { cause: error });
  if (error instanceof TooOld) return failed(message);
  switch (code) {
    case "28P01":
    case "28000":
      return failed(
        `the server refused the user or password (${code}: ${message}); check them in DATABASE_URL or DB_*`,
      );
    case "3D000":
      return failed(`the database does not exist (3D000); create it: createdb -h ${host} -p ${port} "${database}"`);
    case "53300":
      return failed("the server has no connection left (53300); raise max_connections or end idle clients");
    case "57P03":
      return failed(`the server is not ready (57P03: ${message}); try again in a moment`);
    case "ECONNREFUSED":
      return failed("nothing listens there (ECONNREFUSED); start the server, or correct host and port");
    case "ENOENT":
      return failed("there is no such socket or file (ENOENT); start the server, or correct the path");
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return failed(`the host name is unknown (${code}); correct it`);
  }
  if (/SELF_SIGNED|UNABLE_TO|CERT/.test(code ?? "") || /certificate/i.test(message)) {
    return failed(`its certificate was not accepted (${message}); give sslrootcert, or sslmode=require not to verify`);
  }
  if (message === NO_TLS) return failed("the server does not speak TLS; use sslmode=disable if that is meant");
  if (/timeout/i.test(message)) {
    return failed(`no answer within ${connectMs / 1_000} s; check host, port and firewall`);
  }
  return failed(code === null ? message : `${message} (${code})`);
}
