/** Any answer of a small world, where answers meet: few dates, few prices, some of them still running, some bad rows. */
import fc from "fast-check";
import type { Bar, Reject } from "../../src/bar.ts";
import { bar } from "./stored.ts";

const DAY = 86_400_000;
const BAD: Reject = { stamp: "2026-01-02", rule: "zero-price", raw: { "4. close": "0" } };

const GIVEN = fc.record({
  date: fc.constantFrom("2026-02-16", "2026-02-18", "2026-02-20", "2026-02-24", "2026-02-27"),
  close: fc.integer({ min: 1, max: 3 }),
  settled: fc.boolean(),
  adjusted: fc.option(fc.constantFrom("0.5", "0.6")),
});

export const TOLD = fc.record({
  given: fc.uniqueArray(GIVEN, { selector: ({ date }) => date, maxLength: 4 }),
  rejects: fc.array(fc.constantFrom(BAD, { ...BAD, rule: "future" as const }), { maxLength: 2 }),
});

type Given = typeof GIVEN extends fc.Arbitrary<infer Value> ? Value : never;

/** Of weekly bars one a week, as an answer is read. */
export function barsOf(given: readonly Given[], { week }: { week: boolean }): Bar[] {
  const bars = given.map(({ date, close, settled, adjusted: adjustedClose }) =>
    bar(date, String(close), { settled, adjustedClose: settled ? adjustedClose : null })
  );
  return week ? bars.filter(({ ts }) => !bars.some((two) => two.ts > ts && sameWeek(two.ts, ts))) : bars;
}

function sameWeek(a: number, b: number): boolean {
  const monday = (ts: number) => Math.floor((ts / DAY + 3) / 7);
  return monday(a) === monday(b);
}
