/** How does the embedded PostgreSQL open its directory: one process at a time, never half made, errors that help? */
import type { PGlite, PGliteOptions } from "@electric-sql/pglite";
import pg from "pg";
import type { Database, OpenOptions } from "./connect.ts";
import { InUse } from "./in_use.ts";
import { VALUE_TYPES } from "./values.ts";

/** PostgreSQL's major version inside the pinned PGlite: the directory's format, which `PG_VERSION` in it names. */
const MAJOR = "18";
/** There is one connection. Whoever waits for it waits for other statements, not for a network. */
const WAIT_MS = 60_000;

interface EmbeddedConfig {
  readonly dataDir: string | null;
  readonly loadDataDir?: Blob;
}

/** Opens (and on the first start makes) an embedded database. Its data survives a kill, but not a power cut: no fsync. */
export async function openEmbedded(
  { dataDir, loadDataDir }: EmbeddedConfig,
  { onError }: OpenOptions,
): Promise<Database> {
  const directory = dataDir?.replace(/(?<=.)[/\\]+$/, "") ?? null;
  const source = loadDataDir === undefined ? {} : { loadDataDir };
  const { engine, lock } = directory === null
    ? { engine: await create({ dataDir: "memory://", ...source }, { onError }), lock: null }
    : await openDirectory(directory, { source, onError });
  await engine.exec("set timezone = 'UTC'");
  const { createPgConfig } = await import("@electric-sql/pglite/node-postgres");
  const pool = new OneSessionPool({
    ...(createPgConfig(withTurns(engine)) as unknown as pg.PoolConfig),
    // One session, so one client: with two, answers go to the wrong question. It is never idle enough to be replaced.
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: WAIT_MS,
    types: VALUE_TYPES,
  });
  pool.on("error", onError);
  let closing: Promise<void> | null = null;
  const close = async () => {
    await pool.end();
    await engine.close();
    lock?.close();
  };
  return {
    pool,
    engine: "embedded",
    capabilities: { copy: null, statementTimeout: false, autovacuum: false, parallel: 1, batchRows: 1_000 },
    describe: directory === null ? "embedded, in memory" : `embedded, in "${directory}"`,
    close: () => closing ??= close(),
  };
}

/**
 * The driver's pool replaces a client whose statement failed. Here the next client would be the same session, still
 * finishing the failed statement: it would read the wrong answers. The session is sound, so the client stays.
 */
class OneSessionPool extends pg.Pool {
  override query = (async (...args: Parameters<pg.PoolClient["query"]>) => {
    const client = await this.connect();
    try {
      return await client.query(...args);
    } finally {
      client.release();
    }
  }) as pg.Pool["query"];
}

const DEAF_MS = 50;

/**
 * The engine works on our thread, and its answers need no turn of the event loop: in a long chain of statements no signal
 * would be heard, no lease renewed and no page answered. So it has its turn after an answer, every so often.
 */
function withTurns(engine: PGlite): PGlite {
  const exec = engine.execProtocolStream.bind(engine);
  let turnedAt = 0;
  engine.execProtocolStream = async (message, options) => {
    const answer = await exec(message, options);
    if (performance.now() - turnedAt >= DEAF_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turnedAt = performance.now();
    }
    return answer;
  };
  return engine;
}

async function openDirectory(
  dataDir: string,
  { source, onError }: { source: Pick<PGliteOptions, "loadDataDir"> } & OpenOptions,
): Promise<{ engine: PGlite; lock: Deno.FsFile }> {
  const failed = (found: string, cause?: unknown) =>
    new Error(`Cannot open the embedded database in "${dataDir}": ${found}`, { cause });
  const lock = await lockDirectory(dataDir, failed);
  try {
    if (!await isMade(dataDir, failed)) {
      // Made beside it and renamed when complete, so that a kill in the middle leaves no half-made database.
      const unfinished = `${dataDir}.unfinished`;
      await Deno.remove(unfinished, { recursive: true }).catch(ignoreNotFound);
      const made = await create({ dataDir: unfinished, ...source }, { onError });
      await made.close();
      // The engine leaves its files writable for everybody.
      if (Deno.build.os !== "windows") await Deno.chmod(unfinished, 0o700);
      await Deno.rename(unfinished, dataDir);
    }
    return { engine: await create({ dataDir }, { onError }), lock };
  } catch (error) {
    lock.close();
    if (error instanceof Error && error.message.startsWith("Cannot open")) throw error;
    if (error instanceof Deno.errors.NotCapable) throw failed(error.message, error);
    if (error instanceof Deno.errors.PermissionDenied) throw failed("the directory is not writable", error);
    throw failed(
      "its files could not be written or are damaged; check the free space there first (df), then restore a copy",
      error,
    );
  }
}

type Failed = (found: string, cause?: unknown) => Error;

/** PGlite has no lock: two processes on one directory both write, and most of it is gone. The lock dies with us. */
async function lockDirectory(dataDir: string, failed: Failed): Promise<Deno.FsFile> {
  const path = `${dataDir}.lock`;
  let lock: Deno.FsFile;
  try {
    const parent = dataDir.replace(/[/\\][^/\\]*$/, "");
    if (parent !== dataDir && parent !== "") await Deno.mkdir(parent, { recursive: true });
    lock = await Deno.open(path, { read: true, write: true, create: true });
  } catch (error) {
    throw failed(`"${path}" cannot be written; make its directory writable, set DATA_DIR, or use a server`, error);
  }
  if (!await lock.tryLock(true)) {
    lock.close();
    const pid = Number.parseInt(await Deno.readTextFile(path).catch(() => ""), 10);
    const since = (await Deno.stat(path).catch(() => null))?.mtime?.getTime() ?? null;
    throw new InUse({ dataDir, pid: Number.isNaN(pid) ? null : pid, since });
  }
  await lock.truncate();
  await lock.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return lock;
}

async function isMade(dataDir: string, failed: Failed): Promise<boolean> {
  const version = await Deno.readTextFile(`${dataDir}/PG_VERSION`).catch(ignoreNotFound);
  if (version !== undefined) {
    if (version.trim() === MAJOR) return true;
    throw failed(
      `it was made by PostgreSQL ${version.trim()}, this program embeds ${MAJOR}; export it with the old one`,
    );
  }
  const entries = await Array.fromAsync(Deno.readDir(dataDir)).catch(ignoreNotFound) ?? [];
  if (entries.length > 0) {
    throw failed(`the directory is not empty and holds no database (found "${entries[0]!.name}")`);
  }
  return false;
}

function ignoreNotFound(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Longer than the second rejection takes on a busy machine, when there is one. */
const STRAY_MS = 500;

/** The log is what a checkpoint leaves of it to be used again: by default up to a gigabyte. */
const SETTINGS = ["shared_buffers=16MB", "max_wal_size=64MB", "min_wal_size=32MB"];

/** When its files cannot be read, PGlite rejects twice: once to us, once to nobody, which would end the process. */
async function create(options: PGliteOptions, { onError }: OpenOptions): Promise<PGlite> {
  const stray: Error[] = [];
  const arrived = Promise.withResolvers<void>();
  const onStray = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    stray.push(event.reason instanceof Error ? event.reason : new Error(String(event.reason)));
    arrived.resolve();
  };
  globalThis.addEventListener("unhandledrejection", onStray);
  try {
    const { PGlite } = await import("@electric-sql/pglite");
    const engine = await PGlite.create({ ...options, postgresqlconf: SETTINGS });
    // It worked, so these were somebody else's.
    stray.forEach(onError);
    return engine;
  } catch (error) {
    // The stray rejection may come after the awaited one.
    const timer = setTimeout(arrived.resolve, STRAY_MS);
    await arrived.promise;
    clearTimeout(timer);
    throw error;
  } finally {
    globalThis.removeEventListener("unhandledrejection", onStray);
  }
}
