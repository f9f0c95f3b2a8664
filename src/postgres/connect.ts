/** Which database do we talk to, and what can it do? One seam for a PostgreSQL server and the embedded engine. */
import type pg from "pg";
import type { Trace } from "../trace.ts";

/** `timeoutMs`: for one statement, a minute if not given. `embedded` with `dataDir: null` lives in memory. `loadDataDir`: a `dumpDataDir` archive to start a new one from. */
export type DatabaseConfig =
  | { readonly kind: "server"; readonly url: string; readonly poolSize: number; readonly timeoutMs?: number }
  | { readonly kind: "embedded"; readonly dataDir: string | null; readonly loadDataDir?: Blob };

/** What differs between the engines, so that statements ask for a faculty and never for a name. */
export interface Capabilities {
  /**
   * `COPY … FROM STDIN` works, and may last so long. While it waits for data the server sees no idle transaction but a
   * running statement. `null`: it does not; on the embedded engine it ends the process.
   */
  readonly copy: { readonly limitMs: number } | null;
  /** A statement that runs too long is ended. */
  readonly statementTimeout: boolean;
  /** Dead rows are reclaimed, statistics renewed and checkpoints made without being asked. */
  readonly autovacuum: boolean;
  /** Connections worth using at once for one piece of work. */
  readonly parallel: number;
  /** Rows per statement: the embedded engine runs on our thread, and 1,000 rows already stall it for 100 ms. */
  readonly batchRows: number;
}

export interface Database {
  readonly pool: pg.Pool;
  readonly engine: "server" | "embedded";
  readonly capabilities: Capabilities;
  /** Where it is, for people: host, port and database name, never a password. */
  readonly describe: string;
  /** Under which spans its transactions are seen; absent: nobody traces. */
  readonly trace?: Trace;
  /** Waits for running statements. A second call is the same as the first. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Told of connections that broke while idle; the pool replaces them by itself. */
  readonly onError: (error: Error) => void;
  readonly trace?: Trace | undefined;
}

/**
 * Opens the database and proves that it answers.
 *
 * @throws Error with the place, what was found and what to do; never with the password
 */
export async function openDatabase(config: DatabaseConfig, options: OpenOptions): Promise<Database> {
  const database = await openEngine(config, options);
  return options.trace === undefined ? database : { ...database, trace: options.trace };
}

async function openEngine(config: DatabaseConfig, options: OpenOptions): Promise<Database> {
  // Each engine's code is loaded only when it is the one: PGlite alone is 25 MB.
  if (config.kind === "server") {
    const { openServer } = await import("./server.ts");
    return await openServer(config, options);
  }
  const { openEmbedded } = await import("./embedded.ts");
  return await openEmbedded(config, options);
}
