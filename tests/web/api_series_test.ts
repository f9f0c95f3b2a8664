/** Can a program ask what the pages of series show, in the same words, by the page? */
import assert from "node:assert/strict";
import { NOW, routes, seriesReads } from "../support/page.ts";

const PATH = "/api/v1/series/IBM/daily";
const ask = async (path: string, change: Parameters<typeof seriesReads>[0] = {}) => {
  const { status, text } = await routes({}, { series: seriesReads(change) }).client().send(path);
  return { status, body: JSON.parse(text) };
};

Deno.test("one series with its freshness; none of that name is a problem", async () => {
  const { body } = await ask(PATH);
  assert.deepEqual(body.freshness, { state: "late", target: "the session of 2026-11-20", behind: 1 });
  assert.equal(body.watermark, "2026-11-19T00:00:00.000Z");
  assert.deepEqual(body.intervals, ["30min", "daily"]);
  assert.equal((await ask("/api/v1/series/NONE/daily")).status, 404);
  assert.equal((await ask("/api/v1/series/IBM/2min")).status, 404);
});

Deno.test("bars: the range as asked, prices as exact decimals, instants in UTC", async () => {
  const asked: unknown[] = [];
  const chart = await seriesReads().chart({ symbol: "IBM", interval: "daily" }, { from: null, to: null, points: 2 });
  const { body } = await ask(`${PATH}/bars?from=2026-01-02&to=2026-01-03T10:00Z&points=7`, {
    chart: (_, range) => Promise.resolve((asked.push(range), chart)),
  });
  assert.deepEqual(asked, [{ from: Date.parse("2026-01-02"), to: Date.parse("2026-01-03T10:00Z"), points: 7 }]);
  assert.deepEqual(body.candles[0], {
    ts: "2026-11-19T00:00:00.000Z",
    open: "10.5",
    high: "12",
    low: "10",
    close: "11",
    volume: "1200",
    settled: true,
  });
  assert.deepEqual(body.revised, ["2026-11-19T00:00:00.000Z"]);
  assert.equal((await ask(`${PATH}/bars?points=1`)).status, 400);
  assert.equal((await ask(`${PATH}/bars?from=soon`)).status, 400);
});

Deno.test("what is on record comes by the page", async () => {
  const answer = (id: number) => ({ id, form: "F", receivedAt: NOW, bytes: 1, kept: true, runId: null });
  const { body } = await ask(`${PATH}/answers?limit=2&before=9`, {
    answers: (_, { before, limit }) => Promise.resolve([8, 7, 6].slice(0, before === 9 ? limit : 0).map(answer)),
  });
  assert.deepEqual([body.answers.map(({ id }: { id: number }) => id), body.older], [[8, 7], 7]);
  for (const list of ["results", "revisions", "quarantine", "requests"]) {
    assert.deepEqual((await ask(`${PATH}/${list}`)).body, { [list]: [], older: null });
  }
});

Deno.test("an answer's body is a file to take home, never a page", async () => {
  const { client } = routes();
  const { status, text, headers } = await client().send("/answers/1/body");
  assert.deepEqual([status, text], [200, '{"a":1}']);
  assert.match(headers.get("content-disposition") ?? "", /^attachment; filename="IBM-daily-1\.json"$/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal((await client().send("/answers/2/body")).status, 404);
});

Deno.test("the bars as a file, of the stretch and the state that the address asks for", async () => {
  const asked: unknown[] = [];
  const { client } = routes({}, {
    series: seriesReads({
      exported: (series, how) => {
        asked.push([series.symbol, how]);
        return seriesReads().exported(series, how);
      },
    }),
  });
  const { status, text, headers } = await client().send(`${PATH}/bars.csv`);
  assert.deepEqual([status, text, headers.get("content-type")], [200, "symbol\r\nIBM\r\n", "text/csv"]);
  assert.equal(headers.get("content-disposition"), 'attachment; filename="IBM-daily.csv"');
  const query = "from=2026-01-02&to=2026-01-05T14:30Z&asOf=2026-02-01T00:00Z&settledOnly=true";
  await client().send(`${PATH}/bars.parquet?${query}`);
  assert.deepEqual(asked, [
    ["IBM", { extract: { from: null, to: null, asOf: null, settledOnly: false }, format: "csv" }],
    ["IBM", {
      extract: {
        from: { date: "2026-01-02" },
        to: { instant: Date.parse("2026-01-05T14:30Z") },
        asOf: Date.parse("2026-02-01"),
        settledOnly: true,
      },
      format: "parquet",
    }],
  ]);
  assert.equal((await client().send("/api/v1/series/NONE/daily/bars.csv")).status, 404);
  for (const wrong of ["from=2026-02-30", "to=soon", "asOf=2026-01-02", "settledOnly=maybe"]) {
    assert.equal((await client().send(`${PATH}/bars.csv?${wrong}`)).status, 400, wrong);
  }
});

Deno.test("the coverage of all series of an interval", async () => {
  const { body } = await ask("/api/v1/coverage?interval=daily&page=1");
  assert.deepEqual([body.dates, body.matching], [["2026-11-19", "2026-11-20"], 1]);
  assert.deepEqual(body.rows[0].cells[1], {
    date: "2026-11-20",
    presence: "gap",
    bars: 0,
    reason: "not stored yet: late",
  });
  assert.equal((await ask("/api/v1/coverage?before=soon")).status, 400);
});
