/**
 * How do bars look in PostgreSQL's binary COPY format? The server reads it with a seventh less work than text, and it is
 * cheaper to make: no line is ever built. Decimals stay exact: their digits are regrouped, never computed with.
 */
import type { Bar, Series } from "../bar.ts";

/** The columns of a tuple, in its order. */
export const TUPLE_COLUMNS =
  `symbol, "interval", ts, open, high, low, close, volume, adjusted_close, dividend_amount, split_coefficient, settled,
  answer_id`;
const COLUMNS = 13;
/** Signature, flags, length of the extension. */
const HEADER = new Uint8Array([...new TextEncoder().encode("PGCOPY\n"), 0xff, 0x0d, 0x0a, 0, ...new Uint8Array(8)]);
/** 2000-01-01, where PostgreSQL counts from. */
const EPOCH_MS = 946_684_800_000;
const HIGH = 2 ** 32;
/** A decimal of {@link Bar} has at most 15 digits before the point and 25 behind it: 11 groups of four. */
const DECIMAL_LENGTH = 41;
const DECIMAL_BYTES = 4 + 8 + 2 * 11;
const ROW_BYTES = 3 * (4 + 8) + 7 * DECIMAL_BYTES + (4 + 1);
/** Of a volume. */
const MAX_DIGITS = 18;
/** Digits that a double holds exactly. */
const SAFE_DIGITS = 15;

/**
 * The data of one `COPY stock_data (TUPLE_COLUMNS) FROM STDIN (FORMAT binary)`.
 *
 * @throws RangeError when a price or volume is not a plain decimal
 */
export function tuplesOf(bars: readonly Bar[], { series, answerId }: { series: Series; answerId: number }): Uint8Array {
  const head = headOf(series);
  const all = new Uint8Array(HEADER.length + bars.length * (head.length + ROW_BYTES) + 2);
  const view = new DataView(all.buffer);
  all.set(HEADER);
  let at = HEADER.length;
  for (const bar of bars) {
    for (let index = 0; index < head.length; index++) all[at++] = head[index]!;
    at = int8(view, at, (bar.ts - EPOCH_MS) * 1_000);
    at = numeric(view, at, bar.open);
    at = numeric(view, at, bar.high);
    at = numeric(view, at, bar.low);
    at = numeric(view, at, bar.close);
    at = volume(view, at, bar.volume);
    at = numeric(view, at, bar.adjustedClose);
    at = numeric(view, at, bar.dividendAmount);
    at = numeric(view, at, bar.splitCoefficient);
    view.setInt32(at, 1);
    all[at + 4] = bar.settled ? 1 : 0;
    at = int8(view, at + 5, answerId);
  }
  view.setInt16(at, -1); // the trailer
  return all.subarray(0, at + 2);
}

/** What every tuple begins with: how many columns, symbol and interval. */
function headOf({ symbol, interval }: Series): Uint8Array {
  const texts = [symbol, interval].map((text) => new TextEncoder().encode(text));
  const size = (value: number) => [value >> 24, value >> 16, value >> 8, value];
  return new Uint8Array([0, COLUMNS, ...texts.flatMap((text) => [...size(text.length), ...text])]);
}

// Fields, each behind its length, all big-endian. Every one returns where the next begins: functions of three arguments,
// because objects in between would cost a third of the time.

function int8(view: DataView, at: number, value: number): number {
  const high = Math.floor(value / HIGH);
  view.setInt32(at, 8);
  view.setInt32(at + 4, high);
  view.setUint32(at + 8, value - high * HIGH);
  return at + 12;
}

function volume(view: DataView, at: number, text: string): number {
  if (text.length > MAX_DIGITS || text === "") throw notPlain(text);
  let value = 0;
  for (let index = 0; index < text.length; index++) value = value * 10 + digitAt(text, index);
  if (text.length <= SAFE_DIGITS) return int8(view, at, value);
  view.setInt32(at, 8);
  view.setBigInt64(at + 4, BigInt(text));
  return at + 12;
}

/**
 * NUMERIC: groups of four digits counted from the point, how many of them stand before it, and how many digits were given
 * behind it. Groups of zeros at either end are dropped by the server itself.
 */
function numeric(view: DataView, start: number, text: string | null): number {
  if (text === null) {
    view.setInt32(start, -1);
    return start + 4;
  }
  const point = text.indexOf(".");
  const whole = point === -1 ? text.length : point;
  if (whole === 0 || point === text.length - 1 || text.length > DECIMAL_LENGTH) throw notPlain(text);
  let at = start + 12;
  let group = 0;
  let missing = ((whole - 1) & 3) + 1; // the first group has as many digits as make the others before the point whole
  for (let index = 0; index < text.length; index++) {
    if (index === point) continue;
    group = group * 10 + digitAt(text, index);
    if (--missing > 0) continue;
    view.setInt16(at, group);
    at += 2;
    group = 0;
    missing = 4;
  }
  if (missing < 4) {
    view.setInt16(at, group * 10 ** missing);
    at += 2;
  }
  view.setInt32(start, at - start - 4);
  view.setInt16(start + 4, (at - start - 12) >> 1);
  view.setInt16(start + 6, ((whole + 3) >> 2) - 1);
  view.setInt32(start + 8, point === -1 ? 0 : text.length - point - 1); // the upper half is the sign: plus
  return at;
}

function digitAt(text: string, index: number): number {
  const digit = text.charCodeAt(index) - 48;
  if (digit < 0 || digit > 9) throw notPlain(text);
  return digit;
}

function notPlain(text: string): RangeError {
  return new RangeError(`Cannot send "${text}" as a number: it is not a plain decimal`);
}
