/** When were the runs, how did they end, and when are the next ticks due? One drawing, percent wide, so that it fits any screen. */
import { dividersOf } from "./dividers.ts";
import { toneOf, useVisit } from "./facts.tsx";
import type { RunRow } from "./runs.tsx";
import { counted, duration, timeIn, zoneName } from "./words.ts";

export interface TickMark {
  readonly dueAt: number;
  readonly state: "requested" | "skipped" | "failed";
  readonly reason: string | null;
}

/** What the drawing shows between `from` and `to`, epoch ms; everything in the order of time. */
export interface TimelineFacts {
  readonly from: number;
  readonly to: number;
  readonly runs: readonly RunRow[];
  readonly ticks: readonly TickMark[];
  /** Ticks still to come. */
  readonly next: readonly number[];
}

/** Runs that would lie on top of each other, as one. */
interface Batch {
  readonly runs: RunRow[];
  start: number;
  end: number;
}

/** A bar is at least this wide, in percent: a run of two seconds must be seen and hit. */
const LEAST = 0.6;
const [ROW_RUNS, ROW_TICKS, HEIGHT] = [20, 62, 88];
/** The worse, the taller: colour is never the only sign. */
const TALL = { bad: 38, warn: 30, busy: 24, good: 24, calm: 12 } as const;
/** Loudest first: a batch looks like the worst of it. */
const LOUDNESS = ["failed", "abandoned", "cancelled", "partial", "running", "deferred", "complete", "nothing-due"];

export function Timeline({ facts }: { facts: TimelineFacts }) {
  const { now, zone } = useVisit();
  const { from, to } = facts;
  const x = (at: number) => Math.min(100, Math.max(0, ((at - from) / (to - from)) * 100));
  const place = (at: number) => `${x(at).toFixed(3)}%`;
  const at = (ms: number) => `${timeIn(zone.name, ms, "second")} ${zoneName(zone.name, ms)}`;
  return (
    <svg class="timeline" width="100%" height={HEIGHT} role="group" aria-label="Runs and ticks over time">
      {dividersOf({ from, to, zone: zone.name, most: 8 }).map((divider) => (
        <g class={divider.day ? "divider day" : "divider"}>
          <line x1={place(divider.at)} x2={place(divider.at)} y1="14" y2={HEIGHT} />
          {x(divider.at) < 96 && <text x={place(divider.at)} dx="4" y="11">{divider.label}</text>}
        </g>
      ))}
      {batchesOf(facts.runs, { now, x }).map((batch) => <Bar batch={batch} at={at} now={now} />)}
      {facts.ticks.map((tick) => (
        <g class={`tick ${toneOf(tick.state)}`}>
          <title>{`Tick of ${at(tick.dueAt)}: ${tick.state}${tick.reason === null ? "" : `, ${tick.reason}`}`}</title>
          <TickShape x={place(tick.dueAt)} state={tick.state} />
        </g>
      ))}
      {facts.next.map((due) => (
        <g class="tick next">
          <title>{`Tick due ${at(due)}`}</title>
          <circle cx={place(due)} cy={ROW_TICKS + 7} r="4.5" />
        </g>
      ))}
      {now > from && now < to && (
        <g class="now">
          <line x1={place(now)} x2={place(now)} y1="14" y2={HEIGHT} />
          <text x={place(now)} dx="4" y={HEIGHT - 3}>now</text>
        </g>
      )}
    </svg>
  );
}

function TickShape({ x, state }: { x: string; state: TickMark["state"] }) {
  if (state === "requested") return <circle cx={x} cy={ROW_TICKS + 7} r="3.5" />;
  return (
    <svg x={x} y={ROW_TICKS + 3} overflow="visible">
      <path d={state === "failed" ? "M-4 0L4 8M4 0L-4 8" : "M-4 4H4"} />
    </svg>
  );
}

function Bar({ batch, at, now }: { batch: Batch; at: (ms: number) => string; now: number }) {
  const [first, last] = [batch.runs[0]!, batch.runs.at(-1)!];
  const states = Map.groupBy(batch.runs, stateOf);
  const worst = LOUDNESS.find((state) => states.has(state)) ?? "complete";
  const single = batch.runs.length === 1;
  const until = (last.finishedAt ?? now) + 1;
  const href = single
    ? `/runs/${first.id}`
    : `/runs?since=${new Date(first.startedAt).toISOString()}&until=${new Date(until).toISOString()}`;
  const tall = TALL[toneOf(worst)];
  const y = ROW_RUNS + (38 - tall) / 2;
  const title = single
    ? `Run ${first.id} ${stateOf(first)}, ${at(first.startedAt)}, ${
      duration((first.finishedAt ?? now) - first.startedAt)
    }`
    : `${counted(batch.runs.length, "run")} from ${at(first.startedAt)}: ${
      [...states].map(([state, runs]) => `${runs.length} ${state}`).join(", ")
    }`;
  return (
    <a href={href} aria-label={title} class={`bar ${toneOf(worst)}`}>
      <title>{title}</title>
      <rect
        x={`${batch.start.toFixed(3)}%`}
        y={y}
        width={`${(batch.end - batch.start).toFixed(3)}%`}
        height={tall}
        rx="3"
      />
      {!single && (
        <text x={`${((batch.start + batch.end) / 2).toFixed(3)}%`} y={ROW_RUNS + 23} text-anchor="middle">
          {batch.runs.length}
        </text>
      )}
    </a>
  );
}

function stateOf({ outcome }: RunRow): string {
  return outcome ?? "running";
}

function batchesOf(runs: readonly RunRow[], { now, x }: { now: number; x: (at: number) => number }): Batch[] {
  const batches: Batch[] = [];
  for (const run of runs) {
    const start = Math.min(x(run.startedAt), 100 - LEAST);
    const end = Math.max(start + LEAST, x(run.finishedAt ?? now));
    const before = batches.at(-1);
    if (before !== undefined && start < before.end) {
      before.runs.push(run);
      before.end = Math.max(before.end, end);
    } else batches.push({ runs: [run], start, end });
  }
  return batches;
}
