/** Is everything fresh, and if not, what is late and why? */
import type { Plan } from "../plan.ts";
import { type Standing, standingSentence } from "../standing.ts";
import { Ago, Live, None, State, Time, ZoneName } from "./facts.tsx";
import type { RunRow } from "./runs.tsx";
import { Timeline, type TimelineFacts } from "./timeline.tsx";
import type { ShowPage, Visit } from "./visit.ts";
import { counted, grouped } from "./words.ts";

/** A series that does not hold all it could by now. Instants are epoch ms. */
export interface LateSeries {
  /** `IBM daily`. */
  readonly name: string;
  /** Newest settled bar as people read it; `null`: there is none. */
  readonly holdsTo: string | null;
  readonly why: string;
  /** It is not asked before; `null`: the next tick asks; `never`: what this key may not have. */
  readonly waits: number | "never" | null;
  /** `null`: it has never been asked for. */
  readonly last: { readonly status: string; readonly kind: string | null; readonly at: number } | null;
}

export interface OverviewFacts {
  readonly standing: Standing;
  /** Those to be asked next first; at most 50, `standing` counts all. */
  readonly late: readonly LateSeries[];
  readonly quota: Plan["quota"];
  /** `null`: the schedule is paused. */
  readonly nextTick: number | null;
  readonly timeline: TimelineFacts;
  /** Runs of the last seven days that were not what was wanted, newest first. */
  readonly incidents: readonly RunRow[];
}

export interface OverviewReads {
  overview(range: { now: number; from: number; to: number }): Promise<OverviewFacts>;
}

const HOUR = 3_600_000;
const WINDOWS = [1, 6, 12, 24] as const;

/** The stretch of time the address asks for: so many hours up to `at`, and a quarter of that beyond. */
export function windowOf({ query, now }: Pick<Visit, "query" | "now">) {
  const hours = WINDOWS.find((hours) => query.get("window") === `${hours}h`) ?? 24;
  const given = Date.parse(query.get("at") ?? "");
  const at = Number.isNaN(given) || Math.abs(given - now) > 50 * 366 * 24 * HOUR ? now : given;
  return { hours, at, moved: at !== now, from: at - hours * HOUR, to: at + hours * HOUR / 4 };
}

export function overviewPage(reads: OverviewReads): ShowPage {
  return async (visit) => {
    const { now } = visit;
    const facts = await reads.overview({ now, ...windowOf(visit) });
    return {
      title: "Overview",
      sentence: <Sentence facts={facts} />,
      body: (
        <>
          <section aria-labelledby="timeline-title">
            <TimelineHead visit={visit} />
            <Live id="timeline">
              <Timeline facts={facts.timeline} />
            </Live>
          </section>
          <Live id="standing">
            <div class="columns">
              <section aria-labelledby="late-title" class="wide">
                <h2 id="late-title">What is late</h2>
                <Late facts={facts} />
              </section>
              <section aria-labelledby="quota-title">
                <h2 id="quota-title">Quota</h2>
                <QuotaMeter quota={facts.quota} now={now} />
              </section>
            </div>
          </Live>
          <section aria-labelledby="incidents-title">
            <h2 id="incidents-title">Last incidents</h2>
            <Live id="incidents">
              <Incidents runs={facts.incidents} />
            </Live>
          </section>
        </>
      ),
    };
  };
}

function Sentence({ facts: { standing, nextTick } }: { facts: OverviewFacts }) {
  return (
    <>
      {standingSentence(standing)}{" "}
      <span class="aside">
        {nextTick === null
          ? (
            <>
              <a href="/schedule">The schedule</a> is paused: no tick is served.
            </>
          )
          : (
            <>
              Next tick <Ago at={nextTick} />, <Time at={nextTick} zone />.
            </>
          )}
      </span>
    </>
  );
}

export function TimelineHead({ visit, path = "/" }: { visit: Visit; path?: string }) {
  const { hours, at, moved } = windowOf(visit);
  const link = (query: { hours?: number; at?: number | null }) => {
    const [length, anchor] = [query.hours ?? hours, query.at === undefined ? (moved ? at : null) : query.at];
    return `${path}?window=${length}h${anchor === null ? "" : `&at=${new Date(anchor).toISOString()}`}`;
  };
  return (
    <div class="head">
      <h2 id="timeline-title">
        Runs and ticks <ZoneName />
      </h2>
      <nav class="choices" aria-label="Window">
        {WINDOWS.map((choice) => (
          <a href={link({ hours: choice })} aria-current={choice === hours ? "true" : undefined}>{choice} h</a>
        ))}
        <a href={link({ at: at - hours * HOUR })} aria-label="Earlier">←</a>
        <a href={link({ at: null })} aria-current={moved ? undefined : "true"}>Now</a>
        <a href={link({ at: at + hours * HOUR })} aria-label="Later">→</a>
      </nav>
    </div>
  );
}

function Late({ facts: { late, standing } }: { facts: OverviewFacts }) {
  const rest = standing.series - standing.complete - standing.ended - late.length;
  if (late.length === 0) {
    return <p class="empty">Nothing: every series holds all that the vendor can have by now.</p>;
  }
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col">Holds to</th>
            <th scope="col">Last result</th>
            <th scope="col">Why, and what comes next</th>
          </tr>
        </thead>
        <tbody>
          {late.map((series) => (
            <tr>
              <th scope="row">{series.name}</th>
              <td class="time">{series.holdsTo ?? <None why="no bar yet" />}</td>
              <td>
                {series.last === null ? <None why="never asked" /> : (
                  <>
                    <State of={series.last.status} />
                    {series.last.kind !== null && <span class="kind">{` ${series.last.kind}`}</span>}{" "}
                    <span class="aside">
                      <Ago at={series.last.at} />
                    </span>
                  </>
                )}
              </td>
              <td>
                {series.why}
                <span class="next">
                  {series.waits === null && "; the next tick asks"}
                  {typeof series.waits === "number" && (
                    <>
                      ; not before <Time at={series.waits} zone />
                    </>
                  )}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <p class="aside">and {grouped(rest)} more</p>}
    </div>
  );
}

/** How much of the day's requests is gone, and until when the key rests. */
export function QuotaMeter({ quota: { perDay, usedToday, blockedUntil }, now }: { quota: Plan["quota"]; now: number }) {
  const blocked = blockedUntil !== null && blockedUntil > now;
  if (perDay === null) return <p>{counted(usedToday, "request")} sent today; this key has no daily limit.</p>;
  return (
    <div class="quota">
      <meter
        min={0}
        max={perDay}
        value={Math.min(usedToday, perDay)}
        low={perDay * 0.7}
        high={perDay * 0.95}
        optimum={0}
        aria-label="Requests sent today"
      />
      <p>
        <strong>{grouped(usedToday)}</strong> of {counted(perDay, "request")} sent since 00:00 UTC,{" "}
        <strong>{grouped(Math.max(0, perDay - usedToday))}</strong> left.
      </p>
      {blocked && (
        <p class="warn">
          The vendor said the daily limit is reached: not asked before <Time at={blockedUntil} zone />.
        </p>
      )}
    </div>
  );
}

function Incidents({ runs }: { runs: readonly RunRow[] }) {
  if (runs.length === 0) return <p class="empty">None in the last seven days.</p>;
  return (
    <ul class="incidents">
      {runs.map((run) => (
        <li>
          <a href={`/runs/${run.id}`}>Run {run.id}</a> <State of={run.outcome ?? "running"} />{" "}
          <span class="aside">
            <Ago at={run.startedAt} />
          </span>{" "}
          <span>{incidentOf(run)}</span>
        </li>
      ))}
    </ul>
  );
}

function incidentOf({ message, totals }: RunRow): string {
  const parts = (["stored", "late", "failed", "deferred", "cancelled"] as const)
    .flatMap((status) => totals[status] > 0 ? [`${totals[status]} ${status}`] : []);
  return [parts.join(", "), message ?? ""].filter((part) => part !== "").join(": ");
}
