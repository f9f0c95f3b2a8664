/** How do the rooms carry out the story of a notice? Decisions under the database's lock, channels opened when needed. */
import { channelsOf, isSummed, isTold, isToldOfBackfill } from "./channels.ts";
import type { Channel, Delivery, Outgoing, Parcel } from "./delivery.ts";
import { isNews, type News, review } from "./incident.ts";
import { messagesOf, type Telling } from "./messages.ts";
import {
  dayFacts,
  finishedRun,
  lookByClock,
  lookOfRun,
  type Standing,
  standingNow,
  tellAlarm,
  tellBackfill,
  tellDay,
  tellRun,
} from "./notice_facts.ts";
import { notify, type NotifyOptions, type NotifyReport } from "./notify.ts";
import { eventsOf } from "./postgres/events.ts";
import { isNotifierElsewhere } from "./postgres/heartbeats.ts";
import { decideByClock, decideNotice, type Notice, takesTurn, undecidedNotices } from "./postgres/notices.ts";
import { claimParcels, giveUpOld, releaseParcel, settleParcel } from "./postgres/outbox.ts";
import { runLog } from "./run_log.ts";
import { nextTick } from "./schedule.ts";
import { type Mailer, openMailer } from "./smtp/mail.ts";
import { postEvent, postPing, postText } from "./webhook/post.ts";
import type { Rooms } from "./wiring.ts";

export interface Notifier {
  /** One pass: decides what waits for it, delivers what is due. @throws whatever the database threw */
  pass(options: NotifyOptions & PassOptions): Promise<NotifyReport>;
  /** Tells the dead-man's switch that a run has begun; late, it would say nothing. Never rejects. */
  started(runId: number): Promise<void>;
  /** Puts a telling into the outbox for every channel, to be tried once. @returns the notice's id; `null`: no channel */
  enqueueTest(telling: Telling): Promise<number | null>;
}

export interface PassOptions {
  /** Aborted: what is under way is given up, and tried again later. */
  readonly abort: AbortSignal;
  /** Only the messages of these notices, and nothing is decided. */
  readonly noticeIds?: readonly number[];
}

/** So many are held at once, each for a minute at the most, while others wait. */
const HELD = 5;
const HOLD_MS = 5 * 60_000;
const DECIDED_AT_ONCE = 100;
const MOST_EVENTS = 20_000;
/** Longer than all the attempts of a message take. */
const GIVE_UP_MS = 3 * 86_400_000;
const START_MS = 5_000;
const SUMMARY = "summary";
const NO_NEWS: News = { opened: [], reminded: [], recovered: [], open: [] };

/** What the decisions of one program share. */
interface Desk {
  readonly rooms: Rooms;
  readonly redact: (text: string) => string;
  /** Those that are set up. */
  readonly channels: readonly Channel[];
  /** Makes the messages of a telling for those that are told. */
  readonly address: (telling: Telling, told: readonly Channel[], most?: number) => Outgoing[];
}

export function createNotifier(rooms: Rooms, { redact }: { redact: (text: string) => string }): Notifier {
  const { config, database, world } = rooms;
  const { pingUrl } = config.notices;
  const channels = channelsOf(config);
  const recipients = config.email?.recipients ?? [];
  const address: Desk["address"] = (telling, told, most) =>
    messagesOf(telling, { channels: told, recipients, redact, ...(most === undefined ? {} : { most }) });
  const desk = { rooms, redact, channels, address };
  return {
    pass: (options) => passOnce(desk, options),
    started: async (runId) => {
      if (pingUrl === null) return;
      const text = `run ${runId} started`;
      const options = { signal: AbortSignal.any([]), timeoutMs: START_MS, fetch: rooms.telemetry?.fetch };
      const delivery = await postPing(pingUrl, { ping: "start", text }, options);
      if (delivery.state === "sent") return;
      world.onError(redact(`Cannot ping the start of run ${runId}: ${delivery.reason}`));
    },
    enqueueTest: (telling) =>
      decideByClock(database, {
        kind: "test",
        now: world.now(),
        decide: () => ({ incidents: [], messages: address(telling, channels, 1) }),
      }),
  };
}

async function passOnce(
  desk: Desk,
  { stop, look, abort, noticeIds }: NotifyOptions & PassOptions,
): Promise<NotifyReport> {
  const { rooms, redact, channels } = desk;
  const { database, world } = rooms;
  const { owner } = world;
  // Decided by who can tell nobody, a notice would be lost to who can.
  const leave = channels.length === 0 && await isNotifierElsewhere(database, { owner, now: world.now() });
  const holding = { owner, leaseMs: HOLD_MS, limit: HELD, noticeIds: noticeIds ?? null };
  const post = openPost(rooms, { abort, redact });
  try {
    return await notify({ stop, look }, {
      now: () => world.now(),
      random: () => world.random(),
      channels,
      decideSome: () => noticeIds === undefined && !leave ? decideSome(desk) : Promise.resolve(0),
      lookAtClock: () => leave ? Promise.resolve() : lookAtClock(desk),
      claim: (channel) => claimParcels(database, { ...holding, channel, now: world.now() }),
      deliver: post.deliver,
      settle: (parcel, verdict) => settleParcel(database, parcel, { owner, verdict, now: world.now() }),
      release: (parcel) => releaseParcel(database, parcel, { owner }),
      giveUpOld: () => giveUpOld(database, { before: world.now() - GIVE_UP_MS, now: world.now() }),
    });
  } finally {
    await post.close();
  }
}

async function decideSome(desk: Desk): Promise<number> {
  const { database, world } = desk.rooms;
  const waiting = await undecidedNotices(database, DECIDED_AT_ONCE);
  if (waiting.length === 0) return 0;
  const standing = await standingNow(desk.rooms);
  // A program of another configuration decides what its own runs came to.
  const ours = standing.served === "theirs" ? waiting.filter(({ owner }) => owner === world.owner) : waiting;
  for (const notice of ours) {
    if (notice.backfillId === null) await decideRun(desk, notice, standing);
    else await decideBackfill(desk, { ...notice, backfillId: notice.backfillId }, standing);
  }
  return ours.length;
}

async function decideRun(
  { rooms, redact, channels, address }: Desk,
  { id: noticeId, runId }: Notice,
  standing: Standing,
): Promise<void> {
  const { on } = rooms.config.notices;
  const closed = runId === null ? null : await finishedRun(rooms, { runId, redact });
  await decideNotice(rooms.database, {
    noticeId,
    now: standing.now,
    decide: (known) => {
      if (closed === null) return { incidents: [], messages: [] };
      // What a slice of a backfill meets is told by the backfill, when it ends or can do no more.
      if (closed.run.trigger === "backfill") {
        const told = channels.filter((channel) => channel === "webhook");
        return { incidents: [], messages: address(tellRun(closed, { news: NO_NEWS, standing }), told) };
      }
      const { changed, news } = review(known, lookOfRun(closed, standing));
      const { outcome, totals: { inserted, revised, quarantined } } = closed.run;
      const run = { outcome, changed: inserted + revised + quarantined > 0 };
      const told = channels.filter((channel) => isTold(channel, { on, run, news }));
      return { incidents: changed, messages: address(tellRun(closed, { news, standing }), told) };
    },
  });
}

async function decideBackfill(
  { rooms, redact, channels, address }: Desk,
  { id: noticeId, backfillId }: Notice & { backfillId: number },
  standing: Standing,
): Promise<void> {
  const { on } = rooms.config.notices;
  const found = await tellBackfill(rooms, { backfillId, standing, redact });
  const told = found === null ? [] : channels.filter((channel) => isToldOfBackfill(channel, { on, done: found.done }));
  const messages = found === null ? [] : address(found.telling, told);
  await decideNotice(rooms.database, { noticeId, now: standing.now, decide: () => ({ incidents: [], messages }) });
}

async function lookAtClock({ rooms, channels, address }: Desk): Promise<void> {
  const { database, config: { notices: { on, summary } } } = rooms;
  const standing = await standingNow(rooms);
  const { now } = standing;
  // They look for themselves, at their own series, and tell their own day.
  if (standing.served === "theirs") return;
  const look = lookByClock(standing);
  await decideByClock(database, {
    kind: "alarm",
    now,
    decide: (known) => {
      const { changed, news } = review(known, look(known));
      const told = channels.filter((channel) => isTold(channel, { on, run: null, news }));
      return { incidents: changed, messages: isNews(news) ? address(tellAlarm(news, standing), told) : [] };
    },
  });
  const summed = channels.filter((channel) => isSummed(channel, on));
  if (summary === null || summed.length === 0) return;
  const day = await dayFacts(rooms, standing);
  await decideByClock(database, {
    kind: "summary",
    now,
    begins: takesTurn({ name: SUMMARY, now, next: nextTick(summary, now) }),
    decide: (known) => {
      const open = known.filter(({ recoveredAt }) => recoveredAt === null);
      return { incidents: [], messages: address(tellDay({ ...day, open }), summed) };
    },
  });
}

/** The ways out of the program, each opened when the first message takes it. */
function openPost(
  { config: { email, notices }, database, world, telemetry }: Rooms,
  { abort: signal, redact }: { abort: AbortSignal; redact: (text: string) => string },
) {
  let mailer: Promise<Mailer> | null = null;
  const options = { signal, fetch: telemetry?.fetch };

  async function hand({ content, ...parcel }: Parcel): Promise<Delivery> {
    switch (content.channel) {
      case "mail": {
        const { runId } = content;
        const events = runId === null ? [] : await eventsOf(database, { runId, limit: MOST_EVENTS });
        const log = events.length === 0 ? null : redact(runLog(events));
        return await (await (mailer ??= openMailer(email!))).deliver({ ...parcel, content }, { log, signal });
      }
      case "slack":
        return await postText(notices.slackUrl!, content.text, options);
      case "webhook":
        return await postEvent(notices.webhook!, { id: parcel.messageId, event: content.event }, {
          at: world.now(),
          ...options,
        });
      case "ping":
        return await postPing(notices.pingUrl!, content, options);
    }
  }

  return {
    deliver: async (parcel: Parcel): Promise<Delivery> => {
      const delivery = await hand(parcel);
      if (delivery.state === "sent") {
        return { ...delivery, note: delivery.note === null ? null : redact(delivery.note) };
      }
      return { ...delivery, reason: redact(delivery.reason) };
    },
    close: async () => void (await mailer)?.close(),
  };
}
