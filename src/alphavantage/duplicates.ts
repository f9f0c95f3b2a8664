/** Which stamps did the vendor send twice with different values? JSON.parse keeps the last of equal keys without a word. */

/**
 * Stamps the body holds more than once with different values, each with all its rows: nobody can tell which is true.
 *
 * The body is searched only when it has more opening braces than its parsed form: one each for the document, the meta
 * data and the series, and one per row. Counting them costs next to nothing, and no recorded answer has ever had more.
 */
export function conflictingStamps(
  { source, rows }: { source: string; rows: Readonly<Record<string, unknown>> },
): Map<string, unknown[]> {
  const conflicts = new Map<string, unknown[]>();
  let braces = 3;
  for (const stamp in rows) if (isPlainObject(rows[stamp])) braces += 1;
  if (countBraces(source) === braces) return conflicts;
  const found = new Map<string, unknown[]>();
  for (const { key, value } of innerMembers(source)) {
    if (!Object.hasOwn(rows, key)) continue;
    const all = found.get(key);
    if (all === undefined) found.set(key, [value]);
    else all.push(value);
  }
  for (const [stamp, all] of found) {
    const different = new Set(all.map(inKeyOrder));
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

/** The row as text, whatever the order of its fields. Sorted by key alone: a value may be nested too deep to be compared. */
function inKeyOrder(row: unknown): string {
  if (!isPlainObject(row)) return JSON.stringify(row);
  const fields = row as Record<string, unknown>;
  return JSON.stringify(Object.keys(fields).sort().map((key) => [key, fields[key]]));
}

/**
 * The members of the document's members, repeated keys included: the text must be valid JSON. Written by hand: a pattern
 * that steps over strings runs out of stack on a long one.
 */
function* innerMembers(text: string): Generator<{ key: string; value: unknown }> {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === "{" || mark === "[") depth += 1;
    else if (mark === "}" || mark === "]") depth -= 1;
    else if (mark === '"') {
      const [start, end] = [at, endOfString(text, at)];
      at = end - 1;
      const valueStart = depth === 2 ? afterColon(text, end) : null;
      if (valueStart === null) continue;
      const valueEnd = endOfValue(text, valueStart);
      yield { key: JSON.parse(text.slice(start, end)), value: JSON.parse(text.slice(valueStart, valueEnd)) };
      at = valueEnd - 1;
    }
  }
}

const COLON = /\s*:/y;

/** Where the value of the key that ends at `end` begins; `null` when no colon follows: it was no key. */
function afterColon(text: string, end: number): number | null {
  COLON.lastIndex = end;
  return COLON.test(text) ? COLON.lastIndex : null;
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

/** The index of the comma or the closing mark that follows the value. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === '"') at = endOfString(text, at) - 1;
    else if (mark === "{" || mark === "[") depth += 1;
    else if (depth === 0 && (mark === "," || mark === "}" || mark === "]")) return at;
    else if (mark === "}" || mark === "]") depth -= 1;
  }
  return text.length;
}
