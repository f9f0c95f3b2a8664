/** Another hand in the same database: a transaction that holds what others wait for, and how many wait. */
import pg from "pg";
import type { ServerDatabase } from "./database.ts";

/** A transaction of a stranger that has done `work` and stays open until it is ended; rolled back at the latest. */
export async function holding(
  { url }: Pick<ServerDatabase, "url">,
  work: (client: pg.Client) => Promise<unknown>,
): Promise<AsyncDisposable & { end(how: "commit" | "rollback"): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("begin");
  await work(client);
  const end = async (how: "commit" | "rollback") => void await client.query(how);
  return { end, [Symbol.asyncDispose]: () => client.end() };
}

/** Resolves when so many connections wait for a lock. */
export async function blockedUntil({ db }: Pick<ServerDatabase, "db">, count: number): Promise<void> {
  for (;;) {
    const { rows: [row] } = await db.pool.query(
      "select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (row.waiting === count) return;
  }
}
