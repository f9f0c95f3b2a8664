/** What did a run do, series by series, in time? Fetching, waiting, storing; each retry its own bar. */
import { dividersOf } from "./dividers.ts";
import { toneOf, useVisit } from "./facts.tsx";
import type { Phase, SeriesSpans, Span } from "./spans.ts";
import { duration } from "./words.ts";

const ROW = 22;
const TOP = 20;
/** A bar is at least this wide, in percent. */
const LEAST = 0.4;

export function Gantt({ rows, from, to, running }: {
  rows: readonly SeriesSpans[];
  from: number;
  to: number;
  running: boolean;
}) {
  const { zone } = useVisit();
  const length = Math.max(1, to - from);
  const x = (at: number) => Math.min(100, Math.max(0, ((at - from) / length) * 100));
  const height = TOP + rows.length * ROW + 2;
  const dividers = length < 120_000
    ? secondsOf(from, length)
    : dividersOf({ from, to, zone: zone.name, most: 6 }).map(({ at, label }) => ({ at, label }));
  return (
    <div class="gantt" role="region" tabindex={0} aria-label="Steps">
      <ul class="gantt-names">
        {rows.map(({ symbol, interval, status }) => (
          <li
            class={status === null ? "busy" : toneOf(status)}
            title={status ?? (running ? "running" : "not finished")}
          >
            {symbol} {interval}
          </li>
        ))}
      </ul>
      <svg width="100%" height={height} role="group" aria-label="What was done for each series, over time">
        {dividers.map(({ at, label }) => (
          <g class="divider">
            <line x1={`${x(at)}%`} x2={`${x(at)}%`} y1="14" y2={height} />
            {x(at) < 94 && <text x={`${x(at)}%`} dx="3" y="11">{label}</text>}
          </g>
        ))}
        {rows.map((row, index) => (
          <g>
            {row.spans.map((span) => <Bar span={span} row={row} x={x} y={TOP + index * ROW} end={to} />)}
          </g>
        ))}
      </svg>
    </div>
  );
}

function Bar({ span, row, x, y, end }: {
  span: Span;
  row: SeriesSpans;
  x: (at: number) => number;
  y: number;
  end: number;
}) {
  const to = span.to ?? end;
  const start = Math.min(x(span.from), 100 - LEAST);
  const words: Record<Phase, string> = { fetch: "asked", wait: "waited", store: "stored" };
  const attempt = span.attempt === null || span.attempt === 1 ? "" : `, attempt ${span.attempt}`;
  const said = span.said === null ? "" : `\n${span.said}`;
  const title = `${row.symbol} ${row.interval}: ${words[span.phase]} ${duration(to - span.from)}${attempt}${said}`;
  return (
    <g class={`span ${span.phase}${span.to === null ? " open" : ""}`}>
      <title>{title}</title>
      <rect
        x={`${start.toFixed(3)}%`}
        y={span.phase === "wait" ? y + 9 : y + 3}
        width={`${Math.max(LEAST, x(to) - start).toFixed(3)}%`}
        height={span.phase === "wait" ? 4 : ROW - 6}
        rx="2"
      />
    </g>
  );
}

/** A short run reads better in seconds from its start than in times of day. */
function secondsOf(from: number, length: number): { at: number; label: string }[] {
  const step = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000].find((step) => length / step <= 6) ?? 60_000;
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, index) => ({
    at: from + index * step,
    label: index === 0 ? "0 s" : `+${index * step / 1000} s`,
  }));
}
