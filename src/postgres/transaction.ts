/** How does a piece of work become all or nothing, and which failures are worth another try? */
import type pg from "pg";
import { type BackoffPolicy, delayBefore } from "../backoff.ts";
import { untraced } from "../trace.ts";
import type { Database } from "./connect.ts";

/** A server restart takes a few seconds: about 11 s of waiting on average. */
const DATABASE_BACKOFF: BackoffPolicy = { baseMs: 500, capMs: 5_000, attempts: 8 };

export interface RetryOptions {
  /** Aborted: no further attempt; the last error goes out. */
  readonly signal?: AbortSignal;
  readonly backoff?: BackoffPolicy;
}

/**
 * Runs `fn` in one transaction and commits. A transient failure rolls back and runs the whole of `fn` again on another
 * connection, a bounded number of times; any other error goes out at once.
 *
 * A connection lost during COMMIT leaves it open whether the work was stored. `fn` sees its attempt number and must be
 * right when an earlier attempt was committed after all.
 */
export function transaction<T>(
  db: Database,
  fn: (client: pg.PoolClient, attempt: number) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { pool, trace = untraced } = db;
  return trace("transaction", { "db.system.name": "postgresql" }, (span) =>
    retried((attempt) => {
      if (attempt > 1) span.set({ attempts: attempt });
      return attemptOnce(pool, (client) => fn(client, attempt));
    }, options));
}

/** One statement of its own, tried again like a {@link transaction}: it must not mind running twice. */
export async function query<Row extends pg.QueryResultRow>(
  db: Database,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await retried(() => db.pool.query<Row>(text, [...values]));
  return rows;
}

async function retried<T>(
  work: (attempt: number) => Promise<T>,
  { signal, backoff = DATABASE_BACKOFF }: RetryOptions = {},
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!isTransient(error) || signal?.aborted) throw error;
      const delayMs = delayBefore(attempt + 1, backoff, { random: Math.random() });
      if (delayMs === null) throw error;
      await pause(delayMs, signal);
    }
  }
}

async function attemptOnce<T>(pool: pg.Pool, fn: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // Without a listener of our own, a connection that dies between two statements ends the process.
  let broken: Error | null = null;
  const onError = (error: Error) => broken = error;
  client.on("error", onError);
  try {
    await client.query("begin");
    const result = await fn(client);
    await client.query("commit");
    return result;
  } catch (error) {
    if (isConnectionLost(error)) broken ??= error as Error;
    // The embedded engine has one session for ever: a transaction left open there would swallow the next one.
    if (broken === null) await client.query("rollback").catch((failure: Error) => broken = failure);
    throw error;
  } finally {
    client.off("error", onError);
    client.release(broken ?? undefined);
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

/**
 * Serialization and deadlock, lock timeout, the server going away or coming up, too many connections, a transaction
 * ended for idleness: nothing is wrong with the work itself.
 */
const TRANSIENT_STATES = /^(?:08...|40001|40P01|55P03|57P01|57P02|57P03|57P05|53300|25P03)$/;
/** After these the connection is as good as before. */
const CONNECTION_KEPT = /^(?:40001|40P01|55P03)$/;
const TRANSIENT_SOCKET = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)$/;
/** The driver's own errors carry no code at all. */
const TRANSIENT_WORDS =
  /^(?:Connection terminated|timeout expired|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;

/** Whether the same work may succeed on another connection, a moment later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = errorCode(error);
  if (code !== null) return TRANSIENT_STATES.test(code) || TRANSIENT_SOCKET.test(code);
  return TRANSIENT_WORDS.test(error.message);
}

function isConnectionLost(error: unknown): boolean {
  return isTransient(error) && !CONNECTION_KEPT.test(errorCode(error) ?? "");
}

/** The SQLSTATE or socket code of an error, also of one that gathers the failures of several addresses. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return code;
  return error instanceof AggregateError ? errorCode(error.errors[0]) : null;
}
