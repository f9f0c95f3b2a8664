/**
 * Quota, day by day: real runs with the real ledger against a vendor that only counts, restarted anywhere, on a clock that
 * is set a little forth and a long way back, now and then by a planner that believes in no limit. No day has more requests
 * than the vendor allows, none comes too soon, a run asks what its plan said, and the day on which everything is there is
 * the one that dividing foretells.
 */
import assert from "node:assert/strict";
import { createClient } from "../../src/alphavantage/client.ts";
import { VENDOR_BACKOFF } from "../../src/backoff.ts";
import { targetOf } from "../../src/due.ts";
import type { Effects } from "../../src/effects.ts";
import { ingest } from "../../src/ingest.ts";
import { plan, type SeriesState } from "../../src/plan.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { chargeRequest, quotaState, recordAnswer, sentLately } from "../../src/postgres/quota.ts";
import { formOf } from "../../src/request.ts";
import { NO_ROWS, type SeriesResult } from "../../src/run.ts";
import { serverDatabase } from "../support/database.ts";
import { seededRandom } from "../support/random.ts";
import type { Proof } from "./main.ts";
import { between, byDay, windows } from "./rates.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MARKET = { delayMs: null, extendedHours: true };
/** The two kinds of key: 25 a day, of which the planner keeps one back; 75 a minute. */
const FREE = 25;
const KEPT_BACK = 1;
const PER_MINUTE = 75;
/** Ms between two requests of such a key: even, but for small delays that are made up. What a minute holds is counted as well. */
const LEAST_GAP = 0.8 * 60_000 / PER_MINUTE;
/** Milliseconds between two requests of a free key. */
const FREE_GAP = 2_000;
/** A day begins with a clock that is wrong by less than this, and runs keep as far from the vendor's midnight. */
const SKEW = 2 * HOUR;
/** Once the ledger knows of the day, a clock may be set back by so much. */
const SET_BACK = 20 * HOUR;
/** A run that dies does so before it has sent more than this. */
const MOST_BEFORE_DEATH = 30;

type Seen = Record<
  "days" | "full days" | "runs" | "unbridled" | "requests" | "restarts" | "skews" | "plans" | "forecasts" | "keys",
  number
>;

async function prove(count: number): Promise<Record<string, string | number>> {
  const { random, seed } = seededRandom();
  await using place = await serverDatabase({ poolSize: 2 });
  const seen: Seen = {
    ...{ days: 0, "full days": 0, runs: 0, unbridled: 0, requests: 0 },
    ...{ restarts: 0, skews: 0, plans: 0, forecasts: 0, keys: 0 },
  };
  const most = { "most in a day": 0, "most in a minute": 0 };
  while (seen.days < count) {
    seen.keys += 1;
    // A paid key now and then; never more series than the days left can fill.
    const perDay = seen.keys % 4 === 0 ? null : FREE;
    const room = Math.min(500, Math.max(1, (count - seen.days - 2) * (FREE - KEPT_BACK)));
    const size = 1 + Math.floor(random() * (perDay === null ? Math.min(500, count * 10) : room));
    try {
      const trial = openTrial(place.db, { perDay, size, random, key: `quota${seen.keys}` });
      await live(trial, seen);
      for (const [what, length, limit] of [["day", DAY, perDay], ["minute", HOUR / 60, PER_MINUTE]] as const) {
        // What was sent before a clock is set forth looks long past: a minute is judged between such leaps, see the docs.
        const counts = what === "day"
          ? byDay(trial.sent)
          : between(trial.sent, trial.leaps).flatMap((sent) => windows(sent, length));
        const highest = Math.max(0, ...counts);
        if (limit !== null && !(what === "minute" && perDay !== null)) {
          assert.ok(highest <= limit, `${highest} requests in a ${what} of ${limit}`);
          most[`most in a ${what}`] = Math.max(most[`most in a ${what}`], highest);
        }
      }
      seen.requests += trial.sent.length;
      if (perDay !== null) seen["full days"] += byDay(trial.sent).filter((sent) => sent === perDay).length;
    } catch (cause) {
      throw new Error(`TEST_SEED=${seed}, key ${seen.keys}: ${perDay} a day, ${size} series`, { cause });
    }
  }
  assert.ok(seen["full days"] > 0, "the ledger never had to refuse");
  return { ...seen, ...most, "days over": 0, "too soon": 0, "plans wrong": 0, "forecasts wrong": 0, seed };
}

export const PROOF: Proof = { name: "quota", unit: "days", short: 20, long: 10_000, prove };

interface Trial {
  readonly db: Database;
  readonly perDay: number | null;
  readonly random: () => number;
  readonly key: string;
  readonly states: Map<string, SeriesState>;
  /** The vendor's clock, epoch ms, how far ours is from it, and whether ours was set forth since the last request. */
  readonly clock: { true: number; skew: number; leapt: boolean };
  /** When each request reached the vendor, by its clock. */
  readonly sent: number[];
  /** When the clock was set forth, true time. */
  readonly leaps: number[];
  /** Distances between two requests that were less than the pace allows, ms. */
  readonly tooSoon: number[];
  /** `symbol form`, in the order of arrival. */
  readonly asked: string[];
}

function openTrial(
  db: Database,
  { size, ...given }: Pick<Trial, "perDay" | "random" | "key"> & { size: number },
): Trial {
  const names = Array.from({ length: size }, (_, index) => `Q${index}`);
  const fresh = { first: null, watermark: null, newest: null, answeredAt: null, last: null, recent: [], gaps: [] };
  const states = new Map(names.map((symbol): [string, SeriesState] => {
    return [symbol, { ...fresh, series: { symbol, interval: "daily" } }];
  }));
  const start = Date.UTC(2016 + Math.floor(given.random() * 8), Math.floor(given.random() * 12), 2);
  return {
    db,
    ...given,
    states,
    clock: { true: start, skew: 0, leapt: false },
    sent: [],
    asked: [],
    leaps: [],
    tooSoon: [],
  };
}

/** From the first day until every series has been stored once, and two days more. */
async function live(trial: Trial, seen: Seen): Promise<void> {
  const { clock, perDay, random, states } = trial;
  const forecast = perDay === null ? 1 : Math.ceil(states.size / (perDay - KEPT_BACK));
  const first = clock.true;
  let filled: number | null = null;
  for (let day = 0; filled === null || day < filled + 2; day++) {
    assert.ok(day <= forecast + 1, `not all stored on day ${day}, foretold was ${forecast}`);
    seen.days += 1;
    clock.true = Math.max(clock.true, first + day * DAY + SKEW + Math.floor(random() * (DAY - 4 * SKEW)));
    setClock(trial, (random() - 0.5) * 2 * SKEW);
    // A run by the schedule, and sometimes more of the day; each by a process that may be stopped anywhere.
    for (let runs = random() < 0.5 ? 3 : 1; runs > 0;) {
      const stopped = random() < 0.25;
      const dies = stopped ? 1 + Math.floor(random() * MOST_BEFORE_DEATH) : Infinity;
      await runOnce(trial, { dies, unbridled: random() < 0.3 }, seen);
      if (stopped) seen.restarts += 1;
      else runs -= 1;
      // Who restarts at once must not get around the pace.
      clock.true += Math.floor(random() * (stopped ? 1_000 : 60_000));
      if (random() < 0.5) {
        const back = random() < 0.5 && sentToday(trial) > 0;
        setClock(trial, back ? -random() * SET_BACK : (random() - 0.5) * 2 * SKEW);
        seen.skews += 1;
      }
    }
    const lacking = [...states.values()].filter(({ watermark }) => watermark === null);
    if (lacking.length === 0) filled ??= day + 1;
  }
  assert.ok(Math.abs(filled - forecast) <= 1, `all were stored on day ${filled}, foretold was ${forecast}`);
  seen.forecasts += 1;
}

function setClock({ clock, leaps }: Trial, skew: number): void {
  if (skew > clock.skew) leaps.push(clock.true);
  clock.leapt ||= skew > clock.skew;
  clock.skew = Math.floor(skew);
}

function sentToday({ sent, clock }: Trial): number {
  return sent.filter((at) => Math.floor(at / DAY) === Math.floor(clock.true / DAY)).length;
}

/**
 * One process: a run that dies when it has sent `dies` requests. If it lives, it must have asked what was planned; an
 * unbridled one, which plans as if there were no limit, as much as the ledger had left.
 */
async function runOnce(
  trial: Trial,
  { dies, unbridled }: { dies: number; unbridled: boolean },
  seen: Seen,
): Promise<void> {
  const { asked, states, perDay, tooSoon } = trial;
  const before = asked.length;
  const death = new AbortController();
  const known = await effectsOf(trial, { dies: before + dies, death });
  const used = sentToday(trial);
  const truly = await known.quota();
  assert.equal(truly.usedToday, used, "the ledger counts another number than the vendor");
  const quota = () => Promise.resolve({ ...truly, perDay: null });
  const effects = unbridled ? { ...known, quota } : known;
  const { entries } = plan([...states.values()], {
    now: effects.now(),
    market: MARKET,
    adjusted: false,
    quota: await effects.quota(),
    entitlements: [],
    lags: {},
    forcedAt: null,
  });
  const due = entries.filter(({ action }) => action !== "skip").length;
  const asks = entries.flatMap((entry) =>
    entry.action === "ask" ? [`${entry.series.symbol} ${formOf(entry.request)}`] : []
  );
  const left = perDay === null ? Infinity : perDay - (unbridled ? 0 : KEPT_BACK) - used;
  const planned = asks.slice(0, Math.max(0, left));
  assert.equal(planned.length, Math.min(due, Math.max(0, left)), "the plan leaves unasked what the day has room for");
  if (!unbridled) assert.deepEqual(asks, planned, "the plan asks more than the day has room for");
  const signal = death.signal;
  const series = [...states.values()].map((state) => state.series);
  await ingest(
    {
      ...{ series, trigger: "manual", market: MARKET, adjusted: false, force: false, concurrency: 1 },
      ...{ stop: signal, abort: signal },
    },
    effects,
  );
  const log = asked.slice(before);
  assert.deepEqual(log, planned.slice(0, log.length), "the run asked something else than was planned");
  if (!signal.aborted) assert.equal(log.length, planned.length, "the run did not ask all that was planned");
  assert.deepEqual(tooSoon, [], "requests less than the pace apart, in ms");
  seen.runs += 1;
  if (unbridled) seen.unbridled += 1;
  seen.plans += 1;
}

async function effectsOf(
  { db, perDay, key: keyHash, random, clock, states, sent, asked, tooSoon }: Trial,
  { dies, death }: { dies: number; death: AbortController },
): Promise<Effects<null>> {
  const now = () => clock.true + clock.skew;
  const sleep = (ms: number, signal: AbortSignal) => {
    clock.true += Math.max(0, ms);
    return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve();
  };
  const client = createClient({
    base: "http://127.0.0.1/query",
    key: keyHash,
    extendedHours: true,
    entitlement: null,
    timeoutMs: 60_000,
    pace: perDay === null ? { perMinute: PER_MINUTE, politeDelayMs: 0 } : { perMinute: null, politeDelayMs: FREE_GAP },
    concurrency: 1,
    backoff: VENDOR_BACKOFF,
    sentLately: await sentLately(db, keyHash),
    clock: { now, sleep },
    random,
    fetch: (input) => {
      const query = new URL(String(input)).searchParams;
      const size = query.get("outputsize");
      const gap = clock.true - (sent.at(-1) ?? -Infinity);
      // A clock set forth looks like time that has passed.
      if (!clock.leapt && gap < (perDay === null ? LEAST_GAP : FREE_GAP)) tooSoon.push(gap);
      clock.leapt = false;
      sent.push(clock.true);
      asked.push(`${query.get("symbol")} ${query.get("function")}${size === null ? "" : ` ${size}`}`);
      if (sent.length >= dies) death.abort();
      const date = new Date(clock.true).toISOString().slice(0, 10);
      const bar = { "1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1", "5. volume": "1" };
      const meta = { "2. Symbol": query.get("symbol"), "5. Time Zone": "US/Eastern" };
      return Promise.resolve(Response.json({ "Meta Data": meta, "Time Series (Daily)": { [date]: bar } }));
    },
    charge: (request, { attempt, at }) =>
      chargeRequest(db, { keyHash, runId: null, request, attempt, now: at, perDay }),
    record: (id, record) => recordAnswer(db, id, { ...record, now: now() }),
  });
  const keep = (result: SeriesResult) => Promise.resolve(result);
  return {
    now,
    emit: () => {},
    claim: () => Promise.resolve({ runId: 1 }),
    keepAlive: () => () => {},
    planned: () => Promise.resolve(),
    states: () => Promise.resolve([...states.values()]),
    quota: () => quotaState(db, { keyHash, now: now(), perDay }),
    entitlements: () => Promise.resolve([]),
    history: () => Promise.resolve([]),
    learn: () => Promise.resolve(),
    ask: async (request, { signal }) => {
      const { answer, requests } = await client.ask(request, { signal, onEvent: () => {} });
      return answer.kind === "bars" ? { kind: "bars", document: null, requests } : { ...answer, requests };
    },
    read: (_, { series }) => {
      const newest = targetOf(series, now(), MARKET).ts;
      return { bars: [{ ts: newest } as never], rejects: [], newest };
    },
    store: (reading, { result }) => {
      const state = states.get(result.series.symbol)!;
      const { newest } = reading;
      states.set(result.series.symbol, { ...state, first: newest, watermark: newest, newest, answeredAt: now() });
      return keep({ ...result, counts: NO_ROWS, watermark: newest });
    },
    record: keep,
    close: () => Promise.resolve(true),
  };
}
