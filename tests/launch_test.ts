import assert from "node:assert/strict";
import type { Series } from "../src/bar.ts";
import { checkNote, checkSeries, seriesAgain } from "../src/launch.ts";
import { Refused } from "../src/refused.ts";

const daily = (symbol: string): Series => ({ symbol, interval: "daily" });
const result = (symbol: string, status: "stored" | "failed" | "deferred" | "late") => ({
  series: daily(symbol),
  status,
});

Deno.test("series are read as a command line's, each once, in the order given", () => {
  const chosen = [{ symbol: "ibm", interval: "daily" }, { symbol: " BRK-B", interval: "5min" }, daily("IBM")];
  assert.deepEqual(checkSeries(chosen), [daily("IBM"), { symbol: "BRK-B", interval: "5min" }]);
});

Deno.test("what cannot be launched is refused with the words at fault", () => {
  const wrong: [() => unknown, RegExp][] = [
    [() => checkSeries([]), /no series was chosen/],
    [() => checkSeries([{ symbol: "A/B", interval: "daily" }]), /"A\/B" is not a symbol/],
    [() => checkSeries([{ symbol: "A", interval: "2min" }]), /"2min" is not one of 1min, .*monthly$/],
    [
      () => checkSeries(Array.from({ length: 10_001 }, (_, n) => daily(`S${n}`))),
      /10001 series were chosen, 10000 are/,
    ],
    [() => checkNote("x".repeat(501)), /has 501 characters, 500 are the most/],
  ];
  for (const [work, message] of wrong) {
    assert.throws(
      work,
      (error) => error instanceof Refused && error.reason === "invalid" && message.test(error.message),
    );
  }
  assert.deepEqual([checkNote(null), checkNote("  "), checkNote(" why ")], [null, null, "why"]);
});

const configured = [daily("A"), daily("B"), daily("C")];

Deno.test("again: all series of a run, or those it did not store", () => {
  const past = {
    runId: 7,
    results: [result("A", "stored"), result("B", "failed"), result("D", "late")],
    planned: 3,
    launched: null,
  };
  assert.deepEqual(seriesAgain(past, { again: "all", configured }), [daily("A"), daily("B"), daily("D")]);
  assert.deepEqual(seriesAgain(past, { again: "failed", configured }), [daily("B"), daily("D")]);
});

Deno.test("of a run that was cut short also what it never came to, by what it was for", () => {
  const past = { runId: 7, results: [result("A", "stored")], planned: 3, launched: null };
  assert.deepEqual(seriesAgain(past, { again: "failed", configured }), [daily("B"), daily("C")]);
  const launched = [daily("A"), daily("Z")];
  assert.deepEqual(seriesAgain({ ...past, launched }, { again: "all", configured }), [daily("A"), daily("Z")]);
  assert.deepEqual(seriesAgain({ ...past, results: [], planned: null }, { again: "failed", configured }), configured);
});

Deno.test("again of nothing is refused", () => {
  const past = { runId: 7, results: [], planned: 0, launched: null };
  assert.throws(
    () => seriesAgain(past, { again: "all", configured }),
    /run 7 again: nothing was due in it; choose series/,
  );
  const stored = { ...past, results: [result("A", "stored")], planned: 1 };
  assert.throws(
    () => seriesAgain(stored, { again: "failed", configured }),
    /run 7 again: all 1 series of it were stored/,
  );
});
