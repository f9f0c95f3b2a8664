import assert from "node:assert/strict";
import {
  channelsOf,
  isSummed,
  isTold,
  isToldOfBackfill,
  NO_NOTICES,
  noticesOf,
  type NoticeValues,
  postUrl,
  secretsOfUrl,
  summaryTime,
  type TellOn,
} from "../src/channels.ts";
import { CHANNELS } from "../src/delivery.ts";
import type { Outcome } from "../src/run.ts";
import { incident, NO_NEWS } from "./support/finished.ts";

const NEWS = { ...NO_NEWS, opened: [incident("vendor", [])] };
const run = (outcome: Outcome, changed = false) => ({ outcome, changed });
const told = (on: TellOn, one: ReturnType<typeof run> | null, news = NO_NEWS) =>
  CHANNELS.filter((channel) => isTold(channel, { on, run: one, news })).join(" ");

Deno.test("a good run, one that changed rows, one of nothing", () => {
  assert.equal(told("always", run("nothing-due")), "mail slack webhook ping");
  assert.equal(told("change", run("complete")), "webhook ping");
  assert.equal(told("change", run("complete", true)), "mail slack webhook ping");
  assert.equal(told("problem", run("complete", true)), "webhook ping");
  assert.equal(told("never", run("complete", true)), "webhook ping");
});

Deno.test("news of problems reaches people whatever they asked for, but mail that is off", () => {
  assert.equal(told("problem", run("failed"), NEWS), "mail slack webhook ping");
  assert.equal(told("change", run("nothing-due"), NEWS), "mail slack webhook ping");
  assert.equal(told("never", run("failed"), NEWS), "slack webhook ping");
  assert.equal(told("problem", run("failed")), "webhook ping", "the same problem once");
});

Deno.test("by the clock nothing pings, and without news nobody hears", () => {
  assert.equal(told("always", null, NEWS), "mail slack webhook");
  assert.equal(told("always", null), "");
});

Deno.test("a run that was stopped pings neither well nor ill", () => {
  assert.equal(told("always", run("cancelled")), "mail slack webhook");
});

Deno.test("the summary goes to people who are not told of every run", () => {
  const summed = (on: TellOn) => CHANNELS.filter((channel) => isSummed(channel, on)).join(" ");
  assert.deepEqual(["always", "change", "problem", "never"].map((on) => summed(on as TellOn)), [
    "",
    "mail slack",
    "mail slack",
    "slack",
  ]);
});

const VALUES: NoticeValues = { EMAIL_ON: "problem", EMAIL_SUMMARY_AT: "07:05" };

Deno.test("settings become channels", () => {
  const notices = noticesOf({ ...VALUES, PAGE_URL: "https://x.example/etl//", WEBHOOK_SECRET: "s" }, {
    cron: "0 6 * * *",
    timezone: "Europe/Berlin",
  });
  assert.deepEqual(notices, {
    ...NO_NOTICES,
    on: "problem",
    summary: { cron: "5 7 * * *", timezone: "Europe/Berlin" },
    pageUrl: "https://x.example/etl",
  });
  assert.deepEqual(channelsOf({ email: null, notices }), []);
  const all = noticesOf({
    ...VALUES,
    EMAIL_SUMMARY_AT: "none",
    SLACK_WEBHOOK_URL: "a",
    WEBHOOK_URL: "b",
    PING_URL: "c",
  }, {
    cron: "0 6 * * *",
    timezone: "UTC",
  });
  assert.equal(all.summary, null);
  assert.deepEqual(channelsOf({ email: null, notices: all }), ["slack", "webhook", "ping"]);
});

Deno.test("of a backfill everybody is told who wants to hear anything; the ping is of the schedule", () => {
  const told = (on: TellOn, done: boolean) =>
    CHANNELS.filter((channel) => isToldOfBackfill(channel, { on, done })).join(" ");
  assert.equal(told("problem", true), "mail slack webhook");
  assert.equal(told("always", false), "mail slack webhook");
  assert.equal(told("never", true), "webhook");
  assert.equal(told("never", false), "slack webhook");
});

Deno.test("times of day and addresses", () => {
  assert.deepEqual(["7:00", "07:00", "23:59", "None", "24:00", "7", "07:60", ""].map(summaryTime), [
    "7:00",
    "07:00",
    "23:59",
    "none",
    null,
    null,
    null,
    null,
  ]);
  assert.equal(postUrl(" https://hooks.example/T/B "), "https://hooks.example/T/B");
  assert.deepEqual(["ftp://x", "hooks.example", "https://x/#a"].map(postUrl), [null, null, null]);
});

Deno.test("of an address the token is as secret as the whole; plain words are not", () => {
  assert.deepEqual(secretsOfUrl("https://hooks.slack.com/services/T0/B0/xyz"), [
    "https://hooks.slack.com/services/T0/B0/xyz",
    "services/T0/B0/xyz",
  ]);
  assert.deepEqual(secretsOfUrl("https://example.com/hooks/services"), ["https://example.com/hooks/services"]);
  assert.deepEqual(secretsOfUrl("no url"), []);
});
