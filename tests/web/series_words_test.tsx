/** Are series named, addressed and judged in the same words wherever they stand? */
import assert from "node:assert/strict";
import {
  Bounded,
  EntitlementWords,
  FreshnessWords,
  listingWords,
  NextWords,
  ResultDots,
  seriesHref,
  seriesOf,
  Stamp,
} from "../../src/web/series_words.tsx";
import type { Refusal } from "../../src/web/visit.ts";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const words = (part: Parameters<typeof drawn>[0]) => wordsOf(drawn(part));

Deno.test("an address and back, whatever is in the symbol", () => {
  assert.equal(seriesHref({ symbol: "^GSPC", interval: "daily" }), "/symbols/%5EGSPC/daily");
  assert.deepEqual(seriesOf({ symbol: "brk-b", interval: "1min" }), { symbol: "BRK-B", interval: "1min" });
  for (const params of [{ symbol: "<b>", interval: "daily" }, { symbol: "IBM", interval: "2min" }]) {
    assert.throws(() => seriesOf(params), (error: Refusal) => error.status === 404);
  }
});

Deno.test("a stamp is a date, or an instant in the visitor's zone", () => {
  assert.equal(words(<Stamp of={DAILY} at={Date.parse("2026-11-20")} />), "2026-11-20");
  const at = Date.parse("2026-11-20T14:30Z");
  assert.equal(words(<Stamp of={{ symbol: "IBM", interval: "30min" }} at={at} />), "2026-11-20 14:30");
  assert.match(words(<Stamp of={DAILY} at={null} />), /no bar yet/);
});

Deno.test("fresh to when, late by how much", () => {
  const target = "the week to 2026-11-20";
  const of = (state: "complete" | "late" | "empty", behind: number | null) =>
    words(<FreshnessWords series={{ ...DAILY, interval: "weekly" }} freshness={{ state, target, behind }} />);
  assert.deepEqual([of("complete", 0), of("late", 2), of("empty", null)], [
    "complete to 2026-11-20",
    "late by 2 weeks",
    "empty",
  ]);
});

Deno.test("what a key may ask, what comes next, how the last results were", () => {
  const known = [{ form: "TIME_SERIES_DAILY compact", allowed: true, learntAt: NOW }, {
    form: "TIME_SERIES_DAILY full",
    allowed: false,
    learntAt: NOW,
  }];
  assert.equal(words(<EntitlementWords known={known} />), "compact allowed, full premium");
  assert.match(words(<NextWords entry={null} />), /not in STOCK_SYMBOLS/);
  const skip = { action: "skip", series: DAILY, reason: "refused", why: "not-entitled" } as const;
  assert.equal(words(<NextWords entry={skip} />), "refused");
  const result = { kind: null, message: null, inserted: 0, at: NOW } as const;
  const dots = drawn(
    <ResultDots
      results={(["stored", "failed", "late", "deferred", "cancelled"] as const).map((status, index) => ({
        ...result,
        status,
        runId: 9 - index,
      }))}
    />,
  );
  assert.deepEqual([...dots.matchAll(/\/runs\/(\d)/g)].map(([, id]) => id), ["5", "6", "7", "8", "9"]);
  assert.equal(new Set([...dots.matchAll(/aria-hidden="true">(<\w+)/g)].map(([, shape]) => shape)).size, 3);
  assert.equal(words(<Bounded count={5} most={5} />), "≥ 5");
  assert.equal(words(<Bounded count={4} most={5} />), "4");
});

Deno.test("a listing in words, whatever of it is known", () => {
  const listing = {
    symbol: "IBM",
    name: "Intl. Business",
    exchange: "NYSE",
    assetType: "Stock",
    ipoDate: "1962-01-02",
    delistingDate: null,
  };
  assert.equal(listingWords(listing), "Intl. Business, NYSE, since 1962-01-02");
  const gone = { ...listing, name: null, ipoDate: null, delistingDate: "2018-10-24" };
  assert.equal(listingWords(gone), "NYSE, delisted on 2018-10-24");
});
