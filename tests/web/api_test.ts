/** Does every endpoint answer what its schema says, with instants a program can read? */
import assert from "node:assert/strict";
import { endpointsOf } from "../../src/web/api.ts";
import { NOW, reads, routes, run } from "../support/page.ts";

const series = { symbol: "IBM", interval: "daily" } as const;

/** What an endpoint cannot do without. */
const QUERY: Readonly<Record<string, string>> = { "/series/:symbol/:interval/why": "?date=2026-11-20" };

Deno.test("every endpoint of the table answers", async () => {
  for (const { method, path } of endpointsOf(reads()).filter(({ method }) => method === "GET")) {
    const { status, text } = await routes().client().send(
      `/api/v1${path.replace(":id", "1").replace(":symbol", "IBM").replace(":interval", "daily")}${QUERY[path] ?? ""}`,
    );
    assert.equal(status, 200, `${method} ${path}: ${text}`);
  }
});

Deno.test("runs: instants in ISO 8601, filters as on the page, what is older behind a key; no process name leaves", async () => {
  const { client } = routes({}, {
    runs: { ...reads().runs, runs: ({ limit }) => Promise.resolve([run(9), run(8)].slice(0, limit)) },
  });
  const body = JSON.parse((await client().send("/api/v1/runs?limit=1")).text);
  assert.equal(body.older, 9);
  assert.equal(body.runs[0].startedAt, "2026-11-22T13:00:00.000Z");
  assert.ok(!("owner" in body.runs[0]));
});

Deno.test("the plan: cost of each request, reason of everything else", async () => {
  const request = { series, adjusted: false, month: null, outputSize: "full" } as never;
  const entries = [
    { action: "ask", series, request, then: [request, request], later: null, reason: "due" },
    { action: "defer", series, kind: "quota", reason: "spent", until: NOW },
    { action: "skip", series, why: "complete", reason: "complete" },
  ] as const;
  const errand = { request: { ...request as object, size: "full", month: "2003-01" } as never, dates: ["2003-01-06"] };
  const left = [{ dates: ["2003-02-04"], reason: "refused" }];
  const plan = {
    now: NOW,
    entries,
    heals: [{ series, requests: [errand], left }],
    quota: { perDay: null, usedToday: 0, blockedUntil: NOW },
  };
  const { client } = routes({}, { api: { ...reads().api, plan: () => Promise.resolve(plan) } });
  assert.deepEqual(JSON.parse((await client().send("/api/v1/plan")).text), {
    now: "2026-11-22T14:00:00.000Z",
    entries: [
      { action: "ask", series, reason: "due", requests: 3 },
      { action: "defer", series, reason: "spent", kind: "quota", until: "2026-11-22T14:00:00.000Z" },
      { action: "skip", series, reason: "complete", why: "complete" },
    ],
    heals: [{ series, requests: [{ month: "2003-01", size: "full", dates: ["2003-01-06"] }], left }],
    quota: { perDay: null, usedToday: 0, blockedUntil: "2026-11-22T14:00:00.000Z" },
  });
});

Deno.test("gaps and why: instants in ISO 8601, a date that is none refused", async () => {
  const gap = { series, date: "2026-11-18", foundAt: NOW, tries: 1, lastTriedAt: NOW, nextTryAt: null, rule: "future" };
  const asked: unknown[] = [];
  const counts = { open: 1, healed: 0, vendorHasNone: 0 };
  const gaps = [{ ...gap, closed: { at: NOW, as: "healed" }, runId: 3 }];
  const api = { ...reads().api, gaps: (options: unknown) => (asked.push(options), Promise.resolve({ counts, gaps })) };
  const { client } = routes({}, { api });
  const body = JSON.parse((await client().send("/api/v1/gaps?state=all&limit=5")).text);
  const at = "2026-11-22T14:00:00.000Z";
  assert.deepEqual(body, {
    counts,
    gaps: [{ ...gap, foundAt: at, lastTriedAt: at, closed: { at, as: "healed" }, runId: 3 }],
  });
  assert.deepEqual(asked, [{ state: "all", limit: 5 }]);
  assert.equal((await client().send("/api/v1/gaps?state=torn")).status, 400);
  const why = await client().send("/api/v1/series/IBM/daily/why?date=2026-11-20");
  assert.deepEqual(JSON.parse(why.text).sentence, "1 bar");
  assert.equal((await client().send("/api/v1/series/IBM/daily/why?date=2026-02-30")).status, 400);
});
