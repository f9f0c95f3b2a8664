/** The walk over the list of runs, one run from its launch to its end, and what is done with it afterwards. */
import assert from "node:assert/strict";
import { says, type Step } from "./walk.ts";

const LAUNCH = "form[action='/runs'] button";
const row = (id: number) => `tr:has(input[name=run][value='${id}'])`;
const count = (selector: string) => `document.querySelectorAll(${JSON.stringify(selector)}).length`;

const LIST: readonly Step[] = [
  ["R1", "tabs with their counts", async ({ go, follow, here, sees }) => {
    await go("/runs");
    await follow("#tabs a:last-child");
    assert.equal(await here(), "/runs?outcome=failed");
    await sees("#runs tbody", /failed/);
  }],
  ["R2", "the columns, and fewer of them", async ({ tab, go, sees, follow, text }) => {
    await go("/runs");
    await sees("#runs thead", /Run[\s\S]*Outcome[\s\S]*Trigger[\s\S]*Started[\s\S]*Took/);
    await tab.click("#columns summary");
    await tab.click("#columns [value=requests]");
    await follow("#columns button");
    assert.doesNotMatch(await text("#runs thead"), /Requests/);
    await tab.click("#columns summary");
    await tab.click("#columns [value=requests]");
    await follow("#columns button");
    await sees("#runs thead", /Requests/);
  }],
  ["R3", "filters", async ({ tab, go, here, text }) => {
    await go("/runs");
    await tab.evaluate("document.querySelector('.filters [name=symbol]').focus()");
    await tab.type("aaa");
    await tab.leadsOn(() => tab.press("Enter"));
    assert.match(await here(), /symbol=aaa/);
    assert.match(await text("#runs tbody"), /^\s*\d/);
  }],
  ["R4", "a click on an outcome filters by it", async ({ go, follow, here }) => {
    await go("/runs");
    await follow(`${row(4)} a.quiet`);
    assert.equal(await here(), "/runs?outcome=deferred");
  }],
  ["R5", "several at once, asked first", async ({ tab, go, follow, sees }) => {
    await go("/runs");
    for (const id of [2, 3]) await tab.click(`input[name=run][value='${id}']`);
    await follow(".bulk button[value=forget]");
    await sees(".sentence", /Forget 2 of 2 chosen runs\?/);
  }],
  ["R7", "the menu of a row", async ({ tab, go, follow, here, sees }) => {
    await go("/runs");
    await tab.click("#menu-3 summary");
    await sees("#menu-3", /Open/, /Launch form/, /Re-run failed/, /Forget/, /Log file/);
    await follow("#menu-3 a[href*='again-failed']");
    assert.equal(await here(), "/runs/confirm?do=again-failed&run=3");
  }],
  ["R8", "page by page, and an empty list", async ({ go, follow, here, sees }) => {
    await go("/runs?limit=2");
    await follow(".pager a");
    assert.match(await here(), /before=\d+/);
    await go("/runs?symbol=NOBODY");
    await sees("main", /No run matches/);
  }],
  ["R9", "every status by its word", async ({ go, sees }) => {
    await go("/runs");
    await sees("#runs tbody", /partial/, /failed/, /deferred/, /nothing due/, /cancelled/, /abandoned/);
  }],
];

const RANGE = "symbols=AAA&intervals=1min&from=2020-02-03&to=2020-04-30";

/** The vendor hangs up once and then says nothing: the run tries again, and waits. */
const AT_WORK: readonly Step[] = [
  ["L1", "a form that judges what is typed", async ({ tab, go }) => {
    await go("/launch");
    await tab.evaluate("document.getElementById('symbols').focus()");
    await tab.type("T$LA");
    await tab.until(says("#symbols-problem", "is not a symbol"));
  }],
  ["L3", "symbols, intervals, force; presets", async ({ tab, go, sees }) => {
    await go("/launch?symbols=AAA&intervals=daily&force=yes");
    assert.equal(await tab.evaluate("document.querySelector('[name=force]').checked"), true);
    await sees("#presets", /./);
    await go(`/launch?${RANGE}`);
    await sees(".sentence", /A backfill sends 3 requests for 62 missing sessions/);
  }],
  ["L6", "what it costs, then launched, to its run", async ({ tab, at, go, follow, here, sees }) => {
    let asked = 0;
    at.vendor.answerBy(() => asked++ === 0 ? "reset" : "silent");
    await go("/launch?symbols=AAA&intervals=daily&force=yes");
    await sees(".sentence", /sends 1 request/);
    await follow(LAUNCH);
    assert.match(await here(), /^\/runs\/\d+$/);
    await tab.until(says(".sentence", "At work"));
  }],
  ["P16", "live while it runs", async ({ tab }) => {
    await tab.until(says("#events", "attempt 2"));
  }],
  ["P14", "each attempt a bar of its own", async ({ tab }) => {
    await tab.until(`${count(".span.fetch")} === 2 && ${count(".span.wait")} === 1`);
    await tab.until("[...document.querySelectorAll('.span title')].some((t) => t.textContent.includes('attempt 2'))");
  }],
  ["J1", "plan, ask, read, store, close, notify: where it is", async ({ tab, sees }) => {
    await sees(".flow", /Plan[\s\S]*Ask[\s\S]*Read[\s\S]*Store[\s\S]*Close[\s\S]*Notify/);
    await tab.until(says(".flow .busy", "Ask"));
    await tab.until(says(".flow .busy", "2 requests"));
  }],
  ["R10", "why a launch waits", async ({ go, follow, sees }) => {
    await go("/launch?symbols=AAA&force=yes");
    await follow(LAUNCH);
    await sees(".sentence", /waits for run \d+/);
  }],
  ["R6", "the whole queue withdrawn, asked first", async ({ go, follow, sees }) => {
    await go("/launch?symbols=AAA&force=yes&note=another");
    await follow(LAUNCH);
    await go("/runs?outcome=queued");
    await follow("#queue a[href='/runs/withdraw']");
    await sees(".sentence", /Withdraw 2 launches that wait\?/);
    await follow("form.sure button");
    await sees(".said", /2 launches withdrawn/);
    await sees("#queue", /No launch waits/);
  }],
  ["P7", "ended, by force, asked first", async ({ tab, at, go, follow, here }) => {
    await go("/runs?outcome=running");
    await follow("#runs tbody th a");
    const path = await here();
    await follow("#steps a");
    await tab.click("input[name=force]");
    await follow("form.sure button");
    assert.equal(await here(), path);
    await tab.until(says(".sentence", "cancelled in"));
    at.vendor.answerBy(null);
  }],
];

const ONE: readonly Step[] = [
  ["P1", "outcome, trigger and what asked for it", async ({ tab, go, sees }) => {
    await go("/runs?outcome=cancelled&trigger=manual");
    await tab.leadsOn(() => tab.click("#runs tbody th a"));
    await sees("#facts", /Trigger\s+manual, launch \d+/, /Started/, /Ended/, /Took/);
  }],
  ["P2", "the settings at the time; the form with it", async ({ tab, go, follow, here, sees }) => {
    await go("/runs/1");
    await sees("main", /Settings at the time/, /The same as now/);
    await tab.click("#settings-then summary");
    await sees("#settings-then", /STOCK_SYMBOLS\s+AAA,ZZZ\s+environment\s+the same/);
    await follow("#again button[value=all]");
    assert.match(await here(), /^\/launch\?of=1&again=all/);
  }],
  ["P3", "closer, one series, whole again", async ({ tab, go, follow, here }) => {
    await go("/runs/1");
    assert.ok(await tab.evaluate<number>(count(".span.plan")) === 1);
    await follow("[aria-label='Look closer']");
    assert.match(await here(), /from=.*to=/);
    await follow(".gantt-names a");
    await follow("#gantt a[href*='only=yes']");
    assert.equal(await tab.evaluate(count(".gantt-names li")), 1);
    await go("/runs/1");
    await follow(".divider a");
    assert.match(await here(), /from=.*to=/);
  }],
  ["P4", "how many series are done, each with its time", async ({ go, sees }) => {
    await go("/runs/1");
    await sees(".sentence", /1 of 2 series stored/);
    await sees("#series", /AAA daily\s+stored/, /ZZZ daily/);
  }],
  ["P6", "again: all, failed, chosen", async ({ tab, go, follow, here }) => {
    await go("/runs/1");
    await tab.click("#series input[value='ZZZ daily']");
    await follow("#again button[value=chosen]");
    assert.match(await here(), /again=chosen&series=ZZZ(\+|%20)daily|series=ZZZ(\+|%20)daily.*again=chosen/);
  }],
  ["P5", "a run again, linked both ways", async ({ tab, go, follow, here, sees }) => {
    await go("/launch?of=1&again=failed");
    await follow(LAUNCH);
    const path = await here();
    await tab.until(says("#facts", "again from run 1"));
    await go("/runs/1");
    await sees("#facts", new RegExp(`Run again as\\s+run ${path.split("/")[2]}`));
  }],
  ["P8", "the log: time, level, series, event, what happened", async ({ go, sees }) => {
    await go("/runs/1");
    await sees("#events thead", /Time[\s\S]*After[\s\S]*Level[\s\S]*Series[\s\S]*Event[\s\S]*What happened/);
  }],
  ["P9", "events of every step", async ({ go, sees }) => {
    await go("/runs/1");
    await sees(
      "#events",
      /run-started/,
      /run-planned/,
      /request-sent/,
      /rows-stored/,
      /series-finished/,
      /run-finished/,
    );
  }],
  ["P10", "by level, kind, text; by a click on a row of the drawing", async ({ tab, go, follow, here, text }) => {
    await go("/runs/1");
    await follow("#events a[href*='type=rows-stored']");
    assert.match(await here(), /type=rows-stored/);
    assert.doesNotMatch(await text("#events tbody"), /request-sent/);
    await go("/runs/1");
    await follow(".gantt svg a[aria-label='Events of AAA daily']");
    assert.equal(await here(), "/runs/1?symbol=AAA&interval=daily");
    assert.doesNotMatch(await text("#events tbody"), /ZZZ/);
    assert.equal(await tab.evaluate("document.querySelector('#log [name=symbol]').value"), "AAA");
  }],
  ["P11", "the raw log and the events to take home", async ({ tab, go }) => {
    await go("/runs/1");
    const got = await tab.evaluate<string[]>(
      "Promise.all([...document.querySelectorAll('#log a[download]')].map((a) => fetch(a.href).then((r) => r.text())))",
    );
    assert.equal(got.length, 2);
    for (const text of got) assert.match(text, /run-finished/);
  }],
  ["P13", "the whole error", async ({ go, sees }) => {
    await go("/runs/2");
    await sees(".message", /Cannot reach the vendor: connection refused/);
  }],
  ["P15", "rows and requests of each series; the answer", async ({ tab, go, sees }) => {
    await go("/runs/1");
    await sees("#series thead", /New[\s\S]*Revised[\s\S]*Requests/);
    await go("/symbols/AAA/daily?show=answers");
    assert.match(
      await tab.evaluate("fetch(document.querySelector('a[href$=\"/body\"]').href).then((r) => r.text())"),
      /Time Series/,
    );
  }],
  ["K1", "a range of dates, costed, then begun", async ({ tab, at, go, follow, sees, here }) => {
    at.vendor.answerBy(() => "silent");
    await go(`/launch?${RANGE}`);
    await sees(".sentence", /A backfill sends 3 requests/);
    await follow("form[action='/backfills'] button");
    assert.match(await here(), /^\/backfills\/\d+$/);
    await tab.until(says("#runs", "running"));
  }],
  ["K2", "the list: what was wished, how far it is", async ({ go, sees }) => {
    await go("/backfills");
    await sees("main", /by ann/, /2020-02-03/, /0 of 62/);
  }],
  ["K3", "paused, gone on with, cancelled", async ({ go, follow, sees }) => {
    await go("/backfills/2");
    for (const [step, said] of [["pause", /is paused/], ["resume", /goes on/], ["cancel", /is cancelled/]] as const) {
      await follow(`form[action='/backfills/2/${step}'] button`);
      await sees("body", said);
    }
  }],
  ["K4", "each series with its sessions", async ({ go, sees }) => {
    await go("/backfills/2");
    await sees("#series", /AAA[\s\S]*1min/, /62/);
  }],
];

export const RUN_STEPS: readonly Step[] = [...LIST, ...AT_WORK, ...ONE];
