import assert from "node:assert/strict";
import { digestOf, duration, quotaInWords } from "../src/digest.ts";
import { textOf } from "../src/letter.ts";
import { NO_ROWS, type Outcome } from "../src/run.ts";
import { factsOf, failed, incident, NO_NEWS, NOW, result } from "./support/finished.ts";

const subject = (...args: Parameters<typeof factsOf>) => digestOf(factsOf(...args)).subject;

Deno.test("the subject tells the outcome", () => {
  const many = (count: number, kind: "stale" | "outage") =>
    Array.from({ length: count }, (_, index) => failed(`L${index} daily`, kind));
  const stored = (count: number) => Array.from({ length: count }, (_, index) => result(`S${index} daily`));
  assert.equal(
    subject([...stored(37), ...many(3, "stale")]),
    "[stocks-etl] partial: 3 of 40 series late · quota 0/25",
  );
  assert.equal(
    subject([...stored(1), ...many(2, "outage"), failed("X daily", "stale")]),
    "[stocks-etl] partial: 2 of 4 series failed, 1 late · quota 0/25",
  );
  assert.equal(subject(many(2, "outage")), "[stocks-etl] failed: 2 of 2 series failed · quota 0/25");
  const revised = result("A daily", { counts: { ...NO_ROWS, inserted: 1_200, revised: 2, quarantined: 1 } });
  assert.equal(
    subject([revised]),
    "[stocks-etl] complete: 1,200 new bars, 2 revised, 1 quarantined in 1 series · quota 0/25",
  );
  const deferred = result("A daily", { status: "deferred", kind: "quota", counts: NO_ROWS });
  assert.equal(subject([deferred]), "[stocks-etl] deferred: 1 of 1 series wait · quota 0/25");
  assert.equal(subject([]), "[stocks-etl] nothing due: every series is complete · quota 0/25");
  const run = (outcome: Outcome, message: string | null) => subject([], { run: { outcome, message } });
  assert.match(run("failed", "no disk"), /failed: no disk/);
  assert.match(run("abandoned", null), /abandoned: its process ended without closing it/);
  assert.match(
    subject([result("A daily")], { run: { outcome: "cancelled" } }),
    /cancelled: 1 of 1 series stored before/,
  );
});

Deno.test("the subject tells a reminder and an end from a first time", () => {
  const trouble = [failed("A daily", "outage")];
  const open = incident("vendor", ["A daily"], { reminders: 2 });
  assert.match(subject(trouble, { news: { ...NO_NEWS, reminded: [open] } }), /^\[stocks-etl\] day 3: failed/);
  assert.match(subject([result("A daily")], { news: { ...NO_NEWS, recovered: [open] } }), /\] recovered: complete/);
  assert.match(subject(trouble, { news: { ...NO_NEWS, opened: [open], recovered: [open] } }), /\] failed: 1 of 1/);
});

Deno.test("quota in words, with and without a limit", () => {
  assert.equal(quotaInWords({ perDay: 25, usedToday: 30, blockedUntil: null }), "quota 0/25");
  assert.equal(quotaInWords({ perDay: null, usedToday: 1_234, blockedUntil: null }), "1,234 requests today");
  const blocked = digestOf(factsOf([], { quota: { perDay: 25, usedToday: 3, blockedUntil: NOW + 3_600_000 } }));
  assert.ok(
    blocked.foot.some((line) => /22 of 25 requests left today; .*not asked before 2026-11-20 07:00Z$/.test(line)),
  );
});

Deno.test("problems first, then series with something to say, the worst first; quiet ones are counted", () => {
  const quiet = result("Q daily", { counts: { ...NO_ROWS, unchanged: 100 } });
  const letter = digestOf(factsOf([quiet, result("A daily"), failed("B daily", "stale"), failed("C daily", "outage")], {
    news: {
      ...NO_NEWS,
      opened: [incident("vendor", ["C daily"], { detail: "HTTP 503" })],
      open: [incident("premium", ["D 5min"])],
    },
  }));
  assert.deepEqual(letter.sections.map(({ title }) => title), ["New problems", "Told before and still open", "Series"]);
  assert.deepEqual(letter.sections[0]!.lines, ["trouble with vendor, 1 series: C daily: HTTP 503"]);
  const series = letter.sections.at(-1)!;
  assert.deepEqual(series.lines, ["1 series stored, nothing changed"]);
  assert.deepEqual(series.table!.rows.map(({ cells }) => cells.slice(0, 2).join(" ")), [
    "C daily failed",
    "B daily late",
    "A daily stored",
  ]);
  assert.deepEqual(letter.shares, [
    { name: "stored", count: 2, tone: "good" },
    { name: "late", count: 1, tone: "warn" },
    { name: "failed", count: 1, tone: "bad" },
  ]);
});

Deno.test("a row says in words what was stored, what is missing and why", () => {
  const counts = { inserted: 1_000, revised: 2, unchanged: 5, provisional: 1, quarantined: 3 };
  const letter = digestOf(factsOf([result("A daily", { counts }), failed("B daily", "outage", "x".repeat(900))], {
    gapOf: (series) => series.symbol === "A" ? 2 : null,
  }));
  const [b, a] = letter.sections[0]!.table!.rows;
  assert.deepEqual(a!.cells, ["A daily", "stored", "1,000 new, 2 revised, 1 provisional, 3 quarantined", "2 sessions"]);
  assert.deepEqual(b!.cells, ["B daily", "failed", "–", "no bar yet"]);
  assert.equal(b!.note!.length, 301);
});

Deno.test("many problems are bounded, an end says how long it took, a return how often", () => {
  const opened = Array.from({ length: 50 }, (_, index) => incident(`premium S${index}`, [`S${index} 5min`]));
  const letter = digestOf(factsOf([], {
    news: {
      opened,
      reminded: [incident("vendor", [], { openedAt: NOW - 2 * 86_400_000, returns: 2 })],
      recovered: [incident("empty", [], { openedAt: NOW - 5 * 3_600_000 })],
      open: [],
    },
  }));
  assert.equal(letter.sections[0]!.lines!.length, 21);
  assert.equal(letter.sections[0]!.lines!.at(-1), "and 30 more");
  assert.deepEqual(letter.sections[1]!.lines, ["trouble with vendor, back after 2 ends (since 2026-11-18 06:00Z)"]);
  assert.deepEqual(letter.sections[2]!.lines, ["trouble with empty (after 5 h)"]);
});

Deno.test("links only where the page has an address; quota and next tick always", () => {
  assert.deepEqual(digestOf(factsOf([result("A daily")])).links, []);
  const letter = digestOf(factsOf([result("A daily")], { pageUrl: "https://x.example" }));
  assert.deepEqual(letter.links.map(({ href }) => href), ["https://x.example/runs/1042", "https://x.example/"]);
  const text = textOf(letter);
  assert.match(text, /On schedule, 2026-11-20 06:00Z, 41\.0 s, 1 request\n/);
  assert.match(text, /Quota: 0 of 25 requests left today\nNext tick: 2026-11-21 06:00Z\n$/);
});

Deno.test("durations in the largest unit that fits", () => {
  assert.deepEqual([1, 90 * 60_000, 5 * 3_600_000, 3 * 86_400_000].map(duration), ["1 min", "90 min", "5 h", "3 days"]);
});
