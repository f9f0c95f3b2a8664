/**
 * Which bars must come out of a body, whatever was done to it? Read again from the text by {@link readJson}, with the rules
 * of a bar written a second time: whole numbers instead of decimal strings, Temporal instead of the calendar.
 */
import type { Bar } from "../../src/bar.ts";
import type { BarRequest } from "../../src/request.ts";
import { type Json, membersOf, readJson } from "./own_json.ts";

/** The values of a bar in one line; what it settled on is not a matter of the row. */
export function lineOf(bar: Omit<Bar, "settled">): string {
  const { ts, open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient } = bar;
  return [ts, open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient].join(" ");
}

export interface Expected {
  /** Every stamp the series holds. */
  readonly stamps: ReadonlySet<string>;
  /** Each bar by its `ts`, as {@link lineOf} writes it; `null`: the text says two things, any one or none may come. */
  readonly bars: ReadonlyMap<number, string | null>;
}

/** `null` when the text names its series or its zone more than once, or not at all: then no one reading is the right one. */
export function expectedOf(body: string, { request, now }: { request: BarRequest; now: number }): Expected | null {
  const members = membersOf(readJson(body.replace(/^[\s\uFEFF]+/, "")));
  const series = members.filter(([key]) => /time series/i.test(key));
  const meta = members.filter(([key]) => /^\s*meta data\s*$/i.test(key));
  if (series.length !== 1 || meta.length !== 1) return null;
  const zones = membersOf(meta[0]![1]).filter(([key]) => /^(?:\d+\.\s*)?time zone$/i.test(key));
  const zone = zones[0]?.[1] ?? "US/Eastern";
  if (zones.length > 1 || typeof zone !== "string") return null;
  const rows = Map.groupBy(membersOf(series[0]![1]), ([stamp]) => stamp);
  const bars = new Map<number, string | null>();
  for (const [stamp, all] of rows) {
    const ts = instantOf(stamp, request.function === "TIME_SERIES_INTRADAY" ? zone.trim() : null);
    if (ts === null || ts > now) continue;
    const lines = new Set(all.map(([, row]) => rowLine(row, { ts, name: request.function })));
    const [line] = lines;
    const alike = all.length === 1 || all.every(([, row]) => same(row, all[0]![1]));
    if (alike && line !== "twofold") {
      if (line !== "bad") bars.set(ts, line!);
    } else if (lines.size === 1 || lines.has("twofold") || all.some(([, row]) => membersOf(row).length === 0)) {
      bars.set(ts, null);
    }
  }
  return { stamps: new Set(rows.keys()), bars: onePerPeriod(bars, request.series.interval) };
}

/** Epoch ms; `null` for what is no stamp. Without a zone: a date. */
export function instantOf(stamp: string, zone: string | null): number | null {
  const form = zone === null ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\d \d\d:\d\d:[0-5]\d$/;
  if (!form.test(stamp)) return null;
  const question = `${zone} ${stamp}`;
  let answer = instants.get(question);
  if (answer === undefined) {
    if (instants.size > 100_000) instants.clear();
    instants.set(question, answer = askTemporal(stamp, zone ?? "UTC"));
  }
  return answer;
}

/** The same few thousand stamps come again and again. */
const instants = new Map<string, number | null>();

function askTemporal(stamp: string, zone: string): number | null {
  try {
    const wall = Temporal.PlainDateTime.from(stamp.replace(" ", "T"), { overflow: "reject" });
    const there = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
    return there.toPlainDateTime().equals(wall) ? there.epochMilliseconds : null;
  } catch {
    return null;
  }
}

/** The row as {@link lineOf} writes its bar, `bad` when it breaks a rule, `twofold` when a field says two things. */
function rowLine(row: Json, { ts, name }: { ts: number; name: string }): string {
  const fields = new Map<string, Json>();
  for (const [key, value] of membersOf(row)) {
    const word = key.replace(/^\d+\.\s*/, "");
    if (fields.has(word) && ALL.includes(word) && !same(fields.get(word)!, value)) return "twofold";
    fields.set(word, value);
  }
  const text = (word: string) => {
    const value = fields.get(word);
    if (value === undefined || typeof value === "object" && "word" in value && value.word === "null") return null;
    return typeof value === "string" ? value : "not a text";
  };
  const [open, high, low, close, volume] = PLAIN.map(text);
  const [adjustedClose, dividendAmount, splitCoefficient] = ADJUSTED.map(text);
  const needed = name === "TIME_SERIES_DAILY_ADJUSTED" ? 3 : name.endsWith("_ADJUSTED") ? 2 : 0;
  if (ADJUSTED.slice(0, needed).some((word) => text(word) === null)) return "bad";
  const prices = [open, high, low, close].map(wholeOf);
  const [o, h, l, c] = prices;
  if (prices.some((price) => price === null || price === 0n)) return "bad";
  if (!(l! <= o! && l! <= c! && o! <= h! && c! <= h!)) return "bad";
  if (volume === null || volume === undefined || !/^[0-9]{1,18}$/.test(volume)) return "bad";
  if ([adjustedClose, dividendAmount, splitCoefficient].some((value) => value !== null && wholeOf(value) === null)) {
    return "bad";
  }
  return [ts, open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient].join(" ");
}

const PLAIN = ["open", "high", "low", "close", "volume"] as const;
const ADJUSTED = ["adjusted close", "dividend amount", "split coefficient"] as const;
const ALL: readonly string[] = [...PLAIN, ...ADJUSTED];

function same(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A decimal as a whole number of 10^-25; `null` for anything but up to 15 digits, and up to 25 after a point. */
function wholeOf(decimal: string | null | undefined): bigint | null {
  const [, whole, fraction = ""] = /^([0-9]{1,15})(?:\.([0-9]{1,25}))?$/.exec(decimal ?? "") ?? [];
  return whole === undefined ? null : BigInt(whole + fraction.padEnd(25, "0"));
}

/** Of a week or month the newest date counts. Where a reading is open, all of its period is. */
function onePerPeriod(bars: ReadonlyMap<number, string | null>, interval: string): Map<number, string | null> {
  const kept = new Map<number, string | null>();
  for (const group of Map.groupBy(bars, ([ts]) => periodOf(ts, interval)).values()) {
    if (group.some(([, line]) => line === null)) { for (const [ts] of group) kept.set(ts, null); }
    else kept.set(...group.reduce((newest, one) => one[0] > newest[0] ? one : newest));
  }
  return kept;
}

/** A name of the week or month of a date; of any other interval each bar is its own. */
export function periodOf(ts: number, interval: string): string | number {
  if (interval === "monthly") return new Date(ts).toISOString().slice(0, -17);
  // 1970-01-01 was a Thursday: weeks begin three days before it.
  return interval === "weekly" ? Math.floor((ts / 86_400_000 + 3) / 7) : ts;
}

/** What is wrong with a bar, by the letter of the rules, or `null`. */
export function faultOf(bar: Bar, { now, interval }: { now: number; interval: string }): string | null {
  const { ts, open, high, low, close, volume, settled } = bar;
  const [o, h, l, c] = [open, high, low, close].map((price) => Number(price)) as [number, number, number, number];
  if (![o, h, l, c].every((price) => Number.isFinite(price) && price > 0)) return "a price is not positive";
  if (l > Math.min(o, c) || h < Math.max(o, c)) return "high and low do not hold open and close";
  if (!/^[0-9]+$/.test(volume) || BigInt(volume) > 9_223_372_036_854_775_807n) return "the volume is no whole number";
  if (!Number.isInteger(ts) || ts > now) return "it is of the future";
  const minutes = /^(\d+)min$/.exec(interval)?.[1];
  // New York's shortest day ends at 13:00, which is never before 17:00 UTC.
  const earliestEnd = minutes === undefined ? ts + 17 * 3_600_000 : ts + Number(minutes) * 60_000;
  if (settled && earliestEnd > now) return "it is settled before its period was over";
  return null;
}
