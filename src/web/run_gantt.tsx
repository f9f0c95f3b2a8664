/** The run in time: which rows are drawn, which stretch of it, and how does one look closer? */
import { type Child } from "hono/jsx";
import { Gantt, type GanttRow } from "./gantt.tsx";
import { around, isWhole, type Move, moved, type Stretch, stretchOf } from "./gantt_stretch.ts";
import { instantOf, type RunQuery } from "./query.ts";
import { runAddress, stretchParameters } from "./run_address.ts";
import type { RunRow } from "./runs.tsx";
import { type LoggedEvent, runSpansOf, type SeriesSpans, spansOf } from "./spans.ts";
import { grouped } from "./words.ts";

/** A drawing with more rows helps nobody; the table of series has them all. */
const MOST_ROWS = 60;

export interface RunGanttProps {
  readonly run: RunRow;
  readonly asked: RunQuery;
  /** The events a drawing needs, see SPAN_TYPES. */
  readonly events: readonly LoggedEvent[];
  readonly now: number;
}

export function RunGantt({ run, asked, events, now }: RunGanttProps) {
  const series = spansOf(events);
  const whole = { from: run.startedAt, to: Math.max(run.startedAt + 1, run.finishedAt ?? now) };
  const itself = runSpansOf(events, run);
  if (series.length + itself.length === 0) return null;
  const stretch = stretchOf(whole, { from: instantOf(asked.from), to: instantOf(asked.to) });
  const chosen = series.filter((one) => isChosen(one, asked));
  const shown = asked.only === undefined ? series : chosen;
  const rows: GanttRow[] = [
    ...(itself.length === 0 || asked.only !== undefined ? [] : [{
      name: "the run itself",
      spans: itself,
      status: run.outcome,
      href: null,
      chosen: false,
    }]),
    ...shown.slice(0, MOST_ROWS).map((one) => ({
      name: `${one.symbol} ${one.interval}`,
      spans: one.spans,
      status: one.status,
      href: runAddress(run.id, asked, { symbol: one.symbol, interval: one.interval, at: "log" }),
      chosen: isChosen(one, asked),
    })),
  ];
  const address = (to: Stretch | null) => runAddress(run.id, asked, { ...stretchParameters(to), at: "gantt-title" });
  return (
    <section aria-labelledby="gantt-title">
      <div class="head">
        <h2 id="gantt-title">Series in time</h2>
        <Steps {...{ asked, stretch, whole, address }} runId={run.id} chosen={chosen} />
      </div>
      <p class="legend">
        <span class="plan">planning, closing</span>
        <span class="fetch">asking the vendor</span>
        <span class="wait">waiting to try again</span>
        <span class="store">reading and storing</span>
      </p>
      <Gantt rows={rows} stretch={stretch} start={run.startedAt} running={run.outcome === null} zoomHref={address} />
      {shown.length > MOST_ROWS && <p class="aside">The first {MOST_ROWS} of {grouped(shown.length)} series.</p>}
    </section>
  );
}

/** Named by the filter of the log, which is how a series is chosen. */
function isChosen({ symbol, interval }: SeriesSpans, asked: RunQuery): boolean {
  if (asked.symbol === undefined && asked.interval === undefined) return false;
  return (asked.symbol ?? symbol) === symbol && (asked.interval ?? interval) === interval;
}

const MOVES: readonly (readonly [Move, string, string])[] = [
  ["back", "←", "Earlier"],
  ["out", "−", "Look at more"],
  ["in", "+", "Look closer"],
  ["on", "→", "Later"],
];

function Steps({ runId, asked, stretch, whole, address, chosen }: {
  runId: number;
  asked: RunQuery;
  stretch: Stretch;
  whole: Stretch;
  address: (to: Stretch | null) => string;
  chosen: readonly SeriesSpans[];
}) {
  const spans = chosen.flatMap(({ spans }) => spans.map(({ from, to }) => ({ from, to: to ?? whole.to })));
  const close = around(spans, whole);
  const filtered = asked.symbol !== undefined || asked.interval !== undefined;
  return (
    <nav class="choices" aria-label="What is drawn">
      {MOVES.map(([move, sign, label]) => (
        <Step to={moved(stretch, whole, move)} label={label} address={address}>{sign}</Step>
      ))}
      {!isWhole(stretch, whole) && <a href={address(null)}>Whole run</a>}
      {close !== null && <a href={address(close)}>Chosen series</a>}
      {filtered && asked.only === undefined && (
        <a href={runAddress(runId, asked, { only: "yes", at: "gantt-title" })}>Hide others</a>
      )}
      {asked.only !== undefined && (
        <a href={runAddress(runId, asked, { only: undefined, at: "gantt-title" })}>Show all series</a>
      )}
    </nav>
  );
}

/** Where no step leads, its sign stays: nothing jumps under the mouse. */
function Step({ to, label, address, children }: {
  to: Stretch | null;
  label: string;
  address: (to: Stretch | null) => string;
  children?: Child;
}) {
  if (to === null) return <span class="off" aria-hidden="true">{children}</span>;
  return <a href={address(to)} aria-label={label} title={label}>{children}</a>;
}
