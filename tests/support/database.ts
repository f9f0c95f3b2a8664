/**
 * A fresh, migrated database for a test, on both engines. Migrating takes seconds (the embedded engine makes a whole
 * cluster), so each engine is migrated once and then copied.
 */
import { PGlite } from "@electric-sql/pglite";
import { join } from "node:path";
import pg from "pg";
import { type Database, type DatabaseConfig, openDatabase } from "../../src/postgres/connect.ts";
import { migrate } from "../../src/postgres/migrate.ts";
import { cached } from "./cache.ts";
import { startServer, type TestServer } from "./server.ts";

const ROOT = new URL("../../", import.meta.url);
const TEMPLATE_LOCK = 7_021_964;

export interface Context {
  readonly engine: Database["engine"];
  /** What was opened; open it again for a second pool on the same server database. */
  readonly config: DatabaseConfig;
  /** Of this very database; `null` on the embedded engine. */
  readonly url: string | null;
  readonly t: Deno.TestContext;
}

/**
 * Registers the test twice, "… (server)" and "… (embedded)", each with a database of its own. `TEST_ENGINE=server` leaves
 * the second out, for whoever runs the same tests a thousand times.
 */
export function withDatabases(name: string, fn: (db: Database, context: Context) => Promise<void> | void): void {
  Deno.test(`${name} (server)`, async (t) => {
    await using at = await serverDatabase();
    await fn(at.db, { engine: "server", config: at.config, url: at.url, t });
  });
  if (Deno.env.get("TEST_ENGINE") === "server") return;
  Deno.test(`${name} (embedded)`, async (t) => {
    const config = { kind: "embedded", dataDir: null } as const;
    const db = await openDatabase({ ...config, loadDataDir: await embeddedTemplate() }, { onError: () => {} });
    try {
      await fn(db, { engine: "embedded", config, url: null, t });
    } finally {
      await db.close();
    }
  });
}

export interface ServerDatabase extends AsyncDisposable {
  readonly url: string;
  readonly config: DatabaseConfig;
  readonly db: Database;
  /** Closes the pool and drops the database, whoever else is connected. */
  close(): Promise<void>;
}

/** A migrated database on the test server: for what only a server can do, and for urls handed to other processes. */
export async function serverDatabase({ poolSize = 5 }: { poolSize?: number } = {}): Promise<ServerDatabase> {
  const server = await testServer();
  const template = await serverTemplate(server);
  const name = `stocks_etl_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await onServer(server, (client) => client.query(`create database ${name} template ${template}`));
  const drop = () => onServer(server, (client) => client.query(`drop database if exists ${name} with (force)`));
  const url = urlOf(server, name);
  const config = { kind: "server", url, poolSize } as const;
  try {
    // Tests break connections on purpose; what they look at is the statement that fails.
    const db = await openDatabase(config, { onError: () => {} });
    const close = async () => {
      await db.close();
      await drop();
    };
    return { url, config, db, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** A data directory for the embedded engine, removed at the end. `migrated: false`: nothing is there yet. */
export async function embeddedDir(
  { migrated = true }: { migrated?: boolean } = {},
): Promise<AsyncDisposable & { readonly path: string }> {
  const parent = await Deno.makeTempDir({ prefix: "stocks-etl-embedded-" });
  const path = join(parent, "database");
  if (migrated) {
    const template = await embeddedTemplate();
    const db = await openDatabase({ kind: "embedded", dataDir: path, loadDataDir: template }, { onError: () => {} });
    await db.close();
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(parent, { recursive: true }) };
}

let server: Promise<TestServer> | null = null;

/** The server of this test process. Nobody stops it: `deno task test` owns it, or it ends with the process. */
export function testServer(): Promise<TestServer> {
  return server ??= startServer();
}

let onServerTemplate: Promise<string> | null = null;

/** The name of the migrated database the others are copies of; made once per server and set of migrations. */
function serverTemplate(server: TestServer): Promise<string> {
  return onServerTemplate ??= makeServerTemplate(server);
}

async function makeServerTemplate(server: TestServer): Promise<string> {
  const template = `stocks_etl_template_${(await schemaKey()).slice(0, 16)}`;
  await onServer(server, async (client) => {
    // Test files run in parallel: one of them makes it. The lock ends with the connection.
    await client.query("select pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    const { rowCount } = await client.query("select from pg_database where datname = $1", [template]);
    if (rowCount !== 0) return;
    const draft = `${template}_draft`;
    await client.query(`drop database if exists ${draft}`);
    await client.query(`create database ${draft}`);
    await migrateAndClose({ kind: "server", url: urlOf(server, draft), poolSize: 2 });
    await client.query(`alter database ${draft} rename to ${template}`);
  });
  return template;
}

let embedded: Promise<Blob> | null = null;

/** A migrated cluster as the archive the engine loads; in memory, because copying its thousand files takes longer. */
function embeddedTemplate(): Promise<Blob> {
  return embedded ??= makeEmbeddedTemplate();
}

async function makeEmbeddedTemplate(): Promise<Blob> {
  const archive = "database.tar.gz";
  const dir = await cached(`embedded-${(await schemaKey()).slice(0, 16)}`, async (draft) => {
    const dataDir = join(draft, "database");
    await migrateAndClose({ kind: "embedded", dataDir });
    const engine = await PGlite.create({ dataDir });
    const dump = await engine.dumpDataDir("gzip");
    await engine.close();
    await Deno.writeFile(join(draft, archive), dump.stream());
    await Deno.remove(dataDir, { recursive: true });
  });
  // Unpacked once for all the tests of this process.
  const file = await Deno.open(join(dir, archive));
  const plain = file.readable.pipeThrough(new DecompressionStream("gzip"));
  return await new Response(plain, { headers: { "content-type": "application/x-tar" } }).blob();
}

async function migrateAndClose(config: DatabaseConfig): Promise<void> {
  const db = await openDatabase(config, {
    onError: (error) => {
      throw error;
    },
  });
  try {
    await migrate(db);
  } finally {
    await db.close();
  }
}

/** A digest of everything a migrated database depends on: the migrations, the code that runs them, the engine. */
async function schemaKey(): Promise<string> {
  const configuration = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const parts: string[] = [configuration.imports["@electric-sql/pglite"]];
  for (const dir of ["sql/", "src/postgres/"]) {
    const names = await Array.fromAsync(Deno.readDir(new URL(dir, ROOT)), ({ name }) => name);
    const relevant = names.filter((name) => /^\d{4}_.*\.sql$|^(migrate|embedded)\.ts$/.test(name)).sort();
    for (const name of relevant) parts.push(name, await Deno.readTextFile(new URL(dir + name, ROOT)));
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(parts)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function onServer<T>(server: TestServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(server: TestServer, database: string): string {
  const url = new URL(server.url);
  url.pathname = `/${database}`;
  return url.href;
}
