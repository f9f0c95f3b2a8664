/** Why is a bar there or missing? One sentence, out of facts. Pure. */
import { type Rule, type Series, seriesName } from "./bar.ts";
import { closureOn, dateOf, exchangeOf } from "./calendar.ts";
import { type KnownGap, minute, type Missing, missingWords, slotDate, slotOf } from "./gaps.ts";

/** What the sentence says, in a word for a program. */
export type Verdict =
  | "present"
  | "provisional"
  | "closed"
  | "future"
  | "not-configured"
  | "no-bar-yet"
  | "before"
  | "due"
  | Missing;

export interface Why {
  readonly series: Series;
  /** The date asked for. */
  readonly date: string;
  /** The session, or the first day of the week or month it belongs to. */
  readonly slot: string;
  readonly verdict: Verdict;
  readonly sentence: string;
}

/** Bars of a slot, and where they came from. Instants are epoch ms. */
export interface HeldBars {
  readonly bars: number;
  readonly provisional: number;
  /** The newest answer that gave one of them; `null`: they are older than the archive. */
  readonly answer: { readonly id: number; readonly runId: number | null; readonly receivedAt: number } | null;
}

export interface WhyFacts {
  readonly series: Series;
  readonly date: string;
  readonly now: number;
  readonly held: HeldBars;
  readonly configured: boolean;
  /** Oldest bar, newest settled bar. */
  readonly first: number | null;
  readonly watermark: number | null;
  /** What the plan says of the series; `null`: it is not configured. */
  readonly next: { readonly action: "ask" | "defer" | "skip"; readonly reason: string; readonly until?: number } | null;
  /** Rules by which rows of the slot are in quarantine. */
  readonly rules: readonly Rule[];
  readonly gap: KnownGap | null;
  /** Why its gap is not asked for now, though it is time; `null`: it is. */
  readonly waits: string | null;
}

/** @throws RangeError for no date */
export function whyOf(facts: WhyFacts): Why {
  const { series, date } = facts;
  const slot = slotDate(series, date);
  const unit = series.interval === "weekly" ? "the week of " : series.interval === "monthly" ? "the month of " : "";
  const name = `${seriesName(series)}, ${unit}${slot}`;
  const [verdict, words] = facts.held.bars > 0 ? presence(facts) : absence(facts);
  return { series, date, slot, verdict, sentence: `${name}: ${words}` };
}

type Finding = readonly [Verdict, string];

function presence({ series, date, held: { bars, provisional, answer } }: WhyFacts): Finding {
  const half = slotOf(series, date)?.half === true ? ", a half day" : "";
  const from = answer === null
    ? "from before the archive"
    : `answer ${answer.id}${answer.runId === null ? "" : ` of run ${answer.runId}`}, received ${
      minute(answer.receivedAt)
    }`;
  const count = `${bars} ${bars === 1 ? "bar" : "bars"}`;
  if (provisional === 0) return ["present", `${count}${half}; ${from}`];
  return [
    "provisional",
    `${count}${half}, ${provisional === bars ? "" : `${provisional} of them `}provisional; ${from}`,
  ];
}

function absence(facts: WhyFacts): Finding {
  const { series, date, now, configured, first, watermark, next, rules } = facts;
  const slot = slotOf(series, date);
  if (slot === null) return ["closed", closedWords(series, date)];
  if (slot.close > now) return ["future", `it closes at ${minute(slot.close)}`];
  if (rules.length > 0) return missingWords(series, facts);
  if (first === null) {
    if (!configured) return ["not-configured", "no run asks for the series, and no bar of it is stored"];
    return ["no-bar-yet", `no bar of the series is stored yet; ${nextWords(next)}`];
  }
  if (slot.to <= first) {
    return ["before", `before the oldest bar, ${dateOf(first)}: not listed yet, or older than what was asked for`];
  }
  if (watermark === null || slot.from > watermark) {
    if (!configured) return ["not-configured", "no run asks for the series by itself any more"];
    return ["due", `after the newest settled bar; ${nextWords(next)}`];
  }
  return missingWords(series, facts);
}

function closedWords({ symbol, interval }: Series, date: string): string {
  const closure = closureOn(exchangeOf(symbol), date);
  if (closure === null || interval === "weekly" || interval === "monthly") return "the exchange had no session in it";
  return closure === "Saturday" || closure === "Sunday"
    ? `no session, it is a ${closure}`
    : `no session, the exchange is closed: ${closure}`;
}

function nextWords(next: WhyFacts["next"]): string {
  if (next === null) return "no run asks for it by itself";
  if (next.action === "ask") return `the next run asks for it: ${next.reason}`;
  return next.until === undefined ? next.reason : `${next.reason}; not before ${minute(next.until)}`;
}
