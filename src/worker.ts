/** The runs of this process: each told when somebody wants it to end, its heartbeat beside it. */
import { type SliceOptions, type SliceReport, workSlice } from "./backfill_slice.ts";
import type { Series } from "./bar.ts";
import type { Claim, Effects } from "./effects.ts";
import type { RunEvent } from "./event.ts";
import { ingest, type RunReport } from "./ingest.ts";
import type { Notifier } from "./notifier.ts";
import { openEventLog } from "./postgres/events.ts";
import type { Cancel } from "./postgres/runs.ts";
import type { Pulse } from "./pulse.ts";
import { untraced } from "./trace.ts";
import { effectsOf, marketOf, type Received, type Rooms, type RunWiring } from "./wiring.ts";

export interface RunOptions extends RunWiring {
  readonly series: readonly Series[];
  /** Ask each of them, whatever is known of it. Default: what is worth asking. */
  readonly force?: boolean;
  /** Aborted: no further series is begun. */
  readonly stop: AbortSignal;
}

/** The run was not ours to make: another is at work, or has served the tick or launch. */
export type NotOurs = Exclude<Claim, { runId: number }>;

export interface SliceWiring
  extends Omit<RunWiring, "backfillId">, Pick<SliceOptions, "backfillId" | "errands" | "mayGoOn"> {
  /** Aborted: no further request is begun. */
  readonly stop: AbortSignal;
}

/** A slice of a backfill. `cancelled`: who wanted its run to end; `null`: nobody did. */
export interface Sliced {
  readonly slice: SliceReport;
  readonly cancelled: Cancel | null;
}

export interface Worker {
  run(options: RunOptions): Promise<RunReport | NotOurs>;
  /** One slice of a backfill, as a run. */
  slice(options: SliceWiring): Promise<Sliced | NotOurs>;
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

  const live = createStage(rooms, { events, underWay, beat, notifier });
  return {
    run: (options) =>
      trace("run", { trigger: options.trigger }, (span) =>
        live(options, async (effects, { stop, abort }) => {
          const report = await ingest(
            { force: false, ...options, stop, abort, market, adjusted, concurrency },
            effects,
          );
          if (!("outcome" in report)) return report;
          span.set({ run: report.runId, outcome: report.outcome });
          await beat("idle", report.outcome === "failed" ? report.message : null);
          return report;
        })),
    slice: (options) =>
      trace(
        "run",
        { trigger: options.trigger },
        (span) =>
          live(options, async (effects, { stop, abort, cancelled }) => {
            const slice = await workSlice({ ...options, stop, abort }, effects);
            if (!("outcome" in slice)) return slice;
            span.set({ run: slice.runId, outcome: slice.outcome });
            await beat("idle", slice.outcome === "failed" ? slice.message : null);
            return { slice, cancelled: cancelled() };
          }),
      ),
    cancel: (runId, cancel) => underWay.get(runId)?.(cancel),
    close: () => events.flush(),
  };
}

interface Backstage {
  readonly events: ReturnType<typeof openEventLog>;
  /** The runs at work in this process. */
  readonly underWay: Map<number, (cancel: Cancel) => void>;
  readonly beat: (doing: string, error: string | null) => Promise<void>;
  readonly notifier: Pick<Notifier, "started">;
}

/** Where stories are told: with their events kept, a heart that beats, and an end at an operator's wish. */
function createStage(rooms: Rooms, { events, underWay, beat, notifier }: Backstage) {
  return async <Told extends object>(
    options: RunWiring & { readonly stop: AbortSignal },
    tell: (effects: Effects<Received>, stage: Stage) => Promise<Told>,
  ): Promise<Told> => {
    const wish = new Wish();
    let runId = 0;
    let told = Promise.resolve();
    const emit = (event: RunEvent) => {
      options.emit(event);
      events.emit(event);
      if (event.type !== "run-started") return;
      underWay.set(runId = event.runId, cancel);
      void beat(`run ${runId}`, null);
      // What watches the schedule is not reassured by a backfill.
      if (event.trigger !== "backfill") told = notifier.started(runId);
    };
    const cancel = (given: Cancel) => {
      if (wish.hear(given)) emit({ type: "run-cancelling", runId, ...given });
    };
    const stop = AbortSignal.any([options.stop, wish.stop]);
    const abort = AbortSignal.any([options.abort, wish.abort]);
    try {
      const renewed = () => void beat(`run ${runId}`, null);
      const effects = await effectsOf(rooms, { ...options, abort, emit, cancel, renewed });
      return await tell(effects, { stop, abort, cancelled: () => wish.given });
    } finally {
      underWay.delete(runId);
      await events.flush();
      // Before the ping of its end, or the switch would think that another has begun.
      await told;
    }
  };
}

/** What a story is told beside its effects. */
interface Stage {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  cancelled(): Cancel | null;
}

/** An operator's wish that one run end, as it is heard again and again: by the page and with every sign of life. */
class Wish {
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  readonly stop = this.#stop.signal;
  readonly abort = this.#abort.signal;

  given: Cancel | null = null;

  /** @returns whether it is news */
  hear(given: Cancel): boolean {
    const { force } = given;
    const news = !this.stop.aborted || (force && !this.abort.aborted);
    this.given ??= given;
    this.#stop.abort();
    if (force) this.#abort.abort();
    return news;
  }
}
