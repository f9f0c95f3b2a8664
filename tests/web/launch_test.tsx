/** Does the page say what a launch would cost before it is one, and what is wrong with the form where it is wrong? */
import assert from "node:assert/strict";
import type { Series } from "../../src/bar.ts";
import { Refused } from "../../src/refused.ts";
import { launchPage, type LaunchReads } from "../../src/web/launch.tsx";
import type { Visit } from "../../src/web/visit.ts";
import { drawn, said, wordsOf } from "../support/draw.tsx";
import { CONFIGURED, launch, NOW, reads, visit } from "../support/page.ts";

function at(change: Partial<LaunchReads> = {}) {
  const planned: { series: readonly Series[]; force: boolean }[] = [];
  const stage: LaunchReads = {
    ...reads().launch,
    plan: (series, { force }) => {
      planned.push({ series, force });
      return Promise.resolve({
        now: NOW,
        heals: [],
        entries: series.map((one) => ({ action: "skip", series: one, why: "complete", reason: "complete" })),
        quota: { perDay: 25, usedToday: 3, blockedUntil: null },
      });
    },
    ...change,
  };
  const show = (query = "", who: Partial<Visit> = {}) =>
    launchPage(stage)(visit({ query: new URLSearchParams(query), ...who }));
  return { planned, show };
}

Deno.test("without a word: what a run of the configured series would do, and a button", async () => {
  const { planned, show } = at();
  const shown = await show();
  assert.deepEqual(planned, [{ series: CONFIGURED, force: false }]);
  assert.match(said(shown), /A run now sends no request: all of these 2 series hold what can be had/);
  const html = drawn(shown.body);
  assert.match(html, /<form method="post" action="\/runs"[^>]*><input type="hidden" name="token" value="t"/);
  assert.match(said(shown), /Empty: all 2 series that are configured/);
  assert.match(said(shown), /None yet\. A launch is a run asked for here, by stocks-etl launch or through the API/);
});

Deno.test("what was chosen is previewed, stays in the form, and is what the button launches", async () => {
  const { planned, show } = at();
  const html = drawn((await show("symbols=goog&intervals=daily&force=yes&note=%22why%22")).body);
  assert.deepEqual(planned, [{ series: [{ symbol: "GOOG", interval: "daily" }], force: true }]);
  for (const [name, value] of [["symbols", "goog"], ["intervals", "daily"], ["force", "yes"]] as const) {
    assert.ok(html.includes(`<input type="hidden" name="${name}" value="${value}"/>`), name);
  }
  assert.match(html, /<input type="hidden" name="note" value="&quot;why&quot;"\/>/);
  assert.match(html, /<input type="checkbox" name="intervals" value="daily" checked=""/);
  assert.match(html, /<input type="checkbox" name="force" value="yes" checked=""/);
});

Deno.test("what is wrong is said beside its field, and nothing can be launched", async () => {
  const { planned, show } = at();
  const shown = await show("symbols=%3Cscript%3E&note=" + "n".repeat(501));
  const html = drawn(shown.body);
  assert.match(said(shown), /Not a run yet: see what is said beside the fields\./);
  assert.match(
    html,
    /<div id="symbols-problem" data-live=""><p class="problem" role="alert">&quot;&lt;script&gt;&quot; is not a symbol/,
  );
  assert.match(html, /id="symbols"[^>]*aria-describedby="symbols-hint symbols-problem" aria-invalid="true"/);
  assert.match(html, /id="note-problem" data-live=""><p[^>]*>the note has 501 characters/);
  assert.doesNotMatch(html, /method="post"/);
  assert.deepEqual(planned, []);
});

Deno.test("the series of a run again; of one that has none, why", async () => {
  const asked: unknown[] = [];
  const seriesAgain: LaunchReads["seriesAgain"] = (runId, again) => {
    asked.push([runId, again]);
    return again === "all" ? Promise.resolve(CONFIGURED) : Promise.reject(new Refused("invalid", "all were stored"));
  };
  const { planned, show } = at({ seriesAgain });
  assert.match(said(await show("of=12&again=all")), /Series of run 12 again/);
  assert.deepEqual(planned.splice(0), [{ series: CONFIGURED, force: false }]);
  const shown = await show("of=12&again=failed");
  assert.match(drawn(shown.body), /id="of-problem" data-live=""><p[^>]*>all were stored/);
  assert.deepEqual(asked, [[12, "all"], [12, "failed"]]);
  const chosen = drawn((await show("of=12&again=chosen&series=IBM+daily")).body);
  assert.match(chosen, /<input type="checkbox" name="series" value="IBM daily" checked=""/);
  assert.deepEqual(planned, [{ series: [{ symbol: "IBM", interval: "daily" }], force: false }]);
});

Deno.test("a log-in to look sees the cost and no button; a key that is missing is told", async () => {
  const { show } = at({ configured: () => Promise.resolve({ series: CONFIGURED, problem: "no key is set" }) });
  const shown = await show("", { role: "view" });
  assert.doesNotMatch(drawn(shown.body, { role: "view" }), /method="post"/);
  assert.match(said(shown, { role: "view" }), /no key is set.*This log-in may only look/s);
});

Deno.test("the last launches are below, and how many wait before this one", async () => {
  const launches = () => Promise.resolve([launch(9), launch(8), launch(7, { state: "served", reason: null })]);
  const waiting = () => Promise.resolve([launch(8), launch(9)]);
  const text = wordsOf(drawn((await at({ launches, waiting }).show()).body));
  assert.match(text, /2 launches wait before it\./);
  assert.match(text, /9 queued .* 8 queued .* 7 served/);
});
