/** Which sessions does each series hold, all of them side by side? A row per series, a column per session, week or month. */
import type { Interval, Series } from "../bar.ts";
import { unitOf } from "../freshness.ts";
import type { Cell } from "../gaps.ts";
import { Live, Scroll } from "./facts.tsx";
import { MATRIX_QUERY, type MatrixQuery, readQuery } from "./query.ts";
import { seriesHref } from "./series_words.tsx";
import type { ShowPage } from "./visit.ts";
import { counted, grouped } from "./words.ts";

export interface MatrixRow {
  readonly series: Series;
  /** One for each date; `null`: its exchange is closed then. */
  readonly cells: readonly (Pick<Cell, "date" | "presence" | "bars" | "reason"> | null)[];
}

export interface MatrixFacts {
  readonly interval: Interval;
  /** Those that are configured. */
  readonly intervals: readonly Interval[];
  /** Of the columns, ascending; a week or month is named by its first day. */
  readonly dates: readonly string[];
  readonly rows: readonly MatrixRow[];
  /** How many series match, of which `rows` is a page. */
  readonly matching: number;
  /** Sessions before this date are there as well; `null`: no series has an older bar. */
  readonly older: string | null;
}

export interface MatrixFilter {
  readonly interval: Interval | null;
  /** A part of the symbol, upper case. */
  readonly symbol: string | null;
  /** A date. */
  readonly before: string | null;
  /** From 1. */
  readonly page: number;
  readonly limit: number;
}

export interface MatrixReads {
  matrix(filter: MatrixFilter): Promise<MatrixFacts>;
}

const PAGE = 50;
const PITCH = 13;
const HEIGHT = 14;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function matrixFilterOf({ interval, symbol, before, page }: MatrixQuery): MatrixFilter {
  return {
    interval: interval ?? null,
    symbol: symbol?.toUpperCase() ?? null,
    before: before ?? null,
    page,
    limit: PAGE,
  };
}

export function coverageMatrixPage(reads: MatrixReads): ShowPage {
  return async ({ query }) => {
    const asked = readQuery(MATRIX_QUERY, query);
    const facts = await reads.matrix(matrixFilterOf(asked));
    return {
      title: "Coverage",
      sentence: sentenceOf(facts),
      body: (
        <>
          <Filters asked={asked} facts={facts} />
          <Live id="matrix">
            {facts.rows.length === 0
              ? (
                <p class="empty">
                  No series matches. <a href="/symbols?view=coverage">Show all</a>
                </p>
              )
              : <Matrix facts={facts} />}
            <Pager asked={asked} facts={facts} />
          </Live>
        </>
      ),
    };
  };
}

function sentenceOf({ rows, interval, dates }: MatrixFacts): string {
  const [first, last] = [dates[0], dates.at(-1)];
  if (rows.length === 0 || first === undefined) return "No series to show.";
  const number = (...wanted: readonly Cell["presence"][]) =>
    rows.reduce((sum, { cells }) => sum + cells.filter((cell) => cell && wanted.includes(cell.presence)).length, 0);
  const [there, missing] = [number("present", "provisional"), number("gap")];
  const unit = unitOf({ interval });
  const what = `${counted(rows.length, "series", "series")} from ${first} to ${last}`;
  return missing === 0
    ? `${what}: no ${unit} is missing, ${counted(there, unit)} there.`
    : `${what}: ${counted(missing, unit)} missing, ${grouped(there)} there.`;
}

function hrefOf(asked: MatrixQuery, change: Partial<MatrixQuery>): string {
  const { page, ...rest } = { ...asked, page: 1, ...change, view: "coverage" };
  const query = new URLSearchParams(
    Object.entries({ ...rest, ...(page === 1 ? {} : { page }) })
      .flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]),
  );
  return `/symbols?${query}`;
}

function Filters({ asked, facts: { interval, intervals } }: { asked: MatrixQuery; facts: MatrixFacts }) {
  const offered = intervals.includes(interval) ? intervals : [interval, ...intervals];
  return (
    <>
      <ViewTabs view="coverage" />
      <nav class="choices tabs-below" aria-label="Coverage by interval">
        {offered.map((one) => (
          <a
            href={hrefOf(asked, { interval: one, before: undefined })}
            aria-current={one === interval ? "true" : undefined}
          >
            {one}
          </a>
        ))}
      </nav>
      <form class="filters" method="get" action="/symbols" role="search" aria-label="Filter series">
        <input type="hidden" name="view" value="coverage" />
        <input type="hidden" name="interval" value={interval} />
        <label>
          Symbol{" "}
          <input type="search" name="symbol" value={asked.symbol ?? ""} size={12} maxlength={40} autocomplete="off" />
        </label>
        <button type="submit">Filter</button>
        {asked.symbol !== undefined && <a href={hrefOf(asked, { symbol: undefined })}>Clear</a>}
      </form>
    </>
  );
}

/** From the table of series to the matrix and back. */
export function ViewTabs({ view }: { view: "table" | "coverage" }) {
  return (
    <nav class="choices views" aria-label="Views of the series">
      <a href="/symbols" aria-current={view === "table" ? "page" : undefined}>Table</a>
      <a href="/symbols?view=coverage" aria-current={view === "coverage" ? "page" : undefined}>Coverage</a>
    </nav>
  );
}

function Pager({ asked, facts: { rows, matching, older } }: { asked: MatrixQuery; facts: MatrixFacts }) {
  const from = (asked.page - 1) * PAGE;
  return (
    <nav class="pager" aria-label="Pages of the coverage">
      {older !== null && <a href={hrefOf(asked, { before: older, page: asked.page })}>Older sessions</a>}
      {asked.before !== undefined && (
        <a href={hrefOf(asked, { before: undefined, page: asked.page })}>Newest sessions</a>
      )}
      {matching > PAGE && (
        <span class="aside">
          Series {rows.length === 0 ? "none" : `${grouped(from + 1)} to ${grouped(from + rows.length)}`} of{" "}
          {grouped(matching)}
        </span>
      )}
      {asked.page > 1 && <a href={hrefOf(asked, { page: asked.page - 1 })}>Before</a>}
      {from + rows.length < matching && <a href={hrefOf(asked, { page: asked.page + 1 })}>After</a>}
    </nav>
  );
}

function Matrix({ facts: { dates, rows, interval } }: { facts: MatrixFacts }) {
  return (
    <>
      <p class="legend map-legend">
        <span class="present">there</span>
        <span class="gap">missing</span>
        <span class="provisional">can still grow</span>
        <span class="before">before the oldest bar</span>
        <span class="ahead">not out yet</span>
      </p>
      <Scroll label="Coverage of all series">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">Series</th>
              <th scope="col" class="number">Missing</th>
              <th scope="col">
                <span class="away">{unitOf({ interval })} by {unitOf({ interval })}</span>
                <Heads dates={dates} />
              </th>
            </tr>
          </thead>
          <tbody>{rows.map((row) => <Row row={row} />)}</tbody>
        </table>
      </Scroll>
    </>
  );
}

/** A name and a year are so many columns wide. */
const HEAD_COLUMNS = 6;

/** The month where it begins, left out where the next begins before its name would end; the year where it is new. */
function Heads({ dates }: { dates: readonly string[] }) {
  const begins = dates.flatMap((date, column) =>
    date.slice(0, 7) === dates[column - 1]?.slice(0, 7) ? [] : [{ column, date }]
  );
  const shown: { column: number; date: string }[] = [];
  for (const head of begins.toReversed()) {
    if ((shown[0]?.column ?? Infinity) - head.column >= HEAD_COLUMNS) shown.unshift(head);
  }
  const text = (date: string, before: string | undefined) => {
    const name = MONTHS[Number(date.slice(5, 7)) - 1]!;
    return before?.slice(0, 4) === date.slice(0, 4) ? name : `${name} ${date.slice(0, 4)}`;
  };
  return (
    <svg width={dates.length * PITCH} height={HEIGHT} aria-hidden="true">
      {shown.map(({ column, date }, index) => (
        <text x={column * PITCH} y="11">{text(date, shown[index - 1]?.date)}</text>
      ))}
    </svg>
  );
}

function Row({ row: { series, cells } }: { row: MatrixRow }) {
  const gaps = cells.flatMap((cell) => cell?.presence === "gap" ? [cell.date] : []);
  const there = cells.filter((cell) => cell?.presence === "present").length;
  const named = `${gaps.slice(-10).join(", ")}${gaps.length > 10 ? " and older" : ""}`;
  const said = `${series.symbol}: ${there} there, ${gaps.length} missing${gaps.length === 0 ? "" : `: ${named}`}`;
  return (
    <tr>
      <th scope="row">
        <a href={seriesHref(series)}>{series.symbol}</a>
      </th>
      <td class="number">{gaps.length === 0 ? <span class="aside">0</span> : gaps.length}</td>
      <td>
        <svg width={cells.length * PITCH} height={HEIGHT} role="group" aria-label={said}>
          {cells.map((cell, column) => cell !== null && <Square cell={cell} series={series} x={column * PITCH} />)}
        </svg>
      </td>
    </tr>
  );
}

function Square({ cell: { date, presence, bars, reason }, series, x }: {
  cell: NonNullable<MatrixRow["cells"][number]>;
  series: Series;
  x: number;
}) {
  const what = presence === "present" ? counted(bars, "bar") : `${presence}: ${reason}`;
  const square = (
    <g class={`cell ${presence}`}>
      <title>{`${series.symbol} ${date}: ${what}`}</title>
      <rect x={x + 0.5} />
      {presence === "gap" && <path d={`M${x + 3} 4l5 6m0 -6l-5 6`} />}
    </g>
  );
  if (presence !== "gap") return square;
  // Reached by Tab through the name of the series; here for who points.
  return (
    <a href={`${seriesHref(series)}?year=${date.slice(0, 4)}`} tabindex={-1} aria-label={`${date} of ${series.symbol}`}>
      {square}
    </a>
  );
}
