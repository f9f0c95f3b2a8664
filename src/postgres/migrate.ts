/** Which schema does this program need, and how does a database get there? Forward only, one transaction per step. */
import type pg from "pg";
import initial from "../../sql/0001_initial.sql" with { type: "text" };
import archive from "../../sql/0002_archive.sql" with { type: "text" };
import events from "../../sql/0003_events.sql" with { type: "text" };
import holder from "../../sql/0004_holder.sql" with { type: "text" };
import session from "../../sql/0005_session.sql" with { type: "text" };
import steering from "../../sql/0006_steering.sql" with { type: "text" };
import fastArchive from "../../sql/0007_fast_archive.sql" with { type: "text" };
import outbox from "../../sql/0008_outbox.sql" with { type: "text" };
import views from "../../sql/0009_views.sql" with { type: "text" };
import runSettings from "../../sql/0010_run_settings.sql" with { type: "text" };
import actions from "../../sql/0011_actions.sql" with { type: "text" };
import gap from "../../sql/0012_gap.sql" with { type: "text" };
import backfill from "../../sql/0013_backfill.sql" with { type: "text" };
import place from "../../sql/0014_place.sql" with { type: "text" };
import type { Database } from "./connect.ts";
import { errorCode, transaction } from "./transaction.ts";

export interface Migration {
  /** The file's name without `.sql`: `0001_initial`. */
  readonly name: string;
  readonly sql: string;
}

/** Every file of `sql/`, in order: the place in the list is the version. */
export const MIGRATIONS: readonly Migration[] = [
  { name: "0001_initial", sql: initial },
  { name: "0002_archive", sql: archive },
  { name: "0003_events", sql: events },
  { name: "0004_holder", sql: holder },
  { name: "0005_session", sql: session },
  { name: "0006_steering", sql: steering },
  { name: "0007_fast_archive", sql: fastArchive },
  { name: "0008_outbox", sql: outbox },
  { name: "0009_views", sql: views },
  { name: "0010_run_settings", sql: runSettings },
  { name: "0011_actions", sql: actions },
  { name: "0012_gap", sql: gap },
  { name: "0013_backfill", sql: backfill },
  { name: "0014_place", sql: place },
];

/** Any constant will do, as long as nobody else takes the same advisory lock in this database. */
const LOCK = 7_315_690_021;
/** An index on a hundred million bars takes longer than any statement of a run may. */
const STEP_MS = 30 * 60_000;

interface Applied {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
}

/**
 * Brings the schema up to date. Safe when several processes start at once: one works, the others wait and find nothing
 * to do.
 *
 * @returns the names applied by this call, and the version now
 * @throws Error when the database is newer than this program, when a migration was edited after it was applied, or when
 * a step fails (its transaction is rolled back, earlier steps stay)
 */
export async function migrate(
  db: Database,
  { migrations = MIGRATIONS }: { migrations?: readonly Migration[] } = {},
): Promise<{ applied: string[]; version: number }> {
  const checksums = await Promise.all(migrations.map(({ sql }) => checksum(sql)));
  const applied: string[] = [];
  for (;;) {
    const name = await transaction(db, async (client) => {
      await client.query(`set local statement_timeout = ${STEP_MS}; set local lock_timeout = ${STEP_MS}`);
      await client.query("select pg_advisory_xact_lock($1)", [LOCK]);
      const done = await readApplied(client);
      verify(done, migrations, checksums);
      const next = migrations[done.length];
      if (next === undefined) return null;
      await applyStep(client, next);
      await client.query("insert into schema_migration (version, name, checksum) values ($1, $2, $3)", [
        done.length + 1,
        next.name,
        checksums[done.length],
      ]);
      return next.name;
    });
    if (name === null) return { applied, version: migrations.length };
    applied.push(name);
  }
}

/** The version the database is at; 0 when it has never been migrated. Writes nothing. */
export async function schemaVersion(db: Database): Promise<number> {
  if (!await hasMigrationTable(db.pool)) return 0;
  const { rows } = await db.pool.query("select coalesce(max(version), 0) as version from schema_migration");
  return rows[0].version;
}

async function hasMigrationTable(queryable: Pick<pg.PoolClient, "query">): Promise<boolean> {
  const { rows } = await queryable.query("select to_regclass('schema_migration') is not null as found");
  return rows[0].found;
}

async function readApplied(client: pg.PoolClient): Promise<Applied[]> {
  if (!await hasMigrationTable(client)) {
    await client.query(
      `create table schema_migration (
         version integer primary key check (version > 0),
         name text not null,
         checksum text not null,
         applied_at timestamptz not null default clock_timestamp()
       );
       comment on table schema_migration is 'Which files of sql/ this database has seen.'`,
    ).catch((error) => {
      throw stepError("schema_migration", error);
    });
  }
  const { rows } = await client.query<Applied>("select version, name, checksum from schema_migration order by version");
  return rows;
}

function verify(done: readonly Applied[], migrations: readonly Migration[], checksums: readonly string[]): void {
  const newest = done.at(-1)?.version ?? 0;
  if (newest > migrations.length) {
    throw new Error(
      `Cannot use the database: it is at version ${newest}, this program knows ${migrations.length}; ` +
        "use the newer program, or another database",
    );
  }
  for (const [index, { version, name, checksum }] of done.entries()) {
    const known = migrations[index]!;
    if (version === index + 1 && name === known.name && checksum === checksums[index]) continue;
    throw new Error(
      `Cannot use the database: its migration ${version} "${name}" is not the one this program has as "${known.name}"; ` +
        "a migration never changes once it has been applied",
    );
  }
}

async function applyStep(client: pg.PoolClient, { name, sql }: Migration): Promise<void> {
  try {
    // No parameters: only then may one call hold many statements. The limit is the driver's own, on top of the server's.
    await client.query({ text: sql, query_timeout: STEP_MS } as pg.QueryConfig);
  } catch (error) {
    throw stepError(name, error);
  }
}

/** Only what the operator can act on gets another message; a transient failure must stay recognisable. */
function stepError(name: string, error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  switch (errorCode(error)) {
    case "42501":
    case "3F000":
      return new Error(
        `Cannot apply migration "${name}": ${message}; the user needs CREATE on the schema (grant create on schema …)`,
        { cause: error },
      );
    case "42P07":
      return new Error(
        `Cannot apply migration "${name}": ${message}, and not made by this program; rename it ` +
          "(alter table … rename to …) or use another database",
        { cause: error },
      );
  }
  if (error instanceof Error) error.message = `Cannot apply migration "${name}": ${message}`;
  return error;
}

async function checksum(sql: string): Promise<string> {
  // Line ends may differ between checkouts of the same commit.
  const bytes = new TextEncoder().encode(sql.replaceAll("\r\n", "\n"));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex();
}
