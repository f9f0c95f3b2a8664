/** Which rows does the series of an answer hold, and which of a bar's fields does each have? Nothing is believed yet. */
import type { Row, Rule } from "../bar.ts";
import type { FunctionName } from "../request.ts";
import { conflictingStamps } from "./duplicates.ts";

/** A row as it was found. */
export interface WireRow {
  readonly stamp: string;
  /** `null` when it is no object or lacks a field its function has. */
  readonly fields: Row | null;
  /** A rule that the answer as a whole breaks for it. */
  readonly broken: Rule | null;
  /** The row as the vendor wrote it; all of them when its stamp was sent more than once with different values. */
  readonly raw: unknown;
}

/** The rows of a series that JSON.parse has read, in its order; `source` is the text it was read from. */
export function parsedRows(
  series: Readonly<Record<string, unknown>>,
  { source, name }: { source: string; name: FunctionName },
): WireRow[] {
  const conflicts = conflictingStamps({ source, rows: series });
  const fieldsOf = rowReader(name);
  const rows: WireRow[] = [];
  for (const stamp in series) {
    const all = conflicts.get(stamp);
    rows.push(
      all === undefined
        ? { stamp, fields: fieldsOf(series[stamp]), broken: null, raw: series[stamp] }
        : { stamp, fields: null, broken: "duplicate-stamp", raw: all },
    );
  }
  return rows;
}

/** The fields of {@link Row} by the vendor's names without their numbers: "volume" is 5. in one function, 6. in another. */
const FIELDS: Readonly<Record<string, keyof Row>> = {
  "open": "open",
  "high": "high",
  "low": "low",
  "close": "close",
  "volume": "volume",
  "adjusted close": "adjustedClose",
  "dividend amount": "dividendAmount",
  "split coefficient": "splitCoefficient",
};

/** Facts §4: the adjusted functions promise more fields, and a row without one of them is broken. */
function requiredFields(name: FunctionName): (keyof Row)[] {
  const plain: (keyof Row)[] = ["open", "high", "low", "close", "volume"];
  if (!name.endsWith("_ADJUSTED")) return plain;
  const adjusted: (keyof Row)[] = [...plain, "adjustedClose", "dividendAmount"];
  return name === "TIME_SERIES_DAILY_ADJUSTED" ? [...adjusted, "splitCoefficient"] : adjusted;
}

/** A function from a wire row to its fields; `null` when it is no object or lacks a field its function has. */
function rowReader(name: FunctionName): (raw: unknown) => Row | null {
  const required = requiredFields(name);
  // 20,000 rows repeat the same few keys: each is understood once.
  const known = new Map<string, keyof Row | null>();
  const fieldOf = (key: string): keyof Row | null => {
    let field = known.get(key);
    if (field === undefined) {
      const word = key.replace(/^\d+\.\s*/, "");
      field = Object.hasOwn(FIELDS, word) ? FIELDS[word]! : null;
      if (known.size < 100) known.set(key, field);
    }
    return field;
  };
  return (raw) => {
    if (typeof raw !== "object" || raw === null) return null;
    const wire = raw as Record<string, unknown>;
    const row: { -readonly [Field in keyof Row]: Row[Field] } = {
      open: undefined,
      high: undefined,
      low: undefined,
      close: undefined,
      volume: undefined,
      adjustedClose: null,
      dividendAmount: null,
      splitCoefficient: null,
    };
    for (const key in wire) {
      const field = fieldOf(key);
      if (field !== null) row[field] = wire[key];
    }
    for (const field of required) if (row[field] === undefined || row[field] === null) return null;
    return row;
  };
}
