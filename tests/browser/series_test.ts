/** The pages of series in a real Chromium: the chart within its policy, in both themes, on a phone, and without script. */
import assert from "node:assert/strict";
import { startBrowser } from "../support/browser.ts";
import { servingProgram } from "../support/serving.ts";

const SERIES = "/symbols/AAA/daily";

/** The program, after one run of a vendor whose newest session is the last one. */
async function stage() {
  const at = await servingProgram();
  assert.equal(await at.command("run", "--quiet"), 0);
  await at.serve();
  return at;
}

Deno.test("from the table to the chart; nothing is wider than a phone, breaks the policy or asks anybody else", async () => {
  await using at = await stage();
  await using browser = await startBrowser();
  const tab = await browser.open();
  await tab.send("Emulation.setDeviceMetricsOverride", { width: 390, height: 844, deviceScaleFactor: 1, mobile: true });
  await tab.goto(`${at.page}/symbols?symbol=aa`);
  assert.ok(!tab.requests.some((url) => url.includes("lightweight-charts")), "the chart is for the page that has one");
  await tab.leadsOn(() => tab.click("tbody th a"));
  assert.equal(await tab.evaluate("location.pathname"), SERIES);
  await tab.until(
    "Number(document.getElementById('chart').dataset.drawn) > 0 && document.querySelector('#chart canvas')",
  );
  assert.equal(await tab.evaluate("document.querySelector('#chart svg.candles')"), null);
  await tab.until("/ O .* H .* L .* C .* V /.test(document.getElementById('chart-says').textContent)");
  for (const query of ["", "?range=5y", "?show=answers", "?show=requests", "?show=revisions", "?show=quarantine"]) {
    await tab.goto(at.page + SERIES + query);
    const wide = await tab.evaluate<number>("document.documentElement.scrollWidth");
    assert.ok(wide <= 390, `${query} is ${wide} wide`);
  }
  assert.deepEqual(tab.problems, []);
  assert.deepEqual(tab.requests.filter((url) => !url.startsWith(`${at.page}/`)), []);
});

Deno.test("without script the bars are drawn and every list is a link", async () => {
  await using at = await stage();
  await using browser = await startBrowser();
  const tab = await browser.open({ script: false });
  await tab.goto(`${at.page}${SERIES}?range=1m&show=answers`);
  const { root } = await tab.send("DOM.getDocument") as { root: { nodeId: number } };
  const html = String((await tab.send("DOM.getOuterHTML", { nodeId: root.nodeId }))["outerHTML"]);
  assert.match(html, /<svg class="candles"/);
  assert.ok((html.match(/class="candle (?:up|down)/g)?.length ?? 0) > 5);
  assert.match(html, /href="\/answers\/\d+\/body"/);
  assert.match(html, /class="cell present"/);
});
