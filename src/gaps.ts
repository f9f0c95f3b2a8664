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
}

const DAY = 86_400_000;

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

function reasonOf({ symbol }: Series, slot: Slot, { first, watermark, next, quarantined }: GapFacts): string {
  const rules = rulesIn(slot, quarantined);
  if (rules.length > 0) return `its rows are in quarantine: ${rules.join(", ")}`;
  if (first === null) return "no bar has been stored yet";
  if (watermark === null || slot.from > watermark) {
    return next === null ? "not asked for yet" : `not stored yet: ${next}`;
  }
  const holidays = exchangeOf(symbol) === "weekdays" ? ", or a holiday there, which we do not know" : "";
  return `the vendor sent later bars and none of this one${holidays}`;
}
