/** What is on record of a series: results, revisions, quarantine, answers, requests; one list at a time, newest first. */
import type { Child } from "hono/jsx";
import type { Rule, Series } from "../bar.ts";
import type { FailureKind, RowCounts, SeriesStatus } from "../run.ts";
import { Ago, None, State, Time, Token, useVisit, ZoneName } from "./facts.tsx";
import type { RECORDS, SeriesQuery } from "./query.ts";
import { seriesHref, Stamp } from "./series_words.tsx";
import { duration, grouped } from "./words.ts";

/** Rows with a key below `before` (`null`: from the newest), `limit` at most, newest first. */
export interface RecordPage {
  readonly before: number | null;
  readonly limit: number;
}

export interface Prices {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** Instants are epoch ms, in all of these. */
export interface RevisionRow {
  readonly id: number;
  readonly ts: number;
  readonly was: Prices;
  /** `null`: the bar is not there any more. */
  readonly became: Prices | null;
  readonly seenAt: number;
  readonly runId: number | null;
  readonly changedBy: number | null;
}

export interface HeldRow {
  readonly id: number;
  readonly stamp: string;
  readonly rule: Rule;
  /** JSON. */
  readonly raw: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly times: number;
  readonly runId: number | null;
  /** `null`: it is still held. */
  readonly released: { readonly by: string; readonly at: number } | null;
}

export interface AnswerRow {
  readonly id: number;
  readonly form: string;
  readonly receivedAt: number;
  readonly bytes: number;
  /** The body is still in the archive. */
  readonly kept: boolean;
  readonly runId: number | null;
}

export interface RequestRow {
  readonly id: number;
  readonly form: string;
  readonly attempt: number;
  readonly sentAt: number;
  readonly kind: string | null;
  readonly httpStatus: number | null;
  readonly bytes: number | null;
  readonly durationMs: number | null;
  readonly message: string | null;
  readonly runId: number | null;
}

export interface ResultRow {
  readonly runId: number;
  readonly status: SeriesStatus;
  readonly kind: FailureKind | null;
  readonly message: string | null;
  readonly requests: number;
  readonly counts: RowCounts;
  readonly watermark: number | null;
  readonly startedAt: number;
  readonly finishedAt: number;
}

export interface RecordReads {
  /** `before`: a run. */
  results(series: Series, page: RecordPage): Promise<readonly ResultRow[]>;
  revisions(series: Series, page: RecordPage): Promise<readonly RevisionRow[]>;
  quarantine(series: Series, page: RecordPage): Promise<readonly HeldRow[]>;
  answers(series: Series, page: RecordPage): Promise<readonly AnswerRow[]>;
  requests(series: Series, page: RecordPage): Promise<readonly RequestRow[]>;
  /** What the vendor sent, key removed; `body` is `null` when it was dropped by age. */
  answerBody(id: number): Promise<{ symbol: string; interval: string; body: string | null } | null>;
}

interface List<Row> {
  read(series: Series, page: RecordPage): Promise<readonly Row[]>;
  key(row: Row): number;
  /** A heading that is a number of things begins with `#`. */
  readonly heads: readonly Child[];
  cells(row: Row): Child;
  readonly empty: Child;
}

const PAGE = 25;

/** The list the address asks for. */
export async function Records({ reads, series, asked, release }: {
  reads: RecordReads;
  series: Series;
  asked: Pick<SeriesQuery, "show" | "before">;
  release: boolean;
}): Promise<Child> {
  const list = listsOf(reads, { series, release })[asked.show] as List<unknown>;
  const found = await list.read(series, { before: asked.before ?? null, limit: PAGE + 1 });
  const rows = found.slice(0, PAGE);
  const href = (before: number | null) =>
    `${seriesHref(series)}?show=${asked.show}${before === null ? "" : `&before=${before}`}#records-title`;
  if (rows.length === 0) return <p class="empty">{list.empty}</p>;
  return (
    <>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              {list.heads.map((head) =>
                typeof head === "string" && head.startsWith("#")
                  ? <th scope="col" class="number">{head.slice(1)}</th>
                  : <th scope="col">{head}</th>
              )}
            </tr>
          </thead>
          <tbody>{rows.map((row) => <tr>{list.cells(row)}</tr>)}</tbody>
        </table>
      </div>
      <nav class="pager" aria-label={`Pages of ${asked.show}`}>
        {asked.before !== undefined && <a href={href(null)}>Newest</a>}
        {found.length > rows.length && <a href={href(list.key(rows.at(-1)!))}>Older</a>}
      </nav>
    </>
  );
}

function listsOf(
  reads: RecordReads,
  { series, release }: { series: Series; release: boolean },
): { [Name in typeof RECORDS[number]]: List<never> } {
  const results: List<ResultRow> = {
    read: reads.results,
    key: ({ runId }) => runId,
    heads: [
      "Run",
      "Result",
      <>
        Ended <ZoneName />
      </>,
      "#New",
      "#Revised",
      "#Unchanged",
      "#Provisional",
      "#Quarantined",
      "#Requests",
      "#Took",
      "What it says",
    ],
    cells: (row) => <ResultCells row={row} />,
    empty: "No run has asked for it yet.",
  };
  const revisions: List<RevisionRow> = {
    read: reads.revisions,
    key: ({ id }) => id,
    heads: [
      "Bar",
      "Open",
      "High",
      "Low",
      "Close",
      "Volume",
      <>
        Seen <ZoneName />
      </>,
      "Run",
    ],
    cells: (row) => <RevisionCells series={series} row={row} />,
    empty: "No settled bar has ever come back different.",
  };
  const quarantine: List<HeldRow> = {
    read: reads.quarantine,
    key: ({ id }) => id,
    heads: [
      "Stamp",
      "Rule",
      "The vendor's row",
      "#Times",
      <>
        Last seen <ZoneName />
      </>,
      "Run",
      release ? "Release" : "Released",
    ],
    cells: (row) => <HeldCells row={row} release={release} />,
    empty: "No row has broken a rule.",
  };
  const answers: List<AnswerRow> = {
    read: reads.answers,
    key: ({ id }) => id,
    heads: [
      "Answer",
      <>
        Received <ZoneName />
      </>,
      "Form",
      "#Bytes",
      "Run",
      "Body, key removed",
    ],
    cells: (row) => <AnswerCells row={row} />,
    empty: "No answer with rows is in the archive.",
  };
  const requests: List<RequestRow> = {
    read: reads.requests,
    key: ({ id }) => id,
    heads: [
      "Request",
      <>
        Sent <ZoneName />
      </>,
      "Form",
      "#Attempt",
      "Answer",
      "#HTTP",
      "#Bytes",
      "#Took",
      "Run",
      "What it says",
    ],
    cells: (row) => <RequestCells row={row} />,
    empty: "The vendor has not been asked for it.",
  };
  return { results, revisions, quarantine, answers, requests } as { [Name in typeof RECORDS[number]]: List<never> };
}

function RunLink({ id }: { id: number | null }) {
  return id === null ? <None why="its run is not kept any more" /> : <a href={`/runs/${id}`}>{id}</a>;
}

function ResultCells(
  { row: { runId, status, kind, message, counts, requests, startedAt, finishedAt } }: { row: ResultRow },
) {
  return (
    <>
      <th scope="row">
        <RunLink id={runId} />
      </th>
      <td class="still">
        <State of={status} />
        {kind !== null && <span class="kind">{` ${kind}`}</span>}
      </td>
      <td class="time">
        <Time at={finishedAt} />{" "}
        <span class="aside">
          <Ago at={finishedAt} />
        </span>
      </td>
      {[counts.inserted, counts.revised, counts.unchanged, counts.provisional, counts.quarantined, requests].map((
        count,
      ) => <td class="number">{grouped(count)}</td>)}
      <td class="number">{duration(finishedAt - startedAt)}</td>
      <td class="words">{message ?? ""}</td>
    </>
  );
}

function RevisionCells({ series, row: { ts, was, became, seenAt, runId } }: { series: Series; row: RevisionRow }) {
  return (
    <>
      <th scope="row" class="time">
        <Stamp of={series} at={ts} />
      </th>
      {(["open", "high", "low", "close", "volume"] as const).map((field) => (
        <td class="time">
          {became === null
            ? <del>{was[field]}</del>
            : was[field] === became[field]
            ? <span class="aside">{was[field]}</span>
            : (
              <>
                <del>{was[field]}</del> → <ins>{became[field]}</ins>
              </>
            )}
        </td>
      ))}
      <td class="time">
        <Time at={seenAt} />
      </td>
      <td>
        <RunLink id={runId} />
      </td>
    </>
  );
}

function HeldCells({ row, release }: { row: HeldRow; release: boolean }) {
  const { id, stamp, rule, raw, times, lastSeenAt, runId, released } = row;
  return (
    <>
      <th scope="row">{stamp}</th>
      <td class="still">{rule}</td>
      <td class="words">
        <code>{raw}</code>
      </td>
      <td class="number">{grouped(times)}</td>
      <td class="time">
        <Time at={lastSeenAt} />
      </td>
      <td>
        <RunLink id={runId} />
      </td>
      <td class="still">
        {released !== null
          ? (
            <>
              by {released.by}, <Ago at={released.at} />
            </>
          )
          : release
          ? <ReleaseForm id={id} rule={rule} raw={raw} />
          : <None why="nobody has judged it right" />}
      </td>
    </>
  );
}

/** Two steps, because a released row becomes a bar that everything downstream believes. */
function ReleaseForm({ id, rule, raw }: { id: number; rule: Rule; raw: string }) {
  const { here } = useVisit();
  const choices = rule === "duplicate-stamp" ? countOf(raw) : 0;
  return (
    <details id={`release-${id}`} class="release">
      <summary>Release …</summary>
      <form method="post" action={`/quarantine/${id}/release`}>
        <Token />
        <input type="hidden" name="back" value={here} />
        <p>The row is stored as a bar, with its answer as its origin.</p>
        {choices > 1 && (
          <label>
            Which row is right?{" "}
            <select name="choice">
              {Array.from({ length: choices }, (_, index) => <option value={String(index + 1)}>{index + 1}</option>)}
            </select>
          </label>
        )}
        <button type="submit">Release row {id}</button>
      </form>
    </details>
  );
}

function countOf(raw: string): number {
  try {
    const rows: unknown = JSON.parse(raw);
    return Array.isArray(rows) ? rows.length : 0;
  } catch {
    return 0;
  }
}

function AnswerCells({ row: { id, receivedAt, form, bytes, runId, kept } }: { row: AnswerRow }) {
  return (
    <>
      <th scope="row">{id}</th>
      <td class="time">
        <Time at={receivedAt} precision="second" />
      </td>
      <td>{form}</td>
      <td class="number">{grouped(bytes)}</td>
      <td>
        <RunLink id={runId} />
      </td>
      <td>
        {kept
          ? <a href={`/answers/${id}/body`} download="">Download JSON</a>
          : <None why="dropped: older than ARCHIVE_DAYS" />}
      </td>
    </>
  );
}

function RequestCells({ row }: { row: RequestRow }) {
  const { id, sentAt, form, attempt, kind, httpStatus, bytes, durationMs, runId, message } = row;
  return (
    <>
      <th scope="row">{id}</th>
      <td class="time">
        <Time at={sentAt} precision="second" />
      </td>
      <td>{form}</td>
      <td class="number">{attempt}</td>
      <td class="still">{kind ?? <None why="never answered, but it counts" />}</td>
      <td class="number">{httpStatus ?? <None why="no answer came" />}</td>
      <td class="number">{bytes === null ? <None why="no answer came" /> : grouped(bytes)}</td>
      <td class="number">{durationMs === null ? <None why="no answer came" /> : duration(durationMs)}</td>
      <td>
        <RunLink id={runId} />
      </td>
      <td class="words">{message ?? ""}</td>
    </>
  );
}
