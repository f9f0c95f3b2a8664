/** The pages of the schedule and the instance in a real Chromium, on the program as its users run it. */
import assert from "node:assert/strict";
import { type Browser, startBrowser, type Tab } from "../support/browser.ts";
import { servingProgram } from "../support/serving.ts";

/** The program, after a run of its own and with some ticks behind it. */
async function stage() {
  const env = {
    ALPHAVANTAGE_API_KEY: "servekey-that-is-secret",
    SCHEDULE_CRON: "0 6 * * 1-5",
    SCHEDULE_TIMEZONE: "Europe/Berlin",
  };
  const at = await servingProgram(env);
  assert.equal(await at.command("run", "--quiet"), 0);
  // Made by the first look at the clock, which need not be over when the page answers.
  await at.db.pool.query(
    `insert into schedule (name, cron, timezone, evaluated_to, updated_at) values ('ingest', $1, $2, now(), now())`,
    [env.SCHEDULE_CRON, env.SCHEDULE_TIMEZONE],
  );
  await at.serve();
  await at.db.pool.query(
    `insert into tick (schedule, due_at, state, trigger, reason, noticed_at)
     select 'ingest', date_trunc('hour', now()) - make_interval(hours => n), case when n % 4 = 1 then 'skipped' else 'requested' end,
       'schedule', case when n % 4 = 1 then 'the run before it was at work' end,
       date_trunc('hour', now()) - make_interval(hours => n) + interval '4 seconds'
     from generate_series(1, 30) as n`,
  );
  await at.db.pool.query("update run set tick_id = (select max(id) from tick where state = 'requested')");
  return {
    ...at,
    /** Resolves when the server has looked once since the pages that are open began to listen: from here on a change is one. */
    watched: async () => {
      const { body } = await fetch(`${at.page}/live`);
      const events = body!.pipeThrough(new TextDecoderStream()).getReader();
      for (let seen = ""; seen.split("event: ").length < 3;) seen += (await events.read()).value;
      await events.cancel();
    },
    /** A command by another process of ours. */
    elsewhere: async (...command: string[]) => assert.equal(await at.command(...command), 0),
  };
}

const words = (tab: Tab, selector: string) =>
  tab.evaluate<string>(`document.querySelector(${JSON.stringify(selector)}).innerText`);

Deno.test("the schedule is paused, changed after a preview, tested, reset and switched on, with a mouse", async () => {
  await using at = await stage();
  await using browser: Browser = await startBrowser();
  const tab = await browser.open();
  await tab.goto(`${at.page}/schedule`);
  assert.match(await words(tab, ".sentence"), /^At 06:00, Monday through Friday, Europe\/Berlin time\./);
  await tab.leadsOn(() => tab.click(".switch"));
  assert.match(await words(tab, ".sentence"), /^Paused: no tick is served\./);
  assert.equal(await tab.evaluate("document.querySelector('.switch').ariaChecked"), "false");

  await tab.evaluate("document.querySelector('[name=cron]').select()");
  await tab.type("nonsense");
  await tab.leadsOn(() => tab.press("Enter"));
  assert.match(await words(tab, "#edit-said [role=alert]"), /Cannot read schedule "nonsense"/);
  await tab.evaluate("document.querySelector('[name=cron]').select()");
  await tab.type("*/30 9-16 * * 1-5");
  await tab.leadsOn(() => tab.press("Enter"));
  assert.match(await words(tab, "#edit-said"), /Every 30 minutes.*It would be due/s);
  assert.match(await words(tab, ".facts"), /0 6 \* \* 1-5/, "nothing is saved by a preview");
  await tab.leadsOn(() => tab.click("#edit-said button"));
  assert.match(await words(tab, ".said"), /^In force: Every 30 minutes/);
  assert.match(await words(tab, ".facts"), /\*\/30 9-16 .*page \(open\)/s);

  await tab.leadsOn(() => tab.click(".next-ticks a"));
  assert.match(await words(tab, "#test-said"), /The tick of .* would be skipped: the schedule is paused/);
  await tab.leadsOn(() => tab.click("form[action='/schedule/reset'] button"));
  assert.match(await words(tab, ".facts"), /the configuration/);
  await tab.leadsOn(() => tab.click(".switch"));
  assert.match(await words(tab, "#changes"), /resumed.*reset.*set.*paused/s);
  assert.deepEqual(tab.problems, []);
});

Deno.test("neither page is wider than a phone, breaks its policy, asks anybody else, or shows the key", async () => {
  await using at = await stage();
  await using browser = await startBrowser();
  const tab = await browser.open();
  await tab.send("Emulation.setDeviceMetricsOverride", { width: 390, height: 844, deviceScaleFactor: 1, mobile: true });
  for (const path of ["/schedule", "/schedule?state=skipped", "/schedule?cron=@daily", "/instance"]) {
    await tab.goto(at.page + path);
    const [wide, html] = await tab.evaluate<[number, string]>(
      "[document.documentElement.scrollWidth, document.documentElement.outerHTML]",
    );
    assert.ok(wide <= 390, `${path} is ${wide} wide`);
    assert.doesNotMatch(html, /servekey/);
    assert.ok(html.length < 100_000, `${path} has ${html.length} characters`);
  }
  assert.deepEqual(tab.problems, []);
  assert.deepEqual(tab.requests.filter((url) => !url.startsWith(`${at.page}/`)), []);
});

Deno.test("the command of another process shows on an open page by itself; what somebody types in stays", async () => {
  await using at = await stage();
  await using browser = await startBrowser();
  const tab = await browser.open();
  await tab.goto(`${at.page}/schedule`);
  await tab.evaluate("document.querySelector('[name=cron]').select()");
  await tab.type("@hourly");
  await at.watched();
  await at.elsewhere("pause");
  await tab.until("document.querySelector('.sentence').innerText.startsWith('Paused')");
  await tab.until("document.querySelector('#changes').innerText.includes('(terminal)')");
  assert.equal(await tab.evaluate("document.querySelector('[name=cron]').value"), "@hourly");
});
