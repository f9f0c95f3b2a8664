/** What should a series hold by now, does it, and is an answer late against that? */
import { intradayLength, type Series, settleLag } from "./bar.ts";
import {
  dateOf,
  dayStart,
  type Exchange,
  exchangeDate,
  exchangeOf,
  isOpen,
  lastClosed,
  lastSessionOfPeriod,
  periodOf,
  type Session,
  sessionOn,
} from "./calendar.ts";

/** How this key's data runs behind the market. */
export interface Market {
  /**
   * Milliseconds the vendor's intraday data runs behind: 0 realtime, 15 minutes delayed; `null`: end-of-day data, which
   * comes only after the session (facts §2.1: what a key without `entitlement` gets).
   */
  readonly delayMs: number | null;
  /** Intraday asks for 04:00–20:00 New York instead of 09:30–16:00. */
  readonly extendedHours: boolean;
}

/** The newest bar that can be settled now. */
export interface Target {
  /** A watermark at or after this stamp (epoch ms) is complete. */
  readonly ts: number;
  /** The session or period the target belongs to, in words for reasons: `the session of 2023-07-03`. */
  readonly name: string;
  /** An answer that came at or after this instant (epoch ms) had it, if the vendor has it at all. */
  readonly availableAt: number;
  /** The exchange's date that a punctual answer reaches. */
  readonly date: string;
}

/** What the series should hold at `now`. */
export function targetOf(series: Series, now: number, market: Market): Target {
  const exchange = exchangeOf(series.symbol);
  const lag = settleLag(series.interval) + (market.delayMs ?? 0);
  if (series.interval === "daily") {
    const session = lastClosed(exchange, now - lag, { extended: false });
    return dated(session, `the session of ${session.date}`, lag);
  }
  if (series.interval === "weekly" || series.interval === "monthly") {
    const session = lastFinishedPeriod(exchange, series.interval, now - lag);
    return dated(session, `the ${series.interval === "weekly" ? "week" : "month"} to ${session.date}`, lag);
  }
  return intradayTarget(series, now, market);
}

function dated(session: Session, name: string, lag: number): Target {
  return { ts: dayStart(session.date), name, availableAt: session.close + lag, date: session.date };
}

function lastFinishedPeriod(exchange: Exchange, interval: "weekly" | "monthly", now: number): Session {
  let date = exchangeDate(exchange, now);
  for (;;) {
    const session = lastSessionOfPeriod(exchange, date, interval);
    if (session !== null && session.close <= now) return session;
    date = dateOf(dayStart(periodOf(date, interval)) - 1);
  }
}

function intradayTarget(series: Series, now: number, { delayMs, extendedHours: extended }: Market): Target {
  const exchange = exchangeOf(series.symbol);
  const length = intradayLength(series.interval)!;
  const lag = settleLag(series.interval);
  const vendorNow = now - lag - (delayMs ?? 0);
  const today = sessionOn(exchange, exchangeDate(exchange, vendorNow));
  if (delayMs !== null && today !== null && isOpen(exchange, vendorNow, { extended })) {
    const start = extended ? today.extendedOpen : today.open;
    const closedSlots = Math.floor((vendorNow - start) / length);
    if (closedSlots > 0) {
      const end = start + closedSlots * length;
      const name = `the bar that closed at ${new Date(end).toISOString().slice(0, 16)}Z`;
      // A symbol may not have traded yet today: a punctual answer need only reach the session before.
      const { date } = lastClosed(exchange, vendorNow, { extended });
      return { ts: end - length, name, availableAt: end + delayMs + lag, date };
    }
  }
  const session = lastClosed(exchange, vendorNow, { extended });
  const end = extended ? session.extendedClose : session.close;
  return {
    ts: end - length,
    name: `the session of ${session.date}`,
    availableAt: end + (delayMs ?? 0) + lag,
    date: session.date,
  };
}

/** Trades of the last days may be published late, and the list of symbols may run ahead of them. */
const DELISTED_GRACE_MS = 7 * 86_400_000;

/** What an end of a series is seen by. Times are epoch ms. */
export interface Ending {
  readonly series: Series;
  readonly newest: number | null;
  readonly answeredAt: number | null;
  /** The exchange's date on which the symbol was delisted; `null` or absent: it is listed, or nothing is known of it. */
  readonly delistedOn?: string | null;
  readonly last?: { readonly status: string; readonly kind: string | null } | null;
  /** Newest first. */
  readonly recent?: readonly { readonly kind: string | null; readonly at: number }[];
}

/**
 * The date on which a series ended, or `null`: its symbol was delisted and the vendor has answered a week later or more,
 * with bars or twice in a row that it has none, so that no request can bring anything. The list of symbols may be wrong: a
 * bar newer than the delisting says so, and then the series goes on. So it does while part of it waits for quota.
 */
export function endedOn({ series, newest, answeredAt, delistedOn = null, last, recent = [] }: Ending): string | null {
  const waits = last?.status === "deferred" && (last.kind === "quota" || last.kind === "daily-limit");
  if (delistedOn === null || waits) return null;
  const none = recent.slice(0, 2).filter(({ kind }) => kind === "empty" || kind === "bad-symbol");
  const toldAt = Math.max(answeredAt ?? -Infinity, none[1]?.at ?? -Infinity);
  if (toldAt < dayStart(delistedOn) + DELISTED_GRACE_MS) return null;
  const intraday = intradayLength(series.interval) !== null;
  const reached = newest === null ? "" : intraday ? exchangeDate(exchangeOf(series.symbol), newest) : dateOf(newest);
  return reached > delistedOn ? null : delistedOn;
}

/**
 * Does the series hold all it can? Bars without trades are missing, not zero (facts §6.2), so a thin symbol may never
 * have the day's last intraday bar: an answer that came after the session closed and reached its date is enough.
 */
export function isComplete(
  state: Ending & { readonly watermark: number | null },
  target: Target,
): boolean {
  if (endedOn(state) !== null) return true;
  const { series, watermark, newest, answeredAt } = state;
  const punctual = answeredAt !== null && answeredAt >= target.availableAt;
  // Listed since: what a punctual answer begins after the target never had the target's bar.
  if (punctual && newest !== null && isAfter(series, newest, target)) return true;
  if (watermark === null) return false;
  if (watermark >= target.ts) return true;
  if (series.interval === "weekly" || series.interval === "monthly") {
    return periodOf(dateOf(watermark), series.interval) >= periodOf(target.date, series.interval);
  }
  if (intradayLength(series.interval) === null) return false;
  const reached = exchangeDate(exchangeOf(series.symbol), watermark) >= target.date;
  return reached && punctual;
}

/** Does the bar belong to a later day, week or month than the target? */
function isAfter({ symbol, interval }: Series, ts: number, target: Target): boolean {
  if (interval === "weekly" || interval === "monthly") {
    return periodOf(dateOf(ts), interval) > periodOf(target.date, interval);
  }
  return exchangeDate(exchangeOf(symbol), ts) > exchangeDate(exchangeOf(symbol), target.ts);
}

/** Is an answer whose newest bar is `newest` (epoch ms) older than what the market has had? `null`: it has no bar. */
export function isLate(series: Series, newest: number | null, target: Target): boolean {
  if (newest === null) return true;
  if (series.interval === "weekly" || series.interval === "monthly") return dateOf(newest) < target.date;
  if (series.interval === "daily") return newest < target.ts;
  return exchangeDate(exchangeOf(series.symbol), newest) < target.date;
}
