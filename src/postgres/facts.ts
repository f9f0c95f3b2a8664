/** What does the database say of itself: its version, its clock, its size, its schema, and whose table stands in our place? */
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";

/** Version as the server writes it, its clock in epoch ms, and whether a `stock_data` is there that we did not make. */
export async function serverFacts(
  { pool }: Database,
): Promise<{ version: string; now: number; foreignTable: boolean }> {
  const { rows: [row] } = await pool.query<{ version: string; now: string; foreign: boolean }>(
    `select current_setting('server_version') as version, extract(epoch from clock_timestamp()) * 1000 as now,
            to_regclass('stock_data') is not null and to_regclass('schema_migration') is null as "foreign"`,
  );
  return { version: row!.version.split(" ")[0]!, now: Number(row!.now), foreignTable: row!.foreign };
}

/** Bytes the whole database takes on its disk. */
export async function databaseSize({ pool }: Database): Promise<number> {
  const { rows: [row] } = await pool.query<{ bytes: number }>(
    "select pg_database_size(current_database()) as bytes",
  );
  return row!.bytes;
}

/** A step of the schema that this database has seen. */
export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  /** Epoch ms. */
  readonly appliedAt: number;
}

/** In order. */
export function appliedMigrations(db: Database): Promise<AppliedMigration[]> {
  return query<AppliedMigration>(
    db,
    `select version, name, applied_at as "appliedAt" from schema_migration order by version`,
  );
}
