/** How does one row of a list on record look? The cells of results, revisions, quarantine, answers and requests. */
import type { Rule, Series } from "../bar.ts";
import { Ago, None, State, Time, Token, useVisit } from "./facts.tsx";
import type { AnswerRow, HeldRow, RequestRow, ResultRow, RevisionRow } from "./series_records.tsx";
import { Stamp } from "./series_words.tsx";
import { duration, grouped } from "./words.ts";

function RunLink({ id }: { id: number | null }) {
  return id === null ? <None why="its run is not kept any more" /> : <a href={`/runs/${id}`}>{id}</a>;
}

export function ResultCells(
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

export function RevisionCells(
  { series, row: { ts, was, became, seenAt, runId } }: { series: Series; row: RevisionRow },
) {
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

export function HeldCells({ row, release }: { row: HeldRow; release: boolean }) {
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

export function AnswerCells({ row: { id, receivedAt, form, bytes, runId, kept } }: { row: AnswerRow }) {
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

export function RequestCells({ row }: { row: RequestRow }) {
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
