/** Can one look closer at a part of a run, and at one of its series? */
import assert from "node:assert/strict";
import type { RunQuery } from "../../src/web/query.ts";
import { RunGantt } from "../../src/web/run_gantt.tsx";
import type { LoggedEvent } from "../../src/web/spans.ts";
import { drawn } from "../support/draw.tsx";
import { NOW, run } from "../support/page.ts";

const START = NOW - 10_000;
const RUN = run(7, { startedAt: START, finishedAt: NOW });
const event = (after: number, type: string, symbol: string | null, interval = "daily"): LoggedEvent => ({
  seq: after,
  at: START + after,
  type,
  level: "info",
  symbol,
  interval: symbol === null ? null : interval,
  message: `${type} said`,
  data: type === "series-finished" ? { status: "stored" } : {},
});
const EVENTS = [
  event(500, "run-planned", null),
  event(1_000, "request-sent", "IBM"),
  event(3_000, "series-finished", "IBM"),
  event(4_000, "request-sent", "IBM", "30min"),
  event(6_000, "series-finished", "IBM", "30min"),
  event(7_000, "request-sent", "MSFT"),
  event(9_500, "series-finished", "MSFT"),
  event(9_800, "run-finished", null),
];
const draw = (asked: Partial<RunQuery> = {}, events: readonly LoggedEvent[] = EVENTS, row = RUN) =>
  drawn(<RunGantt run={row} asked={{ limit: 200, ...asked }} events={events} now={NOW} />);
const names = (html: string) => [...html.matchAll(/<li [^>]*>(?:<a [^>]*>)?([^<]+)/g)].map(([, name]) => name);
const steps = (html: string) =>
  Object.fromEntries(
    [...html.matchAll(/<a href="([^"]*)"(?: aria-label="([^"]*)" title="[^"]*")?>([^<]*)<\/a>/g)]
      .map(([, href, label, text]) => [label ?? text, href!.replaceAll("&amp;", "&")]),
  );

Deno.test("a row for the run itself, planning and closing, then one per series that leads to its events", () => {
  const html = draw();
  assert.deepEqual(names(html), ["the run itself", "IBM daily", "IBM 30min", "MSFT daily"]);
  assert.match(html, /class="span plan"><title>the run itself: planned 500 ms\nrun-planned said/);
  assert.match(html, /class="span close"><title>the run itself: closed 300 ms/);
  assert.match(html, /href="\/runs\/7\?symbol=IBM&amp;interval=30min#log"/);
});

Deno.test("a stretch draws what is in it; closer, further and whole are links that keep the filter", () => {
  const asked = {
    from: new Date(START + 4_500).toISOString(),
    to: new Date(START + 8_500).toISOString(),
    level: "info",
  } as const;
  const html = draw(asked);
  assert.equal(html.match(/class="span fetch"/g)?.length, 2, "what lies outside is not drawn");
  assert.match(
    html,
    /class="span fetch"><title>IBM 30min: asked 2\.0 s[^<]*<\/title><rect x="0\.000%"[^>]* width="37\.500%"/,
  );
  assert.match(html, />\+5 s</);
  const links = steps(html);
  const iso = (after: number) => new Date(START + after).toISOString().replaceAll(":", "%3A");
  assert.equal(links["Look closer"], `/runs/7?from=${iso(5_500)}&to=${iso(7_500)}&level=info#gantt-title`);
  assert.equal(links["Earlier"], `/runs/7?from=${iso(2_500)}&to=${iso(6_500)}&level=info#gantt-title`);
  assert.equal(links["Whole run"], "/runs/7?level=info#gantt-title");
  assert.match(html, /<a href="[^"]*from=[^"]*55\.000Z&amp;to=[^"]*" aria-label="Look closer from \+5 s"/);
});

Deno.test("the chosen series is marked, can be looked at closely and alone", () => {
  const html = draw({ symbol: "MSFT", interval: "daily" });
  assert.match(html, /<a href="[^"]*" aria-current="true">MSFT daily/);
  assert.equal(html.match(/class="row chosen"/g)?.length, 1);
  const links = steps(html);
  assert.equal(new URL(links["Chosen series"]!, "http://x").searchParams.get("from"), "2026-11-22T13:59:56.875Z");
  assert.match(links["Hide others"]!, /only=yes/);
  const alone = draw({ symbol: "MSFT", only: "yes" });
  assert.deepEqual(names(alone), ["MSFT daily"]);
  assert.doesNotMatch(steps(alone)["Show all series"]!, /only/);
});

Deno.test("without events nothing is drawn; of a run that has just begun its planning", () => {
  assert.equal(draw({}, []), "");
  const begun = draw({}, [], run(7, { startedAt: START, outcome: null, finishedAt: null }));
  assert.match(begun, /class="span plan open"/);
});

Deno.test("only the first rows are drawn when there are hundreds, and it says so", () => {
  const many = Array.from({ length: 70 }, (_, index) => event(index, "request-sent", `S${index}`));
  const html = draw({}, many);
  assert.equal(html.match(/class="span /g)?.length, 60);
  assert.match(html, /The first 60 of 70 series/);
});
