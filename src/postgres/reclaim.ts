/**
 * Where does the room of removed rows go? A server gives it back by itself. The embedded engine is one process without
 * autovacuum or checkpointer: nothing is used again, its log grows and the planner knows nothing, unless somebody asks.
 */
import type { Database } from "./connect.ts";
import { explain } from "./explain.ts";
import { query } from "./transaction.ts";

export interface ReclaimOptions {
  /** Aborted: ends after the table under way. */
  readonly stop: AbortSignal;
  /** `false`: somebody else is to go first. Asked before each table; default: nobody is. */
  readonly quiet?: () => Promise<boolean>;
  /** Told of each table that failed; the others have their turn. */
  readonly onError: (message: string) => void;
}

/**
 * Makes the room of removed rows free for new ones and renews the planner's statistics, then lets the log start over. On
 * a server it does nothing. Never throws: what is not done today is done another day.
 *
 * One table cannot be ended halfway (the engine knows no statement timeout), and nothing else is answered meanwhile: about
 * a second per million rows that changed, half a second for a large table that did not. So the small ones go first. The
 * counts of dead rows would tell which are worth it, but the embedded engine forgets them when it is closed.
 *
 * @param tables their names; `null`: all, the catalogs too, which statistics make grow
 * @returns the tables that were done, in their order
 */
export async function reclaim(
  db: Database,
  tables: readonly string[] | null,
  { stop, quiet = () => Promise.resolve(true), onError }: ReclaimOptions,
): Promise<string[]> {
  const done: string[] = [];
  if (db.capabilities.autovacuum) return done;
  try {
    for (const name of await smallestFirst(db, tables)) {
      if (stop.aborted || !await quiet()) return done;
      try {
        await query(db, `vacuum (analyze) ${name}`);
        done.push(name);
      } catch (error) {
        onError(`Cannot reclaim the room of removed rows in ${name}: ${explain(error)}`);
      }
    }
    // Some of its files are kept to be used again (max_wal_size); without this there is no end.
    if (!stop.aborted) await query(db, "checkpoint");
  } catch (error) {
    onError(`Cannot reclaim the room of removed rows: ${explain(error)}`);
  }
  return done;
}

/** As they are written in a statement. @throws when one does not exist */
async function smallestFirst(db: Database, tables: readonly string[] | null): Promise<string[]> {
  const rows = await query<{ name: string }>(
    db,
    `select c.oid::regclass::text as name from pg_class c
     where c.relkind in ('r', 'm') and c.relpersistence <> 't'
       and ($1::text[] is null or c.oid = any ($1::text[]::regclass[]))
     order by pg_table_size(c.oid), c.oid`,
    [tables],
  );
  return rows.map(({ name }) => name);
}
