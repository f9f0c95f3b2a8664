/** Do the pages read through the app, and are log-ins kept in its database? */
import assert from "node:assert/strict";
import type { App } from "../src/app.ts";
import { actsOf, readsOf, sessionsOf } from "../src/pages.ts";
import { withDatabases } from "./support/database.ts";
import { fakeMachine } from "./support/machine.ts";
import { NOW } from "./support/page.ts";

const HEALTH = { healthy: true, message: "ok", lastBeat: null, version: "1" };
const SOURCE = { health: () => HEALTH, machine: fakeMachine(), redact: (text: string) => text };

withDatabases("a log-in made by one process is found by another, until it ends", async (db) => {
  const opened = Promise.resolve({ database: db } as App);
  const [one, other] = [sessionsOf(opened), sessionsOf(opened)];
  const hash = "a".repeat(64);
  await one.begin({ hash, role: "view", now: NOW, expiresAt: NOW + 1_000 });
  assert.equal((await other.find({ hashes: [hash], now: NOW }))?.role, "view");
  await other.end(hash);
  assert.equal(await one.find({ hashes: [hash], now: NOW }), null);
});

withDatabases("ready while the database answers", async (db) => {
  const reads = readsOf(Promise.resolve({ database: db } as App), SOURCE);
  await reads.ready();
  assert.equal(reads.health(), HEALTH);
  await assert.rejects(readsOf(Promise.reject(new Error("down")), SOURCE).ready(), /down/);
});

Deno.test("state and plan are of the configured series", async () => {
  const series = [{ symbol: "A", interval: "daily" }];
  const app = {
    config: { series },
    states: (asked: unknown) => Promise.resolve([asked]),
    plan: (asked: unknown) => Promise.resolve(asked),
  } as unknown as App;
  const { api } = readsOf(Promise.resolve(app), SOURCE);
  assert.deepEqual(await api.states() as unknown, [series]);
  assert.equal(await api.plan() as unknown, series);
});

Deno.test("what forms may ask for, programs may too", () => {
  const { actions, endpoints } = actsOf(Promise.withResolvers<App>().promise, Date.now);
  assert.ok(actions.some(({ path }) => path === "/runs"));
  assert.ok(endpoints.some(({ method, path }) => method === "POST" && path === "/runs"));
});
