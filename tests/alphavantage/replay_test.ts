import assert from "node:assert/strict";
import { classify } from "../../src/alphavantage/answer.ts";
import { RECORDED_AT, RECORDED_SERIES, startReplay } from "../../src/alphavantage/replay.ts";
import { readSeries } from "../../src/alphavantage/series.ts";
import { functionOf, hasSize } from "../../src/request.ts";
import { noticeNumber } from "../support/notices.ts";

async function withReplay(test: (get: (query: string) => Promise<string>, requests: () => number) => Promise<void>) {
  const replay = startReplay();
  try {
    await test(async (query) => {
      const response = await fetch(`${replay.url}?${query}`);
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/json");
      return await response.text();
    }, replay.requests);
  } finally {
    await replay.close();
  }
}

Deno.test("every recording is answered byte for byte and reads without a refused row", () =>
  withReplay(async (get, requests) => {
    for (const series of RECORDED_SERIES) {
      const name = functionOf(series.interval, false);
      const symbol = series.symbol.toLowerCase();
      const body = await get(
        `function=${name}&symbol=${symbol}&interval=${series.interval}&outputsize=compact&apikey=demo`,
      );
      const intraday = name === "TIME_SERIES_INTRADAY" ? `_${series.interval}` : "";
      const size = hasSize(name) ? "_compact" : "";
      const file = `../../src/alphavantage/recorded/${name}_${series.symbol}${intraday}${size}_2023-07-03.json`;
      assert.equal(body, await Deno.readTextFile(new URL(file, import.meta.url)));
      const request = { series, function: name, size: null, month: null };
      const answer = classify(body, { httpStatus: 200, request });
      assert.ok(answer.kind === "bars");
      const { bars, rejects } = readSeries(answer.document, { request, now: RECORDED_AT, settled: () => true });
      assert.ok(bars.length >= 100);
      assert.deepEqual(rejects, []);
    }
    assert.equal(requests(), RECORDED_SERIES.length);
    assert.equal(RECORDED_SERIES.length, 11);
  }));

Deno.test("what a free key may not ask is refused in the vendor's words", () =>
  withReplay(async (get) => {
    const refused: [string, string][] = [
      ["function=TIME_SERIES_DAILY&symbol=TSLA", "1"],
      ["function=TIME_SERIES_DAILY&symbol=TSLA&apikey=", "1"],
      ["function=TIME_SERIES_DAILY&symbol=NOPE&apikey=k", "2"],
      ["function=TIME_SERIES_INTRAAY&symbol=TSLA&apikey=k", "3"],
      ["function=TIME_SERIES_INTRADAY&symbol=TSLA&interval=60min&outputsize=full&apikey=k", "8"],
      ["function=TIME_SERIES_INTRADAY&symbol=TSLA&interval=60min&month=2009-01&apikey=k", "8"],
      ["function=TIME_SERIES_DAILY_ADJUSTED&symbol=TSLA&apikey=k", "8"],
      ["function=TIME_SERIES_DAILY&symbol=TSLA&outputsize=full&apikey=k", "9"],
    ];
    for (const [query, number] of refused) {
      const { key, text } = noticeNumber(number);
      assert.deepEqual(JSON.parse(await get(query)), { [key]: text }, query);
    }
    for (const query of ["WEEKLY_ADJUSTED&symbol=VZ", "INTRADAY&symbol=TSLA&interval=1min", "MONTHLY&symbol=TSLA"]) {
      assert.match(await get(`function=TIME_SERIES_${query}&apikey=k`), /Invalid API call/, query);
    }
  }));

Deno.test("it listens on this machine only, on a port of its own, and is gone when closed", async () => {
  const [first, second] = [startReplay(), startReplay()];
  assert.notEqual(first.url, second.url);
  assert.equal(new URL(first.url).hostname, "127.0.0.1");
  const elsewhere = await fetch(new URL("/other", first.url));
  assert.equal(elsewhere.status, 404);
  await elsewhere.body?.cancel();
  await Promise.all([first.close(), second.close()]);
  await assert.rejects(fetch(first.url));
});
