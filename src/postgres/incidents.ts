/** Which problems are open, and which were there before? Read and written under one lock, by whoever decides what is told. */
import type pg from "pg";
import type { Incident } from "../incident.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant, instantOrNull } from "./values.ts";

const INCIDENT = `id, key, title, detail, series, opened_at as "openedAt", told_at as "toldAt", reminders, returns,
  recovered_at as "recoveredAt", quiet_until as "quietUntil"`;

/** Makes the deciders of this database take turns, until the end of the transaction. */
export async function lockIncidents(client: pg.PoolClient): Promise<void> {
  await client.query("select pg_advisory_xact_lock(hashtextextended('incidents', 0))");
}

/** What a review starts from: the open ones, and of the ended ones those that may only be flapping. One per key. */
export async function knownIncidents(client: pg.PoolClient, now: number): Promise<Incident[]> {
  const { rows } = await client.query<Incident>(
    `select distinct on (key) ${INCIDENT} from incident
     where recovered_at is null or quiet_until > $1
     order by key, recovered_at is null desc, id desc`,
    [instant(now)],
  );
  return rows;
}

export async function writeIncidents(client: pg.PoolClient, incidents: readonly Incident[]): Promise<void> {
  for (const { id, key, title, detail, series, ...times } of incidents) {
    const values = [
      title,
      detail,
      JSON.stringify(series),
      instant(times.openedAt),
      instantOrNull(times.toldAt),
      times.reminders,
      times.returns,
      instantOrNull(times.recoveredAt),
      instantOrNull(times.quietUntil),
    ];
    if (id === null) {
      await client.query(
        `insert into incident (title, detail, series, opened_at, told_at, reminders, returns, recovered_at, quiet_until, key)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [...values, key],
      );
    } else {
      await client.query(
        `update incident set title = $1, detail = $2, series = $3, opened_at = $4, told_at = $5, reminders = $6,
           returns = $7, recovered_at = $8, quiet_until = $9 where id = $10`,
        [...values, id],
      );
    }
  }
}

/** Open ones first, then the newest ended ones. */
export function incidents(db: Database, limit: number): Promise<Incident[]> {
  return query<Incident>(
    db,
    `select ${INCIDENT} from incident order by recovered_at is null desc, opened_at desc, id desc limit $1`,
    [limit],
  );
}
