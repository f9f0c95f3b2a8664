/** Launching, waiting, withdrawing, cancelling and forgetting in a real Chromium, on the program as its users run it. */
import assert from "node:assert/strict";
import { type Browser, startBrowser, type Tab } from "../support/browser.ts";
import { history } from "../support/runs.ts";
import { servingProgram } from "../support/serving.ts";

const LAUNCH = "form[action='/runs'] button";

/** The program with some history: runs 1 complete, 2 failed, 3 partial. */
async function stage() {
  const at = await servingProgram();
  await history(at.db, ["complete", "failed", "partial"]);
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

const path = (tab: Tab) => tab.evaluate<string>("location.pathname");
const sentence = ".sentence";
const says = (selector: string, text: string) =>
  `document.querySelector(${JSON.stringify(selector)})?.innerText.includes(${JSON.stringify(text)})`;

Deno.test("no page of launches has an error, breaks the policy, asks anybody else, or is wider than a phone", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.send("Emulation.setDeviceMetricsOverride", { width: 390, height: 844, deviceScaleFactor: 1, mobile: true });
  const confirm = "/runs/confirm?do=forget&run=1&run=2&run=99";
  for (
    const to of [
      "/launch",
      "/launch?symbols=T$LA",
      "/launch?of=3&again=failed",
      "/runs?outcome=queued",
      confirm,
      "/backfills",
    ]
  ) {
    await tab.goto(at.page + to);
    const wide = await tab.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(wide <= 390, `${to} is ${wide} wide`);
  }
  assert.deepEqual(tab.problems, []);
  assert.deepEqual(tab.requests.filter((url) => !url.startsWith(`${at.page}/`)), []);
});

Deno.test("what is typed is judged and costed by itself, in the address too, and launched with a click", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.goto(`${at.page}/launch`);
  assert.match(await tab.evaluate<string>(`document.querySelector("${sentence}").innerText`), /sends 1 request/);
  await tab.evaluate("document.getElementById('symbols').focus()");
  await tab.type("T$LA");
  await tab.until(says("#symbols-problem", '"T$LA" is not a symbol'));
  assert.equal(await tab.evaluate(`document.querySelector("${LAUNCH}")`), null);
  await tab.evaluate("document.getElementById('symbols').select()");
  await tab.type("aaa, zzz");
  await tab.until(says(sentence, "sends 2 requests for 2 of 2 series"));
  assert.equal(await tab.evaluate("location.search"), "?symbols=aaa%2C+zzz");
  assert.equal(await tab.evaluate("document.activeElement.id"), "symbols", "who types is not interrupted");
  await tab.leadsOn(() => tab.click(LAUNCH));
  assert.equal(await path(tab), "/runs/4");
  await tab.until(says("#series", "ZZZ daily"));
  await tab.until(says("#facts", "launch 1"));
});

Deno.test("behind a run at work a launch waits and says for what; it is withdrawn; the run is cancelled by force", async () => {
  await using at = await stage();
  at.vendor.answerBy(() => "silent");
  const tab = await newTab();
  await tab.goto(`${at.page}/launch`);
  await tab.leadsOn(() => tab.click(LAUNCH));
  assert.equal(await path(tab), "/runs/4");
  await at.vendor.arrived(1);
  await tab.goto(`${at.page}/launch?symbols=AAA&force=yes`);
  await tab.leadsOn(() => tab.click(LAUNCH));
  assert.equal(await path(tab), "/launch/2");
  assert.match(await tab.evaluate<string>(`document.querySelector("${sentence}").innerText`), /waits for run 4/);
  await tab.goto(`${at.page}/runs`);
  await tab.until(says("#tabs", "Queued1"));
  await tab.leadsOn(() => tab.click("#queue form button"));
  await tab.until(says(sentence, "It is withdrawn"));
  await tab.goto(`${at.page}/runs/4`);
  await tab.leadsOn(() => tab.click("#steps a"));
  assert.equal(await path(tab), "/runs/confirm");
  await tab.click("input[name=force]");
  await tab.leadsOn(() => tab.click("form.sure button"));
  assert.equal(await path(tab), "/runs/4");
  await tab.until(says(sentence, "cancelled in"));
});

Deno.test("runs are ticked, counted for each button, and forgotten after a question", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.goto(`${at.page}/runs`);
  const enabled = () =>
    tab.evaluate<string[]>("[...document.querySelectorAll('.bulk button:not(:disabled)')].map((b) => b.innerText)");
  assert.deepEqual(await enabled(), []);
  for (const id of [1, 2]) await tab.click(`input[value='${id}']`);
  assert.deepEqual((await enabled()).map((text) => text.replace(/\s+/g, " ")), [
    "Re-run all 2",
    "Re-run failed 1",
    "Forget 2",
  ]);
  await tab.leadsOn(() => tab.click("button[value=forget]"));
  assert.ok(!(await tab.evaluate<string>("location.search")).includes("token"));
  await tab.leadsOn(() => tab.click("form.sure button"));
  assert.match(await tab.evaluate<string>("document.querySelector('.said').innerText"), /2 runs forgotten/);
  assert.deepEqual(await tab.evaluate("[...document.querySelectorAll('tbody th')].map((th) => th.innerText)"), ["3"]);
});

Deno.test("a preset is kept in this browser, leads back to its form, and is removed", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.goto(`${at.page}/launch?symbols=IBM&intervals=weekly&force=yes`);
  await tab.evaluate("document.querySelector('#presets input').focus()");
  await tab.type("<b>weekly</b>");
  await tab.press("Enter");
  await tab.until(says("#presets", "<b>weekly</b>"));
  await tab.goto(`${at.page}/launch`);
  await tab.leadsOn(() => tab.click("#presets li a"));
  assert.equal(await tab.evaluate("document.getElementById('symbols').value"), "IBM");
  assert.equal(await tab.evaluate("document.querySelector('[value=weekly]').checked"), true);
  await tab.click("#presets li button");
  await tab.until("document.querySelector('#presets li') === null");
});

Deno.test("without script: previewed with a button, launched, and led to the run", async () => {
  await using at = await stage();
  const tab = await newTab({ script: false });
  const html = async () => {
    const { root } = await tab.send("DOM.getDocument") as { root: { nodeId: number } };
    return String((await tab.send("DOM.getOuterHTML", { nodeId: root.nodeId }))["outerHTML"]);
  };
  await tab.goto(`${at.page}/launch`);
  await tab.click("#symbols");
  await tab.type("T$LA");
  await tab.leadsOn(() => tab.press("Enter"));
  assert.match(await html(), /role="alert">"T\$LA" is not a symbol/);
  await tab.goto(`${at.page}/launch?symbols=AAA`);
  await tab.leadsOn(() => tab.click(LAUNCH));
  assert.match(await html(), /Launch 1 has begun: this is its run/);
  assert.deepEqual(tab.problems, []);
});
