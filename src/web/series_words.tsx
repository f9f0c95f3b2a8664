/** The small parts in which pages speak of series: where one is shown, its stamps, how fresh it is, what its key may ask. */
import { INTERVALS, intradayLength, isInterval, parseSymbol, type Series } from "../bar.ts";
import type { Entitlement } from "../entitlement.ts";
import { type Freshness, unitOf } from "../freshness.ts";
import type { PlanEntry } from "../plan.ts";
import type { Listing } from "../reference.ts";
import { formOf } from "../request.ts";
import type { FailureKind, SeriesStatus } from "../run.ts";
import { BarDate, None, State, Time, toneOf, useVisit } from "./facts.tsx";
import { Refusal } from "./visit.ts";
import { counted, grouped, relative } from "./words.ts";

export function seriesHref({ symbol, interval }: Series): string {
  return `/symbols/${encodeURIComponent(symbol)}/${interval}`;
}

/** The series an address names. @throws Refusal when it can be none */
export function seriesOf({ symbol = "", interval = "" }: Readonly<Record<string, string>>): Series {
  const read = parseSymbol(symbol);
  if (read === null) throw new Refusal(404, `Cannot find symbol "${symbol}": no symbol is spelled like that`);
  if (!isInterval(interval)) {
    throw new Refusal(404, `Cannot find interval "${interval}": there are ${INTERVALS.join(", ")}`);
  }
  return { symbol: read, interval };
}

/** The stamp of a bar: a date for daily and longer, else the instant it starts. Epoch ms. */
export function Stamp({ of, at, none = "no bar yet" }: { of: Series; at: number | null; none?: string }) {
  if (at === null) return <None why={none} />;
  return intradayLength(of.interval) === null ? <BarDate at={at} /> : <Time at={at} />;
}

/** `complete`, `late` or `empty`, and against what. */
export function FreshnessWords({ series, freshness }: { series: Series; freshness: Freshness }) {
  const { state, behind, target } = freshness;
  return (
    <>
      <State of={state} />{" "}
      <span title={`It should hold ${target}`}>
        {state === "complete"
          ? `to ${shortly(target)}`
          : behind === null
          ? ""
          : `by ${counted(behind, unitOf(series))}`}
      </span>
    </>
  );
}

function shortly(target: string): string {
  return target.replace(/^the (?:session of|(?:week|month) to|bar that closed at) /, "");
}

/** A count that was not carried on for ever. */
export function Bounded({ count, most }: { count: number; most: number }) {
  return count < most ? <>{grouped(count)}</> : <span title="Not counted further">≥ {grouped(most)}</span>;
}

/** What the key may ask of these bars, as learnt from answers. */
export function EntitlementWords({ known }: { known: readonly Entitlement[] }) {
  if (known.length === 0) return <None why="not asked for yet: the first answer tells" />;
  const size = ({ form }: Entitlement) => form.split(" ").slice(1).join(" ") || "all";
  return (
    <>
      {known.map((entitlement, index) => (
        <>
          {index > 0 && ", "}
          <span class={entitlement.allowed ? undefined : "warn"} title={entitlement.form}>
            {size(entitlement)} {entitlement.allowed ? "allowed" : "premium"}
          </span>
        </>
      ))}
    </>
  );
}

/** `International Business Machines Corp, NYSE, since 1962-01-02`; `…, delisted on 2024-05-01`. */
export function listingWords({ name, exchange, ipoDate, delistingDate }: Listing): string {
  const parts = [
    name,
    exchange,
    ipoDate === null ? null : `since ${ipoDate}`,
    delistingDate === null ? null : `delisted on ${delistingDate}`,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** What the plan means to do with the series, and what that costs. */
export function NextWords({ entry }: { entry: PlanEntry | null }) {
  if (entry === null) return <None why="not in STOCK_SYMBOLS and STOCK_INTERVALS: no run asks for it by itself" />;
  if (entry.action === "skip") {
    return entry.why === "complete" ? <None why={`no request can bring more: ${entry.reason}`} /> : <>{entry.reason}</>;
  }
  if (entry.action === "defer") {
    return (
      <>
        rests until <Time at={entry.until} zone />: {entry.reason}
      </>
    );
  }
  const { request, then } = entry;
  return (
    <>
      <strong>{counted(1 + then.length, "request")}</strong> at the next run{" "}
      <span class="aside" title={`${formOf(request)}: ${entry.reason}`}>
        {request.month !== null ? `by the month from ${request.month}` : request.size ?? "all of it"}
      </span>
    </>
  );
}

/** What a run did for a series. Instants are epoch ms. */
export interface LastResult {
  readonly runId: number;
  readonly status: SeriesStatus;
  readonly kind: FailureKind | null;
  readonly message: string | null;
  readonly inserted: number;
  readonly at: number;
}

/** The last results, the newest to the right: a shape and a colour each, a link to its run. */
export function ResultDots({ results }: { results: readonly LastResult[] }) {
  const { now } = useVisit();
  return (
    <span class="dots">
      {results.toReversed().map(({ runId, status, kind, at }) => {
        const said = `Run ${runId}: ${status}${kind === null ? "" : ` ${kind}`}, ${relative(at, now)}`;
        return (
          <a href={`/runs/${runId}`} title={said} aria-label={said} class={toneOf(status)}>
            <svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
              <Dot status={status} />
            </svg>
          </a>
        );
      })}
    </span>
  );
}

function Dot({ status }: { status: SeriesStatus }) {
  if (status === "stored") return <circle cx="5" cy="5" r="4" fill="currentColor" />;
  if (status === "failed") return <path d="M1 1 9 9M9 1 1 9" stroke="currentColor" stroke-width="2.2" />;
  if (status === "cancelled") return <rect x="1.500" y="1.500" width="7" height="7" fill="currentColor" />;
  if (status === "deferred") {
    return <circle cx="5" cy="5" r="3.500" fill="none" stroke="currentColor" stroke-width="1.600" />;
  }
  return (
    <path
      d="M5 1a4 4 0 0 1 0 8ZM5 1a4 4 0 0 0 0 8"
      fill="currentColor"
      fill-opacity="0.6"
      stroke="currentColor"
    />
  );
}
