/** What would a run ask, what would it cost, and what must wait? */
import { seriesName } from "../bar.ts";
import type { Plan, PlanEntry } from "../plan.ts";
import { formOf } from "../request.ts";
import { None, State, Time } from "./facts.tsx";
import { counted, grouped } from "./words.ts";

/** Requests, if nothing has to be sent again. */
export function costOf(entry: PlanEntry): number {
  return entry.action === "ask" ? 1 + entry.then.length : 0;
}

const MOST_ROWS = 200;

/** `It would send 3 requests for 2 of 9 series; 22 of 25 are left today.` */
export function planSentence(
  { entries, reference = [], quota: { perDay, usedToday, blockedUntil }, now }: Plan,
): string {
  const asked = entries.filter(({ action }) => action === "ask").length;
  const waiting = entries.filter(({ action }) => action === "defer").length;
  const cost = entries.reduce((sum, entry) => sum + costOf(entry), 0);
  const left = perDay === null
    ? "this key has no daily limit"
    : `${grouped(Math.max(0, perDay - usedToday))} of ${grouped(perDay)} are left today`;
  const beside = reference.filter(({ action }) => action === "ask").length;
  const more = beside === 0 ? [] : [`${counted(beside, "request")} more for splits, dividends and the list of symbols`];
  const rest = [
    ...more,
    ...(waiting > 0 ? [`${waiting} must wait`] : []),
    blockedUntil !== null && blockedUntil > now ? "the vendor's daily limit is reached" : left,
  ].join("; ");
  if (cost > 0) return `A run now sends ${counted(cost, "request")} for ${asked} of ${entries.length} series; ${rest}.`;
  const none = beside === 0 ? "A run now sends no request" : "A run now sends no request for bars";
  return waiting > 0
    ? `${none}: of ${entries.length} series ${rest}.`
    : `${none}: all of these ${entries.length} series hold what can be had; ${[...more, left].join("; ")}.`;
}

export function PlanPreview({ plan: { entries } }: { plan: Plan }) {
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col">What</th>
            <th scope="col" class="number">Requests</th>
            <th scope="col">Form</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>{entries.slice(0, MOST_ROWS).map((entry) => <Row entry={entry} />)}</tbody>
      </table>
      {entries.length > MOST_ROWS && (
        <p class="aside">and {counted(entries.length - MOST_ROWS, "row")} more, in the same order</p>
      )}
    </div>
  );
}

const WORDS = { ask: "asked", defer: "deferred", skip: "left out" } as const;

function Row({ entry }: { entry: PlanEntry }) {
  const cost = costOf(entry);
  return (
    <tr>
      <th scope="row">{seriesName(entry.series)}</th>
      <td>
        <State of={WORDS[entry.action]} />
      </td>
      <td class="number">{cost === 0 ? <None why="it is not asked" /> : grouped(cost)}</td>
      <td class="time">{entry.action === "ask" ? formWords(formOf(entry.request)) : ""}</td>
      <td class="words">
        {entry.reason}
        {entry.action === "defer" && (
          <>
            ; not before <Time at={entry.until} zone />
          </>
        )}
        {entry.action === "ask" && entry.later !== null && (
          <span class="aside">
            {`; then ${entry.later.reason}, not before `}
            <Time at={entry.later.until} zone />
          </span>
        )}
      </td>
    </tr>
  );
}

/** `TIME_SERIES_DAILY compact` as the vendor calls it, without what they all begin with. */
function formWords(form: string): string {
  return form.replace(/^TIME_SERIES_/, "").toLowerCase().replaceAll("_", " ");
}
