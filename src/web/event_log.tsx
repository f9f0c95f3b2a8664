/** What happened in a run, line by line, and the lines somebody looks for. */
import { Live, None, Time, ZoneName } from "./facts.tsx";
import { type EventsQuery, LEVELS } from "./query.ts";
import { Select } from "./runs.tsx";
import type { LoggedEvent } from "./spans.ts";
import { duration } from "./words.ts";

export interface EventLogProps {
  readonly runId: number;
  readonly startedAt: number;
  readonly events: readonly LoggedEvent[];
  readonly asked: EventsQuery;
  /** Events of the run by level, whatever is filtered. */
  readonly levels: Readonly<Record<string, number>>;
  /** Series of the run, `SYMBOL interval`. */
  readonly series: readonly string[];
  /** Its log file, when there is one. */
  readonly file: string | null;
}

export function EventLog(props: EventLogProps) {
  const { runId, startedAt, events, asked, file } = props;
  const full = events.length === asked.limit;
  const [first, last] = [events[0], events.at(-1)];
  return (
    <section aria-labelledby="log-title" id="log">
      <div class="head">
        <h2 id="log-title">Event log</h2>
        <nav class="choices" aria-label="Downloads">
          <a href={`/runs/${runId}/events.jsonl`} download>JSON Lines</a>
          {file !== null && <a href={`/runs/${runId}/log`} download>{file}</a>}
        </nav>
      </div>
      <Filters {...props} />
      <Live id="events">
        {events.length === 0
          ? <p class="empty">No event matches. What a run does is kept here for RETENTION_EVENTS_DAYS.</p>
          : <Events events={events} startedAt={startedAt} />}
        <nav class="pager" aria-label="Pages of events">
          {first !== undefined && first.seq > 1 && (full || asked.after !== undefined) && (
            <a href={hrefOf(props, { before: first.seq })}>Earlier</a>
          )}
          {last !== undefined && (asked.before !== undefined || (asked.after !== undefined && full)) && (
            <a href={hrefOf(props, { after: last.seq })}>Later</a>
          )}
          {(asked.before !== undefined || asked.after !== undefined) && <a href={hrefOf(props, {})}>Newest</a>}
        </nav>
      </Live>
    </section>
  );
}

function hrefOf({ runId, asked }: EventLogProps, change: { before?: number; after?: number }): string {
  const { level, text, symbol, interval } = asked;
  const given = Object.entries({ level, text, symbol, interval, ...change })
    .flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]);
  return `/runs/${runId}?${new URLSearchParams(given)}#log`;
}

function Filters({ runId, asked, levels, series }: EventLogProps) {
  const symbols = [...new Set(series.map((name) => name.split(" ")[0]!))].toSorted();
  const counts = LEVELS.flatMap((level) => (levels[level] ?? 0) > 0 ? [`${levels[level]} ${level}`] : []);
  return (
    <form class="filters" method="get" action={`/runs/${runId}#log`} role="search" aria-label="Filter events">
      <Select name="level" label="At least" options={LEVELS} chosen={asked.level} any="all levels" />
      <Select name="symbol" label="Symbol" options={symbols} chosen={asked.symbol} />
      <label>
        Text <input name="text" value={asked.text ?? ""} size={16} maxlength={200} autocomplete="off" />
      </label>
      <button type="submit">Filter</button>
      <span class="aside">{counts.join(", ")}</span>
    </form>
  );
}

function Events({ events, startedAt }: { events: readonly LoggedEvent[]; startedAt: number }) {
  return (
    <div class="scroll">
      <table class="log stack">
        <thead>
          <tr>
            <th scope="col">
              Time <ZoneName />
            </th>
            <th scope="col" class="number">After</th>
            <th scope="col">Level</th>
            <th scope="col">Series</th>
            <th scope="col">Event</th>
            <th scope="col">What happened</th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <tr class={`level-${event.level}`}>
              <td class="time">
                <Time at={event.at} precision="clock-ms" />
              </td>
              <td class="number">{duration(event.at - startedAt)}</td>
              <td>
                <span class="level">{event.level}</span>
              </td>
              <td>{event.symbol === null ? <None why="of the whole run" /> : `${event.symbol} ${event.interval}`}</td>
              <td>{event.type}</td>
              <td class="words">{event.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
