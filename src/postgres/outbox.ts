/**
 * Which messages are on their way, who is delivering which, and what became of them? A message is claimed under a lease
 * that the database's clock judges; only the holder of the newest claim may say how it ended.
 */
import type { Channel, Content, Parcel, Verdict } from "../delivery.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/**
 * Takes the oldest messages of a channel that are due. An attempt counts from here: what kills a process over a message
 * does so a bounded number of times.
 *
 * @param options.noticeIds only the messages of these
 */
export async function claimParcels(
  db: Database,
  { channel, owner, leaseMs, now, limit, noticeIds = null }: {
    channel: Channel;
    owner: string;
    leaseMs: number;
    now: number;
    limit: number;
    noticeIds?: readonly number[] | null;
  },
): Promise<Parcel[]> {
  // Tests are delivered by whoever asked for them.
  const rows = await query<Omit<Parcel, "content"> & { content: Content }>(
    db,
    `with taken as (
       update outbox set owner = $2, lease_until = clock_timestamp() + $3::int * interval '1 millisecond',
         attempts = attempts + 1, tried_at = $4
       where id in (
         select o.id from outbox o join notice n on n.id = o.notice_id
         where o.state = 'waiting' and o.channel = $1 and o.due_at <= $4
           and (o.lease_until is null or o.lease_until < clock_timestamp())
           and case when $6::bigint[] is null then n.kind <> 'test' else n.id = any($6) end
         order by o.due_at, o.id limit $5 for update of o skip locked
       )
       returning *
     )
     select taken.id, 'stocks-etl.' || taken.id || '.' || instance.id as "messageId", subject, content, recipients,
       attempts as attempt, most, created_at as "createdAt"
     from taken cross join instance order by taken.id`,
    [channel, owner, leaseMs, instant(now), limit, noticeIds],
  );
  return rows;
}

/** Says what became of an attempt. False: it took too long, and the message is somebody else's. */
export async function settleParcel(
  db: Database,
  { id, attempt }: Pick<Parcel, "id" | "attempt">,
  { owner, verdict, now }: { owner: string; verdict: Verdict; now: number },
): Promise<boolean> {
  const { state, recipients, dueAt, error } = verdict;
  const rows = await query(
    db,
    `update outbox set state = $4, recipients = $5, due_at = $6, error = $7, owner = null, lease_until = null,
       sent_at = case when $4 = 'sent' then $8::timestamptz end
     where id = $1 and attempts = $2 and owner = $3 and state = 'waiting' returning id`,
    [id, attempt, owner, state, JSON.stringify(recipients), instant(dueAt), error, instant(now)],
  );
  return rows.length === 1;
}

/** Gives back a message that was claimed and not tried: the attempt does not count. */
export async function releaseParcel(
  db: Database,
  { id, attempt }: Pick<Parcel, "id" | "attempt">,
  { owner }: { owner: string },
): Promise<void> {
  await query(
    db,
    `update outbox set attempts = attempts - 1, owner = null, lease_until = null
     where id = $1 and attempts = $2 and owner = $3 and state = 'waiting'`,
    [id, attempt, owner],
  );
}

/** Ends what has waited since before `before` (epoch ms) and is in nobody's hands: its channel may not be set up any more. */
export async function giveUpOld(db: Database, { before, now }: { before: number; now: number }): Promise<void> {
  await query(
    db,
    `update outbox set state = 'undeliverable', owner = null, lease_until = null, tried_at = coalesce(tried_at, $2),
       error = coalesce(error || '; ', '') || 'given up: it has waited for days'
     where state = 'waiting' and created_at < $1 and (lease_until is null or lease_until < clock_timestamp())`,
    [instant(before), instant(now)],
  );
}

/** How a channel does. Instants are epoch ms. */
export interface ChannelState {
  readonly channel: Channel;
  readonly waiting: number;
  readonly undeliverable: number;
  /** The newest attempt; `null`: there was none. */
  readonly last: {
    readonly at: number;
    readonly subject: string;
    readonly state: "waiting" | "sent" | "undeliverable";
    readonly error: string | null;
  } | null;
}

/** The last result of each channel that ever had a message. */
export function channelStates(db: Database): Promise<ChannelState[]> {
  return query<ChannelState>(
    db,
    `select channel, (select count(*) from outbox o where o.channel = c.channel and state = 'waiting') as waiting,
       (select count(*) from outbox o where o.channel = c.channel and state = 'undeliverable') as undeliverable,
       (select json_build_object('at', floor(extract(epoch from tried_at) * 1000)::bigint, 'subject', subject,
          'state', state, 'error', error)
        from outbox o where o.channel = c.channel and tried_at is not null order by tried_at desc, id desc limit 1) as last
     from unnest(array['mail', 'slack', 'webhook', 'ping']) with ordinality as c (channel, place)
     where exists (select from outbox o where o.channel = c.channel)
     order by place`,
  );
}

/** A message as it is listed. Instants are epoch ms. */
export interface OutboxRow {
  readonly id: number;
  readonly kind: "run" | "alarm" | "summary" | "test";
  readonly runId: number | null;
  readonly channel: Channel;
  readonly subject: string;
  readonly recipients: readonly string[];
  readonly state: "waiting" | "sent" | "undeliverable";
  readonly attempts: number;
  readonly most: number;
  readonly createdAt: number;
  readonly dueAt: number;
  readonly triedAt: number | null;
  readonly sentAt: number | null;
  readonly error: string | null;
}

/**
 * The newest messages first.
 *
 * @param options.before only those with a smaller id: the next page
 */
export function outboxRows(
  db: Database,
  { limit, before = null, state = null, noticeIds = null }: {
    limit: number;
    before?: number | null;
    state?: OutboxRow["state"] | null;
    noticeIds?: readonly number[] | null;
  },
): Promise<OutboxRow[]> {
  return query<OutboxRow>(
    db,
    `select o.id, n.kind, n.run_id as "runId", channel, subject, recipients, state, attempts, most,
       created_at as "createdAt", due_at as "dueAt", tried_at as "triedAt", sent_at as "sentAt", error
     from outbox o join notice n on n.id = o.notice_id
     where ($2::bigint is null or o.id < $2) and ($3::text is null or state = $3)
       and ($4::bigint[] is null or n.id = any($4))
     order by o.id desc limit $1`,
    [limit, before, state, noticeIds],
  );
}

/** What tells this installation from another. */
export async function instanceId(db: Database): Promise<string> {
  const [row] = await query<{ id: string }>(db, "select id from instance");
  return row!.id;
}
