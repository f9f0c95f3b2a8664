/** Which sessions, weeks or months should a series hold, which does it hold, and why is each other one missing? Pure. */
import { intradayLength, type Rule, type Series } from "./bar.ts";
import {
  dateOf,
  dayStart,
  exchangeDate,
  exchangeOf,
  lastSessionOfPeriod,
  periodOf,
  type Session,
  sessionsBetween,
} from "./calendar.ts";

/** A session, or the sessions of a week or month: where one bar or one day of bars belongs. Instants are epoch ms. */
export interface Slot {
  /** Of the session; of a week or month the date that names it: its Monday, or its first day. */
  readonly date: string;
  /** Its bars are stamped from here until before `to`. */
  readonly from: number;
  readonly to: number;
  /** When the market closes for it. */
  readonly close: number;
  /** The exchange closes early. */
  readonly half: boolean;
}

/**
 * `gap`: it should be there and is not. `before`: it lies before the oldest bar. `ahead`: it is not over, or the vendor
 * cannot have it yet.
 */
export type Presence = "present" | "provisional" | "gap" | "before" | "ahead";

export interface Cell extends Slot {
  readonly presence: Presence;
  readonly bars: number;
  /** Why it is missing or not final; `null`: it is there. */
  readonly reason: string | null;
}

export interface GapFacts {
  /** Oldest bar, newest settled bar; `null`: there is none. */
  readonly first: number | null;
  readonly watermark: number | null;
  /** The date a punctual answer reaches. */
  readonly reached: string;
  /** What the plan says of what comes after the watermark. */
  readonly next: string | null;
  /** Rows in quarantine: the vendor's stamp and the rule. */
  readonly quarantined: readonly { readonly stamp: string; readonly rule: Rule }[];
  /** What is kept of gaps, by the date of their slot. */
  readonly known: ReadonlyMap<string, KnownGap>;
  /** Epoch ms. */
  readonly now: number;
}

/** What is kept of a gap. Instants are epoch ms. */
export interface KnownGap {
  readonly foundAt: number;
  readonly tries: number;
  readonly lastTriedAt: number | null;
  readonly nextTryAt: number | null;
  readonly closed: { readonly at: number; readonly as: "healed" | "vendor-has-none" } | null;
}

/** Why there is no bar between the oldest and the watermark. */
export type Missing = "quarantined" | "not-searched" | "vendor-has-none" | "gap";

/**
 * The same in words.
 *
 * @param options.waits why the gap is not asked for now, though it is time; `null`: it is
 */
export function missingWords(
  { symbol }: Pick<Series, "symbol">,
  { rules, gap, waits, now }: {
    rules: readonly Rule[];
    gap: KnownGap | null;
    waits: string | null;
    now: number;
  },
): readonly [Missing, string] {
  // Both may hold: what is in quarantine is the reason.
  if (rules.length > 0) {
    return ["quarantined", `its rows are in quarantine by ${rules.join(", ")}; a row that is right can be released`];
  }
  const holiday = exchangeOf(symbol) === "weekdays" ? " (or it was a holiday there, which is not known)" : "";
  if (gap === null || gap.closed?.as === "healed") {
    return [
      "not-searched",
      `missing; the search of the day finds it, "gaps --scan" at once; more than ${LONGEST_GAP} in a row are left to "backfill"${holiday}`,
    ];
  }
  const times = gap.tries === 1 ? "once" : gap.tries === 2 ? "twice" : `${gap.tries} times`;
  const tried = gap.tries === 0 ? "not asked for yet" : `asked for ${times}`;
  if (gap.closed !== null) {
    const last = minute(gap.lastTriedAt ?? gap.closed.at);
    return ["vendor-has-none", `the vendor has none: ${tried}, last ${last}${holiday}`];
  }
  const found = `a gap, found ${minute(gap.foundAt)}, ${tried}${holiday}`;
  if (waits !== null) return ["gap", `${found}; it waits: ${waits}`];
  const due = gap.nextTryAt === null || gap.nextTryAt <= now;
  return ["gap", `${found}; ${due ? "asked for in the next run" : `next ${minute(gap.nextTryAt!)}`}`];
}

/** `2026-11-20 21:30Z`. */
export function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")}Z`;
}

const DAY = 86_400_000;

/**
 * Slots in a row, a quarter of a year of sessions. A longer stretch without a bar is no gap but history that nobody has asked
 * for, as between the years of a backfill and those that runs keep: another backfill asks for it.
 */
export const LONGEST_GAP = 65;

/** Those of the empty slots that lie in no longer stretch. @param slots all of them, ascending */
export function gapsAmong(slots: readonly Slot[], empty: readonly Slot[]): Slot[] {
  const missing = new Set(empty.map(({ date }) => date));
  const gaps: Slot[] = [];
  let stretch: Slot[] = [];
  const end = () => {
    if (stretch.length <= LONGEST_GAP) gaps.push(...stretch);
    stretch = [];
  };
  for (const slot of slots) {
    if (missing.has(slot.date)) stretch.push(slot);
    else end();
  }
  end();
  return gaps;
}

/** The slots a series should have bars in, from one date to another, both included. @throws RangeError for no date */
export function slotsBetween({ symbol, interval }: Series, from: string, to: string): Slot[] {
  const sessions = sessionsBetween(exchangeOf(symbol), from, to);
  if (intradayLength(interval) !== null) {
    return sessions.map(({ date, extendedOpen, extendedClose, close, half }) => ({
      date,
      from: extendedOpen,
      to: extendedClose,
      close,
      half,
    }));
  }
  if (interval === "daily") return sessions.map((session) => dated(session.date, { session, days: 1 }));
  const names = new Set(sessions.map(({ date }) => periodOf(date, interval as "weekly" | "monthly")));
  return [...names].map((name) => periodSlot({ symbol, interval }, name));
}

function periodSlot({ symbol, interval }: Series, name: string): Slot {
  const session = lastSessionOfPeriod(exchangeOf(symbol), name, interval as "weekly" | "monthly")!;
  const days = interval === "weekly" ? 7 : new Date(Date.UTC(+name.slice(0, 4), +name.slice(5, 7), 0)).getUTCDate();
  return { ...dated(name, { session, days }), half: false };
}

function dated(date: string, { session: { close, half }, days }: { session: Session; days: number }): Slot {
  const from = dayStart(date);
  return { date, from, to: from + days * DAY, close, half };
}

/** The date that names the slot of any date, whether or not there is a session. @throws RangeError for no date */
export function slotDate({ interval }: Series, date: string): string {
  return interval === "weekly" || interval === "monthly" ? periodOf(date, interval) : dateOf(dayStart(date));
}

/** The slot a date belongs to; `null`: the exchange has no session then. @throws RangeError for no date */
export function slotOf(series: Series, date: string): Slot | null {
  const named = slotDate(series, date);
  // A week may begin with a holiday; four of its weeks are every month.
  const days = series.interval === "weekly" ? 6 : series.interval === "monthly" ? 27 : 0;
  return slotsBetween(series, named, dateOf(dayStart(named) + days * DAY))[0] ?? null;
}

/** The date of an exchange on which a bar of the series was made. */
export function barDate({ symbol, interval }: Series, ts: number): string {
  return intradayLength(interval) === null ? dateOf(ts) : exchangeDate(exchangeOf(symbol), ts);
}

/** The slot a bar of the series belongs to, by the date that names it. */
export function slotName(series: Series, ts: number): string {
  const { interval } = series;
  return interval === "weekly" || interval === "monthly" ? periodOf(dateOf(ts), interval) : barDate(series, ts);
}

/** The rules that rows stamped within a slot broke, each once. */
export function rulesIn(
  { date, to }: Pick<Slot, "date" | "to">,
  rows: readonly { readonly stamp: string; readonly rule: Rule }[],
): Rule[] {
  const last = dateOf(to - 1);
  const within = rows.filter(({ stamp }) => stamp.slice(0, 10) >= date && stamp.slice(0, 10) <= last);
  return [...new Set(within.map(({ rule }) => rule))];
}

/** What is in each slot. @param held bars in each, in the order of `slots` */
export function cellsOf(
  series: Series,
  { slots, held }: { slots: readonly Slot[]; held: readonly number[] },
  facts: GapFacts,
): Cell[] {
  return slots.map((slot, index): Cell => {
    const bars = held[index] ?? 0;
    // A market that closes at midnight closes on that date still.
    const ahead = dateOf(slot.close - 1) > facts.reached;
    if (bars > 0) {
      const settled = !ahead && facts.watermark !== null && facts.watermark >= slot.from;
      return settled
        ? { ...slot, presence: "present", bars, reason: null }
        : { ...slot, presence: "provisional", bars, reason: "it can still grow" };
    }
    if (ahead) return { ...slot, presence: "ahead", bars, reason: "not over, or not out yet" };
    if (facts.first !== null && slot.to <= facts.first) {
      return { ...slot, presence: "before", bars, reason: "before the oldest bar: not asked for, or not listed yet" };
    }
    return { ...slot, presence: "gap", bars, reason: reasonOf(series, slot, facts) };
  });
}

function reasonOf(
  series: Series,
  slot: Slot,
  { first, watermark, next, quarantined, known, now }: GapFacts,
): string {
  const rules = rulesIn(slot, quarantined);
  if (first === null) return "no bar has been stored yet";
  if (rules.length === 0 && (watermark === null || slot.from > watermark)) {
    return next === null ? "not asked for yet" : `not stored yet: ${next}`;
  }
  return missingWords(series, { rules, gap: known.get(slot.date) ?? null, waits: null, now })[1];
}
