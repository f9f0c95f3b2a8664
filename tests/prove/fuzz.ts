/**
 * Fuzzed bodies: whatever the vendor, a proxy or a bad line makes of an answer, reading it neither throws nor hangs, every
 * bar that comes out keeps every rule, and a row that was not touched comes out as it was.
 */
import assert from "node:assert/strict";
import { classify } from "../../src/alphavantage/answer.ts";
import { readSeries, type SeriesReading } from "../../src/alphavantage/series.ts";
import { isSettled } from "../../src/bar.ts";
import { seededRandom } from "../support/random.ts";
import {
  type Fuzzed,
  pick,
  type Random,
  readRecordings,
  type RecordedRow,
  type Recording,
  REFUSALS,
  rowsOf,
  rowText,
  textOf,
} from "./fuzz_bodies.ts";
import { hurtAnywhere, hurtRow, stutter } from "./fuzz_mutations.ts";
import { type Expected, expectedOf, faultOf, instantOf, lineOf, periodOf } from "./fuzz_oracle.ts";
import type { Proof } from "./main.ts";
import { TOO_DEEP } from "./own_json.ts";

const LONGEST_MS = 1_000;

export const PROOF: Proof = {
  name: "fuzz",
  unit: "bodies",
  short: 20_000,
  long: 1_000_000,
  prove: async (count) => {
    const { random, seed } = seededRandom();
    const recordings = await readRecordings();
    const seen = { bodies: count, answers: 0, bars: 0, untouched: 0, judged: 0, slowestMs: 0, seed };
    for (let index = 0; index < count; index++) {
      const fuzzed = makeBody(recordings, random);
      try {
        const { reading, ms, untouched, judged } = judge(fuzzed);
        seen.answers += reading === null ? 0 : 1;
        seen.bars += reading?.bars.length ?? 0;
        seen.untouched += untouched;
        seen.judged += judged;
        seen.slowestMs = Math.max(seen.slowestMs, Math.ceil(ms));
      } catch (cause) {
        const file = await Deno.makeTempFile({ prefix: "fuzzed-", suffix: ".json" });
        await Deno.writeTextFile(file, fuzzed.body);
        const { request } = fuzzed.recording;
        const asked = `${request.function} of ${request.series.symbol}, HTTP ${fuzzed.httpStatus}`;
        throw new Error(`TEST_SEED=${seed}, body ${index} (${asked}), kept as ${file}`, { cause });
      }
    }
    return seen;
  },
};

function makeBody(recordings: readonly Recording[], random: Random): Fuzzed {
  const recording = pick(random, recordings);
  const rows = rowsOf(recording, random);
  if (random() < 0.5) return hurtSomeRows(recording, rows, random);
  const other = pick(random, recordings);
  const httpStatus = random() < 0.9 ? 200 : pick(random, [204, 302, 404, 406, 429, 500, 503]);
  const refusal = pick(random, REFUSALS);
  const body = random() < 0.8
    ? hurtAnywhere(textOf(recording, rows.map(rowText)), random, other.body)
    : random() < 0.6
    ? hurtAnywhere(refusal, random, other.body)
    : stutter(refusal, random);
  return { recording, body, httpStatus, untouched: null };
}

function hurtSomeRows(recording: Recording, rows: readonly RecordedRow[], random: Random): Fuzzed {
  const victims = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, rows));
  const hurt = new Map(victims.map((row) => [row, hurtRow(row, random, rows)]));
  // A row whose stamp, week or month a hurt one now claims has been touched as well.
  const place = (stamp: string) => {
    const ts = instantOf(stamp, null);
    return ts === null ? stamp : periodOf(ts, recording.request.series.interval);
  };
  const touched = new Set([...hurt.values()].flatMap(({ stamps }) => stamps.map(place)));
  return {
    recording,
    body: textOf(recording, rows.map((row) => hurt.get(row)?.text ?? rowText(row))),
    httpStatus: 200,
    untouched: rows.filter(({ stamp }) => !touched.has(place(stamp))),
  };
}

interface Judged {
  readonly reading: SeriesReading | null;
  readonly ms: number;
  /** Untouched rows found again. */
  readonly untouched: number;
  /** Rows of which it is known from the text alone whether they must come out. */
  readonly judged: number;
}

function judge({ recording, body, httpStatus, untouched }: Fuzzed): Judged {
  const { request, now } = recording;
  const look = () => timed(() => read(body, { recording, httpStatus }));
  let { result: reading, ms } = look();
  // The machine may have been busy with something else: what hangs, hangs again.
  if (ms > LONGEST_MS) ms = look().ms;
  assert.ok(ms <= LONGEST_MS, `reading took ${ms} ms`);
  const bars = new Map(reading?.bars.map((bar) => [bar.ts, lineOf(bar)]));
  for (const bar of reading?.bars ?? []) {
    assert.equal(faultOf(bar, { now, interval: request.series.interval }), null, lineOf(bar));
  }
  assert.equal(bars.size, reading?.bars.length ?? 0, "two bars have one time");
  for (const { stamp, ts, line } of untouched ?? []) {
    assert.ok(reading !== null, "an answer with good rows was taken for a refusal");
    assert.equal(bars.get(ts), line, `the good row ${stamp}`);
  }
  const judged = reading === null ? 0 : compare(reading, { bars, expected: readAgain(body, { request, now }) });
  return { reading, ms, untouched: untouched?.length ?? 0, judged };
}

/** Steps 3 and 4 of a run, as the program wires them. `null`: the body was refused as a whole. */
function read(
  body: string,
  { recording: { request, now }, httpStatus }: Pick<Fuzzed, "recording" | "httpStatus">,
): SeriesReading | null {
  const answer = classify(body, { httpStatus, request });
  if (answer.kind !== "bars") return null;
  const reading = readSeries(answer.document, {
    request,
    now,
    settled: (ts, { newest, lastRefreshed }) =>
      isSettled(request.series, ts, { asOf: Math.min(now, lastRefreshed ?? now), newest }),
  });
  // The quarantine keeps the raw row as text.
  for (const { raw } of reading.rejects) JSON.stringify(raw);
  return reading;
}

function timed<T>(work: () => T): { result: T; ms: number } {
  const started = performance.now();
  const result = work();
  return { result, ms: performance.now() - started };
}

function readAgain(body: string, asked: Parameters<typeof expectedOf>[1]): Expected | null {
  try {
    return expectedOf(body, asked);
  } catch (error) {
    if (error === TOO_DEEP) return null;
    throw error;
  }
}

/** @returns how many rows could be compared */
function compare(
  { rejects }: SeriesReading,
  { bars, expected }: { bars: ReadonlyMap<number, string>; expected: Expected | null },
): number {
  if (expected === null) return 0;
  for (const [ts, line] of expected.bars) {
    if (line !== null) assert.equal(bars.get(ts), line, "the text holds a good row that did not come out");
  }
  for (const [ts, line] of bars) assert.ok(expected.bars.has(ts), `the text holds no good row for "${line}"`);
  const refused = new Set(rejects.map(({ stamp }) => stamp));
  assert.equal(refused.size, rejects.length, "a stamp was refused twice");
  assert.equal(bars.size + refused.size, expected.stamps.size, "a row came out neither as a bar nor as refused");
  return expected.stamps.size;
}
