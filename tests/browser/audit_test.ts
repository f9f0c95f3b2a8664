/** Is any page closed to somebody who cannot see, point or tell colours apart? axe-core on each, in both themes, wide and on a phone. */
import assert from "node:assert/strict";
import { axeScript, seriousFindings } from "../support/axe.ts";
import { startBrowser, type Tab } from "../support/browser.ts";
import { furnish } from "../support/furnish.ts";
import { history } from "../support/runs.ts";
import { logIn, servingProgram } from "../support/serving.ts";

const PASSWORDS = { operate: "correct horse battery", view: "staple and nothing more" };
type Look = readonly [theme: "light" | "dark", width: number];
const EVERY: readonly Look[] = [["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]];
/** Who may only look sees less of the same: each theme and width once. */
const SOME: readonly Look[] = [["light", 1280], ["dark", 390]];
const SERIES = "/symbols/AAA/daily";
/** Every page of the route table, and what it shows only when asked. Run 1 is the one that stored something. */
const PATHS = [
  "/",
  "/?window=24h",
  "/runs",
  "/runs?outcome=queued",
  "/runs?outcome=failed&symbol=ZZZ",
  "/runs/1",
  "/runs/1?level=debug",
  "/runs/1?symbol=AAA&interval=daily&only=yes",
  "/runs/3",
  "/runs/confirm?do=forget&run=2&run=3&run=99",
  "/runs/confirm?do=cancel&run=7",
  "/runs/withdraw",
  "/schedule",
  "/schedule?state=skipped",
  "/schedule?cron=nonsense",
  "/schedule?cron=@daily&timezone=America/New_York",
  "/symbols",
  "/symbols?symbol=none",
  "/symbols?view=coverage",
  "/search",
  "/search?q=vendor",
  SERIES,
  `${SERIES}?range=1m&show=answers`,
  `${SERIES}?show=requests`,
  `${SERIES}?show=revisions`,
  `${SERIES}?show=quarantine`,
  "/launch",
  "/launch?symbols=T$LA",
  "/launch?symbols=ZZZ&intervals=30min&force=yes",
  "/launch?of=3&again=failed",
  "/launch/1",
  "/launch?symbols=AAA&intervals=1min&from=2020-01-01&to=2020-12-31",
  "/launch?from=nonsense",
  "/backfills",
  "/backfills/1",
  "/instance",
  "/nowhere",
];

/** What may not stand in a paragraph ends it: the page then is another one than was written. */
const TORN_PARAGRAPH = /<p(?: [^>]*)?>(?:(?!<\/p>)[^])*?<(?:form|div|table|ul|ol|dl|section|nav|h[1-6]|p)[ >]/;

/** The program behind a password, with something to show on every page. */
async function stage() {
  const at = await servingProgram({
    STOCK_SYMBOLS: "AAA,ZZZ",
    UI_PASSWORD: PASSWORDS.operate,
    UI_VIEW_PASSWORD: PASSWORDS.view,
  });
  assert.equal(await at.command("run", "--quiet"), 3, "ZZZ is a symbol the vendor does not know");
  await history(at.db, ["failed", "partial", "deferred", "nothing-due", "cancelled", null]);
  await furnish(at.db.pool);
  await at.serve(2);
  return at;
}

/** What is wrong, and where: a fault of the frame is one finding, not one a page. */
type Findings = Map<string, string[]>;

/** Looks at the page that is open in these themes and widths. */
async function look(
  tab: Tab,
  findings: Findings,
  { script, name, looks }: { script: string; name: string; looks: readonly Look[] },
): Promise<void> {
  for (const [theme, width] of looks) {
    const size = { width, height: 844, deviceScaleFactor: 1, mobile: width < 600 };
    await tab.send("Emulation.setDeviceMetricsOverride", size);
    await tab.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: theme }] });
    for (const { rule, impact, where } of await seriousFindings(tab, script)) {
      const what = `${rule} (${impact})\n  ${where.join("\n  ")}`;
      findings.set(what, [...findings.get(what) ?? [], `${name} (${theme}, ${width} wide)`]);
    }
  }
}

Deno.test("no page has a serious or critical finding, for either role, in either theme, at either width", async () => {
  await using at = await stage();
  await using browser = await startBrowser();
  const script = await axeScript();
  const findings: Findings = new Map();
  for (const role of ["operate", "view"] as const) {
    const [tab, looks] = [await browser.open(), role === "operate" ? EVERY : SOME];
    const lookAt = (name: string) => look(tab, findings, { script, name: `${name} to ${role}`, looks });
    await tab.goto(at.page);
    await lookAt("the log-in");
    await logIn(tab, PASSWORDS[role]);
    for (const path of PATHS) {
      await tab.goto(at.page + path);
      await lookAt(path);
      const text = await tab.evaluate<string>("fetch(location.href).then((response) => response.text())");
      const broken = TORN_PARAGRAPH.exec(text)?.[0];
      if (broken !== undefined) findings.set(`a paragraph cannot hold this: ${broken.slice(-300)}`, [path]);
    }
    const tabs = await tab.evaluate<string[]>("[...document.querySelectorAll('.tabs a')].map((a) => a.pathname)");
    assert.deepEqual(tabs.filter((path) => !PATHS.includes(path)), [], "a page nobody looked at");
    await tab.goto(`${at.page}/runs`);
    await tab.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)");
    await lookAt("what can be opened on /runs");
    assert.equal(
      await tab.evaluate("document.querySelector('form.bulk, form[data-bulk]') !== null"),
      role === "operate",
    );
  }
  const told = [...findings].map(([what, places]) => `${what}\n  on ${places.join(", ")}`);
  assert.equal(told.join("\n"), "");
});
