/**
 * What did the vendor say: what was asked for, or which refusal? And what counts as retryable?
 *
 * The vendor refuses with HTTP 200 and a JSON object (facts §3.1), so the body decides and the status only helps. Texts
 * quoted in comments are numbered as in facts §3.2. Only top-level keys are read: good answers contain the word
 * "Information" as well, one level down.
 */
import { z } from "zod";
import { exchangeOf, wallClockToUtc } from "../calendar.ts";
import { asksForBars, type BarRequest, type VendorRequest } from "../request.ts";
import type { ReferenceDocument } from "../reference.ts";
import type { AnswerKind } from "../run.ts";
import { describeRequest } from "./address.ts";
import { readLaidOut } from "./layout.ts";
import { hasRows, readListings, readReference } from "./reference.ts";
import { parsedRows, type WireRow } from "./rows.ts";

/** An answer with bars: its envelope checked against the request, its rows not yet read. */
export interface BarDocument {
  /** The zone of the stamps: known to this machine. */
  readonly zone: string;
  /** `3. Last Refreshed` as written: a date, or a date and time while the session runs (facts §2.2). */
  readonly lastRefreshed: string | null;
  /** In the vendor's order, each stamp once. */
  readonly rows: readonly WireRow[];
  /** The body the rows came from, without white space before it. */
  readonly source: string;
}

/** Every kind that is no good answer but `stale`, which the calendar decides later. */
export type RefusalKind = Exclude<AnswerKind, "bars" | "reference" | "stale">;

export interface Refusal {
  readonly kind: RefusalKind;
  readonly message: string;
}

export type Answer =
  | { readonly kind: "bars"; readonly document: BarDocument }
  | { readonly kind: "reference"; readonly document: ReferenceDocument }
  | Refusal;

interface Asked<Request> {
  readonly httpStatus: number;
  readonly request: Request;
}

type JsonObject = Record<string, unknown>;

/** The one key of a refusal (facts §3.1), `message` of the premium sample answers (#16), `detail` of the vendor's framework (#19). */
const NOTICE_KEYS = ["error message", "information", "note", "message", "detail"];

/** A message is for people; a vendor gone wild must not fill the database. */
const MESSAGE_LIMIT = 1_000;

/**
 * Sorts a body into its kind. Never throws, whatever the body.
 *
 * A refusal beside rows wins: the vendor sends artificial rows with one (#16).
 */
export function classify<Request extends VendorRequest>(
  body: string,
  { httpStatus, request }: Asked<Request>,
): Request extends BarRequest ? Exclude<Answer, { kind: "reference" }> : Exclude<Answer, { kind: "bars" }>;
export function classify(body: string, { httpStatus, request }: Asked<VendorRequest>): Answer {
  const text = body.replace(/^[\s\uFEFF]+/, "");
  return asksForBars(request)
    ? classifyBars(text, { httpStatus, request })
    : classifyReference(text, { httpStatus, request });
}

function classifyBars(text: string, { httpStatus, request }: Asked<BarRequest>): Answer {
  const laidOut = readLaidOut(text, request.function);
  const value = laidOut === null ? parse(text) : laidOut.envelope;
  const refusal = refusalIn(value, { text, httpStatus, request, holds: (object) => seriesKeyOf(object) !== undefined });
  if (refusal !== null) return refusal;
  const envelope = openEnvelope(value as JsonObject, request);
  if (typeof envelope === "string") return refuse(request, "malformed", envelope);
  const { zone, lastRefreshed, series } = envelope;
  const rows = laidOut === null ? parsedRows(series, { source: text, name: request.function }) : laidOut.rows;
  if (rows.length === 0) return refuse(request, "empty", "it has no rows");
  return { kind: "bars", document: { zone, lastRefreshed, rows, source: text } };
}

/** A list in CSV has its own first line; everything else the vendor says is JSON, whatever was asked for (facts §3.1). */
function classifyReference(
  text: string,
  { httpStatus, request }: Asked<Exclude<VendorRequest, BarRequest>>,
): Answer {
  const listed = httpStatus < 300 ? readListings(text, request) : null;
  if (listed !== null) return { kind: "reference", document: listed };
  const value = parse(text);
  const refusal = refusalIn(value, { text, httpStatus, request, holds: hasRows });
  if (refusal !== null) return refusal;
  const found = readReference(value as JsonObject, { request, source: text });
  return typeof found === "string" ? refuse(request, "malformed", found) : { kind: "reference", document: found };
}

function refuse(request: VendorRequest, kind: RefusalKind, state: string): Refusal {
  return { kind, message: cut(`Cannot use the answer for ${describeRequest(request)}: ${state}`) };
}

/**
 * The refusal that a parsed body is (`undefined`: it is not JSON), or `null`: it is an object and no refusal.
 *
 * @param options.holds whether the object has what was asked for: then not any text in it is a refusal
 */
function refusalIn(
  value: unknown,
  { text, httpStatus, request, holds }: Asked<VendorRequest> & {
    text: string;
    holds: (object: JsonObject) => boolean;
  },
): Refusal | null {
  if (value === undefined || value === null || typeof value !== "object" || Array.isArray(value)) {
    return refuse(request, ...judgeNoObject(text, httpStatus));
  }
  const object = value as JsonObject;
  const notice = noticeOf(object, holds);
  const kind = notice === null ? null : kindOfNotice(notice);
  if (notice !== null && kind !== null) return { kind, message: cut(notice) };
  const words = notice === null ? "" : `: ${notice}`;
  if (httpStatus === 429) return refuse(request, "burst", `HTTP 429${words}`);
  if (httpStatus >= 500) return refuse(request, "outage", `HTTP ${httpStatus}${words}`);
  if (notice !== null) return { kind: "unknown-notice", message: cut(notice) };
  if (httpStatus >= 300) return refuse(request, "unknown-notice", `HTTP ${httpStatus} with a JSON body and no notice`);
  return Object.keys(object).length === 0 ? refuse(request, "empty", "it is an empty object") : null; // #17
}

/** `undefined` when it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function judgeNoObject(text: string, httpStatus: number): [RefusalKind, state: string] {
  const start = `HTTP ${httpStatus}, ${text.length} characters, begins ${JSON.stringify(text.slice(0, 60))}`;
  if (httpStatus === 429) return ["burst", `HTTP 429, begins ${JSON.stringify(text.slice(0, 60))}`];
  if (httpStatus === 404) return ["unknown-notice", `there is nothing at this address: ${start}`];
  if (text.startsWith("<")) return ["outage", `it is a web page: ${start}`]; // #20, and what proxies put in between
  if (httpStatus >= 500) return ["outage", `it is an error: ${start}`];
  if (httpStatus >= 300) return ["unknown-notice", `it is no JSON object: ${start}`];
  if (text === "") return ["malformed", `it is empty: HTTP ${httpStatus}`];
  if (text.startsWith("{")) return ["malformed", `it is cut short or not JSON: ${start}`];
  return ["malformed", `it is no JSON object: ${start}`];
}

/**
 * The text of a refusal, or `null`. Where what was asked for is not there, any text at the top is one, under whatever
 * name: a refusal in a new coat must be seen, not taken for a damaged answer.
 */
function noticeOf(object: JsonObject, holds: (object: JsonObject) => boolean): string | null {
  const texts = Object.entries(object).filter(([, value]) => typeof value === "string" && value.trim() !== "");
  for (const wanted of NOTICE_KEYS) {
    const found = texts.find(([key]) => key.trim().toLowerCase() === wanted);
    if (found !== undefined) return found[1] as string;
  }
  if (texts.length === 0 || holds(object)) return null;
  return texts.map(([key, value]) => `${key}: ${value}`).join("; ");
}

/** By "contains": an entitlement decorates such keys (facts §4). */
function seriesKeyOf(object: JsonObject): string | undefined {
  return Object.keys(object).find((key) => /time series/i.test(key));
}

/**
 * The order decides (facts §3.3): the burst text #7 also speaks of "25 requests per day" and "premium endpoints", the
 * daily text #6 of "premium plans".
 */
const WORDINGS: readonly (readonly [RefusalKind, RegExp])[] = [
  ["burst", /spreading out|burst pattern|minute-level/i], // #7 #13 #14
  ["premium", /premium (?:endpoint|feature|api function)/i], // #8 #9 #10 #16
  // #4 #5 #6 #15. The old "5 calls per minute and 500 calls per day" (#4) does not say which: the safe reading is the day.
  ["daily-limit", /rate limit is .*requests? per day|requests per day|call frequency|api call volume/i],
  ["burst", /requests? per (?:minute|second)/i], // a per-minute wording of tomorrow
  ["bad-key", /\bdemo\b.*api key|demo purposes/i], // #11 #12: a matter of configuration
  ["bad-key", /api ?key is invalid|invalid or missing|invalid api ?key/i], // #1
  ["bad-symbol", /invalid api call/i], // #2
  ["outage", /internal or external error|internal server error|temporarily unavailable/i], // #21
];

/**
 * `null`: a wording never seen, to be shown to a person. So are "This API function (…) does not exist" (#3: our fault or
 * a function retired; asking again cannot help, and nothing about the answer is malformed) and the refused `Accept`
 * header (#19: something between us and the vendor changed it).
 */
function kindOfNotice(text: string): RefusalKind | null {
  // The wordings look ahead from each of their beginnings: on a long text full of beginnings that takes minutes.
  const start = text.slice(0, MESSAGE_LIMIT);
  return WORDINGS.find(([, wording]) => wording.test(start))?.[0] ?? null;
}

const Meta = z.object({
  symbol: z.string().trim(),
  interval: z.string().optional(),
  "last refreshed": z.string().optional(),
  "time zone": z.string().trim().optional(),
});

interface Envelope extends Pick<BarDocument, "zone" | "lastRefreshed"> {
  /** Stamp to row. */
  readonly series: JsonObject;
}

/** The envelope of an answer with bars, or what is wrong with it. */
function openEnvelope(object: JsonObject, { series: { symbol, interval } }: BarRequest): Envelope | string {
  const keys = Object.keys(object);
  const seriesKey = seriesKeyOf(object);
  if (seriesKey === undefined) return `it has no time series, only ${cut(keys.map((key) => `"${key}"`).join(", "))}`;
  const series = object[seriesKey];
  if (!isObject(series)) return `its "${seriesKey}" is no object`;
  const metaData = Object.entries(object).find(([key]) => /^meta data$/i.test(key.trim()))?.[1];
  if (!isObject(metaData)) return "it has no meta data";
  // "2. Symbol" and "6. Time Zone": the numbers differ by function.
  const fields = Object.entries(metaData).map(([key, value]) => [key.replace(/^\d+\.\s*/, "").toLowerCase(), value]);
  const parsed = Meta.safeParse(Object.fromEntries(fields));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    return `its meta data has a bad "${path.join(".")}": ${message}`;
  }
  const meta = parsed.data;
  if (meta.symbol.toUpperCase() !== symbol.toUpperCase()) return `it is for symbol "${meta.symbol}", not "${symbol}"`;
  // `Time Series (5min)`, `Time Series (Daily)`, `Weekly Adjusted Time Series`: the key names the interval.
  const named = /(?:\d+min|daily|weekly|monthly)\b/i.exec(seriesKey)?.[0];
  for (const found of [named, meta.interval]) {
    if (found !== undefined && found.toLowerCase() !== interval) {
      return `it is for interval "${found}", not "${interval}"`;
    }
  }
  if (named === undefined && meta.interval === undefined) return `it names no interval, "${interval}" was asked`;
  const zone = meta["time zone"] ?? (exchangeOf(symbol) === "us" ? "US/Eastern" : null);
  if (zone === null) return "it names no time zone, and that of another market cannot be guessed";
  if (!isZone(zone)) return `it names the time zone "${zone}", which is not known here`;
  return { zone, lastRefreshed: meta["last refreshed"] ?? null, series };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isZone(zone: string): boolean {
  try {
    wallClockToUtc(zone, "2000-01-03 12:00:00");
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL's text holds any character but NUL. */
function cut(words: string): string {
  const text = words.replaceAll("\0", "\\0");
  return text.length <= MESSAGE_LIMIT ? text : `${text.slice(0, MESSAGE_LIMIT)}… (${text.length} characters)`;
}

/**
 * How often a request may be sent in all, by what came back; kinds not listed are final. Each attempt costs one of a free
 * key's 25 a day, so what has a second meaning gets one more try: "Invalid API call" (#2) is no such symbol and also "try
 * again", `{}` (#17) an unknown symbol and also a gap at the vendor, and a malformed answer may have been cut on its way.
 */
const ATTEMPTS: Partial<Record<AnswerKind, number>> = {
  burst: Infinity,
  outage: Infinity,
  "bad-symbol": 2,
  empty: 2,
  malformed: 2,
};

/**
 * What counts as retryable: attempts worth making in all, in one run, when one ends in `kind`. 1: final. The backoff policy
 * bounds the infinite ones.
 */
export function attemptsWorth(kind: AnswerKind): number {
  return ATTEMPTS[kind] ?? 1;
}

/** Least wait in milliseconds before the next attempt. */
export function leastWait({ kind, message }: { kind: AnswerKind; message: string }): number {
  if (kind !== "burst") return 0;
  // A minute's limit (#14) is over after a minute, three such waits. For #7 users found one request in two seconds safe.
  return /minute-level|per minute/i.test(message) ? 20_000 : 2_000;
}
