/** Which address answers what, with which headers, and what does a failure give away? */
import assert from "node:assert/strict";
import { createRedactor } from "../../src/redact.ts";
import { reads, routes, run } from "../support/page.ts";

const EVIL = `<script>alert("x")</script>`;

Deno.test("a page is a whole document in which nothing but our own files can run", async () => {
  const { status, text, headers } = await routes().client().send("/");
  assert.equal(status, 200);
  assert.match(text, /^<!doctype html><html lang="en"/);
  const policy = headers.get("content-security-policy")!;
  assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  assert.doesNotMatch(text, /<style|style="|\son\w+=|https?:\/\/(?!www\.w3)/);
  assert.equal(headers.get("cache-control"), "no-store");
});

Deno.test("the first page weighs less than 100 KB with all it brings along", async () => {
  const client = routes().client();
  const { text } = await client.send("/");
  const files = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  assert.equal(files.length, 3);
  let bytes = text.length;
  for (const path of files) {
    const { status, text, headers } = await client.send(path);
    assert.equal(status, 200);
    assert.match(headers.get("cache-control")!, /immutable/);
    bytes += text.length;
  }
  assert.ok(bytes < 100_000, String(bytes));
  assert.equal((await client.send("/assets/style.000000000000.css")).status, 404);
});

Deno.test("healthz is 503 with the reason when the scheduler is not well", async () => {
  const health = { healthy: false, message: "the scheduler is stuck", lastBeat: null, version: "1.2.3" };
  const { status, text } = await routes({}, { health: () => health }).client().send("/healthz");
  assert.equal(status, 503);
  assert.deepEqual(JSON.parse(text), health);
  assert.equal((await routes().client().send("/healthz")).status, 200);
});

Deno.test("a database that does not answer: 503 and 500, the reason in the log and not on the page", async () => {
  const gone = () => Promise.reject(new Error("password wrong for me@db"));
  const { client, errors } = routes({}, { ready: gone, runs: { ...reads().runs, runs: gone } });
  const answers = await Promise.all(["/readyz", "/runs", "/api/v1/runs"].map((path) => client().send(path)));
  assert.deepEqual(answers.map(({ status }) => status), [503, 500, 500]);
  for (const { text } of answers) assert.ok(!text.includes("password wrong"));
  assert.equal(errors.length, 3);
  assert.equal(answers[2]!.headers.get("content-type"), "application/problem+json");
});

Deno.test("readyz tells of an outage once in the log, however often it is asked, and of the next one again", async () => {
  let there = false;
  const ready = () => there ? Promise.resolve() : Promise.reject(new Error("gone"));
  const { client, errors } = routes({}, { ready });
  const asked: [number, number][] = [];
  for (const now of [false, false, true, true, false, false]) {
    there = now;
    const { status } = await client().send("/readyz");
    asked.push([status, errors.length]);
  }
  assert.deepEqual(asked, [[503, 1], [503, 1], [200, 1], [200, 1], [503, 2], [503, 2]]);
});

Deno.test("a secret in a visitor's own address is not repeated by any page or answer", async () => {
  const redact = createRedactor(["s3cret&key"]);
  const client = routes({ redact }).client();
  for (const path of ["/nowhere?apikey=s3cret%26key", "/runs?symbol=s3cret%26key", "/api/v1/s3cret%26key"]) {
    const { text, headers } = await client.send(path);
    assert.ok(!/s3cret/i.test(text), path);
    assert.match(text, /\[redacted\]/, path);
    assert.equal(headers.get("cache-control"), "no-store");
  }
});

Deno.test("an address nobody has: a page that says so, and a problem for a program", async () => {
  const client = routes().client();
  const page = await client.send(`/${encodeURIComponent(EVIL)}`);
  assert.equal(page.status, 404);
  assert.match(page.text, /Cannot find/);
  assert.ok(!page.text.includes("<script>alert"));
  const api = await client.send("/api/v1/nowhere");
  assert.equal(api.status, 404);
  assert.equal(JSON.parse(api.text).status, 404);
});

Deno.test("the words of others are words on every page, wherever they stand", async () => {
  const evil = run(1, { message: EVIL, owner: EVIL, outcome: "failed", totals: { ...run(1).totals, series: 1 } });
  const event = {
    seq: 1,
    at: 0,
    type: EVIL,
    level: EVIL,
    symbol: EVIL,
    interval: EVIL,
    message: EVIL,
    data: { a: EVIL },
  };
  const { overview } = reads().overview;
  const { client } = routes({}, {
    runs: { ...reads().runs, runs: () => Promise.resolve([evil]) },
    run: {
      ...reads().run,
      run: () => Promise.resolve(evil),
      events: () => Promise.resolve([event]),
      spanEvents: () => Promise.resolve([{ ...event, type: "request-sent" }]),
    },
    overview: {
      overview: async (range) => ({
        ...await overview(range),
        late: [{ name: EVIL, holdsTo: EVIL, why: EVIL, waits: null, last: { status: EVIL, kind: EVIL, at: 0 } }],
        incidents: [evil],
      }),
    },
  });
  for (
    const path of [
      "/",
      "/runs",
      "/runs/1",
      `/runs?symbol=${encodeURIComponent(EVIL)}`,
      `/runs/1?text=${encodeURIComponent(EVIL)}`,
    ]
  ) {
    const { status, text } = await client().send(path);
    assert.equal(status, 200, path);
    assert.ok(text.includes("&lt;script&gt;"), path);
    assert.ok(!text.includes("<script>alert"), path);
  }
});

Deno.test("an action is done once, and the next page says what came of it, once", async () => {
  const asked: string[] = [];
  const act = (_: unknown, form: FormData) => {
    asked.push(String(form.get("run")));
    return Promise.resolve({ to: "/runs", said: "Run 7 is <cancelled>" });
  };
  const client = routes({ actions: [{ path: "/runs/cancel", act }] }).client();
  const token = await client.tokenIn("/runs");
  const done = await client.post("/runs/cancel", { token, run: "7" });
  assert.deepEqual([done.status, done.headers.get("location"), asked], [303, "/runs", ["7"]]);
  assert.match((await client.send("/runs")).text, /Run 7 is &lt;cancelled&gt;/);
  assert.doesNotMatch((await client.send("/runs")).text, /Run 7/);
});

Deno.test("a body without end is refused", async () => {
  const client = routes().client();
  const token = await client.tokenIn("/");
  const { status } = await client.post("/settings", { token, zone: "x".repeat(300_000) });
  assert.equal(status, 413);
});

Deno.test("as many streams as there may be, and then a clear 503", async () => {
  const { status, text } = await routes({ live: { open: () => null } }).client().send("/live");
  assert.equal(status, 503);
  assert.match(text, /as many pages as can be/);
});
