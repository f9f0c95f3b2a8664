/** Is any page closed to somebody who cannot see, point or tell colours apart? axe-core on each, in both themes, wide and on a phone. */
import assert from "node:assert/strict";
import { axeScript, seriousFindings } from "../support/axe.ts";
import { startBrowser, type Tab } from "../support/browser.ts";
import { history } from "../support/runs.ts";
import { servingProgram } from "../support/serving.ts";

const PASSWORD = "correct horse battery";
const WIDTHS = [1280, 390];
const THEMES = ["light", "dark"];
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
  "/runs/3",
  "/runs/confirm?do=forget&run=2&run=3&run=99",
  "/runs/confirm?do=cancel&run=7",
  "/schedule",
  "/schedule?state=skipped",
  "/schedule?cron=nonsense",
  "/schedule?cron=@daily&timezone=America/New_York",
  "/symbols",
  "/symbols?symbol=none",
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

/** The program behind a password, with something to show on every page. */
async function stage() {
  const at = await servingProgram({ STOCK_SYMBOLS: "AAA,ZZZ", UI_PASSWORD: PASSWORD });
  assert.equal(await at.command("run", "--quiet"), 3, "ZZZ is a symbol the vendor does not know");
  await history(at.db, ["failed", "partial", "deferred", "nothing-due", "cancelled", null]);
  await furnish(at.db.pool);
  await at.serve(2);
  return at;
}

/** What seldom happens: a row that broke a rule, a settled bar that changed, a launch that waits, a tick that was skipped. */
async function furnish(pool: { query(sql: string): Promise<unknown> }): Promise<void> {
  const statements = [
    `insert into quarantine (run_id, symbol, interval, stamp, rule, raw, first_seen_at, last_seen_at)
     values (1, 'AAA', 'daily', '2026-11-02', 'high-below-low',
       '{"1. open":"9","2. high":"8","3. low":"9","4. close":"9","5. volume":"1"}', now(), now())`,
    `insert into revision (symbol, interval, ts, open, high, low, close, volume, seen_at, run_id)
     select symbol, interval, ts, open, high + 1, low, close, volume + 7, now(), 1
     from stock_data where symbol = 'AAA' order by ts desc offset 3 limit 2`,
    `insert into launch (series, force, asked_by, asked_at)
     values ('[{"symbol":"AAA","interval":"daily"}]', true, 'ann (terminal)', now())`,
    `insert into schedule (name, cron, timezone, evaluated_to, updated_at)
     values ('ingest', '0 6 * * *', 'UTC', now(), now())`,
    `insert into tick (schedule, due_at, state, trigger, reason, noticed_at)
     select 'ingest', date_trunc('hour', now()) - make_interval(hours => n), 'skipped', 'schedule',
       'the run before it was at work', now() - make_interval(hours => n)
     from generate_series(1, 3) as n`,
    `insert into backfill (from_date, to_date, asked_by, asked_at, state, reason)
     values ('2020-01-02', '2020-12-31', 'ann (terminal)', now(), 'paused', 'paused by ann (terminal)')`,
    `insert into backfill_series (backfill_id, place, symbol, interval, state, reason, wished, held, none, refused, failed, requests)
     values (1, 0, 'AAA', '1min', 'open', null, 253, 100, 1, 0, 0, 7),
       (1, 1, 'ZZZ', '1min', 'refused', 'it was refused as premium', 253, 0, 0, 253, 0, 0)`,
    `update run set trigger = 'backfill', backfill_id = 1 where id = 3`,
    `update run set message = 'Cannot reach the vendor: connection refused' where outcome = 'failed'`,
  ];
  for (const statement of statements) await pool.query(statement);
}

/** What is wrong, and where: a fault of the frame is one finding, not one a page. */
type Findings = Map<string, string[]>;

/** Looks at the page that is open in every theme and width. */
async function look(tab: Tab, findings: Findings, { script, name }: { script: string; name: string }): Promise<void> {
  for (const width of WIDTHS) {
    for (const theme of THEMES) {
      const size = { width, height: 844, deviceScaleFactor: 1, mobile: width < 600 };
      await tab.send("Emulation.setDeviceMetricsOverride", size);
      await tab.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: theme }] });
      for (const { rule, impact, where } of await seriousFindings(tab, script)) {
        const what = `${rule} (${impact})\n  ${where.join("\n  ")}`;
        findings.set(what, [...findings.get(what) ?? [], `${name} (${theme}, ${width} wide)`]);
      }
    }
  }
}

Deno.test("no page has a serious or critical finding, in either theme, at either width", async () => {
  await using at = await stage();
  await using browser = await startBrowser();
  const [tab, script] = [await browser.open(), await axeScript()];
  await tab.goto(at.page);
  const findings: Findings = new Map();
  await look(tab, findings, { script, name: "the log-in" });
  await tab.type(PASSWORD);
  await tab.leadsOn(() => tab.press("Enter"));
  for (const path of PATHS) {
    await tab.goto(at.page + path);
    await look(tab, findings, { script, name: path });
  }
  const tabs = await tab.evaluate<string[]>("[...document.querySelectorAll('.tabs a')].map((a) => a.pathname)");
  assert.deepEqual(tabs.filter((path) => !PATHS.includes(path)), [], "a page nobody looked at");
  await tab.click(".settings summary");
  await look(tab, findings, { script, name: "the settings" });
  const told = [...findings].map(([what, places]) => `${what}\n  on ${places.join(", ")}`);
  assert.equal(told.join("\n"), "");
});
