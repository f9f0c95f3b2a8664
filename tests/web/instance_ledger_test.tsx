/** Do the hours add up, and is each request told with what came of it? */
import assert from "node:assert/strict";
import { Ledger, type LedgerFacts, type LedgerRow } from "../../src/web/instance_ledger.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

const HOUR = 3_600_000;
const request = (id: number, change: Partial<LedgerRow> = {}): LedgerRow => ({
  id,
  runId: 7,
  symbol: "IBM",
  interval: "daily",
  form: "TIME_SERIES_DAILY compact",
  attempt: 1,
  sentAt: NOW - 60_000,
  kind: "bars",
  httpStatus: 200,
  bytes: 21_000,
  durationMs: 340,
  message: null,
  ...change,
});
const quota = { perDay: 25, usedToday: 3, blockedUntil: null };
const list = (ledger: Partial<LedgerFacts>, { limit = 25, before = null as number | null } = {}) =>
  drawn(<Ledger ledger={{ quota, hours: [], requests: [], ...ledger }} limit={limit} before={before} />);

Deno.test("a bar per hour in which something was sent, its part without bars apart", () => {
  const html = list({ hours: [{ from: NOW - HOUR, sent: 4, withBars: 3 }, { from: NOW, sent: 1, withBars: 0 }] });
  assert.match(html, /<title>4 requests in the hour from 13:00, 3 answered with bars<\/title>/);
  assert.match(html, /<title>1 request in the hour from 14:00, 0 answered with bars<\/title>/);
  assert.match(html, /class="good-part"[^>]*y="37\.0" height="63\.0"/);
  assert.match(html, /class="rest"[^>]*y="16\.0" height="21\.0"/);
  assert.match(wordsOf(html), /3 of 25 requests sent since 00:00 UTC/);
});

Deno.test("requests: the run, the answer, how long and how much; never answered is no 0", () => {
  const text = wordsOf(list({
    requests: [
      request(3, { kind: null, httpStatus: null, bytes: null, durationMs: null, attempt: 2 }),
      request(2, { kind: "outage", httpStatus: 503, message: "<b>" }),
      request(1, { runId: null }),
    ],
  }));
  assert.match(text, /IBM daily attempt 2 7 unanswered –never answered –never answered/);
  assert.match(text, /outage HTTP 503 340 ms 21\.0 kB &lt;b&gt;/);
  assert.match(text, /–outside a run, or it was forgotten bars 340 ms/);
});

Deno.test("a request for no bars says what it was for", () => {
  const requests = [
    request(2, { symbol: null, interval: null, form: "LISTING_STATUS active", kind: "reference" }),
    request(1, { interval: null, form: "SPLITS", kind: "reference" }),
  ];
  assert.match(wordsOf(list({ requests })), /LISTING_STATUS active 7 reference .* IBM SPLITS 7 reference/);
});

Deno.test("older and newest; empty teaches", () => {
  const html = list({ requests: [request(3), request(2), request(1)] }, { limit: 2, before: 9 });
  assert.match(html, /href="\/instance\?before=2&amp;limit=2#ledger">Older/);
  assert.match(html, /href="\/instance\?limit=2#ledger">Newest/);
  assert.doesNotMatch(list({ requests: [request(2), request(1)] }, { limit: 2 }), /Older|Newest/);
  assert.match(wordsOf(list({})), /Nothing was ever asked\. Each request is written here before/);
  assert.match(wordsOf(list({}, { before: 1 })), /There is no older one/);
});
