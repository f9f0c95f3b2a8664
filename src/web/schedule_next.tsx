/** When is it due next, by the clocks of three places, and what would a tick at a chosen time do? */
import { seriesName } from "../bar.ts";
import type { PlanEntry } from "../plan.ts";
import { Ago, Scroll, State, Time, Token, useVisit } from "./facts.tsx";
import type { Preview, TickTest } from "./schedule.tsx";
import type { Tried } from "./schedule_edit.tsx";
import { EXCHANGE_ZONE } from "./settings.ts";
import { counted, dayIn, timeIn, zoneName } from "./words.ts";

/** A plan of five hundred series is read on the page of the symbols. */
const MOST_ENTRIES = 50;

/** UTC, the exchange, the schedule's own: each once, with what it is. */
export function zonesOf(timezone: string): { zone: string; label: string }[] {
  const named = [
    { zone: "UTC", label: "UTC" },
    { zone: EXCHANGE_ZONE, label: "Exchange" },
    { zone: timezone, label: "Schedule" },
  ];
  return [...Map.groupBy(named, ({ zone }) => zone)].map(([zone, same]) => ({
    zone,
    label: same.map(({ label }) => label).join(" and ").replace("and Schedule", "and the schedule's"),
  }));
}

export function NextTicks({ preview: { schedule, next }, paused = false, testable = true }: {
  preview: Preview;
  paused?: boolean;
  testable?: boolean;
}) {
  const zones = zonesOf(schedule.timezone);
  return (
    <>
      {paused && <p class="aside">While it is paused each of them is recorded as skipped.</p>}
      <Scroll label="Next ticks">
        <table class="next-ticks">
          <thead>
            <tr>
              <th scope="col">Due</th>
              {zones.map(({ zone, label }) => (
                <th scope="col">
                  {label} {zone !== "UTC" && <span class="unit">{zone}</span>}
                </th>
              ))}
              {testable && (
                <th scope="col">
                  <span class="away">Test</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {next.map((at) => (
              <tr>
                <th scope="row">
                  <Ago at={at} />
                </th>
                {zones.map(({ zone }) => <Clock at={at} zone={zone} />)}
                {testable && (
                  <td class="time">
                    <a href={`/schedule?test=${iso(at)}#test`}>What would it do?</a>
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

/** The weekday is what tells a wrong zone from a right one. */
function Clock({ at, zone }: { at: number; zone: string }) {
  return (
    <td class="time">
      {dayIn(zone, at).replace(/ .*/, "")} {timeIn(zone, at)}{" "}
      {zone !== "UTC" && <span class="unit">{zoneName(zone, at)}</span>}
    </td>
  );
}

export function TestTick({ asked, test }: { asked: string | undefined; test: Tried<TickTest> }) {
  return (
    <div id="test">
      <form class="filters" method="get" action="/schedule#test" aria-label="Test a tick">
        <label>
          What would a tick do at{" "}
          <input
            name="test"
            value={asked ?? ""}
            placeholder="2026-11-23T06:00Z"
            size={24}
            required
            autocomplete="off"
            aria-invalid={test !== null && "problem" in test ? "true" : undefined}
            aria-describedby={test === null ? undefined : "test-said"}
          />
        </label>
        <button type="submit">Test</button>
        <span class="aside">UTC unless it names a zone. Asks nobody, does nothing.</span>
      </form>
      {test !== null && (
        <div id="test-said">
          {"problem" in test ? <p class="message bad" role="alert">{test.problem}</p> : <Tested test={test.found} />}
        </div>
      )}
    </div>
  );
}

function Tested({ test: { at, isTick, skipped, plan } }: { test: TickTest }) {
  const { role } = useVisit();
  const asks = plan.entries.filter((entry) => entry.action === "ask");
  const healing = plan.heals.reduce((sum, heal) => sum + heal.requests.length, 0);
  const requests = asks.reduce((sum, entry) => sum + requestsOf(entry), 0);
  return (
    <>
      <p>
        {isTick ? "The tick of " : ""}
        <Time at={at} zone />
        {isTick ? " would " : " is no tick of the schedule; one then would "}
        {skipped === null ? "" : <>be skipped: {skipped}. Otherwise it would</>}{" "}
        <strong>
          {requests === 0
            ? healing === 0 ? "ask nothing" : "ask for nothing that is due"
            : `send ${counted(requests, "request")} for ${asks.length} series`}
          {healing > 0 && `, ${counted(healing, "request")} for gaps`}
        </strong>
        , with what is stored now.
      </p>
      <Plan entries={plan.entries} />
      {role === "operate" && (
        <form class="act" method="post" action="/schedule/launch">
          <Token />
          <button type="submit">Run now</button>
          <span class="aside">A run of all configured series at once, by hand: it asks what is due now, not then.</span>
        </form>
      )}
    </>
  );
}

function Plan({ entries }: { entries: readonly PlanEntry[] }) {
  const rest = entries.length - MOST_ENTRIES;
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Series</th>
            <th scope="col">It would be</th>
            <th scope="col" class="number">Requests</th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          {entries.slice(0, MOST_ENTRIES).map((entry) => (
            <tr>
              <th scope="row">{seriesName(entry.series)}</th>
              <td>
                <State of={STATE[entry.action]} />
              </td>
              <td class="number">{requestsOf(entry)}</td>
              <td class="words">
                {entry.reason}
                {entry.action === "defer" && (
                  <>
                    ; not before <Time at={entry.until} zone />
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <p class="aside">and {rest} more series</p>}
    </div>
  );
}

const STATE = { ask: "requested", defer: "deferred", skip: "skipped" } as const;

function requestsOf(entry: PlanEntry): number {
  return entry.action === "ask" ? 1 + entry.then.length : 0;
}

function iso(at: number): string {
  return new Date(at).toISOString().replace(/:00\.000Z$/, "Z");
}
