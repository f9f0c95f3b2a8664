/** Which stamps did the vendor send twice with different values? JSON.parse keeps the last of equal keys without a word. */
import type { BarDocument } from "./answer.ts";

/**
 * Stamps the body holds more than once with different values, each with all its rows: nobody can tell which is true.
 *
 * The body is searched only when it has more opening braces than its parsed form: one each for the document, the meta
 * data and the series, and one per row. Counting them costs next to nothing, and no recorded answer has ever had more.
 */
export function conflictingStamps({ source, rows }: BarDocument): Map<string, unknown[]> {
  const conflicts = new Map<string, unknown[]>();
  let braces = 3;
  for (const stamp in rows) if (isPlainObject(rows[stamp])) braces += 1;
  if (countBraces(source) === braces) return conflicts;
  const found = new Map<string, unknown[]>();
  for (const { key, value } of flatMembers(source)) {
    if (!Object.hasOwn(rows, key)) continue;
    const all = found.get(key);
    if (all === undefined) found.set(key, [value]);
    else all.push(value);
  }
  for (const [stamp, all] of found) {
    const different = new Set(all.map((row) => JSON.stringify(Object.entries(row as object).sort())));
    if (different.size > 1) conflicts.set(stamp, all);
  }
  return conflicts;
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function countBraces(text: string): number {
  let count = 0;
  for (let at = text.indexOf("{"); at !== -1; at = text.indexOf("{", at + 1)) count += 1;
  return count;
}

/**
 * Every `"key": {…}` of a valid JSON text whose object holds no other object, repeated keys included. Written by hand: a
 * pattern that steps over strings runs out of stack on a long one.
 */
function* flatMembers(text: string): Generator<{ key: string; value: unknown }> {
  // Each turn begins at the first quote of a string: outside strings there are no quotes.
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at)) {
    const keyEnd = endOfString(text, at);
    const open = /^\s*:\s*\{/.exec(text.slice(keyEnd, keyEnd + 20));
    const start = open === null ? -1 : keyEnd + open[0].length - 1;
    const end = start === -1 ? -1 : endOfFlatObject(text, start);
    if (end !== -1) yield { key: JSON.parse(text.slice(at, keyEnd)), value: JSON.parse(text.slice(start, end)) };
    at = end === -1 ? keyEnd : end;
  }
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** The index after the brace that closes the object opened at `start`; -1 when another one opens first. */
function endOfFlatObject(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '"') at = endOfString(text, at) - 1;
    else if (text[at] === "{") return -1;
    else if (text[at] === "}") return at + 1;
  }
  return -1;
}
