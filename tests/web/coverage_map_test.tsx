/** Is every session a square that says what it is, and are neighbouring gaps one line? */
import assert from "node:assert/strict";
import { type Cell, slotsBetween } from "../../src/gaps.ts";
import { CoverageMap } from "../../src/web/coverage_map.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";

const hrefOf = (date: string) => `?why=${date}#why`;

const DAILY = { symbol: "IBM", interval: "daily" } as const;
const cells = (series: Parameters<typeof slotsBetween>[0], from: string, to: string, gaps: readonly string[] = []) =>
  slotsBetween(series, from, to).map((slot): Cell =>
    gaps.includes(slot.date)
      ? { ...slot, presence: "gap", bars: 0, reason: "none <came>" }
      : { ...slot, presence: "present", bars: 1, reason: null }
  );

Deno.test("a year of days: one square a session, closed days a dot, gaps in words", () => {
  const found = cells(DAILY, "2026-11-02", "2026-11-30", ["2026-11-10", "2026-11-11", "2026-11-20"]);
  const html = drawn(
    <CoverageMap hrefOf={hrefOf} series={DAILY} coverage={{ year: 2026, years: [2026], cells: found }} />,
  );
  assert.equal(html.match(/class="cell present"/g)?.length, 17);
  assert.match(html, /2026-11-26: the exchange is closed, Thanksgiving Day/);
  assert.match(html, /<a class="time" href="\?why=2026-11-10#why">2026-11-10 to 2026-11-11<\/a>/);
  assert.match(html, /2026-11-27, half day: 1 bar/);
  assert.match(html, /aria-label="IBM daily: 17 sessions present, 3 gaps in 2026"/);
  assert.match(wordsOf(html), /2026-11-20 none &lt;came&gt; 2026-11-10 to 2026-11-11 2 in a row none &lt;came&gt;/);
  const places = [...html.matchAll(/<rect x="([\d.]+)" y="([\d.]+)"/g)].map(([, x, y]) => `${x} ${y}`);
  assert.equal(new Set(places).size, places.length, "no square lies on another");
});

Deno.test("weeks and months of all years, no two in one place", () => {
  for (const interval of ["weekly", "monthly"] as const) {
    const series = { symbol: "IBM", interval } as const;
    const found = cells(series, "1999-11-01", "2026-11-20");
    const html = drawn(
      <CoverageMap hrefOf={hrefOf} series={series} coverage={{ year: null, years: [], cells: found }} />,
    );
    const places = [...html.matchAll(/<rect x="([\d.]+)" y="([\d.]+)"/g)].map(([, x, y]) => `${x} ${y}`);
    assert.equal(places.length, found.length);
    assert.equal(new Set(places).size, found.length);
    assert.match(wordsOf(html), new RegExp(`${found.length > 1000 ? "1,\\d{3} weeks" : "\\d{3} months"} present`));
  }
});

Deno.test("nothing yet", () => {
  assert.match(
    drawn(<CoverageMap hrefOf={hrefOf} series={DAILY} coverage={{ year: null, years: [], cells: [] }} />),
    /before there is a bar/,
  );
});
