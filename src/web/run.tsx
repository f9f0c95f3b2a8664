/** What did this run do, how did it end, and why? */
import type { ComparedSetting } from "../kept_settings.ts";
import type { SeriesResult } from "../run.ts";
import { EventLog } from "./event_log.tsx";
import { BarDate, Live, None, State, Time, ZoneName } from "./facts.tsx";
import { Facts } from "./run_facts.tsx";
import { RunSettings } from "./run_settings.tsx";
import { AGAIN_FORM, RunSteps } from "./run_steps.tsx";
import { RunFlow, type Told } from "./run_flow.tsx";
import { RunGantt } from "./run_gantt.tsx";
import { type EventsQuery, levelsFrom, readQuery, RUN_QUERY } from "./query.ts";
import type { RunRow } from "./runs.tsx";
import type { LoggedEvent } from "./spans.ts";
import { idOf, Refusal, type ShowPage } from "./visit.ts";
import { counted, duration, grouped } from "./words.ts";

export interface EventFilter {
  readonly runId: number;
  readonly levels: readonly ("debug" | "info" | "warning" | "error")[] | null;
  readonly types: readonly string[] | null;
  readonly text: string | null;
  readonly symbol: string | null;
  readonly interval: string | null;
  readonly after: number | null;
  readonly before: number | null;
  readonly limit: number;
}

/** Events of a run by level and by kind, whatever is filtered. */
export interface EventCounts {
  readonly levels: Readonly<Record<string, number>>;
  readonly types: Readonly<Record<string, number>>;
}

/** Instants are epoch ms. */
export interface RunReads {
  run(id: number): Promise<RunRow | null>;
  /** Series results, in the order they were finished. */
  results(id: number): Promise<readonly SeriesResult[]>;
  /** In order; the last ones when neither `after` nor `before` is given. */
  events(filter: EventFilter): Promise<readonly LoggedEvent[]>;
  /** The runs that ran its series again, oldest first. */
  again(id: number): Promise<readonly RunRow[]>;
  eventCounts(id: number): Promise<EventCounts>;
  /** The events a drawing needs, see SPAN_TYPES: of some series, or the first ones of all. */
  spanEvents(
    id: number,
    of: { readonly symbol: string | null; readonly interval: string | null },
  ): Promise<readonly LoggedEvent[]>;
  /** Who was told of it; `null`: nothing is on record. */
  told(id: number): Promise<Told | null>;
  /** Its settings, beside those of now; `null`: none were kept. */
  settings(id: number): Promise<readonly ComparedSetting[] | null>;
  /** The due time of the tick the run is of. */
  tickDueAt(tickId: number): Promise<number | null>;
  /** The run's log file; `null`: there is none. */
  logFile(
    run: { id: number; startedAt: number },
  ): Promise<{ name: string; text(): Promise<ReadableStream<Uint8Array>> } | null>;
}

const ALL = { symbol: null, interval: null };

function seriesIn({ symbol, interval }: EventsQuery) {
  return { symbol: symbol ?? null, interval: interval ?? null };
}

export function eventFilterOf(runId: number, asked: EventsQuery): EventFilter {
  return {
    runId,
    levels: levelsFrom(asked.level),
    types: asked.type === undefined ? null : [asked.type],
    text: asked.text ?? null,
    ...seriesIn(asked),
    after: asked.after ?? null,
    before: asked.before ?? null,
    limit: asked.limit,
  };
}

/** @throws Refusal when there is no such run */
export async function findRun(reads: Pick<RunReads, "run">, id: string | undefined): Promise<RunRow> {
  const run = await reads.run(idOf(id, "run"));
  if (run === null) {
    throw new Refusal(404, `Cannot find run "${id}": there is none, or it was older than RETENTION_RUNS_DAYS`);
  }
  return run;
}

export function runPage(reads: RunReads): ShowPage {
  return async ({ params, query, now, role }) => {
    const asked = readQuery(RUN_QUERY, query);
    const run = await findRun(reads, params["id"]);
    const [results, events, counts, spanEvents, dueAt, file, again, told, settings] = await Promise.all([
      reads.results(run.id),
      reads.events(eventFilterOf(run.id, asked)),
      reads.eventCounts(run.id),
      reads.spanEvents(run.id, asked.only === undefined ? ALL : seriesIn(asked)),
      run.tickId === null ? null : reads.tickDueAt(run.tickId),
      reads.logFile(run),
      reads.again(run.id),
      reads.told(run.id),
      reads.settings(run.id),
    ]);
    const series = [
      ...new Set([
        ...spanEvents.flatMap(({ symbol, interval }) => symbol === null ? [] : [`${symbol} ${interval}`]),
        ...results.map(({ series: { symbol, interval } }) => `${symbol} ${interval}`),
      ]),
    ];
    return {
      title: `Run ${run.id}`,
      sentence: <Sentence run={run} results={results} now={now} />,
      body: (
        <>
          <Live id="flow">
            <RunFlow run={run} results={results} counts={counts} events={spanEvents} told={told} />
          </Live>
          <Live id="facts">
            <Facts run={run} dueAt={dueAt} again={again} now={now} />
          </Live>
          <Live id="steps">
            <RunSteps run={run} results={results} />
          </Live>
          <Live id="gantt">
            <RunGantt run={run} asked={asked} events={spanEvents} now={now} />
          </Live>
          <section aria-labelledby="series-title">
            <h2 id="series-title">Series</h2>
            <Live id="series">
              <Results results={results} run={run} choose={role === "operate" && run.outcome !== null} />
            </Live>
          </section>
          <EventLog
            runId={run.id}
            startedAt={run.startedAt}
            events={events}
            asked={asked}
            counts={counts}
            series={series}
            file={file?.name ?? null}
          />
          <RunSettings settings={settings} />
        </>
      ),
    };
  };
}

function Sentence({ run, results, now }: { run: RunRow; results: readonly SeriesResult[]; now: number }) {
  const took = duration((run.finishedAt ?? now) - run.startedAt);
  if (run.outcome === null) {
    const of = run.planned === null ? "it is planning" : `${results.length} of ${grouped(run.planned)} due series done`;
    return (
      <>
        At work for {took}: {of}. <State of="running" />
      </>
    );
  }
  const { stored, series, inserted, requests } = run.totals;
  const did = series === 0
    ? "nothing was due"
    : `${stored} of ${series} series stored, ${counted(inserted, "new bar")}, ${counted(requests, "request")}`;
  return (
    <>
      <State of={run.outcome} /> in {took}: {did}.
    </>
  );
}

function Results({ results, run, choose }: {
  results: readonly SeriesResult[];
  run: RunRow;
  choose: boolean;
}) {
  if (results.length === 0) {
    return (
      <p class="empty">{run.outcome === null ? "None is done yet." : "No series was due, so none was asked for."}</p>
    );
  }
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {choose && (
              <th scope="col">
                <span class="away">Chosen</span>
              </th>
            )}
            <th scope="col">Series</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">New</th>
            <th scope="col" class="number">Revised</th>
            <th scope="col" class="number">Unchanged</th>
            <th scope="col" class="number">Provisional</th>
            <th scope="col" class="number">Quarantined</th>
            <th scope="col" class="number">Requests</th>
            <th scope="col" class="number">Took</th>
            <th scope="col">
              Watermark <ZoneName />
            </th>
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>{results.map((result) => <Result result={result} choose={choose} />)}</tbody>
      </table>
    </div>
  );
}

function Result({ result, choose }: { result: SeriesResult; choose: boolean }) {
  const { series: { symbol, interval }, counts, watermark } = result;
  return (
    <tr>
      {choose && (
        <td>
          <input
            type="checkbox"
            name="series"
            form={AGAIN_FORM}
            value={`${symbol} ${interval}`}
            aria-label={`Choose ${symbol} ${interval}`}
          />
        </td>
      )}
      <th scope="row">{symbol} {interval}</th>
      <td>
        <State of={result.status} />
        {result.kind !== null && <span class="kind">{` ${result.kind}`}</span>}
      </td>
      <td class="number">{grouped(counts.inserted)}</td>
      <td class="number">{grouped(counts.revised)}</td>
      <td class="number">{grouped(counts.unchanged)}</td>
      <td class="number">{grouped(counts.provisional)}</td>
      <td class="number">{grouped(counts.quarantined)}</td>
      <td class="number">{grouped(result.requests)}</td>
      <td class="number">{duration(result.finishedAt - result.startedAt)}</td>
      <td class="time">
        {watermark === null
          ? <None why="no settled bar yet" />
          : /^\d/.test(interval)
          ? <Time at={watermark} />
          : <BarDate at={watermark} />}
      </td>
      <td class="words">{result.message ?? ""}</td>
    </tr>
  );
}
