/** What may a vendor answer that has gone wrong, and as what must the ledger keep it? Written by hand from facts §3.2. */
import type { AnswerKind } from "../../src/run.ts";
import { type Fault, notice, NOTICES } from "../support/vendor.ts";

export interface FaultClass {
  readonly name: string;
  readonly kind: AnswerKind;
  readonly fault: Fault;
}

const plain = (name: string, kind: AnswerKind, fault: Fault): FaultClass => ({ name, kind, fault });
const said = (value: unknown) => JSON.stringify(value);
const META = { "1. Information": "Prices", "2. Symbol": "AAAA", "3. Last Refreshed": "2020-01-02" };

/** The key as JSON may also write it: no redaction sees it before the body is parsed. */
export function escapedKey(key: string): string {
  return Array.from(key, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

export function faultClasses(key: string): FaultClass[] {
  const rows = { "2020-01-02": { "1. open": "1", "2. high": "1", "3. low": "1", "4. close": "1", "5. volume": "1" } };
  return [
    ...NOTICES.map(({ number, kind }) => plain(`notice ${number}`, kind, notice(number))),
    plain("empty", "empty", "empty"),
    plain("html-503", "outage", "html-503"),
    plain("refused-accept", "unknown-notice", "refused-accept"),
    plain("http-429", "burst", "http-429"),
    plain("redirect", "unknown-notice", "redirect"),
    plain("truncated-json", "malformed", "truncated-json"),
    plain("wrong-symbol", "malformed", "wrong-symbol"),
    plain("wrong-interval", "malformed", {
      body: said({ "Meta Data": META, "Monthly Time Series": rows }),
    }),
    plain("reset", "outage", "reset"),
    plain("reset-mid-body", "outage", "reset-mid-body"),
    plain("gzip", "bars", "gzip"),
    plain("unknown wording", "unknown-notice", { body: said({ Information: "We are moving to a new home." }) }),
    plain("unknown key", "unknown-notice", { body: said({ Tidings: "Nothing to see here" }) }),
    plain("NUL", "unknown-notice", { body: said({ Information: "half \0 a word \0" }) }),
    plain("escaped key", "daily-limit", {
      body: `{"Information":"Your API key is ${escapedKey(key)}: our rate limit is 25 requests per day."}`,
    }),
    plain("artificial rows", "premium", {
      body: said({ message: "This is a premium endpoint", "Meta Data": META, "Time Series (Daily)": rows }),
    }),
    plain("no body", "malformed", { body: "" }),
    plain("plain words", "malformed", { body: "Service busy", contentType: "text/plain" }),
    plain("array", "malformed", { body: "[]" }),
    plain("null", "malformed", { body: "null" }),
    plain("no meta data", "malformed", { body: said({ "Time Series (Daily)": rows }) }),
    plain("HTML 200", "outage", { body: "<html><body>Checking your browser</body></html>", contentType: "text/html" }),
    plain("JSON 500", "outage", { status: 500, body: said({ Information: "something broke" }) }),
    plain("404", "unknown-notice", { status: 404, body: "not found", contentType: "text/plain" }),
    plain("403", "unknown-notice", { status: 403, body: "no", contentType: "text/plain" }),
    plain("502 empty", "outage", { status: 502, body: "" }),
    plain("endless brackets", "malformed", { body: "[".repeat(100_000) }),
    plain("blanks and {}", "empty", { body: "\uFEFF \n {}" }),
  ];
}
