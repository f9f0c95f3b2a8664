/**
 * Story 2: from a closed run to somebody who knows. What waits for a decision is decided, then every channel's messages
 * are delivered, each attempt with its verdict. Nothing here fails a run; what fails here is tried again on its own clock.
 */
import { type Channel, type Delivery, type Parcel, type Verdict, verdictOf } from "./delivery.ts";

/** Everything the story does to the world. */
export interface NotifyEffects {
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Those that are set up. */
  readonly channels: readonly Channel[];
  /** Decides the oldest notices that wait for it. @returns how many */
  decideSome(): Promise<number>;
  /** Looks at the clock: alarms, reminders, the summary of the day. */
  lookAtClock(): Promise<void>;
  /** Takes messages of a channel that are due, under a lease. */
  claim(channel: Channel): Promise<readonly Parcel[]>;
  /** Never rejects. */
  deliver(parcel: Parcel): Promise<Delivery>;
  /** Keeps the verdict, unless the message has become somebody else's. */
  settle(parcel: Parcel, verdict: Verdict): Promise<boolean>;
  /** Gives a message back that was not tried. */
  release(parcel: Parcel): Promise<void>;
  /** Ends what nobody has delivered for days. */
  giveUpOld(): Promise<void>;
}

export interface NotifyOptions {
  /** Aborted: nothing further is begun. */
  readonly stop: AbortSignal;
  /** Look at the clock as well. */
  readonly look: boolean;
}

/** What a pass came to, in messages. */
export interface NotifyReport {
  readonly decided: number;
  readonly sent: number;
  /** Not taken this time. */
  readonly failed: number;
  readonly undeliverable: number;
}

/** One pass. @throws whatever the database threw: what was not settled is somebody's again when its lease is out */
export async function notify({ stop, look }: NotifyOptions, effects: NotifyEffects): Promise<NotifyReport> {
  let decided = 0;
  while (!stop.aborted) {
    const more = await effects.decideSome();
    if (more === 0) break;
    decided += more;
  }
  if (look && !stop.aborted) await effects.lookAtClock();
  const counts = await Promise.all(effects.channels.map((channel) => deliverAll(channel, { stop }, effects)));
  if (look && !stop.aborted) await effects.giveUpOld();
  const sum = (state: keyof Counts) => counts.reduce((total, one) => total + one[state], 0);
  return { decided, sent: sum("sent"), failed: sum("waiting"), undeliverable: sum("undeliverable") };
}

type Counts = Record<Verdict["state"], number>;

/** Until nothing is due, or the other side takes nothing from anybody: then the rest need not wait for its silence each. */
async function deliverAll(channel: Channel, { stop }: { stop: AbortSignal }, effects: NotifyEffects): Promise<Counts> {
  const counts: Counts = { sent: 0, waiting: 0, undeliverable: 0 };
  for (let reachable = true; reachable && !stop.aborted;) {
    const parcels = await effects.claim(channel);
    if (parcels.length === 0) break;
    for (const parcel of parcels) {
      if (!reachable || stop.aborted) {
        await effects.release(parcel);
        continue;
      }
      const delivery = await effects.deliver(parcel);
      const verdict = verdictOf(parcel, delivery, { now: effects.now(), random: effects.random() });
      await effects.settle(parcel, verdict);
      counts[verdict.state] += 1;
      reachable = !(delivery.state === "failed" && delivery.unreachable);
    }
  }
  return counts;
}
