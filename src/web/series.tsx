/** What does one series hold, how did it come, what is missing or doubtful in it? */
import type { Child } from "hono/jsx";
import { type Interval, intradayLength, type Series, seriesName } from "../bar.ts";
import { dateOf, dayStart, exchangeOf, sessionsBetween } from "../calendar.ts";
import type { Extract, Format } from "../extract.ts";
import { barDate, type Cell } from "../gaps.ts";
import { ASSETS } from "./assets.ts";
import { type Candle, CandleChart } from "./candle_chart.tsx";
import { CoverageMap } from "./coverage_map.tsx";
import { Ago, Live, None, State } from "./facts.tsx";
import { RANGES, readQuery, RECORDS, SERIES_QUERY, type SeriesQuery } from "./query.ts";
import { type RecordReads, Records } from "./series_records.tsx";
import {
  Bounded,
  EntitlementWords,
  FreshnessWords,
  listingWords,
  NextWords,
  ResultDots,
  seriesHref,
  seriesOf,
  Stamp,
} from "./series_words.tsx";
import { MOST_COUNTED, type SymbolRow } from "./symbols.tsx";
import { Refusal, type ShowPage } from "./visit.ts";
import { counted, grouped } from "./words.ts";

export interface SeriesFacts extends SymbolRow {
  /** Of the same symbol, this one included. */
  readonly intervals: readonly Interval[];
  /** Rows in quarantine that nobody has released. */
  readonly held: number;
}

export interface ChartFacts {
  readonly candles: readonly Candle[];
  /** Milliseconds each candle stands for at the most; `null`: each is a bar. */
  readonly width: number | null;
  /** Stamps of bars that were revised, ascending. */
  readonly revised: readonly number[];
  /** Missing sessions; none when there are too many sessions to look at. */
  readonly gaps: readonly Cell[];
}

export interface CoverageFacts {
  /** `null`: of weeks or months, all years at once. */
  readonly year: number | null;
  /** Years there can be bars of, oldest first. */
  readonly years: readonly number[];
  readonly cells: readonly Cell[];
}

export interface SeriesReads extends RecordReads {
  /** The bars as a file, in pieces that are made as they are asked for. */
  exported(series: Series, how: { extract: Extract; format: Format }): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** `null`: it is not configured and has no bar. */
  series(series: Series): Promise<SeriesFacts | null>;
  /** Epoch ms; `null`: from the oldest, to the newest. */
  chart(series: Series, range: { from: number | null; to: number | null; points: number }): Promise<ChartFacts>;
  coverage(series: Series, year: number | null): Promise<CoverageFacts>;
}

type Range = typeof RANGES[number];

const DAY = 86_400_000;
const MONTHS: Readonly<Partial<Record<Range, number>>> = { "1m": 1, "3m": 3, "6m": 6, "1y": 12, "5y": 60 };
/** Without script no more can be told apart; with it the chart asks for more itself. */
const DRAWN = 120;

/** @throws Refusal when there is no such series */
export async function findSeries(
  reads: Pick<SeriesReads, "series">,
  params: Readonly<Record<string, string>>,
): Promise<SeriesFacts> {
  const series = seriesOf(params);
  const facts = await reads.series(series);
  if (facts !== null) return facts;
  const todo = "it is not in STOCK_SYMBOLS and STOCK_INTERVALS, and no bar of it is stored";
  throw new Refusal(404, `Cannot find series "${seriesName(series)}": ${todo}`);
}

/** The ranges that make sense of an interval, and the one shown first. */
export function rangesOf(interval: Interval): { readonly ranges: readonly Range[]; readonly usual: Range } {
  if (intradayLength(interval) !== null) return { ranges: ["1d", "5d", "1m", "3m", "1y", "all"], usual: "5d" };
  if (interval === "daily") return { ranges: ["1m", "3m", "6m", "1y", "5y", "all"], usual: "1y" };
  return { ranges: ["1y", "5y", "all"], usual: interval === "weekly" ? "5y" : "all" };
}

/** From where a range reaches back from the newest bar; epoch ms, `null`: the oldest. */
export function rangeStart(series: Series, range: Range, newest: number): number | null {
  if (range === "all") return null;
  const date = barDate(series, newest);
  if (range === "1d" || range === "5d") {
    const sessions = sessionsBetween(exchangeOf(series.symbol), dateOf(dayStart(date) - 14 * DAY), date);
    return sessions.slice(range === "1d" ? -1 : -5)[0]?.extendedOpen ?? newest - DAY;
  }
  const [year, month, day] = date.split("-").map(Number) as [number, number, number];
  return Date.UTC(year, month - 1 - MONTHS[range]!, day);
}

/** @param options.release rows in quarantine can be released by whoever may operate */
export function seriesPage(reads: SeriesReads, { release = false }: { release?: boolean } = {}): ShowPage {
  return async ({ params, query, role }) => {
    const asked = readQuery(SERIES_QUERY, query);
    const facts = await findSeries(reads, params);
    const { series, newest } = facts;
    const { ranges, usual } = rangesOf(series.interval);
    const range = asked.range ?? usual;
    const from = newest === null ? null : rangeStart(series, range, newest);
    const [chart, coverage, records] = await Promise.all([
      reads.chart(series, { from, to: null, points: DRAWN }),
      reads.coverage(series, asked.year ?? null),
      Records({ reads, series, asked, release: release && role === "operate" }),
    ]);
    return {
      title: seriesName(series),
      scripts: newest === null ? [] : [ASSETS.charts, ASSETS.chart],
      sentence: <Sentence facts={facts} />,
      body: (
        <>
          <IntervalSwitch series={series} intervals={facts.intervals} />
          <section aria-labelledby="chart-title">
            <div class="head">
              <h2 id="chart-title">Bars</h2>
              <nav class="choices" aria-label="Range">
                {ranges.map((one) => (
                  <a href={hrefOf(series, asked, { range: one })} aria-current={one === range ? "true" : undefined}>
                    {one === "all" ? "All" : one.toUpperCase()}
                  </a>
                ))}
              </nav>
            </div>
            {newest === null
              ? <p class="empty">No bar yet. The plan says: {facts.next?.reason ?? "no run asks for it by itself"}.</p>
              : <CandleChart series={series} chart={chart} from={from} newest={newest} />}
            {newest !== null && <Downloads series={series} />}
          </section>
          <Live id="facts">
            <Facts facts={facts} />
            {role === "operate" && <FetchNow series={series} />}
          </Live>
          <section aria-labelledby="coverage-title">
            <div class="head">
              <h2 id="coverage-title">Coverage</h2>
              <Years series={series} asked={asked} coverage={coverage} />
            </div>
            <Live id="coverage">
              <CoverageMap series={series} coverage={coverage} />
            </Live>
          </section>
          <section aria-labelledby="records-title">
            <h2 id="records-title">On record</h2>
            <nav class="choices tabs-below" aria-label="What is on record">
              {RECORDS.map((record) => (
                <a
                  href={`${hrefOf(series, asked, { show: record })}#records-title`}
                  aria-current={record === asked.show ? "true" : undefined}
                >
                  {`${record[0]!.toUpperCase()}${record.slice(1)}`}
                  {record === "quarantine" && facts.held > 0 && <span class="count">{grouped(facts.held)}</span>}
                </a>
              ))}
            </nav>
            <Live id="records">{records}</Live>
          </section>
        </>
      ),
    };
  };
}

/** The page with something else chosen; each list begins anew. */
export function hrefOf(series: Series, { range, year, show }: SeriesQuery, change: Partial<SeriesQuery>): string {
  const { show: shown, ...rest } = { range, year, show, ...change };
  const query = new URLSearchParams(
    Object.entries({ ...rest, ...(shown === "results" ? {} : { show: shown }) })
      .flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]),
  );
  return query.size === 0 ? seriesHref(series) : `${seriesHref(series)}?${query}`;
}

function Sentence({ facts }: { facts: SeriesFacts }) {
  const { series, freshness, bars, first, held } = facts;
  return (
    <>
      <FreshnessWords series={series} freshness={freshness} />
      {bars > 0 && (
        <>
          : <Bounded count={bars} most={MOST_COUNTED} /> bars since <Stamp of={series} at={first} />
        </>
      )}
      {held > 0 && `; ${counted(held, "row")} in quarantine`}.
    </>
  );
}

/** The run is shown with its cost before it is launched. */
function FetchNow({ series: { symbol, interval } }: { series: Series }) {
  const query = new URLSearchParams({ symbols: symbol, intervals: interval });
  return (
    <p class="act">
      <a class="button" href={`/launch?${query}`}>Fetch now…</a>
    </p>
  );
}

function IntervalSwitch({ series, intervals }: { series: Series; intervals: readonly Interval[] }) {
  return (
    <nav class="choices tabs-below" aria-label={`Intervals of ${series.symbol}`}>
      {intervals.map((interval) => (
        <a href={seriesHref({ ...series, interval })} aria-current={interval === series.interval ? "page" : undefined}>
          {interval}
        </a>
      ))}
      <a href="/symbols">All symbols</a>
    </nav>
  );
}

/** All of them, beside what the chart shows: stretches and states of the past are asked for in the address, or by the command. */
function Downloads({ series: { symbol, interval } }: { series: Series }) {
  const bars = `/api/v1/series/${encodeURIComponent(symbol)}/${interval}/bars`;
  return (
    <p class="aside">
      All bars as <a href={`${bars}.csv`}>CSV</a> or <a href={`${bars}.parquet`}>Parquet</a>
    </p>
  );
}

function Years(
  { series, asked, coverage: { year, years } }: { series: Series; asked: SeriesQuery; coverage: CoverageFacts },
) {
  if (year === null || years.length < 2) return null;
  const shown = years.slice(-12);
  return (
    <nav class="choices" aria-label="Year">
      {years.length > shown.length && <a href={hrefOf(series, asked, { year: Math.max(years[0]!, year - 1) })}>←</a>}
      {(shown.includes(year) ? shown : [year, ...shown]).map((one) => (
        <a href={hrefOf(series, asked, { year: one })} aria-current={one === year ? "true" : undefined}>{one}</a>
      ))}
    </nav>
  );
}

function Facts({ facts }: { facts: SeriesFacts }) {
  const { series, watermark, newest, provisional, results: [last], results, entitlements, next } = facts;
  const list: readonly (readonly [string, Child])[] = [
    ["Settled to", <Stamp of={series} at={watermark} none="no settled bar yet" />],
    ["Newest bar", <Stamp of={series} at={newest} />],
    ["Provisional", grouped(provisional)],
    [
      "Last result",
      last === undefined ? <None why="never asked for" /> : (
        <>
          <a href={`/runs/${last.runId}`}>
            <State of={last.status} />
          </a>{" "}
          {last.kind ?? ""}{" "}
          <span class="aside">
            <Ago at={last.at} />
          </span>
        </>
      ),
    ],
    ["Last ten", results.length === 0 ? <None why="never asked for" /> : <ResultDots results={results} />],
    ["This key", <EntitlementWords known={entitlements} />],
    ...(facts.listing === undefined ? [] : [["Listing", listingWords(facts.listing)] as const]),
    ["Should hold", facts.freshness.target.replace(/^the /, "")],
    [
      "Next",
      <>
        <NextWords entry={next} />
        {next !== null && <span class="reason">{next.reason}</span>}
      </>,
    ],
  ];
  return (
    <dl class="facts">
      {list.map(([name, fact]) => (
        <div class={name === "Next" ? "long" : undefined}>
          <dt>{name}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}
