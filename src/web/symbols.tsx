/** Which series are there, how fresh is each, and what comes next for it? */
import { type Series, seriesName } from "../bar.ts";
import type { Entitlement } from "../entitlement.ts";
import type { Freshness, FreshnessState } from "../freshness.ts";
import type { PlanEntry } from "../plan.ts";
import { coverageMatrixPage, type MatrixReads, ViewTabs } from "./coverage_matrix.tsx";
import type { Listing } from "../reference.ts";
import { Ago, Live, None, State, ZoneName } from "./facts.tsx";
import { INTERVALS, readQuery, SYMBOLS_QUERY, type SymbolsQuery } from "./query.ts";
import { Select } from "./runs.tsx";
import {
  Bounded,
  EntitlementWords,
  FreshnessWords,
  type LastResult,
  listingWords,
  NextWords,
  ResultDots,
  seriesHref,
  Stamp,
} from "./series_words.tsx";
import type { ShowPage } from "./visit.ts";
import { counted, grouped } from "./words.ts";

/** One series. Instants are epoch ms. */
export interface SymbolRow {
  readonly series: Series;
  readonly freshness: Freshness;
  /** Oldest bar, newest settled bar, newest bar of any kind. */
  readonly first: number | null;
  readonly watermark: number | null;
  readonly newest: number | null;
  /** Counted up to `MOST_COUNTED`. */
  readonly bars: number;
  readonly provisional: number;
  /** Newest first, ten at most. */
  readonly results: readonly LastResult[];
  /** Of the forms its interval is asked in. */
  readonly entitlements: readonly Entitlement[];
  /** `null`: no run asks for it by itself. */
  readonly next: PlanEntry | null;
  /** What the vendor's list of symbols says of it; absent: nothing. */
  readonly listing?: Listing;
}

export interface SymbolsFilter {
  /** A part of the symbol, upper case. */
  readonly symbol: string | null;
  readonly interval: string | null;
  readonly freshness: FreshnessState | null;
  /** From 1. */
  readonly page: number;
  readonly limit: number;
}

export interface SymbolsFacts {
  readonly rows: readonly SymbolRow[];
  /** How many match, of which `rows` is a page. */
  readonly matching: number;
  /** Of all series, whatever the filter. */
  readonly counts: Readonly<Record<FreshnessState, number>>;
}

export interface SymbolsReads extends MatrixReads {
  symbols(filter: SymbolsFilter): Promise<SymbolsFacts>;
}

/** Counting on would take a page's time and tell nobody more. */
export const MOST_COUNTED = 10_000;
const PAGE = 100;
const EXAMPLE = "STOCK_SYMBOLS=IBM,MSFT\nSTOCK_INTERVALS=daily,30min";
const STATES = ["complete", "late", "empty"] as const;

export function symbolsFilterOf({ symbol, interval, freshness, page }: SymbolsQuery): SymbolsFilter {
  return {
    symbol: symbol?.toUpperCase() ?? null,
    interval: interval ?? null,
    freshness: freshness ?? null,
    page,
    limit: PAGE,
  };
}

export function symbolsPage(reads: SymbolsReads): ShowPage {
  const showCoverage = coverageMatrixPage(reads);
  return async (visit) => {
    const { query } = visit;
    if (query.get("view") === "coverage") return await showCoverage(visit);
    const asked = readQuery(SYMBOLS_QUERY, query);
    const { rows, matching, counts } = await reads.symbols(symbolsFilterOf(asked));
    const all = STATES.reduce((sum, state) => sum + counts[state], 0);
    return {
      title: "Symbols",
      sentence: sentenceOf(counts, all),
      body: (
        <>
          <ViewTabs view="table" />
          <Filters asked={asked} counts={counts} />
          <Live id="series">
            {rows.length === 0 ? <Empty any={all > 0} /> : <Rows rows={rows} />}
            <Pager asked={asked} matching={matching} shown={rows.length} />
          </Live>
        </>
      ),
    };
  };
}

function sentenceOf({ complete, late, empty }: SymbolsFacts["counts"], all: number): string {
  if (all === 0) return "No series is configured.";
  if (complete === all) {
    return all === 1
      ? "The one series holds all that has closed."
      : `All ${grouped(all)} series hold all that has closed.`;
  }
  const rest = [
    ...(late > 0 ? [`${grouped(late)} late`] : []),
    ...(empty > 0 ? [`${grouped(empty)} without a bar`] : []),
  ];
  return `${grouped(complete)} of ${grouped(all)} series hold all that has closed; ${rest.join(", ")}.`;
}

function hrefOf(asked: SymbolsQuery, change: Partial<SymbolsQuery>): string {
  const { page, ...rest } = { ...asked, page: 1, ...change };
  const filters = { ...rest, ...(page === 1 ? {} : { page }) };
  const query = new URLSearchParams(
    Object.entries(filters).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]),
  );
  return query.size === 0 ? "/symbols" : `/symbols?${query}`;
}

function Filters({ asked, counts }: { asked: SymbolsQuery; counts: SymbolsFacts["counts"] }) {
  return (
    <>
      <nav class="choices tabs-below" aria-label="Series by freshness">
        {[undefined, ...STATES].map((state) => (
          <a href={hrefOf(asked, { freshness: state })} aria-current={asked.freshness === state ? "true" : undefined}>
            {state === undefined ? "All" : `${state[0]!.toUpperCase()}${state.slice(1)}`}
            {state !== undefined && <span class="count">{grouped(counts[state])}</span>}
          </a>
        ))}
      </nav>
      <form class="filters" method="get" action="/symbols" role="search" aria-label="Filter series">
        {asked.freshness !== undefined && <input type="hidden" name="freshness" value={asked.freshness} />}
        <label>
          Symbol{" "}
          <input type="search" name="symbol" value={asked.symbol ?? ""} size={12} maxlength={40} autocomplete="off" />
        </label>
        <Select name="interval" label="Interval" options={INTERVALS} chosen={asked.interval} />
        <button type="submit">Filter</button>
        {hrefOf(asked, {}) !== "/symbols" && <a href="/symbols">Clear</a>}
      </form>
    </>
  );
}

function Empty({ any }: { any: boolean }) {
  if (any) {
    return (
      <p class="empty">
        No series matches. <a href="/symbols">Show all series</a>
      </p>
    );
  }
  return (
    <div class="empty">
      <p>Name symbols and intervals in .env, then start again:</p>
      <pre><code>{EXAMPLE}</code></pre>
    </div>
  );
}

function Pager({ asked, matching, shown }: { asked: SymbolsQuery; matching: number; shown: number }) {
  const from = (asked.page - 1) * PAGE;
  if (matching <= PAGE && asked.page === 1) return null;
  return (
    <nav class="pager" aria-label="Pages of series">
      <span class="aside">
        {shown === 0 ? "none" : `${grouped(from + 1)} to ${grouped(from + shown)}`} of {grouped(matching)}
      </span>
      {asked.page > 1 && <a href={hrefOf(asked, { page: asked.page - 1 })}>Before</a>}
      {from + shown < matching && <a href={hrefOf(asked, { page: asked.page + 1 })}>After</a>}
    </nav>
  );
}

function Rows({ rows }: { rows: readonly SymbolRow[] }) {
  return (
    <div class="scroll">
      <table class="wide-table">
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col">Bars are</th>
            <th scope="col">
              Settled to <ZoneName />
            </th>
            <th scope="col" class="number">Bars</th>
            <th scope="col" class="number">Provisional</th>
            <th scope="col">Last results</th>
            <th scope="col">This key</th>
            <th scope="col">Next</th>
          </tr>
        </thead>
        <tbody>{rows.map((row) => <Row row={row} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ row }: { row: SymbolRow }) {
  const { series, freshness, watermark, bars, provisional, results, entitlements, next } = row;
  const last = results[0];
  return (
    <tr>
      <th scope="row">
        <a href={seriesHref(series)} title={row.listing === undefined ? undefined : listingWords(row.listing)}>
          {seriesName(series)}
        </a>
      </th>
      <td class="still">
        <FreshnessWords series={series} freshness={freshness} />
      </td>
      <td class="time">
        <Stamp of={series} at={watermark} none="no settled bar yet" />
      </td>
      <td class="number">
        <Bounded count={bars} most={MOST_COUNTED} />
      </td>
      <td class="number">{provisional === 0 ? <span class="aside">0</span> : grouped(provisional)}</td>
      <td class="still">
        {last === undefined ? <None why="never asked for" /> : (
          <>
            <ResultDots results={results} />{" "}
            <a href={`/runs/${last.runId}`} title={last.message ?? counted(last.inserted, "new bar")}>
              <State of={last.status} />
            </a>
            {last.kind !== null && <span class="kind">{` ${last.kind}`}</span>}{" "}
            <span class="aside">
              <Ago at={last.at} />
            </span>
          </>
        )}
      </td>
      <td class="still">
        <EntitlementWords known={entitlements} />
      </td>
      <td class="words">
        <NextWords entry={next} />
      </td>
    </tr>
  );
}
