/** Which way does every run go, and how far along it is this one? Plan, ask, read, store, close, notify, with counts. */
import type { Child } from "hono/jsx";
import type { SeriesResult } from "../run.ts";
import { None, State } from "./facts.tsx";
import type { EventCounts } from "./run.tsx";
import type { RunRow } from "./runs.tsx";
import { type LoggedEvent, spansOf } from "./spans.ts";
import { counted, grouped } from "./words.ts";

/** Messages about the run. */
export interface Told {
  /** It is decided who is told, if anybody. */
  readonly decided: boolean;
  readonly sent: number;
  readonly waiting: number;
  readonly undeliverable: number;
}

export interface RunFlowProps {
  readonly run: RunRow;
  readonly results: readonly SeriesResult[];
  readonly counts: EventCounts;
  /** See SPAN_TYPES. */
  readonly events: readonly LoggedEvent[];
  /** `null`: nothing is on record. */
  readonly told: Told | null;
}

type Standing = "done" | "busy" | "ahead" | "bad";

interface Step {
  readonly name: string;
  readonly does: string;
  readonly standing: Standing;
  /** What is counted there. */
  readonly says: Child;
}

const SAID: Record<Standing, string> = { done: "done", busy: "at work", ahead: "not yet", bad: "gone wrong" };

export function RunFlow(props: RunFlowProps) {
  return (
    <ol class="flow" aria-label="The steps of the run">
      {stepsOf(props).map(({ name, does, standing, says }) => (
        <li class={standing} title={does}>
          <span class="step">
            {name}
            <span class="away">: {SAID[standing]}</span>
          </span>
          <span class="says">{says}</span>
        </li>
      ))}
    </ol>
  );
}

function stepsOf({ run, results, counts: { types }, events, told }: RunFlowProps): Step[] {
  const ended = run.outcome !== null;
  const busy = ended ? null : busyOf(run, { events, results });
  const place = busy === null ? ORDER.length : ORDER.indexOf(busy);
  const standing = (name: typeof ORDER[number]): Standing =>
    ended || ORDER.indexOf(name) < place ? "done" : name === busy ? "busy" : "ahead";
  const sum = (number: (result: SeriesResult) => number) => results.reduce((all, one) => all + number(one), 0);
  // Events do not stay as long as results do, and results come when a series is finished.
  const asked = Math.max(types["request-sent"] ?? 0, sum(({ requests }) => requests));
  const answered = types["request-answered"];
  const quarantined = sum((one) => one.counts.quarantined);
  return [
    {
      name: "Plan",
      does: "Which requests are worth making?",
      standing: ended && run.planned === null && run.outcome !== "complete" ? "bad" : standing("plan"),
      says: run.planned === null ? <None why="no plan" /> : counted(run.planned, "due series", "due series"),
    },
    { name: "Ask", does: "The vendor, with patience", standing: standing("ask"), says: counted(asked, "request") },
    {
      name: "Read",
      does: "Answers become bars; rows that break a rule are quarantined",
      standing: standing("read"),
      says: answered === undefined
        ? <None why={asked === 0 ? "nothing was asked" : "its events are not kept any more"} />
        : `${counted(answered, "answer")}${quarantined === 0 ? "" : `, ${grouped(quarantined)} quarantined`}`,
    },
    {
      name: "Store",
      does: "Bars, revisions and the result of a series, in one transaction",
      standing: standing("store"),
      says: counted(sum((one) => one.counts.inserted), "new bar"),
    },
    {
      name: "Close",
      does: "The outcome follows from the results",
      standing: ended && run.outcome !== "failed" && run.outcome !== "abandoned"
        ? "done"
        : ended
        ? "bad"
        : standing("close"),
      says: run.outcome === null ? <None why="it is at work" /> : <State of={run.outcome} />,
    },
    notifyStep(told, ended),
  ];
}

const ORDER = ["plan", "ask", "read", "store", "close"] as const;

/** What a run at work is at: the furthest back of what goes on, for series are asked for side by side. */
function busyOf(
  run: RunRow,
  { events, results }: { events: readonly LoggedEvent[]; results: readonly SeriesResult[] },
): typeof ORDER[number] {
  if (run.planned === null) return "plan";
  const open = spansOf(events).flatMap(({ spans }) => spans.filter(({ to }) => to === null));
  if (open.some(({ phase }) => phase === "fetch" || phase === "wait")) return "ask";
  if (open.length > 0) return "store";
  return results.length >= run.planned ? "close" : "ask";
}

function notifyStep(told: Told | null, ended: boolean): Step {
  const base = { name: "Notify", does: "Whoever wants to know, on a clock of its own" };
  if (told === null) {
    return { ...base, standing: "ahead", says: <None why={ended ? "no notice is kept" : "not closed yet"} /> };
  }
  const { decided, sent, waiting, undeliverable } = told;
  if (!decided) return { ...base, standing: "busy", says: "to be decided" };
  const says = [
    ...(sent > 0 ? [`${sent} sent`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(undeliverable > 0 ? [`${undeliverable} undeliverable`] : []),
  ].join(", ");
  const standing = undeliverable > 0 ? "bad" : waiting > 0 ? "busy" : "done";
  return { ...base, standing, says: says === "" ? "nobody to tell" : <a href="/instance">{says}</a> };
}
