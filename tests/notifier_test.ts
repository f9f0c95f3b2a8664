/** From a closed run to somebody who knows: real database, real mail server, real receiver of webhooks. */
import assert from "node:assert/strict";
import { channelStates, outboxRows } from "../src/postgres/outbox.ts";
import { incidents } from "../src/postgres/incidents.ts";
import { serverDatabase } from "./support/database.ts";
import { expireParcels } from "./support/outbox.ts";
import { EVENING, startTold, type Told } from "./support/told.ts";
import { notice } from "./support/vendor.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ALL = {
  EMAIL_ON: "always",
  SLACK_WEBHOOK_URL: "/slack",
  WEBHOOK_URL: "/hook",
  WEBHOOK_SECRET: "webhook secret",
  PING_URL: "/ping",
  PAGE_URL: "https://etl.example.com/",
};

function onBothEngines(name: string, test: (at: Told) => Promise<void>, options: Parameters<typeof startTold>[1] = {}) {
  Deno.test(`${name} (server)`, async () => {
    await using database = await serverDatabase();
    await using at = await startTold({ kind: "server", url: database.url, poolSize: 4 }, options);
    await test(at);
  });
  Deno.test(`${name} (embedded)`, async () => {
    await using at = await startTold({ kind: "embedded", dataDir: null }, options);
    await test(at);
  });
}

/** The vendor is down for everybody, or answers again. */
const down = (at: Told, yes: boolean) => at.vendor.answerBy(yes ? () => "html-503" : null);

onBothEngines("a run is told on every channel, once", async (at) => {
  at.vendor.answerBy(({ symbol }) => symbol === "BAD" ? notice("2") : null);
  assert.deepEqual(await at.run(), { decided: 1, sent: 4, failed: 0, undeliverable: 0 });
  const [mail] = at.mailbox.mails;
  assert.equal(mail!.subject, "[stocks-etl] partial: 1 of 2 series failed · 3 requests today");
  assert.match(mail!.text, /NEW PROBLEMS\n {2}the vendor does not know the symbol, 1 series: BAD daily/);
  assert.match(mail!.text, /IBM daily +stored +100 new/);
  assert.match(mail!.html, /href="https:\/\/etl\.example\.com\/symbols\/BAD\/daily"/);
  assert.match(mail!.log!, /info\s+Run 1 started \(manual\)\n[\s\S]*Run 1 partial\n$/);
  const paths = at.receiver.received.map(({ path }) => path);
  assert.deepEqual(paths.toSorted(), ["/hook", "/ping/fail", "/ping/start", "/slack"]);
  assert.equal(paths[0], "/ping/start");
  const event = JSON.parse(at.receiver.received.find(({ path }) => path === "/hook")!.body);
  assert.equal(event.type, "run");
  assert.equal(event.run.outcome, "partial");
  assert.deepEqual(event.series.map((one: { status: string }) => one.status).sort(), ["failed", "stored"]);
  assert.equal(event.opened[0].key, "bad-symbol BAD daily");
  assert.equal(event.url, "https://etl.example.com/runs/1");
  assert.match(mail!.messageId, /^<stocks-etl\.\d+\.[0-9a-f-]{36}@example\.com>$/);
  assert.deepEqual(await at.pass({ look: false }), { decided: 0, sent: 0, failed: 0, undeliverable: 0 });
  const states = await channelStates(at.app.database);
  assert.deepEqual(states.map(({ channel, last }) => `${channel} ${last?.state}`), [
    "mail sent",
    "slack sent",
    "webhook sent",
    "ping sent",
  ]);
}, { env: ALL, symbols: "IBM,BAD" });

onBothEngines("three days of outage: one mail, two reminders, one recovery; good runs are quiet", async (at) => {
  await at.run();
  assert.deepEqual(at.subjects(), []);
  // The Fourth of July is no session: nothing is due before the evening of the fifth.
  const start = EVENING + 2 * DAY;
  at.wait(start - at.world.now());
  down(at, true);
  for (let hour = 0; hour < 72; hour += 6) {
    await at.run();
    await at.pass();
    at.wait(start + (hour + 6) * HOUR - at.world.now());
  }
  down(at, false);
  at.vendor.bars({ symbol: "IBM", interval: "daily" }, [
    { stamp: "2023-07-07", open: "1", high: "1", low: "1", close: "1", volume: "1" },
  ]);
  await at.run({ force: true });
  const told = at.subjects().map((subject) => subject.replace(/: .*/, ""));
  assert.deepEqual(told, ["failed", "day 2", "day 3", "recovered"], at.subjects().join("\n"));
});

onBothEngines("500 failing series make one mail", async (at) => {
  down(at, true);
  await at.run();
  assert.equal(at.mailbox.mails.length, 1);
  assert.match(at.mailbox.mails[0]!.subject, /failed: 500 of 500 series failed/);
  assert.equal((await incidents(at.app.database, 99)).length, 1);
}, { symbols: Array.from({ length: 500 }, (_, index) => `S${index}`).join(",") });

onBothEngines(
  "a mail server that is down loses nothing and keeps nobody: the others are told, the mail comes later",
  async (at) => {
    at.mailbox.failAll("closed");
    assert.deepEqual(await at.run(), { decided: 1, sent: 3, failed: 1, undeliverable: 0 });
    assert.equal((await at.pass({ look: false })).failed, 0, "not before its time");
    at.wait(2 * 60_000);
    assert.equal((await at.pass({ look: false })).failed, 1);
    at.mailbox.failAll(null);
    at.wait(HOUR);
    assert.equal((await at.pass({ look: false })).sent, 1);
    assert.equal(at.mailbox.mails.length, 1);
    const mail = (await outboxRows(at.app.database, { limit: 9 })).find(({ channel }) => channel === "mail");
    assert.equal(mail!.state, "sent");
    assert.equal(mail!.attempts, 3);
  },
  { env: ALL },
);

onBothEngines("when nobody takes anything one message is tried, not all of them", async (at) => {
  for (let index = 0; index < 12; index++) {
    await at.app.database.pool.query(
      `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome)
       values ('manual', 'x', now(), now(), now(), 'complete')`,
    );
  }
  await at.app.database.pool.query("insert into notice (kind, run_id, at) select 'run', id, now() from run");
  at.mailbox.failAll("closed");
  assert.deepEqual(await at.pass({ look: false }), { decided: 12, sent: 0, failed: 1, undeliverable: 0 });
  const tried = (await outboxRows(at.app.database, { limit: 99 })).filter(({ attempts }) => attempts > 0);
  assert.equal(tried.length, 1);
  at.mailbox.failAll(null);
  assert.equal((await at.pass({ look: false })).sent, 11);
}, { env: { EMAIL_ON: "always" } });

onBothEngines("of two recipients the refused one is tried again alone, under the same id", async (at) => {
  at.mailbox.fail("half");
  await at.run();
  at.wait(HOUR);
  await at.pass({ look: false });
  assert.deepEqual(at.mailbox.mails.map(({ to }) => to), [["a@example.com"], ["later@example.com"]]);
  assert.equal(at.mailbox.mails[0]!.messageId, at.mailbox.mails[1]!.messageId);
}, { env: { EMAIL_ON: "always", EMAIL_RECIPIENT_ADDRESS: "a@example.com,later@example.com" } });

onBothEngines("what will never be taken ends visibly", async (at) => {
  at.mailbox.failAll("unknown-recipient");
  assert.equal((await at.run()).undeliverable, 1);
  const [row] = await outboxRows(at.app.database, { limit: 1 });
  assert.equal(row!.state, "undeliverable");
  assert.match(row!.error!, /me@example\.com: .*550/);
}, { env: { EMAIL_ON: "always" } });

onBothEngines("killed between the sending and the verdict: sent twice, under one id", async (at) => {
  await at.run();
  await at.app.database.pool.query(
    `update outbox set state = 'waiting', recipients = '["me@example.com"]', sent_at = null, owner = 'dead',
       lease_until = now()`,
  );
  await expireParcels(at.app.database);
  await at.pass({ look: false });
  assert.equal(at.mailbox.mails.length, 2);
  assert.equal(new Set(at.mailbox.mails.map(({ messageId }) => messageId)).size, 1);
}, { env: { EMAIL_ON: "always" } });

onBothEngines("EMAIL_ON=change: quiet when nothing is due", async (at) => {
  await at.run();
  at.wait(60_000);
  await at.run();
  assert.deepEqual(at.subjects(), ["complete: 100 new bars in 1 series · 1 requests today"]);
}, { env: { EMAIL_ON: "change" } });

onBothEngines(
  "bars that are late although no run says so, and a schedule that does not fire, are told from inside",
  async (at) => {
    await at.run();
    await at.beat();
    await at.pass();
    assert.deepEqual(at.subjects(), []);
    // The Fourth of July is no session; that of the fifth is missing from the tick of the seventh on.
    at.wait(3 * DAY + 10 * HOUR);
    await at.pass();
    await at.pass();
    const [alarm, ...more] = at.subjects();
    assert.equal(more.length, 0);
    assert.match(alarm!, /^alarm: the schedule does not fire and 1 more problem/);
    assert.match(
      at.mailbox.mails[0]!.text,
      /bars are late for their session, 1 series: IBM daily: IBM daily lacks the session of 2023-07-05/,
    );
    at.wait(DAY);
    await at.pass();
    assert.match(at.subjects()[1]!, /^day 2: .* and 1 more problem/);
  },
);

onBothEngines("the summary of the day comes at its time, in the schedule's zone, once", async (at) => {
  await at.run();
  await at.pass();
  // 07:00 in New York is 11:00Z.
  at.wait(Date.parse("2023-07-04T10:59Z") - at.world.now());
  await at.pass();
  assert.deepEqual(at.subjects(), []);
  at.wait(2 * 60_000);
  await at.pass();
  await at.pass();
  assert.deepEqual(at.subjects(), ["day: all 1 series complete, no problem · 0 requests today"]);
  assert.match(at.mailbox.mails[0]!.text, /100 new bars, 0 revised, 0 quarantined\n {2}1 run: 1 complete/);
}, { env: { EMAIL_SUMMARY_AT: "07:00", SCHEDULE_TIMEZONE: "America/New_York" } });

onBothEngines("nothing is set up: notices are decided, nobody is told", async (at) => {
  const { config, database } = at.app;
  assert.equal(config.email, null);
  await at.run();
  assert.deepEqual(await outboxRows(database, { limit: 9 }), []);
  const { rows } = await database.pool.query("select from notice where decided_at is null");
  assert.equal(rows.length, 0);
}, { env: { EMAIL_SENDER_ADDRESS: "", EMAIL_RECIPIENT_ADDRESS: "" } });

Deno.test("a ping of the start that nobody answers is told as a warning, and keeps no run for long", async () => {
  await using at = await startTold({ kind: "embedded", dataDir: null }, { env: { PING_URL: "/ping/0123456789" } });
  const warnings: string[] = [];
  Object.assign(at.world, { onError: (message: string) => warnings.push(message) });
  at.receiver.fail({ status: 500 });
  await at.app.notifier.started(7);
  assert.match(warnings.join(), /^Cannot ping the start of run 7: HTTP 500$/);
});
