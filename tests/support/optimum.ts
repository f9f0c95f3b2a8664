/** The fewest requests there can be for missing sessions, by trying them all: what the program's choice is held against. */
import type { Series } from "../../src/bar.ts";
import { exchangeDate, exchangeOf, sessionsBetween } from "../../src/calendar.ts";
import { targetOf } from "../../src/due.ts";
import type { AskOptions } from "../../src/holes.ts";
import { type BarRequest, formOf, functionOf } from "../../src/request.ts";

const DAY = 86_400_000;

/** All there is to ask for these dates, each with what it brings: from the vendor's rules, not from ours. */
export function everyRequest(series: Series, dates: readonly string[], { now, market, entitlements }: AskOptions) {
  const { interval } = series;
  const exchange = exchangeOf(series.symbol);
  const intraday = interval.endsWith("min");
  const name = functionOf(interval, false);
  const points = intraday ? Math.ceil((market.extendedHours ? 960 : 390) / parseInt(interval)) : 1;
  const target = targetOf(series, now, market).date;
  const compact = (date: string) => (sessionsBetween(exchange, date, target).length + 1) * points <= 95;
  const full = (date: string) => !intraday || date >= exchangeDate(exchange, now - 29 * DAY);
  const ask = (size: BarRequest["size"], month: string | null, brings: (date: string) => boolean) => ({
    form: formOf({ function: name, size, month }),
    brings: new Set(dates.filter(brings)),
  });
  const months = intraday ? [...new Set(dates.map((date) => date.slice(0, 7)))] : [];
  const all = interval === "weekly" || interval === "monthly" ? [ask(null, null, () => true)] : [
    ask("compact", null, compact),
    ask("full", null, full),
    ...months.filter((month) => month >= "2000-01").map((month) =>
      ask("full", month, (date) => date.startsWith(month))
    ),
  ];
  return all.filter(({ form }) => !entitlements.some((refusal) => refusal.form === form));
}

/** The most dates any requests bring, and the fewest requests that bring as many: every subset is tried. */
export function optimum(requests: readonly { brings: ReadonlySet<string> }[]): { dates: number; requests: number } {
  let best = { dates: 0, requests: 0 };
  for (let subset = 0; subset < 1 << requests.length; subset += 1) {
    const chosen = requests.filter((_, index) => (subset >> index & 1) === 1);
    const dates = chosen.reduce((all, { brings }) => all.union(brings), new Set<string>()).size;
    if (dates > best.dates || (dates === best.dates && chosen.length < best.requests)) {
      best = { dates, requests: chosen.length };
    }
  }
  return best;
}
