/**
 * Is the answer laid out as every recorded one is? Then its rows are read straight from its text.
 *
 * Most of what JSON.parse costs is making an object per row that is taken apart again at once. Of a layout that is known
 * one pattern per row does both in a third of the time; any other text is left to JSON.parse.
 */
import type { Row } from "../bar.ts";
import type { FunctionName } from "../request.ts";
import type { WireRow } from "./rows.ts";

const SPACE = "[ \\t\\n\\r]*";
const COLON = `${SPACE}:${SPACE}`;
const COMMA = `${SPACE},${SPACE}`;

/** No braces and no escapes in what is not a row: no string can hide the structure. JSON.parse judges the rest of it. */
const HEAD = new RegExp(
  `^\\{${SPACE}"Meta Data"${COLON}\\{[^{}\\\\]*\\}${COMMA}"[^"{}\\\\]{0,60}Time Series[^"{}\\\\]{0,60}"${COLON}\\{`,
);
/** What may follow the rows: plain members, as some recorders add, and the end. */
const TAIL = new RegExp(`[^{}\\\\]*\\}${SPACE}$`, "y");

const STAMP = "(\\d{4}-\\d\\d-\\d\\d(?: \\d\\d:\\d\\d:\\d\\d)?)";
const DECIMAL = "(\\d{1,15}(?:\\.\\d{1,25})?)";
const PRICES = ["1. open", "2. high", "3. low", "4. close"];

interface Layout {
  /** One whole row with the comma or brace after it, at `lastIndex`. Its groups: stamp, the fields in order, what follows. */
  readonly row: RegExp;
  readonly fields: readonly string[];
  readonly adjusted: boolean;
  readonly hasSplit: boolean;
}

const LAYOUTS = new Map<FunctionName, Layout>();

function layoutOf(name: FunctionName): Layout {
  const known = LAYOUTS.get(name);
  if (known !== undefined) return known;
  const adjusted = name.endsWith("_ADJUSTED");
  const hasSplit = name === "TIME_SERIES_DAILY_ADJUSTED";
  const fields = [...PRICES, ...(adjusted ? ["5. adjusted close", "6. volume", "7. dividend amount"] : ["5. volume"])];
  if (hasSplit) fields.push("8. split coefficient");
  const members = fields.map((field) => `"${field.replace(".", "\\.")}"${COLON}"${DECIMAL}"`).join(COMMA);
  const row = new RegExp(`${SPACE}"${STAMP}"${COLON}\\{${SPACE}${members}${SPACE}\\}${SPACE}(,|\\})`, "y");
  const layout = { row, fields, adjusted, hasSplit };
  LAYOUTS.set(name, layout);
  return layout;
}

/** A row of the known layout: every field is there, once, as a plain decimal. */
class LaidOutRow implements WireRow {
  readonly broken = null;

  constructor(readonly stamp: string, readonly fields: Row, private readonly layout: Layout) {}

  /** Made only for a row that is refused. */
  get raw(): Record<string, unknown> {
    const { open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient } = this.fields;
    const tail = this.layout.adjusted ? [adjustedClose, volume, dividendAmount, splitCoefficient] : [volume];
    const values = [open, high, low, close, ...tail];
    return Object.fromEntries(this.layout.fields.map((field, index) => [field, values[index]]));
  }
}

/** An answer of the known layout. */
export interface LaidOut {
  /** The document as JSON.parse would give it, were its series empty. */
  readonly envelope: unknown;
  /** In the vendor's order; each stamp once. */
  readonly rows: readonly WireRow[];
}

/**
 * The answer, when its text is one of `name` in the known layout from the first character to the last; else `null`, also
 * for an answer without rows and for one whose stamps neither only fall nor only rise: one of them may be there twice.
 */
export function readLaidOut(text: string, name: FunctionName): LaidOut | null {
  const head = HEAD.exec(text)?.[0];
  if (head === undefined) return null;
  const found = scanRows(text, { from: head.length, layout: layoutOf(name) });
  if (found === null || !allDifferent(found.rows)) return null;
  try {
    return { envelope: JSON.parse(`${head}}${text.slice(found.to)}`), rows: found.rows };
  } catch {
    return null;
  }
}

/** The rows and where their closing brace ends; `null` when anything but rows of this layout is found before it. */
function scanRows(
  text: string,
  { from, layout }: { from: number; layout: Layout },
): { rows: LaidOutRow[]; to: number } | null {
  const { row } = layout;
  const rows: LaidOutRow[] = [];
  row.lastIndex = from;
  for (;;) {
    const found = row.exec(text);
    if (found === null) return null;
    rows.push(new LaidOutRow(found[1]!, fieldsOf(found, layout), layout));
    if (found[layout.fields.length + 2] === "}") break;
  }
  const to = TAIL.lastIndex = row.lastIndex;
  return TAIL.test(text) ? { rows, to } : null;
}

function fieldsOf(found: readonly string[], { adjusted, hasSplit }: Layout): Row {
  return {
    open: found[2],
    high: found[3],
    low: found[4],
    close: found[5],
    volume: adjusted ? found[7] : found[6],
    adjustedClose: adjusted ? found[6] : null,
    dividendAmount: adjusted ? found[8] : null,
    splitCoefficient: hasSplit ? found[9] : null,
  };
}

/** Equal stamps are neighbours in a series that only falls, as the vendor's do, or only rises. */
function allDifferent(rows: readonly WireRow[]): boolean {
  const falls = rows.length > 1 && rows[0]!.stamp > rows[1]!.stamp;
  return rows.every(({ stamp }, index) => {
    if (index === 0) return true;
    const before = rows[index - 1]!.stamp;
    return falls ? before > stamp : before < stamp;
  });
}
