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
const ROW_BYTES = 2 * (4 + 8) + 7 * DECIMAL_BYTES + (4 + 1);
/** Digits that a double holds exactly. */
const SAFE_DIGITS = 15;

/**
 * The data of one `COPY stock_data (TUPLE_COLUMNS) FROM STDIN (FORMAT binary)`.
 *
 * @throws RangeError when a price or volume is not a plain decimal
 */
export function tuplesOf(bars: readonly Bar[], { series, answerId }: { series: Series; answerId: number }): Uint8Array {
  const head = headOf(series);
  const length = HEADER.length + bars.length * (head.length + ROW_BYTES + 12) + 2;
  const out = new Tuples(new DataView(new ArrayBuffer(length)));
  out.bytes(HEADER);
  for (const bar of bars) {
    out.bytes(head);
    out.int8((bar.ts - EPOCH_MS) * 1_000);
    out.decimal(bar.open);
    out.decimal(bar.high);
    out.decimal(bar.low);
    out.decimal(bar.close);
    out.volume(bar.volume);
    out.decimal(bar.adjustedClose);
    out.decimal(bar.dividendAmount);
    out.decimal(bar.splitCoefficient);
    out.bool(bar.settled);
    out.int8(answerId);
  }
  return out.end();
}

/** What every tuple begins with: how many columns, symbol and interval. */
function headOf({ symbol, interval }: Series): Uint8Array {
  const texts = [symbol, interval].map((text) => new TextEncoder().encode(text));
  const size = (value: number) => [value >> 24, value >> 16, value >> 8, value];
  return new Uint8Array([0, COLUMNS, ...texts.flatMap((text) => [...size(text.length), ...text])]);
}

/** Writes fields one after the other, each behind its length; all numbers big-endian. */
class Tuples {
  #at = 0;
  readonly #all: Uint8Array;

  constructor(private readonly view: DataView) {
    this.#all = new Uint8Array(view.buffer);
  }

  bytes(bytes: Uint8Array): void {
    this.#all.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  int8(value: number): void {
    const high = Math.floor(value / HIGH);
    this.view.setInt32(this.#at, 8);
    this.view.setInt32(this.#at + 4, high);
    this.view.setUint32(this.#at + 8, value - high * HIGH);
    this.#at += 12;
  }

  bool(value: boolean): void {
    this.view.setInt32(this.#at, 1);
    this.view.setUint8(this.#at + 4, value ? 1 : 0);
    this.#at += 5;
  }

  volume(text: string): void {
    if (!/^\d{1,18}$/.test(text)) throw notPlain(text);
    if (text.length <= SAFE_DIGITS) return this.int8(Number(text));
    this.view.setInt32(this.#at, 8);
    this.view.setBigInt64(this.#at + 4, BigInt(text));
    this.#at += 12;
  }

  /**
   * NUMERIC: groups of four digits counted from the point, how many stand before it, and how many digits behind it were
   * given. The server drops empty groups at either end itself.
   */
  decimal(text: string | null): void {
    const start = this.#at;
    if (text === null) {
      this.view.setInt32(start, -1);
      this.#at += 4;
      return;
    }
    const point = text.indexOf(".");
    const whole = point === -1 ? text.length : point;
    const scale = point === -1 ? 0 : text.length - point - 1;
    if (whole === 0 || point === text.length - 1 || text.length > DECIMAL_LENGTH) throw notPlain(text);
    const groups = (whole + 3) >> 2;
    this.#at += 12;
    for (let from = whole - groups * 4; from < whole; from += 4) this.#group(text, { from, to: from + 4 });
    for (let from = whole + 1; from < text.length; from += 4) this.#group(text, { from, to: from + 4 });
    this.view.setInt32(start, this.#at - start - 4);
    this.view.setInt16(start + 4, (this.#at - start - 12) >> 1);
    this.view.setInt16(start + 6, groups - 1);
    this.view.setInt32(start + 8, scale); // the upper half is the sign: plus
  }

  /** Four digits; those that lie outside the text are zeros. */
  #group(text: string, { from, to }: { from: number; to: number }): void {
    let group = 0;
    for (let index = from; index < to; index++) {
      const digit = index < 0 || index >= text.length ? 0 : text.charCodeAt(index) - 48;
      if (digit < 0 || digit > 9) throw notPlain(text);
      group = group * 10 + digit;
    }
    this.view.setInt16(this.#at, group);
    this.#at += 2;
  }

  /** The trailer, and everything up to it. */
  end(): Uint8Array {
    this.view.setInt16(this.#at, -1);
    return this.#all.subarray(0, this.#at + 2);
  }
}

function notPlain(text: string): RangeError {
  return new RangeError(`Cannot send "${text}" as a number: it is not a plain decimal`);
}
