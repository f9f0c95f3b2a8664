/** Which rows are too old, and which of the old ones are still needed? One function per kind, one bounded batch per call. */
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** A run takes its results with it, one per series: few at a time, so that no statement is long. */
const RUNS = 20;
const ROWS = 5_000;

/** One statement that deletes, of what is older than `$1`, at most `$2`, and returns what went. @returns how many */
async function removed(
  db: Database,
  statement: string,
  { before, most }: { before: number; most: number },
): Promise<number> {
  return (await query(db, statement, [instant(before), most])).length;
}

/** No run is at work. One that is out of lease does not count: nobody may look for it for days. */
export async function isQuiet(db: Database): Promise<boolean> {
  const rows = await query(db, "select from run where outcome is null and lease_until > clock_timestamp()");
  return rows.length === 0;
}

/**
 * Removes closed runs that began before `before` (epoch ms), with their results, their events and the ticks and launches
 * they served. The newest run of all stays, and of each series the run with its newest result and the one with its newest
 * answer: planning starts from them, and never from a backfill. Revisions and quarantined rows stay and forget which run they were found by.
 *
 * @returns how many runs
 */
export async function expireRuns(db: Database, before: number): Promise<number> {
  const newer = `n.symbol = s.symbol and n."interval" = s."interval"
    and (select trigger from run where run.id = n.run_id) <> 'backfill'`;
  // Tick and launch go in the same statement: for a moment without its run, it would be owed one again.
  const [row] = await query<{ removed: number }>(
    db,
    `with old as materialized (
       select r.id, r.tick_id, r.launch_id from run r
       where r.started_at < $1 and r.outcome is not null and r.id <> (select max(id) from run)
         and not exists (
           select from series_result s where s.run_id = r.id and r.trigger <> 'backfill' and (
             not exists (select from series_result n where ${newer} and n.finished_at > s.finished_at)
             or s.status in ('stored', 'late') and not s.healing and not exists (
               select from series_result n
               where ${newer} and n.status in ('stored', 'late') and not n.healing and n.started_at > s.started_at
             )
           )
         )
       order by r.started_at limit $2
     ), gone as (
       delete from run where id in (select id from old) returning id
     ), ticks as (
       delete from tick t where t.id in (select tick_id from old)
         and not exists (select from run r where r.tick_id = t.id and r.id not in (select id from old))
     ), launches as (
       delete from launch l where l.id in (select launch_id from old)
         and not exists (select from run r where r.launch_id = l.id and r.id not in (select id from old))
     )
     select count(*) as removed from gone`,
    [instant(before), RUNS],
  );
  return row!.removed;
}

/** Removes launches asked for before `before` that will never get a run. @returns how many */
export async function expireLaunches(db: Database, before: number): Promise<number> {
  return await removed(
    db,
    `delete from launch where id in (
       select l.id from launch l
       where l.asked_at < $1 and l.state <> 'requested' and not exists (select from run r where r.launch_id = l.id)
       order by l.id limit $2
     ) returning id`,
    { before, most: ROWS },
  );
}

/** Removes backfills that ended before `before`, with what was answered to them. @returns how many */
export async function expireBackfills(db: Database, before: number): Promise<number> {
  return await removed(
    db,
    `delete from backfill where id in (
       select id from backfill where finished_at < $1 order by finished_at limit $2
     ) returning id`,
    { before, most: RUNS },
  );
}

/** Removes ticks due before `before` that never got a run. A tick that had one goes with it. @returns how many */
export async function expireTicks(db: Database, before: number): Promise<number> {
  return await removed(
    db,
    `delete from tick where id in (
       select t.id from tick t
       where t.due_at < $1 and t.state <> 'requested' and not exists (select from run r where r.tick_id = t.id)
       order by t.due_at limit $2
     ) returning id`,
    { before, most: ROWS },
  );
}

/**
 * Removes requests sent before `before`. Of each key the newest stays (the pace starts from it), and so does its newest
 * daily limit.
 *
 * @returns how many
 */
export async function expireRequests(db: Database, before: number): Promise<number> {
  return await removed(
    db,
    `delete from request where id in (
       select r.id from request r
       where r.sent_at < $1
         and exists (select from request n where n.key_hash = r.key_hash and n.sent_at > r.sent_at)
         and (r.kind is distinct from 'daily-limit' or exists (
           select from request n
           where n.key_hash = r.key_hash and n.kind = 'daily-limit' and n.finished_at > r.finished_at
         ))
       order by r.sent_at limit $2
     ) returning id`,
    { before, most: ROWS },
  );
}

/** Removes what was logged before `before`. @returns how many events */
export async function expireEvents(db: Database, before: number): Promise<number> {
  return await removed(
    db,
    `delete from run_event where (run_id, seq) in (
       select run_id, seq from run_event where at < $1 order by at limit $2
     ) returning 1`,
    { before, most: ROWS },
  );
}

/** Removes notices older than `before` with their messages, unless one is still on its way. @returns how many */
export async function expireNotices(db: Database, before: number): Promise<number> {
  return await removed(
    db,
    `delete from notice where id in (
       select n.id from notice n
       where n.at < $1 and n.decided_at is not null
         and (n.kind = 'test' or not exists (select from outbox o where o.notice_id = n.id and o.state = 'waiting'))
       order by n.at limit $2
     ) returning id`,
    { before, most: ROWS },
  );
}

/** Removes problems that ended before `before` and were told so. @returns how many */
export async function expireIncidents(db: Database, before: number): Promise<number> {
  return await removed(
    db,
    `delete from incident where id in (
       select id from incident where recovered_at < $1 and told_at is null order by recovered_at limit $2
     ) returning id`,
    { before, most: ROWS },
  );
}
