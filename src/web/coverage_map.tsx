/** Which sessions are there, which are missing, and why? A year of days, or all years of weeks or months, one square each. */
import { Scroll } from "./facts.tsx";
import { type Series, seriesName } from "../bar.ts";
import { closureOn, dateOf, dayStart, exchangeOf } from "../calendar.ts";
import { unitOf } from "../freshness.ts";
import type { Cell } from "../gaps.ts";
import type { CoverageFacts } from "./series.tsx";
import { counted, grouped } from "./words.ts";

const DAY = 86_400_000;
const SIZE = 12;
const PITCH = 15;
const [LEFT, TOP] = [38, 16] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MOST_LISTED = 12;

interface Grid {
  readonly columns: number;
  readonly rows: readonly string[];
  readonly heads: readonly { readonly column: number; readonly text: string }[];
  place(date: string): { readonly column: number; readonly row: number };
}

/** @param hrefOf where more is said of a date */
export function CoverageMap(
  { series, coverage: { year, cells }, hrefOf }: {
    series: Series;
    coverage: CoverageFacts;
    hrefOf: (date: string) => string;
  },
) {
  if (cells.length === 0) return <p class="empty">Nothing to show before there is a bar.</p>;
  const grid = year === null ? gridOfPeriods(series, cells) : gridOfDays(year);
  const unit = unitOf(series);
  const gaps = cells.filter(({ presence }) => presence === "gap");
  const present = cells.filter(({ presence }) => presence === "present").length;
  const said = `${counted(present, unit)} present, ${counted(gaps.length, "gap")}${year === null ? "" : ` in ${year}`}`;
  return (
    <>
      <p class="legend map-legend">
        <span class="present">{counted(present, unit)} present</span>
        <span class="gap">{counted(gaps.length, "gap")}</span>
        <span class="provisional">can still grow</span>
        {cells.some(({ presence }) => presence === "before") && <span class="before">before the oldest bar</span>}
        <span class="ahead">not out yet</span>
        {year !== null && <span class="closed">exchange closed</span>}
      </p>
      <Scroll label="Coverage map">
        <svg
          class="map"
          width={LEFT + grid.columns * PITCH}
          height={TOP + grid.rows.length * PITCH}
          role="img"
          aria-label={`${seriesName(series)}: ${said}`}
        >
          {grid.heads.map(({ column, text }) => <text x={LEFT + column * PITCH} y="10">{text}</text>)}
          {grid.rows.map((name, row) => <text x="0" y={TOP + row * PITCH + 10}>{name}</text>)}
          {year !== null && <ClosedDays series={series} year={year} cells={cells} grid={grid} />}
          {cells.map((cell) => <Square cell={cell} {...grid.place(cell.date)} />)}
        </svg>
      </Scroll>
      <Gaps gaps={gaps} cells={cells} hrefOf={hrefOf} />
    </>
  );
}

function Square({ cell, column, row }: { cell: Cell; column: number; row: number }) {
  const [x, y] = [LEFT + column * PITCH, TOP + row * PITCH];
  const { date, presence, bars, reason, half } = cell;
  const what = presence === "present" ? counted(bars, "bar") : `${presence}: ${reason}`;
  return (
    <g class={`cell ${presence}`}>
      <title>{`${date}${half ? ", half day" : ""}: ${what}`}</title>
      <rect x={x + 0.5} y={y + 0.5} width={SIZE - 1} height={SIZE - 1} rx="2" />
      {presence === "gap" && <path d={`M${x + 3} ${y + 3}l6 6m0 -6l-6 6`} />}
    </g>
  );
}

function ClosedDays(
  { series, year, cells, grid }: { series: Series; year: number; cells: readonly Cell[]; grid: Grid },
) {
  const open = new Set(cells.map(({ date }) => date));
  const days: string[] = [];
  const last = dayStart(cells.at(-1)!.date);
  for (let day = dayStart(cells[0]!.date); day <= last; day += DAY) {
    const date = dateOf(day);
    if (new Date(day).getUTCDay() % 6 !== 0 && !open.has(date) && date.startsWith(String(year))) days.push(date);
  }
  return (
    <>
      {days.map((date) => {
        const { column, row } = grid.place(date);
        return (
          <g class="cell closed">
            <title>{`${date}: the exchange is closed, ${closureOn(exchangeOf(series.symbol), date)}`}</title>
            <circle cx={LEFT + column * PITCH + SIZE / 2} cy={TOP + row * PITCH + SIZE / 2} r="1.500" />
          </g>
        );
      })}
    </>
  );
}

/** Weeks from left to right, Monday to Friday downwards. */
function gridOfDays(year: number): Grid {
  const first = Date.UTC(year, 0, 1);
  const monday = first - ((new Date(first).getUTCDay() + 6) % 7) * DAY;
  const week = (day: number) => Math.floor((day - monday) / (7 * DAY));
  return {
    columns: week(Date.UTC(year, 11, 31)) + 1,
    rows: ["Mon", "Tue", "Wed", "Thu", "Fri"],
    heads: MONTHS.map((text, month) => ({ column: week(Date.UTC(year, month, 7)), text })),
    place: (date) => {
      const day = dayStart(date);
      return { column: week(day), row: (new Date(day).getUTCDay() + 6) % 7 };
    },
  };
}

/** A year downwards, its weeks or months from left to right. */
function gridOfPeriods({ interval }: Series, cells: readonly Cell[]): Grid {
  const years = [...new Set(cells.map(({ date }) => date.slice(0, 4)))];
  const monthly = interval === "monthly";
  const week = (date: string) => Math.floor((dayStart(date) - dayStart(`${date.slice(0, 4)}-01-01`)) / (7 * DAY));
  return {
    columns: monthly ? 24 : 53,
    rows: years,
    heads: MONTHS.map((text, month) => ({ column: monthly ? 2 * month : Math.round(month * 4.350), text })),
    place: (date) => ({
      column: monthly ? 2 * (Number(date.slice(5, 7)) - 1) : week(date),
      row: years.indexOf(date.slice(0, 4)),
    }),
  };
}

/** The same in words: neighbours with one reason are one line. */
function Gaps(
  { gaps, cells, hrefOf }: { gaps: readonly Cell[]; cells: readonly Cell[]; hrefOf: (date: string) => string },
) {
  const stretches: { from: string; to: string; count: number; reason: string }[] = [];
  let before: Cell | null = null;
  for (const cell of cells) {
    if (cell.presence === "gap") {
      const last = stretches.at(-1);
      if (last !== undefined && before?.presence === "gap" && last.reason === cell.reason) {
        last.to = cell.date;
        last.count += 1;
      } else stretches.push({ from: cell.date, to: cell.date, count: 1, reason: cell.reason ?? "" });
    }
    before = cell;
  }
  if (gaps.length === 0) return null;
  return (
    <ul class="gaps">
      {stretches.slice(-MOST_LISTED).toReversed().map(({ from, to, count, reason }) => (
        <li>
          <a class="time" href={hrefOf(from)}>{from === to ? from : `${from} to ${to}`}</a>{" "}
          <span class="aside">{count === 1 ? "" : `${grouped(count)} in a row`}</span> <span>{reason}</span>
        </li>
      ))}
      {stretches.length > MOST_LISTED && <li class="aside">and {grouped(stretches.length - MOST_LISTED)} older</li>}
    </ul>
  );
}
