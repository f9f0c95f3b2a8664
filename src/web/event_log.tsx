/** What happened in a run, line by line, and the lines somebody looks for. */
import { Live, None, Time, ZoneName } from "./facts.tsx";
import { EVENT_TYPES } from "../event.ts";
import { INTERVALS, LEVELS, type RunQuery } from "./query.ts";
import type { EventCounts } from "./run.tsx";
import { runAddress } from "./run_address.ts";
import { Select } from "./runs.tsx";
import type { LoggedEvent } from "./spans.ts";
import { duration } from "./words.ts";

export interface EventLogProps {
  readonly runId: number;
  readonly startedAt: number;
  readonly events: readonly LoggedEvent[];
  readonly asked: RunQuery;
  readonly counts: EventCounts;
  /** Series of the run, `SYMBOL interval`. */
  readonly series: readonly string[];
  /** Its log file, when there is one. */
  readonly file: string | null;
}

export function EventLog(props: EventLogProps) {
  const { runId, events, asked, file } = props;
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
          : <Events {...props} />}
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

function hrefOf({ runId, asked }: EventLogProps, change: { before?: number; after?: number; type?: string }): string {
  return runAddress(runId, asked, { ...change, at: "log" });
}

function Filters({ runId, asked, counts: { levels, types }, series }: EventLogProps) {
  const symbols = [...new Set(series.map((name) => name.split(" ")[0]!))].toSorted();
  const intervals = INTERVALS.filter((interval) => series.some((name) => name.endsWith(` ${interval}`)));
  const told = LEVELS.flatMap((level) => (levels[level] ?? 0) > 0 ? [`${levels[level]} ${level}`] : []);
  const kinds = EVENT_TYPES.filter((type) => (types[type] ?? 0) > 0 || type === asked.type);
  const kept = Object.entries({ from: asked.from, to: asked.to, only: asked.only });
  return (
    <form class="filters" method="get" action={`/runs/${runId}#log`} role="search" aria-label="Filter events">
      <Select name="level" label="At least" options={LEVELS} chosen={asked.level} any="all levels" />
      <Select name="type" label="Event" options={kinds} chosen={asked.type} counts={types} />
      <Select name="symbol" label="Symbol" options={withChosen(symbols, asked.symbol)} chosen={asked.symbol} />
      <Select
        name="interval"
        label="Interval"
        options={withChosen(intervals, asked.interval)}
        chosen={asked.interval}
      />
      <label>
        Text <input name="text" value={asked.text ?? ""} size={16} maxlength={200} autocomplete="off" />
      </label>
      {kept.map(([name, value]) => value !== undefined && <input type="hidden" name={name} value={value} />)}
      <button type="submit">Filter</button>
      {isFiltered(asked) && <a href={`/runs/${runId}#log`}>Clear</a>}
      <span class="aside">{told.join(", ")}</span>
    </form>
  );
}

function isFiltered({ level, type, text, symbol, interval }: RunQuery): boolean {
  return [level, type, text, symbol, interval].some((value) => value !== undefined);
}

/** What an address names stays chosen, also when the run has done nothing for it. */
function withChosen(options: readonly string[], chosen: string | undefined): readonly string[] {
  return chosen === undefined || options.includes(chosen) ? options : [...options, chosen];
}

function Events(props: EventLogProps) {
  const { events, startedAt } = props;
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
              <td>
                <a class="quiet" href={hrefOf(props, { type: event.type })} title="Only events of this kind">
                  {event.type}
                </a>
              </td>
              <td class="words">{event.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
