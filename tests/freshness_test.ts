/** Is a series judged by its bars against the sessions that have closed? */
import assert from "node:assert/strict";
import { freshnessOf, unitOf } from "../src/freshness.ts";

const market = { delayMs: null, extendedHours: false };
/** A Sunday: the last session was Friday the 20th. */
const now = Date.parse("2026-11-22T14:00:00Z");
const state = (symbol: string, interval: "daily" | "30min" | "weekly" | "monthly", watermark: string | null) => {
  const ts = watermark === null ? null : Date.parse(watermark);
  return { series: { symbol, interval }, watermark: ts, newest: ts, answeredAt: null };
};
const behind = (...args: Parameters<typeof state>) => freshnessOf(state(...args), { now, market });

Deno.test("complete to the last session, whatever the last run said", () => {
  const target = "the session of 2026-11-20";
  assert.deepEqual(behind("IBM", "daily", "2026-11-20"), { state: "complete", target, behind: 0 });
  assert.equal(behind("IBM", "30min", "2026-11-20T20:30Z").state, "complete");
});

Deno.test("late by sessions, weeks or months; by one when only the end of a session is missing", () => {
  assert.deepEqual(behind("IBM", "daily", "2026-11-17"), {
    state: "late",
    target: "the session of 2026-11-20",
    behind: 3,
  });
  assert.equal(behind("IBM", "30min", "2026-11-20T15:00Z").behind, 1);
  assert.equal(behind("IBM", "weekly", "2026-11-06").behind, 2);
  assert.equal(behind("IBM", "monthly", "2026-08-31").behind, 2);
  assert.equal(behind("TSCO.LON", "daily", "2026-11-19").behind, 1);
});

Deno.test("empty without a bar; only a provisional one is late by nobody knows how much", () => {
  assert.deepEqual(behind("IBM", "daily", null), { state: "empty", target: "the session of 2026-11-20", behind: null });
  const running = { ...state("IBM", "monthly", null), newest: Date.parse("2026-10-20") };
  assert.deepEqual(freshnessOf(running, { now, market }).state, "late");
});

Deno.test("the word for what is missing", () => {
  assert.deepEqual(
    (["30min", "daily", "weekly", "monthly"] as const).map((interval) => unitOf({ interval })),
    [
      "session",
      "session",
      "week",
      "month",
    ],
  );
});

Deno.test("a delisted series holds all there will ever be", () => {
  const bars = { ...state("SHLD", "daily", "2018-10-23"), answeredAt: now };
  assert.deepEqual(freshnessOf({ ...bars, delistedOn: "2018-10-24" }, { now, market }), {
    state: "complete",
    target: "its delisting on 2018-10-24",
    behind: 0,
  });
  assert.equal(freshnessOf({ ...bars, delistedOn: null }, { now, market }).state, "late");
});
