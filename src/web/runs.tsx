/** Which runs has there been, and how did each end? */
import type { Outcome, Totals, Trigger } from "../run.ts";
import { Live, useVisit } from "./facts.tsx";
import { instantOf, OUTCOMES, readQuery, RUNS_QUERY, type RunsQuery, TRIGGERS } from "./query.ts";
import { Launches, type LaunchRow, type QueueReads } from "./queue.tsx";
import { ChosenRuns, ColumnChoice } from "./run_rows.tsx";
import type { ShowPage } from "./visit.ts";
import { counted } from "./words.ts";

/** Instants are epoch ms. */
export interface RunRow {
  readonly id: number;
  readonly trigger: Trigger;
  readonly tickId: number | null;
  /** `null` while it is running. */
  readonly outcome: Outcome | null;
  readonly message: string | null;
  readonly owner: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  /** Series found due; `null` before there is a plan. */
  readonly planned: number | null;
  /** All zero until it closes. */
  readonly totals: Totals;
  /** What asked for it by hand. */
  readonly launchId: number | null;
  /** The run whose series it ran again. */
  readonly ofRun: number | null;
  /** The backfill it has worked on. */
  readonly backfillId: number | null;
  /** Who asked for its end. */
  readonly cancel: { readonly by: string; readonly at: number; readonly force: boolean } | null;
}

export interface RunFilter {
  readonly outcome: Outcome | "running" | null;
  readonly trigger: Trigger | null;
  readonly symbol: string | null;
  readonly since: number | null;
  readonly until: number | null;
  readonly before: number | null;
  readonly limit: number;
}

export interface RunsReads extends Pick<QueueReads, "waiting"> {
  /** Newest first. */
  runs(filter: RunFilter): Promise<readonly RunRow[]>;
  /** Runs of the last seven days by outcome, and the running one. */
  counts(now: number): Promise<Readonly<Partial<Record<Outcome | "running", number>>>>;
}

const TABS = [null, "queued", "running", "partial", "failed"] as const;
const QUEUED = "/runs?outcome=queued";

export function filterOf(query: RunsQuery): RunFilter {
  return {
    outcome: query.outcome ?? null,
    trigger: query.trigger ?? null,
    symbol: query.symbol?.toUpperCase() ?? null,
    since: instantOf(query.since),
    until: instantOf(query.until),
    before: query.before ?? null,
    limit: query.limit,
  };
}

export function runsPage(reads: RunsReads): ShowPage {
  return async ({ query, now }) => {
    const onlyQueued = query.get("outcome") === "queued";
    // What waits has no run yet, so no other filter is about it.
    const asked = readQuery(RUNS_QUERY, onlyQueued ? new URLSearchParams() : query);
    const filter = filterOf(asked);
    const [found, counts, queued] = await Promise.all([
      reads.runs({ ...filter, limit: filter.limit + 1 }),
      reads.counts(now),
      reads.waiting(),
    ]);
    const runs = found.slice(0, filter.limit);
    const older = found.length > runs.length ? runs.at(-1)!.id : null;
    const filtered = hrefOf(asked, {}) !== "/runs";
    return {
      title: "Runs",
      sentence: sentenceOf(counts, { newest: runs[0] ?? null, queued: queued.length }),
      body: (
        <>
          <Live id="tabs">
            <Tabs asked={asked} counts={{ ...counts, queued: queued.length }} onlyQueued={onlyQueued} />
          </Live>
          {!onlyQueued && <Filters asked={asked} />}
          {!onlyQueued && <ColumnChoice />}
          <Live id="queue">
            {(onlyQueued || (queued.length > 0 && !filtered)) && <Queue queued={queued} />}
          </Live>
          {!onlyQueued && (
            <Live id="runs">
              {runs.length === 0
                ? <Empty filtered={filtered} />
                : <ChosenRuns runs={runs} filterHref={(change) => hrefOf(asked, change)} />}
              <nav class="pager" aria-label="Pages of runs">
                {filter.before !== null && <a href={hrefOf(asked, {})}>Newest</a>}
                {older !== null && <a href={hrefOf(asked, { before: older })}>Older</a>}
              </nav>
            </Live>
          )}
        </>
      ),
    };
  };
}

function Tabs({ asked, counts, onlyQueued }: {
  asked: RunsQuery;
  counts: Readonly<Partial<Record<Outcome | "running" | "queued", number>>>;
  onlyQueued: boolean;
}) {
  return (
    <nav class="choices tabs-below" aria-label="Runs by outcome">
      {TABS.map((tab) => {
        const current = onlyQueued ? tab === "queued" : (asked.outcome ?? null) === tab;
        return (
          <a
            href={tab === "queued" ? QUEUED : hrefOf(asked, { outcome: tab ?? undefined })}
            aria-current={current ? "true" : undefined}
          >
            {tab === null ? "All" : `${tab[0]!.toUpperCase()}${tab.slice(1)}`}
            {tab !== null && (counts[tab] ?? 0) > 0 && <span class="count">{counts[tab]}</span>}
          </a>
        );
      })}
    </nav>
  );
}

function Queue({ queued }: { queued: readonly LaunchRow[] }) {
  const { role } = useVisit();
  if (queued.length === 0) {
    return (
      <p class="empty">
        No launch waits. <a href="/launch">Launch a run</a>; when another is at work, it waits here and says for what.
      </p>
    );
  }
  return (
    <section aria-labelledby="queue-title">
      <div class="head">
        <h2 id="queue-title">Queued, the next one first</h2>
        {role === "operate" && queued.length > 1 && <a class="button" href="/runs/withdraw">Withdraw all…</a>}
      </div>
      <Launches launches={queued} />
    </section>
  );
}

function sentenceOf(
  counts: Awaited<ReturnType<RunsReads["counts"]>>,
  { newest, queued }: { newest: RunRow | null; queued: number },
): string {
  const { running = 0, ...rest } = counts;
  const closed = Object.values(rest).reduce((sum, count) => sum + (count ?? 0), 0);
  const bad = (["failed", "partial", "abandoned", "cancelled"] as const)
    .flatMap((outcome) => (rest[outcome] ?? 0) > 0 ? [`${rest[outcome]} ${outcome}`] : []);
  const waiting = queued === 0 ? "" : queued === 1 ? "one launch waits; " : `${queued} launches wait; `;
  const atWork = running > 0 && newest?.outcome === null ? `Run ${newest.id} is at work; ` : "No run is at work; ";
  const now = atWork + waiting;
  if (closed === 0) return `${now}none has ended in the last seven days.`;
  return `${now}of ${counted(closed, "run")} in the last seven days ${
    bad.length === 0 ? "none went wrong" : bad.join(", ")
  }.`;
}

/** The address of the list with some filters changed; from its first page unless `before` says otherwise. */
function hrefOf({ limit, before: _, ...asked }: RunsQuery, change: Partial<RunsQuery>): string {
  const filters = { ...asked, ...(limit === 50 ? {} : { limit }), ...change };
  const query = new URLSearchParams(
    Object.entries(filters).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]),
  );
  return query.size === 0 ? "/runs" : `/runs?${query}`;
}

function Filters({ asked }: { asked: RunsQuery }) {
  return (
    <form class="filters" method="get" action="/runs" role="search" aria-label="Filter runs">
      <Select name="outcome" label="Outcome" options={["running", ...OUTCOMES]} chosen={asked.outcome} />
      <Select name="trigger" label="Trigger" options={TRIGGERS} chosen={asked.trigger} />
      <label>
        Symbol <input name="symbol" value={asked.symbol ?? ""} size={8} maxlength={40} autocomplete="off" />
      </label>
      <label>
        Since <input name="since" value={asked.since ?? ""} placeholder="2026-01-02" size={12} />
      </label>
      <label>
        Until <input name="until" value={asked.until ?? ""} placeholder="2026-01-03" size={12} />
      </label>
      <button type="submit">Filter</button>
      {hrefOf(asked, {}) !== "/runs" && <a href="/runs">Clear</a>}
    </form>
  );
}

export function Select({ name, label, options, chosen, any = "any", counts }: {
  name: string;
  label: string;
  options: readonly string[];
  chosen: string | undefined;
  any?: string;
  /** How many there are of each option. */
  counts?: Readonly<Record<string, number>>;
}) {
  return (
    <label>
      {label}{" "}
      <select name={name}>
        <option value="">{any}</option>
        {options.map((option) => (
          <option value={option} selected={option === chosen}>
            {option.replaceAll("-", " ")}
            {counts !== undefined && ` (${counts[option] ?? 0})`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Empty({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <p class="empty">
        No run matches these filters. <a href="/runs">Show all runs</a>
      </p>
    );
  }
  return (
    <div class="empty">
      <p>
        No run yet. The schedule makes one at its next tick; by hand it is <a href="/launch">Launch</a>, or the command
        {" "}
        <code>run</code>.
      </p>
    </div>
  );
}
