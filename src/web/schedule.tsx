/** When does it run by itself, is it on, and when is it due next? The page of the one schedule. */
import type { Plan } from "../plan.ts";
import { Refused } from "../refused.ts";
import type { Outcome } from "../run.ts";
import type { Schedule } from "../schedule.ts";
import { Ago, Live, None, State, Time, Token, useVisit } from "./facts.tsx";
import { TimelineHead, windowOf } from "./overview.tsx";
import { instantOf, readQuery, SCHEDULE_QUERY } from "./query.ts";
import { Changes, EditSchedule, type Tried } from "./schedule_edit.tsx";
import { NextTicks, TestTick } from "./schedule_next.tsx";
import { TickHistory } from "./schedule_ticks.tsx";
import { Timeline, type TimelineFacts } from "./timeline.tsx";
import type { ShowPage } from "./visit.ts";
import { relative } from "./words.ts";

/** Who did it, and when (epoch ms). `by` is empty where that was not kept. */
export interface Deed {
  readonly by: string;
  readonly at: number;
}

/** What is not given stays as it is. */
export interface ScheduleChange {
  readonly cron?: string | undefined;
  readonly timezone?: string | undefined;
}

/** A schedule and what it comes to. Instants are epoch ms. */
export interface Preview {
  readonly schedule: Schedule;
  readonly words: string;
  /** When it is due next, whether or not it is paused. */
  readonly next: readonly number[];
}

export interface TickRow {
  readonly id: number;
  readonly dueAt: number;
  readonly noticedAt: number;
  readonly state: "requested" | "skipped" | "failed";
  readonly trigger: "schedule" | "catch-up";
  /** `null` for a requested one. */
  readonly reason: string | null;
  /** Oldest first. */
  readonly runs: readonly {
    readonly id: number;
    readonly outcome: Outcome | null;
    readonly startedAt: number;
    readonly finishedAt: number | null;
  }[];
}

/** What an operator has changed. */
export interface ChangeRow extends Deed {
  readonly id: number;
  readonly action: string;
  readonly was: string | null;
  readonly became: string | null;
}

export interface ScheduleFacts extends Preview {
  /** As the environment has it; in force unless `overridden`. */
  readonly configured: Schedule;
  readonly overridden: Deed | null;
  readonly paused: Deed | null;
  /** The newest first, of which the page needs one. */
  readonly ticks: readonly TickRow[];
  /** The newest first. */
  readonly changes: readonly ChangeRow[];
}

/** What a tick at an instant would come to, with what is stored today. */
export interface TickTest {
  readonly at: number;
  /** The schedule in force has a tick then. */
  readonly isTick: boolean;
  /** Why it would get no run; `null`: it would. */
  readonly skipped: string | null;
  readonly plan: Plan;
}

export interface TickFilter {
  readonly state: TickRow["state"] | null;
  /** Due before it, epoch ms. */
  readonly before: number | null;
  readonly limit: number;
}

export interface ScheduleReads {
  schedule(): Promise<ScheduleFacts>;
  /** Newest first. */
  ticks(filter: TickFilter): Promise<readonly TickRow[]>;
  timeline(range: { now: number; from: number; to: number }): Promise<TimelineFacts>;
  /** @throws Refused when it is no schedule */
  preview(change: ScheduleChange): Promise<Preview>;
  /** @throws Refused for an instant in the past */
  testTick(at: number): Promise<TickTest>;
  /** When a scheduler or a worker of any program on this database has last shown itself; `null`: none ever has. */
  lastBeat(): Promise<number | null>;
}

/** Three looks at the clock: a scheduler that has not looked for so long does not serve. */
const SILENT_MS = 180_000;

export function schedulePage(reads: ScheduleReads): ShowPage {
  return async (visit) => {
    const { query, now } = visit;
    const asked = readQuery(SCHEDULE_QUERY, query);
    const filter = { state: asked.state ?? null, before: instantOf(asked.before), limit: asked.limit };
    const [facts, found, timeline, lastBeat, preview, test] = await Promise.all([
      reads.schedule(),
      reads.ticks({ ...filter, limit: filter.limit + 1 }),
      reads.timeline({ now, ...windowOf(visit) }),
      reads.lastBeat(),
      tried(
        asked.cron !== undefined || asked.timezone !== undefined,
        () => reads.preview({ cron: asked.cron, timezone: asked.timezone }),
      ),
      tried(asked.test !== undefined, () => reads.testTick(instantOf(asked.test)!)),
    ]);
    const silent = lastBeat === null || now - lastBeat > SILENT_MS;
    return {
      title: "Schedule",
      sentence: <Sentence facts={facts} />,
      body: (
        <>
          <Live id="schedule">
            {silent && <Silent lastBeat={lastBeat} now={now} />}
            <Facts facts={facts} />
            <Switch paused={facts.paused} />
          </Live>
          <section aria-labelledby="timeline-title">
            <TimelineHead visit={visit} path="/schedule" />
            <Live id="timeline">
              <Timeline facts={timeline} />
            </Live>
          </section>
          <section aria-labelledby="next-title">
            <h2 id="next-title">Next ticks</h2>
            <Live id="next">
              <NextTicks preview={facts} paused={facts.paused !== null} />
            </Live>
            <TestTick asked={asked.test} test={test} />
          </section>
          <TickHistory ticks={found} filter={filter} />
          <EditSchedule facts={facts} asked={asked} preview={preview} />
          <section aria-labelledby="changes-title">
            <h2 id="changes-title">Who has changed it</h2>
            <Live id="changes">
              <Changes changes={facts.changes} />
            </Live>
          </section>
        </>
      ),
    };
  };
}

/** What was asked for, or why it cannot be had: told beside the field, the rest of the page stays. */
async function tried<T>(wanted: boolean, ask: () => Promise<T>): Promise<Tried<T>> {
  if (!wanted) return null;
  try {
    return { found: await ask() };
  } catch (error) {
    if (error instanceof Refused) return { problem: error.message };
    throw error;
  }
}

function Sentence({ facts: { paused, words, next } }: { facts: ScheduleFacts }) {
  const due = next[0] ?? null;
  return (
    <>
      {paused !== null && <strong>Paused: no tick is served.</strong>} {words}.{" "}
      <span class="aside">
        {paused === null ? "Next tick " : "The next one to be skipped is due "}
        <Ago at={due} />, <Time at={due} zone />.
      </span>
    </>
  );
}

function Silent({ lastBeat, now }: { lastBeat: number | null; now: number }) {
  const found = lastBeat === null
    ? "No program has"
    : `The last program to do so was there ${relative(lastBeat, now)}: none has`;
  return (
    <p class="message bad" role="alert">
      {found} looked at the clock: ticks come due and nobody serves them. Start one: the command <code>serve</code>
    </p>
  );
}

function Facts({ facts: { schedule, configured, overridden, paused, ticks, next } }: { facts: ScheduleFacts }) {
  const [latest] = ticks;
  return (
    <dl class="facts">
      <div>
        <dt>Cron</dt>
        <dd>
          <code>{schedule.cron}</code>
        </dd>
      </div>
      <div>
        <dt>Zone</dt>
        <dd>{schedule.timezone}</dd>
      </div>
      <div>
        <dt>Set by</dt>
        <dd>{overridden === null ? "the configuration" : <Done deed={overridden} />}</dd>
      </div>
      {overridden !== null && (
        <div>
          <dt>Configured</dt>
          <dd>
            <code>{configured.cron}</code> {configured.timezone}
          </dd>
        </div>
      )}
      <div>
        <dt>Latest tick</dt>
        <dd>{latest === undefined ? <None why="none has come due yet" /> : <Latest tick={latest} />}</dd>
      </div>
      <div>
        <dt>{paused === null ? "Next tick" : "Paused by"}</dt>
        <dd>{paused === null ? <Time at={next[0] ?? null} zone /> : <Done deed={paused} />}</dd>
      </div>
      <div>
        <dt>Its runs</dt>
        <dd>
          <a href="/runs?trigger=schedule">All runs by schedule</a>
        </dd>
      </div>
    </dl>
  );
}

export function Done({ deed: { by, at } }: { deed: Deed }) {
  return (
    <>
      {by === "" ? "somebody" : by},{" "}
      <span class="aside">
        <Ago at={at} />
      </span>
    </>
  );
}

function Latest({ tick: { state, dueAt, runs } }: { tick: TickRow }) {
  const run = runs.at(-1);
  return (
    <>
      <State of={state} /> {run !== undefined && <a href={`/runs/${run.id}`}>run {run.id}</a>}{" "}
      <span class="aside">
        <Ago at={dueAt} />
      </span>
    </>
  );
}

/** On or off, for whoever may say so. */
function Switch({ paused }: { paused: Deed | null }) {
  const { role } = useVisit();
  const on = paused === null;
  if (role !== "operate") return null;
  return (
    <form class="act" method="post" action={on ? "/schedule/pause" : "/schedule/resume"}>
      <Token />
      <button
        type="submit"
        role="switch"
        class="switch"
        aria-checked={on ? "true" : "false"}
        aria-label="The schedule is on"
      >
        {on ? "On" : "Off"}
      </button>
      {on ? <span class="aside">Ticks are served. Switched off, they are recorded as skipped.</span> : (
        <label>
          <input type="checkbox" name="catch-up" value="yes" /> when switched on, make up for the newest tick it missed
        </label>
      )}
    </form>
  );
}
