/** How do values cross the wire exactly? Decimals stay strings, instants become epoch ms, and nothing is rounded silently. */
import pg from "pg";

const INT8 = 20;
const DATE = 1082;
const TIMESTAMPTZ = 1184;
const NUMERIC_ARRAY = 1231;

/** The driver's parser of `text[]` (oid 1009, which its own list of types forgets). */
const textArray = (pg.types.getTypeParser as (oid: number) => (text: string) => string[])(1009);

/**
 * Parsers for one pool (never the global table). The driver's own choices hurt here: `numeric[]` becomes floats, `date`
 * a local midnight, `timestamptz` a Date. NUMERIC stays a string, as the driver has it.
 */
export const VALUE_TYPES: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") => {
    if (format === "binary") return pg.types.getTypeParser(oid, "binary");
    switch (oid) {
      case INT8:
        return safeInteger;
      case TIMESTAMPTZ:
        return (text: string) => Number(pg.types.getTypeParser(TIMESTAMPTZ, "text")(text));
      case DATE:
        return (text: string) => text;
      case NUMERIC_ARRAY:
        return textArray;
      default:
        return pg.types.getTypeParser(oid, "text");
    }
  }) as typeof pg.types.getTypeParser,
};

/** Ids and counts fit a number; a column that may not (a volume) is selected `::text`. */
function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot read "${text}" as a number: select it as text`);
  return value;
}

/** Epoch ms as a parameter: always with its zone, so that no session setting can shift it. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** As {@link instant}, `null` staying `null`. */
export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}

/**
 * A PostgreSQL array literal of plain values: decimals, integers, booleans, instants.
 * They need no quoting, and building the text by hand costs a quarter of the driver's array encoder. A value that would
 * need quotes is refused: unquoted it would shift its column against the others.
 */
export function plainArray(values: readonly (string | boolean | null)[]): string {
  const text = values.map((value) => value ?? "NULL").join(",");
  if (/["\\{}\s]/.test(text) || text.split(",").length !== Math.max(values.length, 1)) {
    throw new RangeError("Cannot send the values as a plain array: one of them needs quotes");
  }
  return `{${text}}`;
}
