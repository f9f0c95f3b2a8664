/** The walk over the frame, the overview, the lists, the schedule, the symbols and the instance. */
import assert from "node:assert/strict";
import { says, type Step } from "./walk.ts";

const SERIES = "/symbols/AAA/daily";
const hover = (of: string) =>
  `[...document.querySelectorAll(${JSON.stringify(of)})].map((e) => e.textContent).join("\\n")`;

const FRAME: readonly Step[] = [
  ["F1", "every page by its tab", async ({ tab, go, follow, text, here }) => {
    await go("/");
    const paths = await tab.evaluate<string[]>("[...document.querySelectorAll('.tabs a')].map((a) => a.pathname)");
    assert.deepEqual(paths, ["/", "/runs", "/schedule", "/symbols", "/launch", "/backfills", "/instance"]);
    for (const path of paths) {
      await follow(`.tabs a[href="${path}"]`);
      assert.equal(await here(), path);
      assert.equal(await text(".tabs [aria-current]"), await text("h1"));
    }
  }],
  ["F3", "zone and colours of one's own", async ({ tab, go, follow, sees }) => {
    await go("/runs");
    for (const value of ["exchange", "dark", "utc", "auto"]) {
      await tab.click(".settings summary");
      await follow(`.settings input[value=${value}]`);
    }
    await sees(".as-of", /UTC/);
    await sees("#keys summary", /Keys/);
  }],
  ["F4", "the page says as of when it is, and follows", async ({ tab, go, sees }) => {
    await go("/runs");
    await sees(".as-of", /as of \d\d:\d\d:\d\d/);
    const before = await tab.evaluate<string>("document.getElementById('as-of').dateTime");
    await tab.until(`document.getElementById('as-of').dateTime !== ${JSON.stringify(before)}`);
  }],
  ["F6", "a link holds what one looks at", async ({ go, follow, here, sees }) => {
    await go("/runs?outcome=failed&trigger=manual");
    await sees("#runs tbody", /failed/);
    await follow("#tabs a:first-child");
    assert.equal(await here(), "/runs?trigger=manual");
  }],
  ["F8", "the same as JSON, described", async ({ tab, go }) => {
    await go("/");
    await tab.evaluate("fetch('/api/v1/openapi.json').then((r) => r.json()).then((d) => { globalThis.api = d })");
    const paths = await tab.evaluate<string[]>("Object.keys(api.paths)");
    for (const path of ["/runs", "/coverage", "/search", "/quarantine/{id}/release", "/runs/{id}/settings"]) {
      assert.ok(paths.some((one) => one.endsWith(path)), path);
    }
  }],
];

const OVERVIEW: readonly Step[] = [
  ["O1", "runs on a line of time", async ({ tab, go }) => {
    await go("/");
    assert.ok(await tab.evaluate<number>("document.querySelectorAll('.timeline .bar').length") > 0);
  }],
  ["O2", "other windows, back and now", async ({ go, follow, here, sees }) => {
    await go("/?window=1h");
    await follow("a[href*='window=24h']");
    assert.match(await here(), /window=24h/);
    await sees("main", /←[\s\S]*Now[\s\S]*→/);
  }],
  ["O3", "ticks to come", async ({ tab, go, follow }) => {
    await go("/?window=24h");
    await follow("nav[aria-label=Window] [aria-label=Later]");
    assert.match(await tab.evaluate(hover(".timeline .tick.next title")), /Tick due/);
  }],
  ["O4", "dividers of hours and days", async ({ tab, go }) => {
    await go("/?window=24h");
    assert.match(await tab.evaluate(hover(".timeline .divider text")), /\d\d:00/);
  }],
  ["O5", "what a bar is, and to its run", async ({ tab, go, follow, here }) => {
    await go("/");
    assert.match(await tab.evaluate(hover(".timeline .bar title")), /Run \d+ \w+|\d+ runs from/);
    await follow(".timeline .bar");
    assert.match(await here(), /^\/runs/);
  }],
  ["O6", "how many of each state", async ({ go, sees }) => {
    await go("/runs");
    await sees("#tabs", /Partial\s*\d/);
    await sees(".sentence", /of \d+ runs? in the last seven days/);
  }],
  ["O7", "a tab for runs, the schedule and backfills", async ({ go, sees }) => {
    await go("/");
    await sees(".tabs", /Runs[\s\S]*Schedule[\s\S]*Backfills/);
  }],
];

const SCHEDULE: readonly Step[] = [
  ["S1", "in words, with zone and switch", async ({ tab, go, sees, follow }) => {
    await go("/schedule");
    await sees(".sentence", /At 06:00.*UTC/);
    await follow(".switch");
    await sees(".sentence", /^Paused/);
    await follow(".switch");
    assert.equal(await tab.evaluate("document.querySelector('.switch').ariaChecked"), "true");
  }],
  ["S2", "latest and next tick, and back to the configured one", async ({ go, sees }) => {
    await go("/schedule");
    await sees("main", /Next/, /Configured|configuration/i);
  }],
  ["S3", "the next ten ticks in three zones", async ({ tab, go, sees }) => {
    await go("/schedule");
    assert.equal(await tab.evaluate("document.querySelectorAll('.next-ticks tbody tr').length"), 10);
    await sees(".next-ticks thead", /UTC/, /America\/New_York/);
  }],
  ["S4", "past ticks by what became of them", async ({ go, follow, here, sees }) => {
    await go("/schedule");
    await follow("a[href*='state=skipped']");
    assert.match(await here(), /state=skipped/);
    await sees("main", /the run before it was at work/);
  }],
  ["S5", "ticks on a line of time", async ({ tab, go }) => {
    await go("/?window=6h");
    assert.ok(await tab.evaluate<number>("document.querySelectorAll('.timeline .tick').length") > 0);
  }],
  ["S6", "why a tick has no run", async ({ go, sees }) => {
    await go("/schedule?state=skipped");
    await sees("main", /skipped\s[\s\S]*the run before it was at work/);
  }],
  ["S8", "what would it do at a time", async ({ go, follow, sees }) => {
    await go("/schedule");
    await follow(".next-ticks a");
    await sees("#test-said", /would/);
  }],
  ["S9", "its runs", async ({ go, follow, here }) => {
    await go("/schedule");
    await follow("main a[href*='/runs?trigger=schedule']");
    assert.equal(await here(), "/runs?trigger=schedule");
  }],
  ["S10", "the scheduler lives", async ({ go, sees }) => {
    await go("/instance");
    await sees("#instance", /scheduler\s+alive/);
  }],
  ["S11", "another schedule, previewed", async ({ tab, go, follow, sees }) => {
    await go("/schedule");
    await tab.evaluate("document.querySelector('[name=cron]').select()");
    await tab.type("*/30 * * * *");
    await tab.leadsOn(() => tab.press("Enter"));
    await sees("#edit-said", /Every 30 minutes/);
    await follow("#edit-said button");
    await sees(".said", /In force/);
    await follow("form[action='/schedule/reset'] button");
  }],
];

const SYMBOLS: readonly Step[] = [
  ["C1", "every series with its freshness", async ({ go, sees }) => {
    await go("/symbols?symbol=aaa");
    await sees("tbody", /AAA daily/, /complete/, /\d{4}-\d\d-\d\d/);
  }],
  ["C2", "one series: candles and what is on record", async ({ tab, go, sees }) => {
    await go(SERIES);
    await tab.until("Number(document.getElementById('chart').dataset.drawn) > 0");
    await go(`${SERIES}?show=quarantine`);
    await sees("main", /high-below-low/);
    await go(`${SERIES}?show=revisions`);
    await sees("main", /Revisions/);
  }],
  ["C4", "fetch it now, cost first", async ({ go, follow, here, sees }) => {
    await go(SERIES);
    await follow(".act .button");
    assert.equal(await here(), "/launch?symbols=AAA&intervals=daily");
    await sees(".sentence", /request/);
  }],
  ["J2", "series by sessions, from the table and to a series", async ({ tab, go, follow, here, sees }) => {
    await go("/symbols");
    await follow(".views a[href*=coverage]");
    await sees(".sentence", /sessions? (?:is )?missing/);
    assert.ok(await tab.evaluate<number>("document.querySelectorAll('.matrix .cell.present').length") > 10);
    assert.match(await tab.evaluate(hover(".matrix .cell title")), /AAA \d{4}-\d\d-\d\d: 1 bar/);
    await follow("#matrix .pager a");
    assert.match(await here(), /before=\d{4}-\d\d-\d\d/);
    await follow(".matrix tbody th a");
    assert.equal(await here(), SERIES);
  }],
  ["J3", "the last results as dots", async ({ tab, go }) => {
    await go("/symbols");
    assert.ok(await tab.evaluate<number>("document.querySelectorAll('.dots a').length") > 0);
  }],
];

const INSTANCE: readonly Step[] = [
  ["D1", "each part with its heartbeat", async ({ go, sees }) => {
    await go("/instance");
    await sees("#instance", /scheduler/, /worker/, /notifier/);
  }],
  ["D3", "settings with their origin, secrets masked", async ({ tab, go, sees }) => {
    await go("/instance");
    await sees("#settings", /ALPHAVANTAGE_API_KEY\s+••••••\s+environment/);
    assert.ok(!(await tab.evaluate<string>("document.documentElement.outerHTML")).includes("servekey"));
  }],
  ["F5", "the server is gone, by its address; and back in the middle of a page", async ({ tab, at, go, sees }) => {
    await go("/runs/1");
    await at.end("SIGKILL");
    await tab.until("!document.getElementById('lost').hidden");
    await sees("#lost", new RegExp(at.page));
    await at.serve(2);
    await tab.until("document.getElementById('lost').hidden");
    await tab.until(says("h1", "Run 1"));
  }],
];

export const PAGE_STEPS: readonly Step[] = [...FRAME, ...OVERVIEW, ...SCHEDULE, ...SYMBOLS, ...INSTANCE];
