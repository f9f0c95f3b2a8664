/** In which ways is a body hurt? Each is a function from what is whole to what may come; chance is given. */
import { fieldText, pick, type Random, type RecordedRow, REFUSALS, rowText } from "./fuzz_bodies.ts";

const between = (random: Random, low: number, high: number) => low + Math.floor(random() * (high - low));

/** JSON values that are no price; the last ones are made on the spot. */
const ODD_VALUES = [
  ["null", "true", "[]", "{}", '""', "1.5", "-0", "1e400", "12345678901234567890", '"NaN"', '"-1.0"', '"0.0000"'],
  ['" 1.0"', '"1e5"', '"0x10"', '"1,000.5"', '"\\u0661"', '"1.0\\u0000"', '"\\ud800"', '"Infinity"', '"None"', '"1."'],
].flat();

function oddValue(random: Random): string {
  switch (between(random, 0, 12)) {
    case 0:
      return nested(between(random, 1, random() < 0.1 ? 20_000 : 40), random);
    case 1:
      return JSON.stringify("9".repeat(between(random, 1, 60)));
    case 2:
      return JSON.stringify(`${between(random, 0, 1e6)}.${"7".repeat(between(random, 1, 40))}`);
    case 3:
      return JSON.stringify((random() * 400).toFixed(4));
    case 4:
      return JSON.stringify(String.fromCharCode(between(random, 0, 0x10000)).repeat(between(random, 1, 2_000)));
    default:
      return pick(random, ODD_VALUES);
  }
}

function nested(depth: number, random: Random): string {
  return random() < 0.5 ? "[".repeat(depth) + "]".repeat(depth) : '{"a":'.repeat(depth) + "1" + "}".repeat(depth);
}

const ODD_KEYS = ["__proto__", "constructor", "toString", "", "open", "1.open", "1. Open", "1. open ", "5. open", "0"];
const ODD_STAMPS = [
  ["2099-01-01", "2099-01-01 10:00:00", "0000-01-03", "9999-12-31", "+275760-09-13", "-000001-01-01", "2023-02-30"],
  ["2023-06-30T10:00:00", "2023-06-30 24:00:00", "2023-06-30 23:59:60", "2023-03-12 02:30:00", "2022-11-06 01:30:00"],
  ["2023-07-03Z", " 2023-07-03", "2023-7-3", "20230703", "", "__proto__", "0", "1688342400000", "2023-13-01", "null"],
].flat();

/** White space as JSON has it, now and then a lot of it. */
function space(random: Random): string {
  const count = random() < 0.05 ? between(random, 20, 3_000) : between(random, 0, 4);
  return pick(random, [" ", "\t", "\n", "\r\n"]).repeat(count);
}

/** One character of a string written as an escape. */
function escaped(text: string, random: Random): string {
  const at = between(random, 0, text.length);
  if (text === "") return '""';
  const code = text.charCodeAt(at).toString(16).padStart(4, "0");
  return `"${text.slice(0, at)}\\u${code}${text.slice(at + 1)}"`;
}

/** What comes in the place of one row, or beside it, and the stamps it now speaks of. */
export interface HurtRow {
  readonly text: string;
  readonly stamps: readonly string[];
}

/** @param others rows whose stamps may be taken: two of a kind are nobody's truth */
export function hurtRow(row: RecordedRow, random: Random, others: readonly RecordedRow[]): HurtRow {
  const { stamp, fields } = row;
  const at = between(random, 0, fields.length);
  const [key, value] = fields[at]!;
  const withFields = (texts: readonly string[]) => `${JSON.stringify(stamp)}: {${texts.join(", ")}}`;
  const replaced = (text: string) => withFields(fields.map((field, index) => index === at ? text : fieldText(field)));
  const own = (text: string): HurtRow => ({ text, stamps: [stamp] });
  const moved = (to: string, text = JSON.stringify(to)): HurtRow => ({
    text: `${text}: ${rowText(row).slice(JSON.stringify(stamp).length + 2)}`,
    stamps: [stamp, to],
  });
  switch (between(random, 0, 12)) {
    case 0:
    case 1:
      return own(replaced(`${JSON.stringify(key)}: ${oddValue(random)}`));
    case 2: {
      const digit = between(random, 0, value.length);
      const wrong = value.slice(0, digit) + pick(random, [..."0123456789.-e "]) + value.slice(digit + 1);
      return own(replaced(fieldText([key, wrong])));
    }
    case 3:
      return own(replaced(fieldText([random() < 0.5 ? pick(random, ODD_KEYS) : pick(random, fields)[0], value])));
    case 4:
      return own(replaced(`${escaped(key, random)}: ${escaped(value, random)}`));
    case 5:
      return own(withFields(fields.toSpliced(at, 1).map(fieldText)));
    case 6:
      return own(withFields([...fields.map(fieldText), `${JSON.stringify(key)}: ${oddValue(random)}`]));
    case 7:
      return own(`${JSON.stringify(stamp)}: ${oddValue(random)}`);
    case 8: {
      const nearby = stamp.replace(/^(.{9})./, `$1${between(random, 0, 10)}`);
      return moved(pick(random, [nearby, pick(random, ODD_STAMPS), pick(random, others).stamp]));
    }
    case 9:
      return moved(stamp, escaped(stamp, random));
    case 10: {
      const twin = random() < 0.3 ? own(rowText(row)) : hurtRow(row, random, [row]);
      const both = [rowText(row), twin.text];
      return { text: (random() < 0.5 ? both : both.reverse()).join(`,${space(random)}`), stamps: twin.stamps };
    }
    default:
      return own(spacedRow(row, () => space(random)));
  }
}

function spacedRow({ stamp, fields }: RecordedRow, space: () => string): string {
  const spaced = (mark: string) => `${space()}${mark}${space()}`;
  const texts = fields.map(([key, value]) => `${JSON.stringify(key)}${spaced(":")}${JSON.stringify(value)}`);
  return `${JSON.stringify(stamp)}${spaced(":")}{${space()}${texts.join(spaced(","))}${space()}}`;
}

/** A refusal that says some of its words again and again, and may never come to its end. */
export function stutter(refusal: string, random: Random): string {
  const words = refusal.split(" ");
  const at = between(random, 0, words.length);
  const said = words.slice(at, at + between(random, 1, 7));
  const more = Array.from({ length: between(random, 2, random() < 0.6 ? 20_000 : 50) }, () => said).flat();
  const rest = random() < 0.5 ? words.slice(at) : ['"}'];
  return [...words.slice(0, at), ...more, ...rest].join(" ");
}

const TOKENS = [
  ["{", "}", "[", "]", '"', ",", ":", "\\", "\0", "\uFEFF", "\uD800", "null", "1e999", '"Note": "x",', "<html>"],
  ['"Information": "spreading out"', '"Time Series (Daily)": {', '"Meta Data": null,', '"__proto__": {', "// x", "NaN"],
].flat();

/** Hurts a body anywhere, most often in one place. */
export function hurtAnywhere(body: string, random: Random, other: string): string {
  let text = body;
  do text = hurtOnce(text, random, other); while (random() < 0.3);
  return text;
}

function hurtOnce(body: string, random: Random, other: string): string {
  const at = between(random, 0, body.length + 1);
  const end = Math.min(body.length, at + between(random, 1, random() < 0.5 ? 12 : 3_000));
  const slice = body.slice(at, end);
  const around = (middle: string) => body.slice(0, at) + middle + body.slice(end);
  switch (between(random, 0, 13)) {
    case 0:
    case 1: {
      const bit = 1 << between(random, 0, random() < 0.8 ? 7 : 16);
      const flipped = String.fromCharCode((slice.charCodeAt(0) || 0) ^ bit);
      return body.slice(0, at) + flipped + body.slice(at + 1);
    }
    case 2:
      return body.slice(0, at);
    case 3:
      return around("");
    case 4:
      return around(slice + slice);
    case 5:
      return around(other.slice(at % other.length, (at % other.length) + between(random, 1, 2_000)));
    case 6:
      return around(pick(random, TOKENS));
    case 7:
      return around(slice.split("").reverse().join(""));
    case 8:
      return around(slice.slice(0, 200).repeat(between(random, 2, random() < 0.02 ? 3_000 : 20)));
    case 9:
      return around(nested(between(random, 1, random() < 0.05 ? 100_000 : 200), random));
    case 10:
      return around(slice.replace(/\d+/g, () => pick(random, ["0", "9".repeat(40), "-1", "1e5", ""])));
    case 11: {
      const refusal = pick(random, REFUSALS).trim().slice(1, -1);
      return body.replace("{", `{${refusal},`);
    }
    default:
      return space(random) + "\uFEFF".repeat(between(random, 0, 3)) + body.replace(/\s+/g, () => space(random));
  }
}
