/** Does one sentence say why a bar is there or missing, for each reason there is? */
import assert from "node:assert/strict";
import type { Interval } from "../src/bar.ts";
import { type WhyFacts, whyOf } from "../src/why.ts";

const at = (text: string) => Date.parse(text);
const NONE = { bars: 0, provisional: 0, answer: null };

function facts(change: Partial<WhyFacts> & { symbol?: string; interval?: Interval } = {}): WhyFacts {
  const { symbol = "IBM", interval = "daily", ...rest } = change;
  return {
    series: { symbol, interval },
    date: "2026-11-18",
    now: at("2026-11-21T06:00Z"),
    held: NONE,
    configured: true,
    first: at("1999-11-01"),
    watermark: at("2026-11-19"),
    next: { action: "ask", reason: "has 2026-11-19, not yet the session of 2026-11-20" },
    rules: [],
    gap: null,
    waits: null,
    ...rest,
  };
}
const why = (change: Parameters<typeof facts>[0] = {}) => {
  const { verdict, sentence } = whyOf(facts(change));
  return `${verdict}: ${sentence}`;
};

Deno.test("a bar that is there says from where", () => {
  const answer = { id: 12, runId: 5, receivedAt: at("2026-11-19T06:00Z") };
  const held = { bars: 1, provisional: 0, answer };
  assert.equal(why({ held }), "present: IBM daily, 2026-11-18: 1 bar; answer 12 of run 5, received 2026-11-19 06:00Z");
  const half = { date: "2025-11-28", held: { bars: 21, provisional: 0, answer: { ...answer, runId: null } } };
  assert.match(why({ ...half, interval: "30min" }), /2025-11-28: 21 bars, a half day; answer 12, received/);
  assert.match(why({ held: { ...held, provisional: 1 } }), /^provisional: .*: 1 bar, provisional; answer 12/);
  assert.match(
    why({ held: { bars: 3, provisional: 1, answer: null } }),
    /: 3 bars, 1 of them provisional; from before/,
  );
  assert.match(why({ held, date: "2026-11-26" }), /^present/, "what is there is there, whatever the calendar says");
});

Deno.test("the exchange was closed: a holiday by its name, a weekend, a day of mourning", () => {
  assert.equal(
    why({ date: "2026-11-26" }),
    "closed: IBM daily, 2026-11-26: no session, the exchange is closed: Thanksgiving Day",
  );
  assert.match(why({ date: "2025-01-09" }), /closed: mourning for Jimmy Carter$/);
  assert.match(why({ date: "2026-11-21" }), /^closed: .*no session, it is a Saturday$/);
  assert.match(why({ date: "2026-11-22", symbol: "TSCO.LON" }), /it is a Sunday$/);
});

Deno.test("not over yet, before the oldest bar, after the newest settled one", () => {
  assert.equal(why({ date: "2026-11-23" }), "future: IBM daily, 2026-11-23: it closes at 2026-11-23 21:00Z");
  assert.match(why({ date: "1999-10-29" }), /^before: .*before the oldest bar, 1999-11-01: not listed yet, or older/);
  assert.match(why({ date: "2026-11-20" }), /^due: .*the next run asks for it: has 2026-11-19, not yet the session/);
  const until = at("2026-11-21T07:00Z");
  const late = { action: "defer", reason: "the vendor did not have the session of 2026-11-20 yet", until } as const;
  assert.match(
    why({ date: "2026-11-20", next: late }),
    /did not have the session of .* yet; not before 2026-11-21 07:00Z$/,
  );
  const refused = { action: "skip", reason: "TIME_SERIES_DAILY compact was refused as premium on 2026-11-20" } as const;
  assert.match(why({ date: "2026-11-20", next: refused }), /refused as premium on 2026-11-20$/);
});

Deno.test("a series nobody asks for, or of which there is nothing yet", () => {
  const nobody = { configured: false, next: null };
  assert.match(
    why({ ...nobody, first: null, watermark: null }),
    /^not-configured: .*no run asks for the series, and no bar/,
  );
  assert.match(why({ ...nobody, date: "2026-11-20" }), /^not-configured: .*by itself any more$/);
  const fresh = { first: null, watermark: null, next: { action: "ask", reason: "no settled bar yet" } } as const;
  assert.match(why(fresh), /^no-bar-yet: .*no bar of the series is stored yet; the next run asks for it: no settled/);
  assert.match(why({ ...fresh, next: null }), /no run asks for it by itself$/);
});

Deno.test("missing in between: quarantine first, then the gap", () => {
  assert.match(why({ rules: ["zero-price"] }), /^quarantined: .*by zero-price/);
  assert.match(why({ rules: ["zero-price"], date: "2026-11-20" }), /^quarantined/, "also of what is due");
  assert.match(why(), /^not-searched: /);
  const gap = {
    foundAt: at("2026-11-19"),
    tries: 1,
    lastTriedAt: at("2026-11-19"),
    nextTryAt: at("2026-11-22"),
    closed: null,
  };
  assert.match(why({ gap }), /^gap: .*found 2026-11-19 00:00Z, asked for once; next 2026-11-22 00:00Z$/);
  assert.match(why({ gap, waits: "the quota is spent" }), /it waits: the quota is spent$/);
});

Deno.test("any day of a week or month stands for it", () => {
  assert.match(why({ interval: "weekly" }), /IBM weekly, the week of 2026-11-16: /);
  assert.match(why({ interval: "monthly", date: "2026-10-18" }), /IBM monthly, the month of 2026-10-01: /);
  assert.match(
    why({ interval: "weekly", date: "2026-11-15" }),
    /^not-searched: .*the week of 2026-11-09: /,
    "Sunday too",
  );
  assert.throws(() => why({ date: "2026-02-30" }), /not a calendar date/);
});
