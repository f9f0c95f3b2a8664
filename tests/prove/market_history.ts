/**
 * What may a vendor say of one series over some days? Bars that grow, close, are corrected, move their date, are adjusted;
 * answers that hold a part of them, twice, late, in any order, with bad rows between.
 */
import fc from "fast-check";
import type { Bar, Interval, Reject } from "../../src/bar.ts";

/** One answer of the vendor. */
export interface Chunk {
  readonly bars: readonly Bar[];
  readonly rejects: readonly Reject[];
}

/** What came at one time, from one state of the vendor's books. */
export interface Visit {
  /** Epoch ms. */
  readonly now: number;
  readonly chunks: readonly Chunk[];
  /** The same chunks in another order. */
  readonly shuffled: readonly Chunk[];
  /** After so many chunks the process dies, and the next one begins again with the first. */
  readonly diesAfter: number;
  /** A new run begins with this visit. */
  readonly restart: boolean;
}

export interface History {
  readonly interval: Interval;
  readonly visits: readonly Visit[];
}

const chunk = fc.record({
  skipped: fc.nat(4),
  length: fc.integer({ min: 1, max: 12 }),
  adjusted: fc.boolean(),
  bad: fc.array(fc.nat(3), { maxLength: 2 }),
});
const correction = fc.record({
  back: fc.nat(8),
  /** 0: nothing but the spelling changes. */
  cents: fc.oneof(fc.constant(0), fc.integer({ min: -300, max: 300 })),
  what: fc.constantFrom("close", "high", "volume", "date"),
});
const visit = fc.record({
  days: fc.nat(6),
  grown: fc.nat(60),
  corrections: fc.array(correction, { maxLength: 2 }),
  /** How much lower the adjusted past is from now on, in percent. */
  adjustment: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 30 })),
  /** Its newest bar can no longer grow, as far as the reader can tell. */
  closed: fc.boolean(),
  /** An old copy of the books, as a cache would give. */
  stale: fc.integer({ min: 0, max: 9 }).map((chance) => chance === 0),
  chunks: fc.array(chunk, { minLength: 1, maxLength: 3 }),
  order: fc.nat(5),
  diesAfter: fc.nat(3),
  restart: fc.boolean(),
});
type Script = { interval: Interval; visits: readonly (typeof visit extends fc.Arbitrary<infer T> ? T : never)[] };

export const history: fc.Arbitrary<History> = fc.record({
  interval: fc.constantFrom<Interval>("30min", "daily", "weekly", "monthly"),
  visits: fc.array(visit, { minLength: 2, maxLength: 6 }),
}).map(tell);

interface Entry {
  readonly period: number;
  /** The day of its week or month that it is dated on; 0 to 2. */
  day: number;
  readonly open: number;
  close: number;
  high: number;
  volume: number;
  places: number;
}

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** A Monday. */
const BEGIN = Date.parse("2025-03-03T00:00:00Z");

function tell({ interval, visits }: Script): History {
  const long = interval === "weekly" || interval === "monthly";
  const books: Entry[] = [begin(0)];
  let old = structuredClone(books);
  let factor = 100;
  return {
    interval,
    visits: visits.map((script, index) => {
      const before = structuredClone(books);
      for (let day = 0; day < script.days; day++) {
        const running = books.at(-1)!;
        if (long && running.day < 2) running.day += 1;
        else books.push(begin(running.period + 1));
        trade(books.at(-1)!, 10 * day + script.grown);
      }
      trade(books.at(-1)!, script.grown);
      for (const { back, cents, what } of script.corrections) correct(books.at(-1 - back), { cents, what, long });
      factor *= 1 - script.adjustment / 100;
      if (!script.stale) old = before;
      const source = script.stale ? old : books;
      const chunks = script.chunks.map((part) => cut(source, { ...part, interval, factor, closed: script.closed }));
      return {
        now: BEGIN + 400 * DAY + index * DAY,
        chunks,
        shuffled: permuted(chunks, script.order),
        diesAfter: Math.min(script.diesAfter, chunks.length),
        restart: script.restart,
      };
    }),
  };
}

function begin(period: number): Entry {
  const open = 10_000 + 37 * period;
  return { period, day: 0, open, close: open, high: open, volume: 100 + period, places: 4 };
}

function trade(entry: Entry, cents: number): void {
  entry.close += cents;
  entry.high = Math.max(entry.high, entry.close);
  entry.volume += cents;
}

function correct(
  entry: Entry | undefined,
  { cents, what, long }: { cents: number; what: "close" | "high" | "volume" | "date"; long: boolean },
): void {
  if (entry === undefined) return;
  if (cents === 0) entry.places = 6 - entry.places;
  else if (what === "close") entry.close += cents;
  else if (what === "volume") entry.volume += Math.abs(cents);
  else if (what === "date" && long) entry.day = (entry.day + 1) % 3;
  entry.high = Math.max(entry.high + (what === "high" ? Math.abs(cents) : 0), entry.close);
}

interface Cut {
  readonly interval: Interval;
  readonly skipped: number;
  readonly length: number;
  readonly adjusted: boolean;
  readonly bad: readonly number[];
  readonly factor: number;
  readonly closed: boolean;
}

function cut(books: readonly Entry[], { interval, skipped, length, adjusted, bad, factor, closed }: Cut): Chunk {
  const end = Math.max(1, books.length - skipped);
  const bars = books.slice(Math.max(0, end - length), end).map((entry): Bar => {
    const price = (cents: number) => (cents / 100).toFixed(entry.places);
    return {
      ts: stampOf(entry, interval),
      open: price(entry.open),
      high: price(entry.high + 5),
      low: price(Math.min(entry.open, entry.close) - 5),
      close: price(entry.close),
      volume: String(entry.volume),
      adjustedClose: adjusted ? ((entry.close * factor) / 10_000).toFixed(6) : null,
      dividendAmount: adjusted ? (entry.period % 4 === 0 ? "0.2500" : "0.0000") : null,
      splitCoefficient: adjusted ? "1.0" : null,
      settled: closed || entry !== books.at(-1),
    };
  });
  const rejects = bad.map((number): Reject => ({
    stamp: `2025-01-0${number + 1}`,
    rule: number === 0 ? "bad-row" : "high-below-low",
    raw: { "1. open": `${number >> 1}` },
  }));
  // As the vendor has it: newest first.
  return { bars: bars.reverse(), rejects };
}

function stampOf({ period, day }: Entry, interval: Interval): number {
  if (interval === "30min") return BEGIN + period * 30 * MINUTE;
  if (interval === "daily") return BEGIN + period * DAY;
  if (interval === "weekly") return BEGIN + (period * 7 + 2 * day) * DAY;
  return Date.UTC(2025, 2 + period, [5, 17, 28][day]);
}

/** One of the orders of up to three things. */
function permuted<T>(items: readonly T[], order: number): T[] {
  const turned = items.map((_, index) => items[(index + order) % items.length]!);
  return order < 3 ? turned : turned.reverse();
}
