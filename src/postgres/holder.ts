/**
 * Whose configuration is a schedule served by? Programs that share a database and agree about it serve its ticks together;
 * one that disagrees waits until those are gone, or both would decide the same due times by two expressions.
 */
import type { Database } from "./connect.ts";
import { query, transaction } from "./transaction.ts";
import { instant } from "./values.ts";

/** Who keeps a schedule. */
export interface Hold extends Rival {
  /** It has not run out, or a run of it is at work. */
  readonly alive: boolean;
}

/** A program of another configuration that keeps the schedule. */
export interface Rival {
  readonly owner: string;
  /** Its configuration, in words. */
  readonly holds: string;
  /** When it is given up on if it is not heard of again; epoch ms, by the database's clock. */
  readonly until: number;
}

export interface HoldOptions {
  readonly schedule: { readonly name: string; readonly cron: string; readonly timezone: string };
  /** Unique to this process. */
  readonly owner: string;
  /** All of the configuration that two programs must agree about, in words. */
  readonly holds: string;
  /** How long a program is believed alive after each look at the clock. */
  readonly holdMs: number;
  /** Epoch ms. */
  readonly now: number;
  /** No other process can share the database (embedded), so whoever else holds the schedule is gone. */
  readonly exclusive: boolean;
}

const SELECT_HOLD = `select held_by as owner, held_for as holds, held_until as until,
    held_until > clock_timestamp() or exists (
      select from run where outcome is null and owner = held_by and lease_until > clock_timestamp()
    ) as alive
  from schedule where name = $1`;

/**
 * Takes or keeps the schedule for this configuration.
 *
 * @returns who keeps it for another configuration, and is alive: its hold has not run out, or a run of it is at work.
 * Then nothing is changed. `null`: it is ours to serve
 */
export function holdSchedule(db: Database, options: HoldOptions): Promise<Rival | null> {
  const { schedule: { name, cron, timezone }, owner, holds, holdMs, now, exclusive } = options;
  return transaction(db, async (client) => {
    await client.query(
      `insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ($1, $2, $3, $4, $4)
       on conflict (name) do nothing`,
      [name, cron, timezone, instant(now)],
    );
    const { rows: [held] } = await client.query<Rival & { alive: boolean | null }>(
      `${SELECT_HOLD} for update`,
      [name],
    );
    const rival = held!.alive === true && held!.owner !== owner && held!.holds !== holds && !exclusive;
    if (rival) return { owner: held!.owner, holds: held!.holds, until: held!.until };
    await client.query(
      `update schedule set held_by = $2, held_for = $3,
         held_until = clock_timestamp() + $4::int * interval '1 millisecond' where name = $1`,
      [name, owner, holds, holdMs],
    );
    return null;
  });
}

/** Who keeps the schedule, or did when it was killed. `null`: nobody has, or the last to do so has let go of it. */
export async function scheduleHold(db: Database, name: string): Promise<Hold | null> {
  const [hold] = await query<Hold>(db, `${SELECT_HOLD} and held_by is not null`, [name]);
  return hold ?? null;
}

/** Lets go of whatever schedule this process holds: a program of another configuration need not wait for it. */
export async function releaseSchedule(db: Database, owner: string): Promise<void> {
  // Once, without patience: a program that ends must not wait for a database that is gone.
  await db.pool.query("update schedule set held_by = null, held_for = null, held_until = null where held_by = $1", [
    owner,
  ]);
}
