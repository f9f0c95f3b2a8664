/**
 * What does an answer say that is no bars: splits, dividends, the list of symbols, the matches of a search?
 *
 * Refused, never repaired: a row that breaks a rule is counted and left out, the body in the archive still has it. An
 * answer without the list it should hold is no empty list.
 */
import { z } from "zod";
import { isDate } from "../calendar.ts";
import type { Dividend, Listing, Match, ReferenceDocument, Split } from "../reference.ts";
import type { ReferenceRequest, SearchRequest } from "../request.ts";

type Asked = ReferenceRequest | SearchRequest;
type JsonObject = Record<string, unknown>;

const LISTING_HEAD = ["symbol", "name", "exchange", "assetType", "ipoDate", "delistingDate", "status"];
const DECIMAL = /^\d{1,15}(?:\.\d{1,25})?$/;
const ZERO = /^0+(?:\.0+)?$/;
/** A row is quoted in a message for people. */
const QUOTED = 200;

const date = z.string().refine(isDate);
/** The vendor writes `None` or `null` where it knows no date. */
const perhapsDate = z.union([
  date,
  z.union([z.null(), z.undefined(), z.enum(["None", "null", "", "0000-00-00"])]).transform(() => null),
]);
/** A number that lost its quotes is the same number. */
const decimal = z.union([z.string(), z.number().transform(String)]).refine((text) => DECIMAL.test(text));

const SPLIT = z.object({ effective_date: date, split_factor: decimal.refine((text) => !ZERO.test(text)) })
  .transform((row): Split => ({ date: row.effective_date, factor: row.split_factor }));

const DIVIDEND = z.object({
  ex_dividend_date: date,
  amount: decimal,
  declaration_date: perhapsDate,
  record_date: perhapsDate,
  payment_date: perhapsDate,
}).transform((row): Dividend => ({
  date: row.ex_dividend_date,
  amount: row.amount,
  declarationDate: row.declaration_date,
  recordDate: row.record_date,
  paymentDate: row.payment_date,
}));

const MATCH = z.object({
  symbol: z.string().min(1),
  name: z.string(),
  type: z.string(),
  region: z.string(),
  currency: z.string(),
  matchScore: z.string(),
}).transform(({ matchScore: score, ...match }): Match => ({ ...match, score }));

/** Whether the object has the list that these functions answer with; text beside it is then no refusal by itself. */
export function hasRows(object: JsonObject): boolean {
  return Array.isArray(object.data) || Array.isArray(object.bestMatches);
}

/** What a JSON answer says, or what is wrong with it. */
export function readReference(
  object: JsonObject,
  { request, source }: { request: Asked; source: string },
): ReferenceDocument | string {
  if (request.form === "SYMBOL_SEARCH") {
    if (!Array.isArray(object.bestMatches)) return "it has no list of matches";
    const { rows: matches, refused } = readRows(object.bestMatches.map(withoutNumbers), MATCH);
    return { matches, refused, source };
  }
  if (request.form !== "SPLITS" && request.form !== "DIVIDENDS") return "it is JSON, and no list of symbols";
  if (!Array.isArray(object.data)) return "it has no list of rows";
  const { symbol } = object;
  if (typeof symbol !== "string" || symbol.toUpperCase() !== request.symbol?.toUpperCase()) {
    return `it is for symbol ${JSON.stringify(symbol)}, not "${request.symbol}"`;
  }
  if (request.form === "DIVIDENDS") {
    const { rows: dividends, refused } = readRows(object.data, DIVIDEND);
    return { dividends, refused, source };
  }
  const { rows, refused } = readRows(object.data, SPLIT);
  const splits = oneADay(rows);
  return typeof splits === "string" ? splits : { splits, refused, source };
}

/** A second row that says the same is none; one that says otherwise leaves nobody knowing which is true. */
function oneADay(rows: readonly Split[]): Split[] | string {
  const days = new Map<string, Split>();
  for (const split of rows) {
    const other = days.get(split.date);
    if (other !== undefined && Number(other.factor) !== Number(split.factor)) {
      return `it has two splits on "${split.date}", ${other.factor} and ${split.factor}`;
    }
    days.set(split.date, split);
  }
  return [...days.values()];
}

function readRows<T>(
  given: readonly unknown[],
  schema: z.ZodType<T>,
): Pick<ReferenceDocument, "refused"> & { rows: T[] } {
  const rows: T[] = [];
  const bad: string[] = [];
  for (const one of given) {
    const read = schema.safeParse(one);
    if (read.success) rows.push(read.data);
    else bad.push(describe(one, read.error));
  }
  return { rows, refused: refusedOf(bad) };
}

function refusedOf([first, ...others]: readonly string[]): ReferenceDocument["refused"] {
  return first === undefined ? null : { rows: 1 + others.length, first };
}

function describe(row: unknown, error: z.ZodError): string {
  const field = error.issues[0]?.path.join(".") ?? "";
  return `${JSON.stringify(row)?.slice(0, QUOTED)} has a bad "${field}"`;
}

/** `1. symbol` → `symbol`. */
function withoutNumbers(row: unknown): unknown {
  if (typeof row !== "object" || row === null) return row;
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key.replace(/^\d+\.\s*/, ""), value]));
}

/** The list of symbols, which comes as CSV only (facts §7); `null`: it is no such list. */
export function readListings(text: string, { form }: Asked): ReferenceDocument | null {
  if (!form.startsWith("LISTING_STATUS")) return null;
  const [head, ...lines] = text.split(/\r?\n/);
  if (head !== LISTING_HEAD.join(",")) return null;
  const delisted = form === "LISTING_STATUS delisted";
  const listings = new Map<string, Listing>();
  const bad: string[] = [];
  for (const line of lines) {
    if (line === "") continue;
    const listing = listingOf(fieldsOf(line), delisted);
    if (listing !== null) listings.set(`${listing.symbol} ${listing.delistingDate}`, listing);
    else bad.push(JSON.stringify(line.slice(0, QUOTED)));
  }
  return { listings: [...listings.values()], refused: refusedOf(bad), source: text };
}

function listingOf(fields: readonly string[], delisted: boolean): Listing | null {
  const [symbol, name, exchange, assetType, ipoDate, delistingDate] = fields.map((field) =>
    field === "" || field === "null" ? null : field
  );
  if (fields.length !== LISTING_HEAD.length || symbol === null || symbol === undefined || /\s/.test(symbol[0]!)) {
    return null;
  }
  if ([ipoDate, delistingDate].some((one) => typeof one === "string" && !isDate(one))) return null;
  if (delisted !== (typeof delistingDate === "string")) return null;
  return {
    symbol: symbol.toUpperCase(),
    name: name ?? null,
    exchange: exchange ?? null,
    assetType: assetType ?? null,
    ipoDate: ipoDate ?? null,
    delistingDate: delistingDate ?? null,
  };
}

/** Of one line: a field in quotes may hold commas, and quotes written twice. */
function fieldsOf(line: string): string[] {
  if (!line.includes('"')) return line.split(",");
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted?.replaceAll('""', '"') ?? plain ?? ""
  );
}
