/** How does the progress of a backfill look, in words and as a bar, and what can be done with it from a page? */
import { type BackfillView, type Figures, type SeriesProgress, shareDone } from "../backfill.ts";
import { intradayLength, seriesName } from "../bar.ts";
import { type Allowance, timeInWords } from "../reserve.ts";
import { Ago, None, Scroll, State, Time, Token, useVisit } from "./facts.tsx";
import { seriesInShort } from "./queue.tsx";
import { counted, grouped } from "./words.ts";

/** `22.7 %`; 100 % is said of the whole only. */
export function percent(figures: Figures): string {
  return `${(shareDone(figures) * 100).toFixed(1).replace(/\.0$/, "")} %`;
}

export function ProgressBar({ of, label }: { of: Figures; label: string }) {
  return (
    <progress max={Math.max(1, of.wished)} value={of.wished === 0 ? 1 : of.held + of.none} aria-label={label}>
      {percent(of)}
    </progress>
  );
}

/** `about 12 days at 25 requests a day, 3 of them kept for the schedule`. */
export function paceInWords(takesMs: number | null, { perDay, reserve, paceMs }: Allowance): string {
  if (perDay === null) return `${timeInWords(takesMs)} at ${Math.round(60_000 / paceMs)} requests a minute`;
  const kept = reserve === 0 ? "" : `, ${reserve} of them kept for the schedule`;
  return `${timeInWords(takesMs)} at ${counted(perDay, "request")} a day${kept}`;
}

/** What is still to be done, and when it will be. `said`: the state stands before it. */
export function Outlook(
  { backfill: { state, requests, takesMs, restUntil, reason }, said = false }: {
    backfill: BackfillView;
    said?: boolean;
  },
) {
  if (state !== "running") return <>{(said ? reason?.replace(new RegExp(`^${state} (?=by )`), "") : reason) ?? ""}</>;
  return (
    <>
      {requests === 0 ? "no request left" : `${counted(requests, "request")} left, ${timeInWords(takesMs)}`}
      {restUntil !== null && (
        <>
          ; waits until <Time at={restUntil} zone />: {reason}
        </>
      )}
    </>
  );
}

export function BackfillRows({ backfills }: { backfills: readonly BackfillView[] }) {
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Backfill</th>
            <th scope="col">State</th>
            <th scope="col">Done</th>
            <th scope="col">What</th>
            <th scope="col">Asked</th>
            <th scope="col">What is left</th>
          </tr>
        </thead>
        <tbody>{backfills.map((backfill) => <Row backfill={backfill} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ backfill }: { backfill: BackfillView }) {
  const { id, state, wished, held, from, to, series, names, askedAt, askedBy, note } = backfill;
  const more = series > names.length ? ` and ${grouped(series - names.length)} more` : "";
  return (
    <tr>
      <th scope="row">
        <a href={`/backfills/${id}`}>{id}</a>
      </th>
      <td>
        <State of={state} />
      </td>
      <td class="done">
        <ProgressBar of={backfill} label={`Backfill ${id}`} /> {percent(backfill)}
        <span class="aside">{` ${grouped(held)} of ${counted(wished, "session")} there`}</span>
      </td>
      <td>
        <span class="time">{`${from} to ${to}`}</span>
        <span class="aside">{` ${seriesInShort(names)}${more}`}</span>
      </td>
      <td>
        <Ago at={askedAt} /> <span class="aside">by {askedBy}</span>
        {note !== null && <span class="note">“{note}”</span>}
      </td>
      <td class="words">
        <Outlook backfill={backfill} />
        <Steps backfill={backfill} />
      </td>
    </tr>
  );
}

const STEPS = {
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  partial: ["resume"],
  cancelled: ["resume"],
  complete: [],
} as const satisfies Record<BackfillView["state"], readonly string[]>;
const LABELS = { pause: "Pause", resume: "Resume", cancel: "Cancel" } as const;

/** What may be done with it now; nothing for whoever may only look. None of it loses what is stored. */
export function Steps({ backfill: { id, state } }: { backfill: BackfillView }) {
  if (useVisit().role !== "operate") return null;
  return (
    <>
      {STEPS[state].map((step) => (
        <form method="post" action={`/backfills/${id}/${step}`} class="inline">
          <Token />
          <button type="submit" aria-label={`${LABELS[step]} backfill ${id}`}>{LABELS[step]}</button>
        </form>
      ))}
    </>
  );
}

/** Of one backfill, or of one that has not begun. */
export function SeriesTable({ series }: { series: readonly SeriesProgress[] }) {
  return (
    <Scroll label="Series of the backfill">
      <table>
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col">State</th>
            <th scope="col">Done</th>
            <th scope="col" class="number">Wished</th>
            <th scope="col" class="number">There</th>
            <th scope="col" class="number">Vendor has none</th>
            <th scope="col" class="number">Not to be had</th>
            <th scope="col" class="number">Requests left</th>
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>{series.map((one) => <SeriesRow one={one} />)}</tbody>
      </table>
    </Scroll>
  );
}

function SeriesRow({ one }: { one: SeriesProgress }) {
  const { series, state, wished, held, none, refused, failed, requests, reason, waitUntil } = one;
  const { symbol, interval } = series;
  return (
    <tr>
      <th scope="row">
        <a href={`/symbols/${encodeURIComponent(symbol)}/${interval}`}>{seriesName(series)}</a>
      </th>
      <td>
        <State of={state} />
      </td>
      <td class="done">
        <ProgressBar of={one} label={seriesName(series)} /> {percent(one)}
      </td>
      <td class="number">{grouped(wished)}</td>
      <td class="number">{grouped(held)}</td>
      <td class="number">{none === 0 ? <None why="nothing was asked for in vain" /> : grouped(none)}</td>
      <td class="number">{refused + failed === 0 ? <None why="nothing was refused" /> : grouped(refused + failed)}</td>
      <td class="number">{requests === 0 ? <None why="none is left" /> : grouped(requests)}</td>
      <td class="words">
        {reason ?? (requests > 0 && intradayLength(series.interval) !== null ? "month by month" : "")}
        {waitUntil !== null && (
          <>
            ; asked for again at <Time at={waitUntil} zone />
          </>
        )}
      </td>
    </tr>
  );
}
