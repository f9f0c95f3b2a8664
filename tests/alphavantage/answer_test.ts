import assert from "node:assert/strict";
import { type Answer, attemptsWorth, type BarDocument, classify, leastWait } from "../../src/alphavantage/answer.ts";
import type { BarRequest } from "../../src/request.ts";
import { answerOf, sampleRows } from "../support/answers.ts";
import { KEY_PLACE, noticeBody, noticeNumber, NOTICES } from "../support/notices.ts";

const FIXTURES = new URL("../fixtures/alphavantage/", import.meta.url);
const DAILY: BarRequest = {
  series: { symbol: "IBM", interval: "daily" },
  function: "TIME_SERIES_DAILY",
  size: "compact",
  month: null,
};
const INTRADAY: BarRequest = {
  series: { symbol: "IBM", interval: "60min" },
  function: "TIME_SERIES_INTRADAY",
  size: "compact",
  month: null,
};
const rows = sampleRows("daily", { count: 3 });
const good = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({ ...JSON.parse(answerOf({ function: DAILY.function, symbol: "IBM" }, { rows })), ...changes });
const sort = (body: string, { httpStatus = 200, request = DAILY } = {}) => classify(body, { httpStatus, request });

function refusal(answer: Answer, kind: string): string {
  assert.equal(answer.kind, kind, JSON.stringify(answer).slice(0, 500));
  assert.ok(!("document" in answer), "a refusal hands out no rows");
  return (answer as { message: string }).message;
}

function opened(answer: Answer): BarDocument {
  assert.equal(answer.kind, "bars", JSON.stringify(answer).slice(0, 500));
  return (answer as { document: BarDocument }).document;
}

for (const notice of NOTICES) {
  Deno.test(`text #${notice.number} is ${notice.kind}, under any notice key and status`, () => {
    for (const httpStatus of [200, 400, 403, 429, 503]) {
      if (notice.kind === "unknown-notice" && httpStatus >= 429) continue;
      assert.equal(
        refusal(sort(noticeBody(notice), { httpStatus }), notice.kind).slice(0, 20),
        notice.text.slice(0, 20),
      );
    }
    for (const key of ["Error Message", "Information", "Note", "message", "Notice of Tomorrow"]) {
      refusal(sort(noticeBody({ ...notice, key })), notice.kind);
    }
  });
}

Deno.test("#6 with the key taken out already is still the daily limit", () => {
  const body = noticeBody({ ...noticeNumber("6"), text: noticeNumber("6").text.replace(KEY_PLACE, "[redacted]") });
  refusal(sort(body), "daily-limit");
});

Deno.test("#16 is premium, and its artificial rows are not handed out, whatever they look like", async () => {
  for (const name of ["REALTIME_BULK_QUOTES", "REALTIME_OPTIONS"]) {
    const body = await Deno.readTextFile(new URL(`premium_artificial_sample_${name}_2026-05.json`, FIXTURES));
    refusal(sort(body), "premium");
    refusal(sort(good({ message: JSON.parse(body).message })), "premium");
  }
});

Deno.test("the recorded refusal of an unsupported call is bad-symbol", async () => {
  const body = await Deno.readTextFile(new URL("ErrorMessage_invalid_api_call_BOP_2025-11.json", FIXTURES));
  refusal(sort(body), "bad-symbol");
});

Deno.test("the word Information inside the meta data is no notice", () => {
  assert.equal(Object.keys(opened(sort(good())).rows).length, 3);
});

Deno.test("a wording never seen is loud, under a name never seen too", () => {
  assert.equal(
    refusal(sort('{"Information": "We have moved to the moon."}'), "unknown-notice"),
    "We have moved to the moon.",
  );
  refusal(sort('{"Warning": "We have moved to the moon."}'), "unknown-notice");
  refusal(sort('{"status": "error", "reason": "the moon"}'), "unknown-notice");
  refusal(sort('{"detail": "Not found."}', { httpStatus: 404 }), "unknown-notice");
});

Deno.test("a per-minute wording of tomorrow is a short wait, a per-day one is not", () => {
  refusal(sort('{"Note": "Our rate limit is 75 requests per minute for this plan."}'), "burst");
  refusal(sort('{"Note": "Our rate limit is 40 requests per day for this plan."}'), "daily-limit");
});

Deno.test("nothing is told from nothing", () => {
  refusal(sort("{}"), "empty"); // #17
  refusal(sort(" \n{ }"), "empty");
  refusal(sort(good({ "Time Series (Daily)": {} })), "empty");
  assert.match(refusal(sort('{"Global Quote": {}}'), "malformed"), /only "Global Quote"/); // #18
});

Deno.test("what is no JSON object is an outage, a throttle or malformed, by what it shows", () => {
  refusal(sort("<!DOCTYPE html><title>Application Error</title>", { httpStatus: 503 }), "outage"); // #20
  refusal(sort("\n <html>", { httpStatus: 200 }), "outage");
  refusal(sort("upstream connect error", { httpStatus: 502 }), "outage");
  refusal(sort('{"trace": 5}', { httpStatus: 500 }), "outage");
  refusal(sort("", { httpStatus: 429 }), "burst");
  refusal(sort("<html>error 1015</html>", { httpStatus: 429 }), "burst");
  refusal(sort('{"x": 1}', { httpStatus: 429 }), "burst");
  refusal(sort("<html>Not Found</html>", { httpStatus: 404 }), "unknown-notice");
  refusal(sort("error code: 1020", { httpStatus: 403 }), "unknown-notice");
  for (
    const body of ["", "  ", "null", "[]", "5", '"text"', "timestamp,open,high\r\n", good().slice(0, -9), "\uFEFF"]
  ) {
    refusal(sort(body), "malformed");
  }
});

Deno.test("an answer for another symbol or interval is refused, naming both", () => {
  const other = answerOf({ function: DAILY.function, symbol: "TSLA" }, { rows });
  assert.match(refusal(sort(other), "malformed"), /symbol "TSLA", not "IBM"/);
  assert.match(
    refusal(sort(good(), { request: INTRADAY }), "malformed"),
    /^Cannot use the answer for IBM 60min \(TIME_SERIES_INTRADAY compact\): it is for interval "Daily", not "60min"$/,
  );
  const five = answerOf({ function: INTRADAY.function, symbol: "IBM", interval: "5min" }, { rows: sampleRows("5min") });
  assert.match(refusal(sort(five, { request: INTRADAY }), "malformed"), /"5min", not "60min"/);
  // The key says what was asked, the meta data does not.
  refusal(sort(five.replace("Time Series (5min)", "Time Series (60min)"), { request: INTRADAY }), "malformed");
});

Deno.test("the vendor's spelling of a symbol and a decorated series key are accepted", () => {
  opened(sort(good().replace('"IBM"', '"ibm"')));
  opened(sort(good().replace("Time Series (Daily)", "Time Series (Daily) - DATA DELAYED BY 15 MINUTES")));
  opened(sort(`\uFEFF\n${good()}`));
});

Deno.test("an envelope that cannot be checked is refused", () => {
  const without = (pattern: RegExp) => good().replace(pattern, "");
  const parts: [RegExp, RegExp][] = [
    [/"Meta Data":\{[^}]*\},/, /no meta data/],
    [/"2. Symbol":"IBM",/, /bad "symbol"/],
    [/\(Daily\)/, /names no interval/],
    [/,"Time Series.*(?=\}$)/s, /no time series/],
  ];
  for (const [part, expected] of parts) {
    assert.notEqual(without(part), good(), String(part));
    assert.match(refusal(sort(without(part)), "malformed"), expected);
  }
  refusal(sort(good({ "Time Series (Daily)": [1] })), "malformed");
  refusal(sort(good({ "Meta Data": "x" })), "malformed");
  refusal(sort(good({ "Meta Data": { "2. Symbol": 5 } })), "malformed");
});

Deno.test("the zone is the one the answer names; New York where a US answer names none; never a guess", () => {
  assert.equal(opened(sort(good())).zone, "US/Eastern");
  assert.equal(opened(sort(good().replace("US/Eastern", "America/New_York"))).zone, "America/New_York");
  assert.equal(opened(sort(good().replace(/,"5. Time Zone":"US\/Eastern"/, ""))).zone, "US/Eastern");
  assert.match(refusal(sort(good().replace("US/Eastern", "Mars/Base")), "malformed"), /time zone "Mars\/Base"/);
  const london: BarRequest = { ...DAILY, series: { symbol: "TSCO.LON", interval: "daily" } };
  const body = answerOf({ function: DAILY.function, symbol: "TSCO.LON" }, { rows, zone: "Europe/London" });
  assert.equal(opened(sort(body, { request: london })).zone, "Europe/London");
  refusal(sort(body.replace(/,\s*"5. Time Zone": "Europe\/London"/, ""), { request: london }), "malformed");
  const unnamed = sort(body.replace(/,\s*"5. Time Zone":\s*"Europe\/London"/, ""), { request: london });
  assert.match(refusal(unnamed, "malformed"), /it names no time zone, and that of another market cannot be guessed$/);
});

Deno.test("keys named like parts of every object are only keys", () => {
  refusal(sort('{"__proto__": {"message": "premium endpoint"}, "constructor": {}}'), "malformed");
  const document = opened(sort(good().replace('"Meta Data":{', '"Meta Data":{"9. __proto__":{"x":1},')));
  assert.equal(Object.keys(document.rows).length, 3);
});

Deno.test("a message is cut to what a person reads", () => {
  const message = refusal(sort(JSON.stringify({ Information: "moon ".repeat(100_000) })), "unknown-notice");
  assert.ok(message.length < 1_100, String(message.length));
  const told = (length: number) => refusal(sort(JSON.stringify({ Information: "m".repeat(length) })), "unknown-notice");
  assert.equal(told(1_000), "m".repeat(1_000));
  assert.equal(told(1_001), `${"m".repeat(1_000)}… (1001 characters)`);
});

const START = "Cannot use the answer for IBM daily (TIME_SERIES_DAILY compact): ";
/** The kind, and what is said of the answer after whose it is. */
function refusedAs(body: string, httpStatus = 200): [kind: string, state: string] {
  const { kind, message } = sort(body, { httpStatus }) as { kind: string; message: string };
  assert.ok(message.startsWith(START), message);
  return [kind, message.slice(START.length)];
}

Deno.test("a refusal by status alone says what came with it, where anything did", () => {
  assert.deepEqual(refusedAs('{"Note": "moon"}', 429), ["burst", "HTTP 429: moon"]);
  assert.deepEqual(refusedAs('{"x": 1}', 429), ["burst", "HTTP 429"]);
  assert.deepEqual(refusedAs("slow down", 429), ["burst", 'HTTP 429, begins "slow down"']);
  assert.deepEqual(refusedAs('{"Note": "moon"}', 500), ["outage", "HTTP 500: moon"]);
  assert.deepEqual(refusedAs('{"x": 1}', 500), ["outage", "HTTP 500"]);
  assert.deepEqual(refusedAs(good(), 300), ["unknown-notice", "HTTP 300 with a JSON body and no notice"]);
  assert.equal(sort(good(), { httpStatus: 299 }).kind, "bars");
});

Deno.test("what is no JSON object is shown by its status, its length and its first words", () => {
  const [moon, shown] = ["x".repeat(70), `70 characters, begins "${"x".repeat(60)}"`];
  assert.deepEqual(refusedAs(moon, 429), ["burst", `HTTP 429, begins "${"x".repeat(60)}"`]);
  assert.deepEqual(refusedAs(moon, 299), ["malformed", `it is no JSON object: HTTP 299, ${shown}`]);
  assert.deepEqual(refusedAs(moon, 300), ["unknown-notice", `it is no JSON object: HTTP 300, ${shown}`]);
  assert.deepEqual(refusedAs(moon, 499), ["unknown-notice", `it is no JSON object: HTTP 499, ${shown}`]);
  assert.deepEqual(refusedAs(moon, 500), ["outage", `it is an error: HTTP 500, ${shown}`]);
  assert.deepEqual(refusedAs(" "), ["malformed", "it is empty: HTTP 200"]);
  assert.deepEqual(refusedAs("{"), ["malformed", 'it is cut short or not JSON: HTTP 200, 1 characters, begins "{"']);
  assert.deepEqual(refusedAs("[]"), ["malformed", 'it is no JSON object: HTTP 200, 2 characters, begins "[]"']);
});

Deno.test("when the vendor last refreshed is handed on as written, if it says so", () => {
  const { lastRefreshed } = opened(sort(good({})));
  assert.equal(lastRefreshed, JSON.parse(good())["Meta Data"]["3. Last Refreshed"]);
  assert.match(lastRefreshed!, /^20\d\d-/);
  assert.equal(opened(sort(good({ "Meta Data": { "2. Symbol": "IBM" } }))).lastRefreshed, null);
});

Deno.test("a notice is judged by its beginning, so that one of millions of words ends as well", () => {
  for (const words of ["our API rate limit is ", "the demo "]) {
    refusal(sort(JSON.stringify({ Information: words.repeat(500_000) })), "unknown-notice");
    const told = `${noticeNumber("5").text} ${words.repeat(500_000)}`;
    refusal(sort(JSON.stringify({ Information: told })), "daily-limit");
  }
});

Deno.test("only what may fare better is retried, and what costs quota for nothing is retried once", () => {
  const all = ["burst", "outage", "bad-symbol", "empty", "malformed"] as const;
  for (const kind of ["bars", "stale", "daily-limit", "premium", "bad-key", "unknown-notice"] as const) {
    assert.equal(attemptsWorth(kind), 1, kind);
  }
  assert.deepEqual(all.map((kind) => attemptsWorth(kind)), [Infinity, Infinity, 2, 2, 2]);
});

Deno.test("a burst waits for seconds, a minute's limit for longer, a reset not at all", () => {
  const wait = (number: string) => leastWait({ kind: "burst", message: noticeNumber(number).text });
  assert.equal(wait("7"), 2_000);
  assert.equal(wait("13"), 2_000);
  assert.equal(wait("14"), 20_000);
  assert.equal(leastWait({ kind: "outage", message: "reset" }), 0);
});
