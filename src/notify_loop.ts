/**
 * When does the service send what is waiting? On its own clock, beside the schedule: a run that takes hours does not keep
 * its messages, a mail server that hangs does not keep a run, and a schedule that is stuck is noticed by somebody else.
 */
import type { NotifyOptions } from "./notify.ts";

/** What the loop needs of the opened program. */
interface Sender {
  readonly notifier: { pass(options: NotifyOptions & { abort: AbortSignal }): Promise<unknown> };
}

export interface NotifyLoop {
  /** Something may be waiting: the next pass begins at once. */
  wake(): void;
  /** Resolves after a stop, when nothing is under way any more. Never rejects. */
  readonly ended: Promise<void>;
}

/** How a pass failed. `again`: so did the one before. */
export interface FailedPass {
  readonly error: unknown;
  readonly again: boolean;
}

const REST_MS = 15_000;
/** Late bars and reminders are counted in hours. */
const LOOK_MS = 5 * 60_000;

/** Begins when the program is open, ends with `stop`. What is under way then may go on until `abort`. */
export function startNotifying(
  opened: Promise<Sender>,
  { now, stop, abort, sleep, onPass }: {
    /** Epoch ms. */
    now(): number;
    sleep(ms: number, signal: AbortSignal): Promise<void>;
    readonly stop: AbortSignal;
    readonly abort: AbortSignal;
    /** Told of each pass; `null`: it went well. Never rejects. */
    readonly onPass: (failed: FailedPass | null) => Promise<void>;
  },
): NotifyLoop {
  let awake = Promise.withResolvers<void>();
  // Not at once: what fell due while the program was off is noticed by its first beat, and is no alarm.
  let lastLook = now();
  let failing = false;

  async function passOnce(sender: Sender): Promise<void> {
    const look = Math.abs(now() - lastLook) >= LOOK_MS;
    try {
      await sender.notifier.pass({ stop, abort, look });
      if (look) lastLook = now();
      failing = false;
      await onPass(null);
    } catch (error) {
      if (!stop.aborted) await onPass({ error, again: failing });
      failing = true;
    }
  }

  async function rest(): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([stop, over.signal]);
    await Promise.race([sleep(REST_MS, signal).catch(() => {}), awake.promise]);
    over.abort();
    awake = Promise.withResolvers<void>();
  }

  async function loop(): Promise<void> {
    // Whoever opens it says what is wrong when it cannot be.
    const sender = await opened.catch(() => null);
    while (sender !== null && !stop.aborted) {
      await passOnce(sender);
      if (!stop.aborted) await rest();
    }
  }

  return { wake: () => awake.resolve(), ended: loop() };
}
