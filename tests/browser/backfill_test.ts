/** A backfill from the form to its end in a real Chromium, on the program as its users run it. */
import assert from "node:assert/strict";
import { type Browser, startBrowser, type Tab } from "../support/browser.ts";
import { historyAnswer } from "../support/history.ts";
import { servingProgram } from "../support/serving.ts";

const RANGE = "symbols=AAA&intervals=1min&from=2020-02-03&to=2020-04-30";

async function stage() {
  const at = await servingProgram();
  const history = { from: "2020-01-02", to: new Date().toISOString().slice(0, 10) };
  at.vendor.answerBy((parameters) =>
    parameters["function"] === "TIME_SERIES_INTRADAY" ? historyAnswer(parameters, history) : null
  );
  await at.serve();
  return at;
}

let browser: Promise<Browser> | null = null;

async function newTab(options?: Parameters<Browser["open"]>[0]): Promise<Tab> {
  return await (await (browser ??= startBrowser())).open(options);
}

Deno.test.afterAll(async () => {
  if (browser !== null) await (await browser)[Symbol.asyncDispose]();
});

const says = (selector: string, text: string) =>
  `document.querySelector(${JSON.stringify(selector)})?.innerText.includes(${JSON.stringify(text)})`;
const path = (tab: Tab) => tab.evaluate<string>("location.pathname");

Deno.test("dates make a backfill: costed while they are chosen, begun with a click, followed to its end", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.goto(`${at.page}/launch?symbols=AAA&intervals=1min`);
  assert.ok(await tab.evaluate(says(".sentence", "A run now sends")));
  await tab.evaluate(`(() => {
    const set = (name, value) => {
      const field = document.querySelector("input[name=" + name + "]");
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    };
    set("from", "2020-02-03");
    set("to", "2020-04-30");
  })()`);
  await tab.until(says(".sentence", "A backfill sends 3 requests for 62 missing sessions"));
  assert.match(await tab.evaluate<string>("location.search"), /from=2020-02-03&to=2020-04-30/);
  await tab.leadsOn(() => tab.click("form[action='/backfills'] button"));
  assert.equal(await path(tab), "/backfills/1");
  await tab.until(says(".sentence", "62 of 62 sessions are there"));
  await tab.until(says("#series", "100 %"));
  await tab.until(says("#runs", "complete"));
  await tab.leadsOn(() => tab.click("#runs th a"));
  assert.ok(await tab.evaluate(says("main", "backfill 1")));
  assert.deepEqual(tab.problems, []);
});

Deno.test("without script: begun, paused, resumed and cancelled; a phone shows it whole", async () => {
  await using at = await stage();
  at.vendor.answerBy(() => "silent");
  const tab = await newTab({ script: false });
  await tab.send("Emulation.setDeviceMetricsOverride", { width: 390, height: 844, deviceScaleFactor: 1, mobile: true });
  await tab.goto(`${at.page}/launch?${RANGE}`);
  await tab.leadsOn(() => tab.click("form[action='/backfills'] button"));
  for (const [step, said] of [["pause", "is paused"], ["resume", "goes on"], ["cancel", "is cancelled"]] as const) {
    await tab.leadsOn(() => tab.click(`form[action='/backfills/1/${step}'] button`));
    assert.ok(await tab.evaluate(says("body", `Backfill 1 ${said}`)), step);
  }
  for (const to of ["/backfills", "/backfills/1", `/launch?${RANGE}`, "/launch?from=2020-13-01"]) {
    await tab.goto(at.page + to);
    const wide = await tab.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(wide <= 390, `${to} is ${wide} wide`);
  }
  assert.deepEqual(tab.problems, []);
});
