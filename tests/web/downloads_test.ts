import assert from "node:assert/strict";
import { reads, routes, run } from "../support/page.ts";

const event = (seq: number) => ({
  seq,
  at: 0,
  type: "x",
  level: "info",
  symbol: null,
  interval: null,
  message: `line\n${seq}`,
  data: { a: 1 },
});

Deno.test("every event of a run, a line each, however many pages they are", async () => {
  const all = Array.from({ length: 2_500 }, (_, index) => event(index + 1));
  const pages: number[] = [];
  const { client } = routes({}, {
    run: {
      ...reads().run,
      events: ({ after, limit }) => {
        pages.push(after!);
        return Promise.resolve(all.filter(({ seq }) => seq > after!).slice(0, limit));
      },
    },
  });
  const { text, headers } = await client().send("/runs/1/events.jsonl");
  assert.match(headers.get("content-disposition")!, /attachment; filename="run-1\.jsonl"/);
  const lines = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.length, 2_500);
  assert.deepEqual(lines[0], { ...event(1), at: "1970-01-01T00:00:00.000Z" });
  assert.deepEqual(pages, [0, 1_000, 2_000]);
});

Deno.test("the log file as it is; none is said", async () => {
  const text = () => Promise.resolve(new Response("line\n").body!);
  const { client } = routes({}, {
    run: {
      ...reads().run,
      run: () => Promise.resolve(run(1)),
      logFile: () => Promise.resolve({ name: "run-1.log", text }),
    },
  });
  const found = await client().send("/runs/1/log");
  assert.deepEqual([found.status, found.text, found.headers.get("content-type")], [
    200,
    "line\n",
    "text/plain; charset=utf-8",
  ]);
  assert.equal((await routes().client().send("/runs/1/log")).status, 404);
});
