/** Where is it? One search over series, run numbers and messages. */
import type { Series } from "../bar.ts";
import { seriesName } from "../bar.ts";
import { Live, Time, ZoneName } from "./facts.tsx";
import { readQuery, SEARCH_QUERY } from "./query.ts";
import { Rows } from "./run_rows.tsx";
import type { RunRow } from "./runs.tsx";
import { seriesHref } from "./series_words.tsx";
import type { LoggedEvent } from "./spans.ts";
import type { ShowPage } from "./visit.ts";
import { counted } from "./words.ts";

export interface Found {
  readonly series: readonly Series[];
  /** The one of that number first, then those that say it, the newest first. */
  readonly runs: readonly RunRow[];
  /** Newest first. */
  readonly events: readonly (LoggedEvent & { readonly runId: number })[];
}

export interface SearchReads {
  /** Twenty of each at most. */
  search(text: string): Promise<Found>;
}

export function searchPage(reads: SearchReads): ShowPage {
  return async ({ query }) => {
    const { q } = readQuery(SEARCH_QUERY, query);
    if (q === undefined) {
      return {
        title: "Search",
        sentence: "Look for a symbol, the number of a run, or words of a message.",
        body: <p class="aside">The box is at the top of every page.</p>,
      };
    }
    const found = await reads.search(q);
    return { title: "Search", sentence: sentenceOf(q, found), body: <Findings found={found} q={q} /> };
  };
}

function sentenceOf(q: string, { series, runs, events }: Found): string {
  if (series.length + runs.length + events.length === 0) return `Nothing found for “${q}”.`;
  const told = [
    ...(series.length === 0 ? [] : [counted(series.length, "series", "series")]),
    ...(runs.length === 0 ? [] : [counted(runs.length, "run")]),
    ...(events.length === 0 ? [] : [counted(events.length, "event")]),
  ];
  return `${told.join(", ")} for “${q}”.`;
}

function Findings({ found: { series, runs, events }, q }: { found: Found; q: string }) {
  return (
    <Live id="findings">
      {series.length + runs.length + events.length === 0 && (
        <p class="empty">
          Of messages, those of the newest 10,000 runs and 20,000 events were looked through. Bars of a symbol that is
          not configured: <a href="/symbols">Symbols</a>. Older runs: <a href="/runs">Runs</a>.
        </p>
      )}
      {series.length > 0 && (
        <section aria-labelledby="found-series">
          <h2 id="found-series">Series</h2>
          <ul class="found">
            {series.map((one) => (
              <li>
                <a href={seriesHref(one)}>{seriesName(one)}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
      {runs.length > 0 && (
        <section aria-labelledby="found-runs">
          <h2 id="found-runs">Runs</h2>
          <Rows runs={runs} />
        </section>
      )}
      {events.length > 0 && (
        <section aria-labelledby="found-events">
          <h2 id="found-events">Events</h2>
          <Events events={events} q={q} />
        </section>
      )}
    </Live>
  );
}

function Events({ events, q }: { events: Found["events"]; q: string }) {
  return (
    <div class="scroll">
      <table class="log stack">
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">
              Time <ZoneName />
            </th>
            <th scope="col">Event</th>
            <th scope="col">What happened</th>
          </tr>
        </thead>
        <tbody>
          {events.map(({ runId, at, type, level, message }) => (
            <tr class={`level-${level}`}>
              <th scope="row">
                <a href={`/runs/${runId}?${new URLSearchParams({ text: q })}#log`}>{runId}</a>
              </th>
              <td class="time">
                <Time at={at} precision="second" />
              </td>
              <td>{type}</td>
              <td class="words">{message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
