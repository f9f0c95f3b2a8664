/** Which runs has there been, and how did each end? */
import type { Outcome, Totals, Trigger } from "../run.ts";
import { Ago, Live, None, State, Time, Token, useVisit, ZoneName } from "./facts.tsx";
import { instantOf, OUTCOMES, readQuery, RUNS_QUERY, type RunsQuery, TRIGGERS } from "./query.ts";
import type { ShowPage } from "./visit.ts";
import { counted, duration, grouped } from "./words.ts";

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

export interface RunsReads {
  /** Newest first. */
  runs(filter: RunFilter): Promise<readonly RunRow[]>;
  /** Runs of the last seven days by outcome, and the running one. */
  counts(now: number): Promise<Readonly<Partial<Record<Outcome | "running", number>>>>;
}

/** Something that can be done with the runs that are ticked: a button below the table. */
export interface BulkAction {
  readonly label: string;
  readonly path: string;
}

const TABS = [null, "running", "partial", "failed"] as const;

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

export function runsPage(reads: RunsReads, { bulk = [] }: { bulk?: readonly BulkAction[] } = {}): ShowPage {
  return async ({ query, now, role }) => {
    const asked = readQuery(RUNS_QUERY, query);
    const filter = filterOf(asked);
    const [found, counts] = await Promise.all([
      reads.runs({ ...filter, limit: filter.limit + 1 }),
      reads.counts(now),
    ]);
    const runs = found.slice(0, filter.limit);
    const older = found.length > runs.length ? runs.at(-1)!.id : null;
    return {
      title: "Runs",
      sentence: sentenceOf(counts, runs[0] ?? null),
      body: (
        <>
          <nav class="choices tabs-below" aria-label="Runs by outcome">
            {TABS.map((tab) => (
              <a
                href={hrefOf(asked, { outcome: tab ?? undefined })}
                aria-current={(asked.outcome ?? null) === tab ? "true" : undefined}
              >
                {tab === null ? "All" : `${tab[0]!.toUpperCase()}${tab.slice(1)}`}
                {tab !== null && (counts[tab] ?? 0) > 0 && <span class="count">{counts[tab]}</span>}
              </a>
            ))}
          </nav>
          <Filters asked={asked} />
          <Live id="runs">
            {runs.length === 0
              ? <Empty filtered={hrefOf(asked, {}) !== "/runs"} />
              : <Rows runs={runs} bulk={role === "operate" ? bulk : []} />}
            <nav class="pager" aria-label="Pages of runs">
              {filter.before !== null && <a href={hrefOf(asked, {})}>Newest</a>}
              {older !== null && <a href={hrefOf(asked, { before: older })}>Older</a>}
            </nav>
          </Live>
        </>
      ),
    };
  };
}

function sentenceOf(counts: Awaited<ReturnType<RunsReads["counts"]>>, newest: RunRow | null): string {
  const { running = 0, ...rest } = counts;
  const closed = Object.values(rest).reduce((sum, count) => sum + (count ?? 0), 0);
  const bad = (["failed", "partial", "abandoned", "cancelled"] as const)
    .flatMap((outcome) => (rest[outcome] ?? 0) > 0 ? [`${rest[outcome]} ${outcome}`] : []);
  const now = running > 0 && newest?.outcome === null ? `Run ${newest.id} is at work; ` : "No run is at work; ";
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

export function Select({ name, label, options, chosen, any = "any" }: {
  name: string;
  label: string;
  options: readonly string[];
  chosen: string | undefined;
  any?: string;
}) {
  return (
    <label>
      {label}{" "}
      <select name={name}>
        <option value="">{any}</option>
        {options.map((option) => (
          <option value={option} selected={option === chosen}>{option.replaceAll("-", " ")}</option>
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
      <p>No run yet. The schedule makes one at its next tick; by hand it is</p>
      <pre><code>deno task run</code></pre>
    </div>
  );
}

function Rows({ runs, bulk }: { runs: readonly RunRow[]; bulk: readonly BulkAction[] }) {
  const table = (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {bulk.length > 0 && (
              <th scope="col">
                <span class="away">Chosen</span>
              </th>
            )}
            <th scope="col">Run</th>
            <th scope="col">Outcome</th>
            <th scope="col">Trigger</th>
            <th scope="col">
              Started <ZoneName />
            </th>
            <th scope="col" class="number">Took</th>
            <th scope="col" class="number">Series stored</th>
            <th scope="col" class="number">New bars</th>
            <th scope="col" class="number">Requests</th>
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>{runs.map((run) => <Row run={run} bulk={bulk.length > 0} />)}</tbody>
      </table>
    </div>
  );
  if (bulk.length === 0) return table;
  return (
    <form method="post">
      <Token />
      {table}
      <p class="bulk">
        With the chosen runs: {bulk.map(({ label, path }) => <button type="submit" formaction={path}>{label}</button>)}
      </p>
    </form>
  );
}

function Row({ run, bulk }: { run: RunRow; bulk: boolean }) {
  const { now } = useVisit();
  const { id, totals, startedAt, finishedAt, outcome } = run;
  const open = outcome === null;
  return (
    <tr>
      {bulk && (
        <td>
          <input type="checkbox" name="run" value={String(id)} aria-label={`Choose run ${id}`} />
        </td>
      )}
      <th scope="row">
        <a href={`/runs/${id}`}>{id}</a>
      </th>
      <td>
        <State of={outcome ?? "running"} />
      </td>
      <td>{run.trigger}</td>
      <td class="time">
        <Time at={startedAt} />{" "}
        <span class="aside">
          <Ago at={startedAt} />
        </span>
      </td>
      <td class="number">{duration((finishedAt ?? now) - startedAt)}</td>
      <td class="number">{open ? <None why="not closed yet" /> : `${totals.stored} of ${totals.series}`}</td>
      <td class="number">{open ? <None why="not closed yet" /> : grouped(totals.inserted)}</td>
      <td class="number">{open ? <None why="not closed yet" /> : grouped(totals.requests)}</td>
      <td class="words">{run.message ?? ""}</td>
    </tr>
  );
}
