/**
 * A real PostgreSQL server for tests: the one `TEST_DATABASE_URL` names, else one started here from a local installation's
 * programs, else from npm's. No server is an error that says what to do, never a skipped test.
 */
import { join } from "node:path";
import pg from "pg";
import { type Binaries, type Identity, localBinaries, npmBinaries, run, unprivilegedUser } from "./binaries.ts";

const START_TIMEOUT_MS = 60_000;
const PORT_ATTEMPTS = 5;

/** What a test may ask of the server. */
export interface TestServer extends AsyncDisposable {
  /** Of a superuser (or whoever `TEST_DATABASE_URL` names), database `postgres`. */
  readonly url: string;
  /** Where its programs are (`psql` only if the installation has it); `null` when the server was given to us. */
  readonly binDir: string | null;
  /** `show server_version`. */
  readonly version: string;
  /**
   * Ends every connection and starts again on the same port and data. `fast` is what an operator does (57P01);
   * `immediate` is a crash: no checkpoint, the log is replayed. Throws when the server was given to us.
   */
  restart(how: "fast" | "immediate"): Promise<void>;
  /** Stops what we started and removes its data; nothing happens to a server that was given to us. */
  stop(): Promise<void>;
}

/**
 * A server that accepts connections. `TEST_POSTGRES` limits the choice to one way: `url`, `local` or `npm`.
 *
 * @param options.own never the given server, for tests that restart it
 */
export async function startServer({ own = false }: { own?: boolean } = {}): Promise<TestServer> {
  const way = Deno.env.get("TEST_POSTGRES") ?? "";
  if (!["", "url", "local", "npm"].includes(way)) {
    throw new Error(`Cannot start a test server: TEST_POSTGRES is "${way}", not "url", "local" or "npm"`);
  }
  const given = Deno.env.get("TEST_DATABASE_URL") ?? "";
  if (given !== "" && !own && (way === "" || way === "url")) return await givenServer(given);
  if (way === "url" && !own) {
    throw new Error('Cannot use the test server: TEST_POSTGRES is "url", TEST_DATABASE_URL is empty');
  }

  const identity = await unprivilegedUser();
  const local = way === "npm" ? null : await localBinaries(identity);
  if (local !== null) return await Cluster.start(local, identity);
  const advice = "install PostgreSQL 14 or newer, or set TEST_DATABASE_URL to a server whose role may create databases";
  if (way === "local") throw new Error(`Cannot start a test server: no local PostgreSQL was found; ${advice}`);
  try {
    return await Cluster.start(await npmBinaries(identity), identity);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Cannot start a test server: ${reason}; ${advice}`, { cause });
  }
}

async function givenServer(url: string): Promise<TestServer> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows: [row] } = await client.query<{ version: string; allowed: boolean }>(
      `select current_setting('server_version') as version, rolsuper or rolcreatedb as allowed
         from pg_roles where rolname = current_user`,
    );
    if (!row?.allowed) throw new Error("its role may not create databases");
    return {
      url,
      binDir: null,
      version: row.version,
      restart: () => Promise.reject(new Error("Cannot restart the server of TEST_DATABASE_URL: it is not ours")),
      stop: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
    throw new Error(`Cannot use the server of TEST_DATABASE_URL: ${reason}`, { cause });
  } finally {
    await client.end();
  }
}

/** A data directory of our own and the process that serves it. */
class Cluster implements TestServer {
  version = "";
  url = "";
  #process: Deno.ChildProcess | null = null;
  #stopping: Promise<void> | null = null;

  private constructor(
    private readonly options: { dir: string; binaries: Binaries; identity: Identity; guard: Deno.ChildProcess },
  ) {}

  get binDir(): string {
    return this.options.binaries.dir;
  }

  static async start(binaries: Binaries, identity: Identity): Promise<Cluster> {
    // As root not the user's own TMPDIR: the server's user may not be allowed in, and socket paths must be short.
    const root = "uid" in identity;
    const dir = await Deno.makeTempDir({ prefix: "stocks-etl-pg-", dir: root ? "/tmp" : undefined });
    if ("uid" in identity) await Deno.chown(dir, identity.uid, identity.gid);
    const cluster = new Cluster({ dir, binaries, identity, guard: startGuard(dir, identity) });
    try {
      await cluster.#initialise();
      await cluster.#serveOnFreePort();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  async restart(how: "fast" | "immediate"): Promise<void> {
    await this.#end(how === "fast" ? "SIGINT" : "SIGQUIT");
    await this.#serve(Number(new URL(this.url).port));
  }

  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    await this.#end("SIGINT");
    await Deno.remove(this.options.dir, { recursive: true });
    this.options.guard.ref();
    await this.options.guard.stdin.close();
    await this.options.guard.status;
  }

  async #end(signal: Deno.Signal): Promise<void> {
    const process = this.#process;
    if (process === null) return;
    this.#process = null;
    // It may have ended by itself, for example by the terminal's own SIGINT.
    try {
      process.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
    process.ref();
    await process.status;
  }

  async #initialise(): Promise<void> {
    const { dir, binaries, identity } = this.options;
    const flags = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--no-sync"];
    const { success, stderr } = await run(join(binaries.dir, "initdb"), {
      args: [...flags, "-D", join(dir, "data")],
      cwd: dir,
      ...environment(),
      ...identity,
    });
    if (!success) throw new Error(`Cannot create a test cluster with "${binaries.dir}/initdb": ${stderr.trim()}`);
  }

  /** Between our look at a free port and the server's own bind somebody else may take it: then another one. */
  async #serveOnFreePort(): Promise<void> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#serve(freePort());
      } catch (error) {
        const taken = error instanceof Error && error.message.includes("Address already in use");
        if (!taken || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  async #serve(port: number): Promise<void> {
    const { dir, binaries, identity } = this.options;
    const settings = [
      "listen_addresses=127.0.0.1",
      `port=${port}`,
      `unix_socket_directories=${dir}`,
      "max_connections=100",
      "fsync=off",
      "full_page_writes=off",
      // What must not depend on the server's zone shows here if it does.
      "timezone=Asia/Kolkata",
    ];
    const process = new Deno.Command(join(binaries.dir, "postgres"), {
      args: ["-D", join(dir, "data"), ...settings.flatMap((setting) => ["-c", setting])],
      cwd: dir,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
      detached: true,
      ...environment(),
      ...identity,
    }).spawn();
    // A test process that is done must not wait for its server; the guard ends it.
    process.unref();
    this.#process = process;
    const log = keepTail(process.stderr);
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const ended = new AbortController();
    const version = await Promise.race([
      answering(url, { directory: join(dir, "data"), signal: ended.signal }),
      process.status.then(() => null),
    ]).finally(() => ended.abort());
    if (version === null) {
      this.#process = null;
      throw new Error(`Cannot start "${binaries.dir}/postgres": ${await log}`);
    }
    this.version = version;
    this.url = url;
  }
}

/**
 * Stops the server and removes its directory when this process is gone, however it went: standard input then ends.
 * Both are detached, so that a signal to our process group (Ctrl-C, a time limit's SIGKILL) reaches neither.
 */
function startGuard(dir: string, identity: Identity): Deno.ChildProcess {
  const script = `cat > /dev/null
    pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null) && kill -INT "$pid" && tries=0 &&
      while kill -0 "$pid" && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
    rm -rf "$1"`;
  const guard = new Deno.Command("sh", {
    args: ["-c", script, "guard", dir],
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    detached: true,
    ...identity,
  }).spawn();
  guard.unref();
  return guard;
}

/** The developer's own PGDATA, PGPORT, PGOPTIONS … must not reach the test server. Messages in English: we read some. */
function environment(): Pick<Deno.CommandOptions, "clearEnv" | "env"> {
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) =>
    !name.startsWith("PG") && !name.startsWith("LC_")
  );
  return { clearEnv: true, env: { ...Object.fromEntries(kept), LC_ALL: "C" } };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * The server's version as soon as it answers a query. It must serve `directory`: when two starts took the same port, the
 * server that answers there is the other one's, until our own gives up.
 */
async function answering(
  url: string,
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<string | null> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!signal.aborted) {
    try {
      const found = await identify(url);
      if (found.directory === directory) return found.version;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return null;
}

async function identify(url: string): Promise<{ version: string; directory: string }> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // The server may end the connection while it starts; the query's own rejection is the one that counts.
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows: [row] } = await client.query<{ version: string; directory: string }>(
      "select current_setting('server_version') as version, current_setting('data_directory') as directory",
    );
    return row!;
  } finally {
    await client.end();
  }
}

/** Drains a stream, so that its writer never blocks, and resolves at its end to the last few lines. */
async function keepTail(stream: ReadableStream<Uint8Array>): Promise<string> {
  let tail = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) tail = (tail + text).slice(-2_000);
  return tail.trim();
}
