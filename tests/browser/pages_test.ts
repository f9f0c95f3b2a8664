/** The pages in a real Chromium, on the program as its users run it: what people see, click and lose. */
import assert from "node:assert/strict";
import { type Browser, startBrowser, type Tab } from "../support/browser.ts";
import { history } from "../support/runs.ts";
import { logIn, servingProgram } from "../support/serving.ts";

const PASSWORD = "correct horse battery";
const PATHS = [
  "/",
  "/?window=1h",
  "/runs",
  "/runs?outcome=failed",
  "/runs/2",
  "/runs/withdraw",
  "/symbols?view=coverage",
  "/search?q=2",
  "/nowhere",
];

/** The program with some history, and a browser to look at it. */
async function stage(env: Record<string, string> = {}) {
  const at = await servingProgram(env);
  await history(at.db, ["complete", "failed", "partial"]);
  await at.db.pool.query("update run set message = $1 where outcome = 'failed'", [
    "<script>document.title = 'x'</script>",
  ]);
  await at.serve();
  return at;
}

let browser: Promise<Browser> | null = null;

/** One for all tests of this file: starting it takes longer than most of them. */
async function newTab(options?: Parameters<Browser["open"]>[0]): Promise<Tab> {
  return await (await (browser ??= startBrowser())).open(options);
}

Deno.test.afterAll(async () => {
  if (browser !== null) await (await browser)[Symbol.asyncDispose]();
});

Deno.test("no page has an error, breaks its own policy, asks anybody else, or is wider than a phone", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.send("Emulation.setDeviceMetricsOverride", { width: 390, height: 844, deviceScaleFactor: 1, mobile: true });
  for (const path of PATHS) {
    await tab.goto(at.page + path);
    const [title, wide] = await tab.evaluate<[string, number]>(
      "[document.title, document.documentElement.scrollWidth]",
    );
    assert.match(title, / · stocks-etl$/, path);
    assert.ok(wide <= 390, `${path} is ${wide} wide`);
  }
  const missing = tab.problems.filter((problem) => !/404.*\/nowhere/.test(problem));
  assert.deepEqual(missing, []);
  assert.deepEqual(tab.requests.filter((url) => !url.startsWith(`${at.page}/`)), []);
});

Deno.test("a run elsewhere shows on an open page by itself; the filter somebody types in stays", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.goto(`${at.page}/runs`);
  await tab.evaluate("document.querySelector('[name=symbol]').focus()");
  await tab.type("IBM");
  assert.equal(await at.command("run", "--quiet"), 0);
  await tab.until("document.querySelector('tbody th a')?.textContent === '4'");
  await tab.until("document.querySelector('tbody tr').innerText.includes('complete')");
  assert.equal(await tab.evaluate("document.querySelector('[name=symbol]').value"), "IBM");
  assert.match(
    await tab.evaluate<string>("document.querySelector('.sentence').innerText"),
    /of 1 run in the last seven days/,
  );
  assert.equal(await at.end("SIGTERM"), 0);
});

Deno.test("the server is killed: a banner says so; it comes back: the page is up to date by itself", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.goto(`${at.page}/runs`);
  await at.end("SIGKILL");
  await tab.until("!document.getElementById('lost').hidden");
  await history(at.db, ["cancelled"]);
  await at.serve();
  await tab.until("document.getElementById('lost').hidden");
  await tab.until("document.querySelector('tbody').innerText.includes('cancelled')");
});

Deno.test("locked: the log-in leads where we wanted to go, a wrong password is told, log-out ends it", async () => {
  await using at = await stage({ UI_PASSWORD: PASSWORD });
  const tab = await newTab();
  await tab.goto(`${at.page}/runs?outcome=failed`);
  await logIn(tab, "wrong password");
  assert.match(await tab.evaluate<string>("document.querySelector('[role=alert]').innerText"), /the password is wrong/);
  await logIn(tab, PASSWORD);
  assert.equal(await tab.evaluate("location.pathname + location.search"), "/runs?outcome=failed");
  assert.equal(await tab.evaluate("document.cookie.includes('session')"), false);
  await tab.click(".settings summary");
  await tab.leadsOn(() => tab.click("form[action='/logout'] button"));
  assert.equal(await tab.evaluate("location.pathname"), "/login");
  await tab.goto(`${at.page}/`);
  assert.equal(await tab.evaluate("location.pathname"), "/login");
});

Deno.test("by keyboard alone: past the navigation, to a run, and to other settings", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.goto(`${at.page}/runs`);
  const focused = () =>
    tab.evaluate<string>("document.activeElement.innerText || document.activeElement.getAttribute('aria-label') || ''");
  await tab.press("Tab");
  assert.equal(await focused(), "To the content");
  await tab.press("Enter");
  for (let count = 0; await focused() !== "3"; count++) {
    assert.ok(count < 20, "the newest run is not reached");
    await tab.press("Tab");
  }
  const outline = await tab.evaluate<string>("getComputedStyle(document.activeElement).outlineStyle");
  assert.equal(outline, "solid", "where we are can be seen");
  await tab.leadsOn(() => tab.press("Enter"));
  assert.equal(await tab.evaluate("location.pathname"), "/runs/3");
  await tab.evaluate("document.querySelector('.settings summary').focus()");
  await tab.press("Enter");
  await tab.until("document.querySelector('details.settings').open");
  await tab.press("Escape");
  await tab.until("!document.querySelector('details.settings').open");
});

Deno.test("colours and zone are chosen with a click; the browser's own zone too", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.send("Emulation.setTimezoneOverride", { timezoneId: "Asia/Kolkata" });
  await tab.goto(`${at.page}/runs`);
  const choose = async (field: string) => {
    await tab.click(".settings summary");
    await tab.leadsOn(() => tab.click(`input[value=${field}]`));
  };
  const ground = () => tab.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  await choose("light");
  const light = await ground();
  await choose("dark");
  assert.notEqual(await ground(), light);
  await choose("local");
  assert.match(await tab.evaluate<string>("document.querySelector('tbody tr').innerText"), /2026-03-02 07:30/);
  assert.match(await tab.evaluate<string>("document.querySelector('.as-of').innerText"), /GMT\+5:30/);
});

Deno.test("without script everything can be read, filtered and set", async () => {
  await using at = await stage();
  const tab = await newTab({ script: false });
  await tab.goto(`${at.page}/runs`);
  await tab.click(".settings summary");
  await tab.click("input[value=local]");
  await tab.leadsOn(() => tab.click(".settings form button"));
  const { root } = await tab.send("DOM.getDocument") as { root: { nodeId: number } };
  const { outerHTML } = await tab.send("DOM.getOuterHTML", { nodeId: root.nodeId });
  assert.match(String(outerHTML), /has not said where it is/);
  assert.match(String(outerHTML), /2026-03-02 02:00/);
});

Deno.test("keys lead to pages, to the search and to their list; never where somebody types, nor once they are off", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.goto(`${at.page}/runs`);
  const hit = async (text: string) => {
    for (const key of text) {
      await tab.send("Input.dispatchKeyEvent", { type: "keyDown", key, text: key });
      await tab.send("Input.dispatchKeyEvent", { type: "keyUp", key });
    }
  };
  const path = () => tab.evaluate<string>("location.pathname + location.search");
  await hit("?");
  await tab.until("document.getElementById('keys').open");
  await tab.press("Escape");
  await tab.until("!document.getElementById('keys').open");
  await tab.leadsOn(() => hit("gi"));
  assert.equal(await path(), "/instance");
  await hit("/");
  assert.equal(await tab.evaluate("document.activeElement.id"), "find");
  await hit("gr?/");
  assert.equal(await tab.evaluate("document.getElementById('find').value"), "gr?/", "what is typed is typed");
  assert.equal(await path(), "/instance");
  await tab.evaluate("document.getElementById('find').select()");
  await tab.type("3");
  await tab.leadsOn(() => tab.press("Enter"));
  assert.equal(await path(), "/search?q=3");
  assert.equal(await tab.evaluate("document.querySelector('#findings tbody th').innerText"), "3");
  await tab.click(".settings summary");
  await tab.leadsOn(() => tab.click("input[name=keys][value=off]"));
  await tab.evaluate("document.activeElement.blur()");
  await hit("gr");
  assert.equal(await tab.evaluate("document.getElementById('keys')"), null);
  assert.equal(await path(), "/search?q=3");
  assert.deepEqual(tab.problems, []);
});

Deno.test("the menu of a row opens one at a time, closes with Escape, and keeps the place", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.goto(`${at.page}/runs`);
  const open = () => tab.evaluate<string[]>("[...document.querySelectorAll('.menu[open]')].map((one) => one.id)");
  await tab.click("#menu-3 summary");
  await tab.click("#menu-1 summary");
  assert.deepEqual(await open(), ["menu-1"]);
  await tab.press("Escape");
  assert.deepEqual(await open(), []);
  assert.equal(await tab.evaluate("document.activeElement.getAttribute('aria-label')"), "More of run 1");
  await tab.press("Enter");
  await tab.leadsOn(() => tab.click("#menu-1 a[href='/launch?of=1&again=all']"));
  assert.equal(await tab.evaluate("location.pathname"), "/launch");
});

/** A stream that is opened when we say so, as one that is slow to come. */
const SLOW_STREAM = `
  const Real = EventSource;
  globalThis.EventSource = function (url) {
    const heard = Object.assign(new EventTarget(), { close: () => {}, readyState: 0 });
    globalThis.openStream = () => {
      const real = new Real(url);
      for (const name of ["beat", "change"]) {
        real.addEventListener(name, ({ data }) => heard.dispatchEvent(new MessageEvent(name, { data })));
      }
    };
    return heard;
  };`;

Deno.test("what changes between the page and its stream is shown too", async () => {
  await using at = await stage();
  const tab = await newTab();
  await tab.send("Page.addScriptToEvaluateOnNewDocument", { source: SLOW_STREAM });
  await tab.goto(`${at.page}/runs`);
  await history(at.db, ["cancelled"]);
  await tab.evaluate("openStream()");
  await tab.until("document.querySelector('tbody').innerText.includes('cancelled')");
});
