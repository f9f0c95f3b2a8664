/** The runs of this process: each told when somebody wants it to end, its heartbeat beside it. */
import type { Series } from "./bar.ts";
import type { Claim } from "./effects.ts";
import type { RunEvent } from "./event.ts";
import { ingest, type RunReport } from "./ingest.ts";
import type { Notifier } from "./notifier.ts";
import { openEventLog } from "./postgres/events.ts";
import type { Cancel } from "./postgres/runs.ts";
import type { Pulse } from "./pulse.ts";
import { untraced } from "./trace.ts";
import { effectsOf, marketOf, type Rooms, type RunWiring } from "./wiring.ts";

export interface RunOptions extends RunWiring {
  readonly series: readonly Series[];
  /** Ask each of them, whatever is known of it. Default: what is worth asking. */
  readonly force?: boolean;
  /** Aborted: no further series is begun. */
  readonly stop: AbortSignal;
}

/** The run was not ours to make: another is at work, or has served the tick or launch. */
export type NotOurs = Exclude<Claim, { runId: number }>;

export interface Worker {
  run(options: RunOptions): Promise<RunReport | NotOurs>;
  /** Tells a run of this process at once that it is to end; of another's it does nothing. */
  cancel(runId: number, cancel: Cancel): void;
  /** Events are written. Never throws. */
  close(): Promise<void>;
}

export function createWorker(
  rooms: Rooms,
  { notifier, pulse, redact }: {
    notifier: Pick<Notifier, "started">;
    pulse: Pick<Pulse, "beat">;
    redact: (text: string) => string;
  },
): Worker {
  const { config, database, world } = rooms;
  const events = openEventLog(database, { now: world.now, redact, onError: world.onError });
  const market = marketOf(config);
  const { adjusted, vendor: { concurrency } } = config;
  const underWay = new Map<number, (cancel: Cancel) => void>();
  const beat = (doing: string, error: string | null) => pulse.beat("worker", doing, error);

  const { trace } = rooms.telemetry ?? { trace: untraced };
  const run = (options: RunOptions): Promise<RunReport | NotOurs> =>
    trace("run", { trigger: options.trigger }, async (span) => {
      const report = await runUntraced(options);
      if ("outcome" in report) span.set({ run: report.runId, outcome: report.outcome });
      return report;
    });

  async function runUntraced(options: RunOptions): Promise<RunReport | NotOurs> {
    const wish = new Wish();
    let runId = 0;
    let told = Promise.resolve();
    const emit = (event: RunEvent) => {
      options.emit(event);
      events.emit(event);
      if (event.type !== "run-started") return;
      runId = event.runId;
      underWay.set(runId, cancel);
      void beat(`run ${runId}`, null);
      told = notifier.started(runId);
    };
    const cancel = (given: Cancel) => {
      if (wish.hear(given)) emit({ type: "run-cancelling", runId, ...given });
    };
    const stop = AbortSignal.any([options.stop, wish.stop]);
    const abort = AbortSignal.any([options.abort, wish.abort]);
    try {
      const renewed = () => void beat(`run ${runId}`, null);
      const effects = await effectsOf(rooms, { ...options, abort, emit, cancel, renewed });
      const report = await ingest({ force: false, ...options, stop, abort, market, adjusted, concurrency }, effects);
      if ("outcome" in report) await beat("idle", report.outcome === "failed" ? report.message : null);
      return report;
    } finally {
      underWay.delete(runId);
      await events.flush();
      // Before the ping of its end, or the switch would think that another has begun.
      await told;
    }
  }

  return {
    run,
    cancel: (runId, cancel) => underWay.get(runId)?.(cancel),
    close: () => events.flush(),
  };
}

/** An operator's wish that one run end, as it is heard again and again: by the page and with every sign of life. */
class Wish {
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  readonly stop = this.#stop.signal;
  readonly abort = this.#abort.signal;

  /** @returns whether it is news */
  hear({ force }: Cancel): boolean {
    const news = !this.stop.aborted || (force && !this.abort.aborted);
    this.#stop.abort();
    if (force) this.#abort.abort();
    return news;
  }
}
