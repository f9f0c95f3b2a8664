/** Are the requests for missing sessions the fewest there can be, and is every date brought, refused or out of reach? */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Interval, INTERVALS } from "../src/bar.ts";
import { exchangeDate, exchangeOf, sessionsBetween } from "../src/calendar.ts";
import { targetOf } from "../src/due.ts";
import type { Entitlement } from "../src/entitlement.ts";
import { slotsBetween } from "../src/gaps.ts";
import { type AskOptions, datesBrought, requestsFor } from "../src/holes.ts";
import { type BarRequest, formOf, functionOf } from "../src/request.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2023-07-04T06:00Z");
const INTRADAY = "TIME_SERIES_INTRADAY";
const options: AskOptions = {
  now: NOW,
  market: { delayMs: null, extendedHours: true },
  adjusted: false,
  entitlements: [],
};
const refused = (form: string): Entitlement => ({ form, allowed: false, learntAt: NOW - 1 });

/** `month 2023-04: 2; full: 1`, then what is refused and what is out of reach. */
function told(interval: Interval, dates: string[], forms: string[] = []): string {
  const found = requestsFor({ symbol: "IBM", interval }, dates, { ...options, entitlements: forms.map(refused) });
  return [
    ...found.requests.map(({ request, dates }) =>
      `${request.month === null ? request.size ?? "all" : `month ${request.month}`}: ${dates.length}`
    ),
    ...found.refused.map(({ entitlement, dates }) => `no ${entitlement.form}: ${dates.length}`),
    ...(found.beyond.length === 0 ? [] : [`beyond: ${found.beyond.length}`]),
  ].join("; ");
}

Deno.test("one request a month beyond a full answer, one for all within it, the smallest that reaches", () => {
  assert.equal(
    told("30min", ["2023-06-30", "2021-02-03", "2023-04-04", "2021-02-11"]),
    [
      "month 2021-02: 2",
      "month 2023-04: 1",
      "full: 1",
    ].join("; "),
  );
  assert.equal(told("30min", ["2023-07-03"]), "compact: 1");
  assert.equal(told("30min", ["2023-06-02", "2023-06-30"]), "month 2023-06: 2", "the month brings both");
  assert.equal(told("1min", ["2023-07-03"]), "full: 1", "a day has more minutes than a compact answer");
});

Deno.test("daily, weekly and monthly come in one", () => {
  assert.equal(told("daily", ["2023-06-30", "2023-03-01"]), "compact: 2");
  assert.equal(told("daily", ["2023-06-30", "2003-03-03"]), "full: 2");
  assert.equal(told("weekly", ["2023-06-26", "2003-03-03"]), "all: 2");
  assert.equal(told("monthly", ["2003-03-01"]), "all: 1");
});

Deno.test("what is refused falls back as far as another form reaches, and the rest says which form it lacks", () => {
  const [month, full, compact] = [`${INTRADAY} full month`, `${INTRADAY} full`, `${INTRADAY} compact`] as const;
  const dates = ["2023-03-01", "2023-06-12", "2023-07-03"];
  assert.equal(told("30min", dates, [full]), "month 2023-03: 1; month 2023-06: 1; compact: 1");
  assert.equal(told("30min", dates, [full, compact]), "month 2023-03: 1; month 2023-06: 1; month 2023-07: 1");
  assert.equal(told("30min", dates, [compact]), "month 2023-03: 1; full: 2");
  assert.equal(told("30min", dates, [month]), `full: 2; no ${month}: 1`);
  assert.equal(told("30min", dates, [month, full]), `compact: 1; no ${month}: 1; no ${full}: 1`);
  assert.equal(told("30min", dates, [month, full, compact]), `no ${month}: 1; no ${full}: 1; no ${compact}: 1`);
  const daily = "TIME_SERIES_DAILY full";
  assert.equal(told("daily", ["2003-03-03", "2023-06-30"], [daily]), `compact: 1; no ${daily}: 1`);
  assert.equal(told("weekly", ["2003-03-03"], ["TIME_SERIES_WEEKLY"]), "no TIME_SERIES_WEEKLY: 1");
});

Deno.test("no month is older than the vendor's first", () => {
  assert.equal(told("5min", ["1999-12-30", "2000-01-03"]), "month 2000-01: 1; beyond: 1");
  assert.equal(told("5min", ["1999-12-30"], [`${INTRADAY} full month`]), "beyond: 1");
  assert.equal(told("daily", ["1999-12-30"]), "full: 1");
});

Deno.test("nothing missing, nothing asked; a date named twice is one", () => {
  assert.equal(told("30min", []), "");
  assert.equal(told("daily", ["2023-06-30", "2023-06-30"]), "compact: 1");
});

Deno.test("which dates a request brings, whatever it was sent for", () => {
  const series = { symbol: "IBM", interval: "30min" } as const;
  const request: BarRequest = { series, function: INTRADAY, size: "full", month: null };
  const dates = ["2023-05-31", "2023-06-05", "2023-07-03"];
  assert.deepEqual(datesBrought(request, dates, options), ["2023-06-05", "2023-07-03"]);
  assert.deepEqual(datesBrought({ ...request, size: "compact" }, dates, options), ["2023-07-03"]);
  assert.deepEqual(datesBrought({ ...request, month: "2023-05" }, dates, options), ["2023-05-31"]);
  const weekly = { series: { symbol: "IBM", interval: "weekly" }, size: null, month: null } as const;
  assert.deepEqual(datesBrought({ ...weekly, function: "TIME_SERIES_WEEKLY" }, dates, options), dates);
});

/** All there is to ask for these dates, each with what it brings: from the vendor's rules, not from ours. */
function everyRequest(interval: Interval, dates: readonly string[], { now, market, entitlements }: AskOptions) {
  const series = { symbol: "IBM", interval };
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
function optimum(requests: readonly { brings: ReadonlySet<string> }[]): { dates: number; requests: number } {
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

Deno.test("as many dates as any requests bring, by as few as any, against every subset of all requests", () => {
  const forms = fc.subarray(["full month", "full", "compact"]).map((sizes) =>
    [INTRADAY, "TIME_SERIES_DAILY"].flatMap((name) => sizes.map((size) => refused(`${name} ${size}`)))
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...INTERVALS),
      fc.integer({ min: 0, max: 400 * 24 }),
      fc.array(fc.oneof(fc.integer({ min: 0, max: 45 }), fc.integer({ min: 0, max: 170 })), { maxLength: 8 }),
      fc.boolean(),
      forms,
      (interval, hours, ages, extendedHours, entitlements) => {
        const now = NOW + hours * 3_600_000;
        const known = entitlements.map((refusal) => ({ ...refusal, learntAt: now }));
        const all = { now, market: { delayMs: null, extendedHours }, adjusted: false, entitlements: known };
        const series = { symbol: "IBM", interval };
        const slots = slotsBetween(series, exchangeDate("us", now - 180 * DAY), targetOf(series, now, all.market).date);
        const dates = [...new Set(ages.flatMap((age) => slots.at(-1 - age)?.date ?? []))].sort();
        const found = requestsFor(series, dates, all);
        const brought = found.requests.flatMap((errand) => errand.dates);
        const best = optimum(everyRequest(interval, dates, all));
        assert.deepEqual({ dates: brought.length, requests: found.requests.length }, best);
        const left = [...found.refused.flatMap((one) => one.dates), ...found.beyond];
        assert.deepEqual([...brought, ...left].sort(), dates, "each date is in one place");
        for (const { request, dates } of found.requests) {
          assert.deepEqual(datesBrought(request, dates, all), dates);
          assert.ok(!all.entitlements.some(({ form }) => form === formOf(request)), `${formOf(request)} was refused`);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
