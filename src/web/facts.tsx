/** The small parts every page is made of: times in the visitor's zone, outcomes as word, shape and colour, a dash that says why. */
import { type Child, createContext, useContext } from "hono/jsx";
import type { Visit } from "./visit.ts";
import { type Precision, relative, timeIn, zoneName } from "./words.ts";

const VisitContext = createContext<Visit | null>(null);

export const Visiting = VisitContext.Provider;

/** The visit the page is made for. */
export function useVisit(): Visit {
  const visit = useContext(VisitContext);
  if (visit === null) throw new Error("Cannot show a time: the page is not inside Visiting");
  return visit;
}

interface TimeProps {
  /** Epoch ms; `null`: there is none, see `none`. */
  readonly at: number | null;
  readonly precision?: Precision;
  /** The zone's name after it; leave it to the column's heading in a table. */
  readonly zone?: boolean;
  /** Why there is no time. */
  readonly none?: string;
}

/** An instant in the visitor's zone; how long ago on hover. */
export function Time({ at, precision = "minute", zone = false, none = "not yet" }: TimeProps) {
  const visit = useVisit();
  if (at === null) return <None why={none} />;
  const text = timeIn(visit.zone.name, at, precision);
  const title = `${relative(at, visit.now)}; ${timeIn("UTC", at, "second")} UTC`;
  return (
    <time datetime={new Date(at).toISOString()} title={title}>
      {zone ? `${text} ${zoneName(visit.zone.name, at)}` : text}
    </time>
  );
}

/** How long ago, or until; the instant on hover. */
export function Ago({ at, none = "never" }: Pick<TimeProps, "at" | "none">) {
  const { now, zone } = useVisit();
  if (at === null) return <None why={none} />;
  const title = `${timeIn(zone.name, at, "second")} ${zoneName(zone.name, at)}`;
  return <time datetime={new Date(at).toISOString()} title={title}>{relative(at, now)}</time>;
}

/** The zone of a column's times, for its heading. */
export function ZoneName() {
  const { zone, now } = useVisit();
  return <span class="unit">{zoneName(zone.name, now)}</span>;
}

/** A date of a daily, weekly or monthly bar, which has no zone. */
export function BarDate({ at }: { at: number }) {
  const date = new Date(at).toISOString().slice(0, 10);
  return <time datetime={date}>{date}</time>;
}

/** Nothing to show, and why: never a 0. */
export function None({ why }: { why: string }) {
  return (
    <span class="none" title={why}>
      –<span class="away">{why}</span>
    </span>
  );
}

type Tone = "good" | "warn" | "bad" | "busy" | "calm";

/** Paths in a box of 16: each state has a shape of its own, so that colour is never the only sign. */
const SHAPES = {
  disc: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-1 10L4 8l1.3-1.3L7 8.400l3.700-3.700L12 6Z",
  half: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2a5 5 0 0 1 0 10Z",
  ring: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm0 2.500a4.500 4.500 0 1 1 0 9a4.500 4.500 0 0 1 0-9Z",
  clock: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm-1 3h1.800v3.600l2.600 1.600l-1 1.500L7 8.700Z",
  cross:
    "M3.200 1.500L8 6.300l4.800-4.800l1.700 1.700L9.700 8l4.800 4.800l-1.700 1.700L8 9.700l-4.800 4.800l-1.700-1.700L6.300 8L1.500 3.200Z",
  square: "M2.500 2.500h11v11h-11Z",
  triangle: "M8 1.500L15 14H1Zm-.9 5v3.800h1.800V6.500Zm0 4.900v1.400h1.800v-1.400Z",
  play: "M3.500 1.500L14 8L3.500 14.500Z",
} as const;

const STATES: Readonly<Record<string, readonly [keyof typeof SHAPES, Tone]>> = {
  "complete": ["disc", "good"],
  "stored": ["disc", "good"],
  "requested": ["disc", "good"],
  "nothing-due": ["ring", "calm"],
  "skipped": ["ring", "calm"],
  "partial": ["half", "warn"],
  "late": ["half", "warn"],
  "deferred": ["clock", "warn"],
  "waits": ["clock", "warn"],
  "empty": ["ring", "warn"],
  "failed": ["cross", "bad"],
  "cancelled": ["square", "bad"],
  "abandoned": ["triangle", "bad"],
  "running": ["play", "busy"],
  "open": ["play", "busy"],
  "paused": ["square", "warn"],
  "refused": ["square", "warn"],
  "queued": ["clock", "warn"],
  "served": ["disc", "good"],
  "withdrawn": ["square", "calm"],
  "asked": ["play", "good"],
  "left out": ["ring", "calm"],
  // Parts and connections.
  "alive": ["disc", "good"],
  "answers": ["disc", "good"],
  "sent": ["disc", "good"],
  "waiting": ["clock", "warn"],
  "silent": ["triangle", "bad"],
  "missing": ["triangle", "bad"],
  "undeliverable": ["cross", "bad"],
  // Answers of the vendor.
  "bars": ["disc", "good"],
  "stale": ["half", "warn"],
  "burst": ["clock", "warn"],
  "daily-limit": ["clock", "warn"],
  "premium": ["square", "warn"],
  "outage": ["cross", "bad"],
  "malformed": ["cross", "bad"],
  "bad-symbol": ["cross", "bad"],
  "bad-key": ["cross", "bad"],
  "unknown-notice": ["triangle", "warn"],
  "unanswered": ["triangle", "warn"],
};

/** How a state is coloured, for bars in a drawing. */
export function toneOf(state: string): Tone {
  return STATES[state]?.[1] ?? "calm";
}

/** The state of a run, a series or a tick: the same word as in the exit code and the mail. */
export function State({ of, children }: { of: string; children?: Child }) {
  const [shape, tone] = STATES[of] ?? ["ring", "calm"];
  return (
    <span class={`state ${tone}`}>
      <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
        <path fill="currentColor" fill-rule="evenodd" d={SHAPES[shape]} />
      </svg>
      {of.replaceAll("-", " ")}
      {children}
    </span>
  );
}

/** A part of the page that follows what happens: the script puts the server's newest version in its place. */
export function Live({ id, children }: { id: string; children?: Child }) {
  return <div id={id} data-live="">{children}</div>;
}

/** What may be wider than the screen and has no link inside: it takes the focus, so that arrow keys can move it. */
export function Scroll({ label, children }: { label: string; children?: Child }) {
  return <div class="scroll" role="region" tabindex={0} aria-label={label}>{children}</div>;
}

/** A form's hidden proof that it came from a page of ours. */
export function Token() {
  return <input type="hidden" name="token" value={useVisit().token} />;
}
