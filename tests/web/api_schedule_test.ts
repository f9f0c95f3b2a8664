/** Can a program read and steer the schedule as the page does, and is what it may not do refused? */
import assert from "node:assert/strict";
import { Refused } from "../../src/refused.ts";
import { scheduleActEndpoints } from "../../src/web/api_schedule.ts";
import type { ScheduleActions } from "../../src/web/schedule_actions.ts";
import type { ScheduleReads, TickRow } from "../../src/web/schedule.tsx";
import { LOCKED, NOW, reads, routes, scheduleFacts } from "../support/page.ts";

const API = "/api/v1/schedule";

function stage(change: Partial<ScheduleReads> = {}) {
  const done: unknown[] = [];
  const steer: ScheduleActions = {
    pause: (by) => Promise.resolve(done.push(["pause", by])),
    resume: (by, options) => Promise.resolve(done.push(["resume", by, options])),
    setSchedule: (by, to) =>
      to.cron === "x"
        ? Promise.reject(new Refused("invalid", "Cannot read schedule"))
        : Promise.resolve((done.push(["set", by, to]), scheduleFacts())),
    resetSchedule: (by) => Promise.resolve((done.push(["reset", by]), scheduleFacts())),
    launchAll: () => Promise.reject(new Error("not here")),
  };
  const schedule = { ...reads().schedule, ...change };
  const options = { access: LOCKED, endpoints: scheduleActEndpoints(steer, schedule) };
  const client = routes(options, { schedule }).client();
  const ask = async (
    path: string,
    { body, password = LOCKED.password }: { body?: unknown; password?: string } = {},
  ) => {
    const headers = { authorization: `Bearer ${password}`, "content-type": "application/json" };
    const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
    const { status, text } = await client.send(API + path, init);
    return { status, found: JSON.parse(text) };
  };
  return { ask, done, roles: options.endpoints.map(({ role }) => role) };
}

Deno.test("the schedule, and its ticks by the page", async () => {
  const tick = (id: number): TickRow => ({
    id,
    dueAt: NOW - id,
    noticedAt: NOW,
    state: "requested",
    trigger: "schedule",
    reason: null,
    runs: [{ id: 7, outcome: null, startedAt: NOW, finishedAt: null }],
  });
  const asked: unknown[] = [];
  const { ask } = stage({ ticks: (filter) => (asked.push(filter), Promise.resolve([tick(1), tick(2), tick(3)])) });
  const { found } = await ask("");
  assert.deepEqual([found.schedule.cron, found.next[0], found.paused], ["0 6 * * *", "2026-11-23T06:00:00.000Z", null]);
  const page = (await ask("/ticks?state=requested&limit=2&before=2026-11-23")).found;
  assert.deepEqual(asked, [{ state: "requested", before: Date.parse("2026-11-23"), limit: 3 }]);
  assert.deepEqual([page.ticks.length, page.older], [2, "2026-11-22T13:59:59.998Z"]);
  assert.equal(page.ticks[0].runs[0].startedAt, "2026-11-22T14:00:00.000Z");
});

Deno.test("a preview saves nothing; a test counts its requests; what is no schedule is a problem", async () => {
  const { ask, done } = stage({
    preview: ({ cron }) =>
      cron === "x"
        ? Promise.reject(new Refused("invalid", "Cannot read schedule"))
        : reads().schedule.preview({ cron }),
  });
  assert.equal((await ask("/preview?cron=@hourly", { password: LOCKED.viewPassword })).found.schedule.cron, "@hourly");
  const { status, found } = await ask("/preview?cron=x");
  assert.deepEqual([status, found.detail], [400, "Cannot read schedule"]);
  assert.deepEqual((await ask("/test?at=2026-11-23T06:00Z")).found.requests, 0);
  assert.equal((await ask("/test")).status, 400);
  assert.deepEqual(done, []);
});

Deno.test("an operator's program steers, and gets the schedule as it is then; a viewer's does not", async () => {
  const { ask, done, roles } = stage();
  assert.deepEqual(new Set(roles), new Set(["operate"]), "said in the document too");
  const posts: [string, unknown][] = [
    ["", { cron: "@daily" }],
    ["/reset", {}],
    ["/pause", {}],
    ["/resume", { catchUp: true }],
    ["/resume", {}],
  ];
  for (const [path, body] of posts) {
    assert.equal((await ask(path, { body, password: LOCKED.viewPassword })).status, 403, path);
    const { status, found } = await ask(path, { body });
    assert.deepEqual([status, found.words], [200, "At 06:00, UTC time"], path);
  }
  assert.deepEqual(done, [
    ["set", "API", { cron: "@daily" }],
    ["reset", "API"],
    ["pause", "API"],
    ["resume", "API", { catchUp: true }],
    ["resume", "API", { catchUp: false }],
  ]);
  assert.equal((await ask("", { body: { cron: "x" } })).status, 400);
  assert.equal((await ask("", { body: { cron: 7 } })).status, 422);
});
