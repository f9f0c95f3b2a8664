/** Does `serve` wait for what may come, say what to do meanwhile, and give up on the rest, as every other command does at once? */
import assert from "node:assert/strict";
import pg from "pg";
import { operate } from "../src/operate.ts";
import { prepareService } from "../src/service.ts";
import type { App } from "../src/app.ts";
import { openPatiently } from "../src/opening.ts";
import { serverDatabase } from "./support/database.ts";
import { fakeMachine } from "./support/machine.ts";

const failing = (code: string) =>
  new Error(`Cannot connect: ${code}`, { cause: Object.assign(new Error("no"), { code }) });

/** Opens with these failures first. What was said, waited and told of it. */
async function opening(codes: readonly string[]) {
  const left = [...codes];
  const told = { said: [] as string[], waits: [] as number[], reasons: [] as (string | null)[] };
  const app = {} as App;
  const open = () => left.length === 0 ? Promise.resolve(app) : Promise.reject(failing(left.shift()!));
  const opened = await openPatiently(open, {
    stop: new AbortController().signal,
    sleep: (ms) => Promise.resolve(void told.waits.push(ms)),
    log: { message: (level, text) => void told.said.push(`${level} ${text}`) },
    onWait: (reason) => void told.reasons.push(reason),
  });
  assert.equal(opened, app);
  return told;
}

Deno.test("each failure that waiting may mend is waited for, a person's work longer and louder", async () => {
  const { said, waits, reasons } = await opening(["ECONNREFUSED", "3D000", "28P01", "55P03"]);
  assert.deepEqual(waits, [5_000, 30_000, 30_000, 5_000]);
  assert.match(said[0]!, /^warning Cannot connect: ECONNREFUSED.*; trying again in 5 s$/);
  assert.match(said[1]!, /^error Cannot connect: 3D000.*; trying again in 30 s; settings are read at the next start/);
  assert.deepEqual(reasons, [
    "the database does not answer",
    "the database does not exist",
    "the database refuses the user or password",
    "the database is busy",
    null,
  ]);
});

Deno.test("what waiting does not mend goes out at once", async () => {
  for (const code of ["42501", "25006", "DEPTH_ZERO_SELF_SIGNED_CERT"]) {
    await assert.rejects(opening([code]), new RegExp(code));
  }
});

Deno.test("a database made a minute after the start is found; meanwhile healthy, not ready, with the reason", async () => {
  await using database = await serverDatabase();
  const url = new URL(database.url);
  const name = `${url.pathname.slice(1)}_late`;
  url.pathname = `/${name}`;
  const env = { ALPHAVANTAGE_API_KEY: "k", DATABASE_URL: url.href, LOG_DIR: "none", LOG_LEVEL: "error" };
  const waits: number[] = [];
  const [waiting, made, stop] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), new AbortController()];
  const sleep = (ms: number) => {
    waits.push(ms);
    waiting.resolve();
    return made.promise;
  };
  const service = prepareService(
    { name: "serve", host: null, port: null },
    fakeMachine(env, { sleep, stop: stop.signal }),
  );
  assert.ok(service !== null);
  const probe = async (path: string) => {
    const response = await service.fetch(new Request(`http://127.0.0.1/${path}`, { headers: { host: "127.0.0.1" } }));
    return [response.status, (await response.json()).message];
  };
  await waiting.promise;
  assert.deepEqual(waits, [30_000]);
  assert.deepEqual(await probe("readyz"), [503, "the database does not exist"]);
  assert.deepEqual(await probe("healthz"), [200, "waiting: the database does not exist"]);
  const once = fakeMachine(env);
  const selection = { symbols: null, intervals: null };
  assert.equal(
    await operate({ name: "run", selection, force: false, quiet: true }, once),
    1,
    "a command does not wait",
  );
  assert.match(once.told.err, /does not exist \(3D000\); create it: createdb/);
  try {
    await database.db.pool.query(`create database ${pg.escapeIdentifier(name)}`);
    made.resolve();
    await service.beat();
    assert.deepEqual(await probe("readyz"), [200, undefined]);
    assert.deepEqual(await probe("healthz"), [200, "ok"]);
  } finally {
    stop.abort();
    made.resolve();
    await service.untilStopped(() => Promise.resolve());
    await database.db.pool.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
  }
});
