/** Which ticks have come due, what became of each, and why? The history, by the page. */
import { Ago, Live, None, State, Time, useVisit, ZoneName } from "./facts.tsx";
import { TICK_STATES } from "./query.ts";
import type { TickFilter, TickRow } from "./schedule.tsx";
import { duration } from "./words.ts";

const TABS = [null, ...TICK_STATES] as const;
const USUAL = 25;
/** Programs look at the clock once a minute: what is noticed within it is in time. */
const IN_TIME_MS = 60_000;
/** A tick waits for a run at work. One that is older had its run, and that was removed or forgotten. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/** @param ticks one more than `filter.limit` when there are older ones */
export function TickHistory({ ticks: found, filter }: { ticks: readonly TickRow[]; filter: TickFilter }) {
  const ticks = found.slice(0, filter.limit);
  const older = found.length > ticks.length ? ticks.at(-1)!.dueAt : null;
  const link = (change: Partial<TickFilter>) => hrefOf({ ...filter, before: null, ...change });
  return (
    <section aria-labelledby="ticks-title" id="ticks">
      <div class="head">
        <h2 id="ticks-title">Ticks</h2>
        <nav class="choices" aria-label="Ticks by state">
          {TABS.map((state) => (
            <a href={link({ state })} aria-current={filter.state === state ? "true" : undefined}>
              {state === null ? "All" : `${state[0]!.toUpperCase()}${state.slice(1)}`}
            </a>
          ))}
        </nav>
      </div>
      <Live id="tick-list">
        {ticks.length === 0 ? <Empty filter={filter} /> : <Rows ticks={ticks} />}
        <nav class="pager" aria-label="Pages of ticks">
          {filter.before !== null && <a href={link({})}>Newest</a>}
          {older !== null && <a href={link({ before: older })}>Older</a>}
        </nav>
      </Live>
    </section>
  );
}

function hrefOf({ state, before, limit }: TickFilter): string {
  const query = new URLSearchParams();
  if (state !== null) query.set("state", state);
  if (before !== null) query.set("before", new Date(before).toISOString());
  if (limit !== USUAL) query.set("limit", String(limit));
  return `/schedule${query.size === 0 ? "" : `?${query}`}#ticks`;
}

function Empty({ filter: { state, before } }: { filter: TickFilter }) {
  if (before !== null) return <p class="empty">There is no older one.</p>;
  if (state !== null) return <p class="empty">No tick was {state}.</p>;
  return (
    <p class="empty">
      No tick has come due yet. Each time the schedule names gets a row here, also one that was missed: with its run, or
      with the reason why it has none.
    </p>
  );
}

function Rows({ ticks }: { ticks: readonly TickRow[] }) {
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">
              Due <ZoneName />
            </th>
            <th scope="col">State</th>
            <th scope="col">Noticed</th>
            <th scope="col" class="number">Took</th>
            <th scope="col">What became of it</th>
          </tr>
        </thead>
        <tbody>{ticks.map((tick) => <Row tick={tick} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ tick }: { tick: TickRow }) {
  const { now } = useVisit();
  const { id, dueAt, noticedAt, state, trigger, runs } = tick;
  const took = runs.reduce((sum, run) => sum + (run.finishedAt ?? now) - run.startedAt, 0);
  const lag = noticedAt - dueAt;
  return (
    <tr id={`tick-${id}`}>
      <th scope="row" class="time">
        <Time at={dueAt} />{" "}
        <span class="aside">
          <Ago at={dueAt} />
        </span>
      </th>
      <td>
        <State of={state} />
      </td>
      <td class="time">
        {lag < IN_TIME_MS ? <span class="aside">in time</span> : <span class="warn">{duration(lag)} late</span>}
      </td>
      <td class="number">{runs.length === 0 ? <None why="it has no run" /> : duration(took)}</td>
      <td class="words">
        <Fate tick={tick} /> {trigger === "catch-up" && <span class="kind">caught up</span>}
      </td>
    </tr>
  );
}

function Fate({ tick: { dueAt, reason, runs } }: { tick: TickRow }) {
  const { now } = useVisit();
  if (runs.length === 0) {
    const waits = now - dueAt < LONGEST_WAIT_MS;
    return <>{reason ?? (waits ? "waits for its run" : <None why="its run is not kept" />)}</>;
  }
  return (
    <>
      {reason !== null && `${reason} `}
      {runs.map((run) => (
        <span class="fate">
          <a href={`/runs/${run.id}`}>run {run.id}</a> <State of={run.outcome ?? "running"} />
          {" "}
        </span>
      ))}
    </>
  );
}
