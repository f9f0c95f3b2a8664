/** A client of the vendor with everything it asks of us played: its ledger, its clock, its chance. What it said is kept. */
import assert from "node:assert/strict";
import {
  type AskResult,
  type Client,
  type ClientEvent,
  type ClientOptions,
  type Clock,
  createClient,
  type RequestRecord,
} from "../../src/alphavantage/client.ts";
import type { BarRequest } from "../../src/request.ts";

export const KEY = "CANARY+KEY/0123456789";
export const REQUEST: BarRequest = {
  series: { symbol: "IBM", interval: "60min" },
  function: "TIME_SERIES_INTRADAY",
  size: "compact",
  month: null,
};
export const never = new AbortController().signal;

/** Time passes only by sleeping. */
export function quickClock(): Clock & { slept: number[] } {
  let now = Date.parse("2026-01-05T12:00:00Z");
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: (ms, signal) => {
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}

export interface Bench {
  readonly client: Client;
  readonly events: ClientEvent[];
  readonly records: [id: number, record: RequestRecord][];
  readonly charged: number[];
  readonly clock: ReturnType<typeof quickClock>;
  ask(options?: { request?: BarRequest; signal?: AbortSignal }): Promise<AskResult<"bars">>;
}

export function bench(url: string, changes: Partial<ClientOptions> = {}): Bench {
  const events: ClientEvent[] = [];
  const records: [number, RequestRecord][] = [];
  const charged: number[] = [];
  const clock = quickClock();
  const client = createClient({
    base: url,
    key: KEY,
    extendedHours: true,
    entitlement: null,
    timeoutMs: 5_000,
    pace: { perMinute: null, politeDelayMs: 0 },
    concurrency: 1,
    backoff: { baseMs: 1_000, capMs: 30_000, attempts: 3 },
    clock,
    random: () => 0.5,
    charge: (_, { attempt }) => Promise.resolve({ id: charged.push(attempt) }),
    record: (id, record) => Promise.resolve(void records.push([id, record])),
    ...changes,
  });
  const ask: Bench["ask"] = ({ request = REQUEST, signal = never } = {}) =>
    client.ask(request, { signal, onEvent: (event) => events.push(event) });
  return { client, events, records, charged, clock, ask };
}

/** Whatever left the client must not hold the key, in any spelling. */
export function assertKeyless(...left: unknown[]): void {
  const text = JSON.stringify(left, (_, value) => value instanceof Map ? [...value] : value).toLowerCase();
  for (
    const spelling of [KEY, encodeURIComponent(KEY), new URLSearchParams({ k: KEY }).toString().slice(2), "canary"]
  ) {
    assert.ok(!text.includes(spelling.toLowerCase()), `the key left as "${spelling}"`);
  }
}
