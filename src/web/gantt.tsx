/** What did a run do, row by row, in time? Planning, asking, waiting, storing, closing; each retry its own bar. */
import { dividersOf } from "./dividers.ts";
import { toneOf, useVisit } from "./facts.tsx";
import type { Stretch } from "./gantt_stretch.ts";
import type { Phase, Span } from "./spans.ts";
import { duration } from "./words.ts";

const ROW = 22;
const TOP = 20;
/** A bar is at least this wide, in percent. */
const LEAST = 0.4;
const WORDS: Record<Phase, string> = {
  plan: "planned",
  fetch: "asked",
  wait: "waited",
  store: "stored",
  close: "closed",
};

export interface GanttRow {
  readonly name: string;
  readonly spans: readonly Span[];
  /** `null`: not finished. */
  readonly status: string | null;
  /** Where a click on it leads; `null`: nowhere. */
  readonly href: string | null;
  readonly chosen: boolean;
}

export interface GanttProps {
  readonly rows: readonly GanttRow[];
  /** What is drawn, epoch ms. */
  readonly stretch: Stretch;
  /** When the run started: what seconds are counted from. */
  readonly start: number;
  readonly running: boolean;
  /** Where a click on a time leads, to look closer. */
  zoomHref(stretch: Stretch): string;
}

export function Gantt({ rows, stretch, start, running, zoomHref }: GanttProps) {
  const { zone } = useVisit();
  const { from, to } = stretch;
  const length = Math.max(1, to - from);
  const x = (at: number) => Math.min(100, Math.max(0, ((at - from) / length) * 100));
  const height = TOP + rows.length * ROW + 2;
  const dividers = length < 120_000 ? secondsOf(stretch, start) : dividersOf({ from, to, zone: zone.name, most: 6 });
  return (
    <div class="gantt" role="region" tabindex={0} aria-label="Steps">
      <ul class="gantt-names">
        {rows.map(({ name, status, href, chosen }) => (
          <li
            class={status === null ? "busy" : toneOf(status)}
            title={status ?? (running ? "running" : "not finished")}
          >
            {href === null ? name : <a href={href} aria-current={chosen ? "true" : undefined}>{name}</a>}
          </li>
        ))}
      </ul>
      <svg width="100%" height={height} role="group" aria-label="What was done for each series, over time">
        {dividers.map(({ at, label }, index) => (
          <g class="divider">
            <line x1={`${x(at)}%`} x2={`${x(at)}%`} y1="14" y2={height} />
            {x(at) < 94 && (
              <a
                href={zoomHref({ from: at, to: dividers[index + 1]?.at ?? to })}
                aria-label={`Look closer from ${label}`}
              >
                <text x={`${x(at)}%`} dx="3" y="11">{label}</text>
              </a>
            )}
          </g>
        ))}
        {rows.map((row, index) => <Row row={row} stretch={stretch} x={x} y={TOP + index * ROW} />)}
      </svg>
    </div>
  );
}

function Row({ row, stretch, x, y }: {
  row: GanttRow;
  stretch: Stretch;
  x: (at: number) => number;
  y: number;
}) {
  const seen = row.spans.filter(({ from, to }) => from <= stretch.to && (to ?? stretch.to) >= stretch.from);
  const drawn = (
    <>
      <rect class={row.chosen ? "row chosen" : "row"} x="0" y={y} width="100%" height={ROW} />
      {seen.map((span) => <Bar span={span} name={row.name} x={x} y={y} end={stretch.to} />)}
    </>
  );
  // Reached by Tab once, by its name at the left; the drawing is for who points.
  return row.href === null
    ? <g>{drawn}</g>
    : <a href={row.href} tabindex={-1} aria-label={`Events of ${row.name}`}>{drawn}</a>;
}

function Bar({ span, name, x, y, end }: {
  span: Span;
  name: string;
  x: (at: number) => number;
  y: number;
  end: number;
}) {
  const to = span.to ?? end;
  const start = Math.min(x(span.from), 100 - LEAST);
  const attempt = span.attempt === null || span.attempt === 1 ? "" : `, attempt ${span.attempt}`;
  const said = span.said === null ? "" : `\n${span.said}`;
  const title = `${name}: ${WORDS[span.phase]} ${duration(to - span.from)}${attempt}${said}`;
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

/** A short stretch reads better in seconds from the start of the run than in times of day. */
function secondsOf({ from, to }: Stretch, start: number): { at: number; label: string }[] {
  const steps = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000];
  const step = steps.find((step) => (to - from) / step <= 6) ?? 60_000;
  const first = Math.ceil((from - start) / step);
  return Array.from({ length: Math.floor((to - start) / step) - first + 1 }, (_, index) => ({
    at: start + (first + index) * step,
    label: first + index === 0 ? "0 s" : `+${(first + index) * step / 1000} s`,
  }));
}
