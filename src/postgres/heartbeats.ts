/** Which parts of which programs are alive, what do they do, and how did the connections do last? */
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** What part of a program it is: one word. */
export type Part = "scheduler" | "worker" | "notifier" | "healer";

/** Instants are epoch ms. */
export interface Heartbeat {
  readonly name: Part;
  readonly owner: string;
  readonly startedAt: number;
  readonly beatAt: number;
  /** What it does now, in a few words. */
  readonly doing: string;
  /** What went wrong last, if nothing has gone well since; `null`: nothing. */
  readonly error: { readonly message: string; readonly at: number } | null;
}

/** A program that has not said anything for this long is gone. */
const GONE_MS = 24 * 3_600_000;

/** Says that a part lives, and what it does. `error`: what has gone wrong; `null`: all is well again. */
export async function recordHeartbeat(
  { pool }: Pick<Database, "pool">,
  { name, owner, doing, error, now }: {
    name: Part;
    owner: string;
    doing: string;
    error: string | null;
    now: number;
  },
): Promise<void> {
  // Tried once: it comes again soon, and must not hold up what it tells of.
  await pool.query(
    `insert into heartbeat as old (name, owner, started_at, beat_at, doing, error, error_at)
     values ($1, $2, $3, $3, $4, $5, case when $5::text is not null then $3::timestamptz end)
     on conflict (name, owner) do update set beat_at = excluded.beat_at, doing = excluded.doing, error = excluded.error,
       error_at = case when excluded.error is not distinct from old.error then old.error_at else excluded.error_at end`,
    [name, owner, instant(now), doing, error],
  );
}

/** A program that ends takes its heartbeats with it, and those of programs that did not get to. */
export async function endHeartbeats(
  { pool }: Pick<Database, "pool">,
  { owner, now }: { owner: string; now: number },
): Promise<void> {
  await pool.query("delete from heartbeat where owner = $1 or beat_at < $2", [owner, instant(now - GONE_MS)]);
}

/** The liveliest first. */
export function heartbeats(db: Database): Promise<Heartbeat[]> {
  return query<Heartbeat>(
    db,
    `select name, owner, started_at as "startedAt", beat_at as "beatAt", doing, case when error is not null then
       json_build_object('message', error, 'at', floor(extract(epoch from error_at) * 1000)) end as error
     from heartbeat order by beat_at desc, name, owner`,
  );
}

/** Whether another program has shown within a day, and not taken back, that it sends notices. */
export async function isNotifierElsewhere(
  db: Database,
  { owner, now }: { owner: string; now: number },
): Promise<boolean> {
  const [row] = await query<{ found: boolean }>(
    db,
    "select exists (select from heartbeat where name = 'notifier' and owner <> $1 and beat_at >= $2) as found",
    [owner, instant(now - GONE_MS)],
  );
  return row!.found;
}

/** The last answered request to the vendor by any run. `kind`: as classified. */
export interface LastAnswer {
  /** Epoch ms. */
  readonly at: number;
  readonly kind: string;
  readonly httpStatus: number | null;
  readonly message: string | null;
}

/** How the vendor answered last; `null`: it was never asked. */
export async function lastAnswer(db: Database): Promise<LastAnswer | null> {
  const [answer] = await query<LastAnswer>(
    db,
    `select finished_at as at, kind, http_status as "httpStatus", message from request
     where finished_at is not null order by sent_at desc limit 1`,
  );
  return answer ?? null;
}
