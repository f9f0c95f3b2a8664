/** Do the buttons do what they say, for whoever may, and for nobody who comes from elsewhere? */
import assert from "node:assert/strict";
import { Refused } from "../../src/refused.ts";
import { type ScheduleActions, scheduleActions } from "../../src/web/schedule_actions.ts";
import { LOCKED, routes, scheduleFacts } from "../support/page.ts";

const PATHS = ["/schedule", "/schedule/reset", "/schedule/pause", "/schedule/resume", "/schedule/launch"];

function stage(options: Parameters<typeof routes>[0] = {}) {
  const done: unknown[] = [];
  const steer: ScheduleActions = {
    pause: (by) => Promise.resolve(done.push(["pause", by])),
    resume: (by, { catchUp }) => Promise.resolve(done.push(["resume", by, catchUp])),
    setSchedule: (by, change) => {
      if (change.cron === "x") return Promise.reject(new Refused("invalid", `Cannot read schedule "x"`));
      done.push(["set", by, change]);
      return Promise.resolve(scheduleFacts());
    },
    resetSchedule: (by) => (done.push(["reset", by]), Promise.resolve(scheduleFacts())),
    launchAll: (by) => (done.push(["launch", by]), Promise.resolve({ id: 7, reason: "waits for run 6" })),
  };
  return { done, client: routes({ actions: scheduleActions(steer), ...options }).client() };
}

Deno.test("each button: what it does, by whom, and what the next page says", async () => {
  const { client, done } = stage();
  const token = await client.tokenIn("/schedule");
  const press = async (path: string, fields = {}) => {
    const { status, headers } = await client.post(path, { token, ...fields });
    assert.equal(status, 303, path);
    return [headers.get("location"), (await client.send("/schedule")).text.match(/class="said"[^>]*>([^<]*)/)?.[1]];
  };
  assert.match(String(await press("/schedule/pause")), /^\/schedule,The schedule is paused/);
  assert.match(String(await press("/schedule/resume", { "catch-up": "yes" })), /on again, the newest tick/);
  assert.match(String(await press("/schedule/resume")), /on again$/);
  assert.match(String(await press("/schedule", { cron: " @daily ", timezone: "UTC" })), /In force: At 06:00/);
  assert.match(String(await press("/schedule/reset")), /In force: At 06:00, UTC time \(0 6 \* \* \*\)/);
  assert.match(String(await press("/schedule/launch")), /^\/runs,Launch 7 is queued: it waits for run 6/);
  const by = "page (open)";
  assert.deepEqual(done, [
    ["pause", by],
    ["resume", by, true],
    ["resume", by, false],
    ["set", by, { cron: "@daily", timezone: "UTC" }],
    ["reset", by],
    ["launch", by],
  ]);
});

Deno.test("a refused wish is the operator's to read, not a failure", async () => {
  const { client } = stage();
  const token = await client.tokenIn("/schedule");
  const { status, text } = await client.post("/schedule", { token, cron: "x", timezone: "UTC" });
  assert.equal(status, 400);
  assert.match(text, /Cannot read schedule &quot;x&quot;/);
});

Deno.test("not without a token, not from another site, not by a viewer, not without a log-in", async () => {
  const { client, done } = stage();
  const token = await client.tokenIn("/schedule");
  const locked = stage({ access: LOCKED });
  const viewer = stage({ access: LOCKED });
  await viewer.client.logIn("viewing-password");
  const viewToken = await viewer.client.tokenIn("/schedule");
  for (const path of PATHS) {
    assert.equal((await client.post(path, {})).status, 403, path);
    assert.equal((await client.post(path, { token }, { origin: "http://evil.example" })).status, 403, path);
    assert.equal((await client.post(path, { token }, { "sec-fetch-site": "cross-site" })).status, 403, path);
    assert.equal((await viewer.client.post(path, { token: viewToken })).status, 403, path);
    assert.equal((await locked.client.post(path, { token })).status, 401, path);
  }
  assert.deepEqual([done, locked.done, viewer.done], [[], [], []]);
});
