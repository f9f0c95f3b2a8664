/** What does a file hold that somebody kept: an answer of the vendor with bars, or why can it not be loaded? */
import { type Answer as Classified, classify } from "./alphavantage/answer.ts";
import { requestIn } from "./alphavantage/identify.ts";
import type { Series } from "./bar.ts";
import { ianaZone } from "./calendar.ts";
import type { Reading } from "./effects.ts";
import type { Answer } from "./postgres/answers.ts";
import { type BarRequest, formOf } from "./request.ts";
import { readAnswer } from "./wiring.ts";

export interface KeptAnswer {
  readonly series: Series;
  readonly answer: Answer;
  readonly reading: Reading;
}

/** Nobody knows of which key a file is: of one whose data are a quarter of an hour late, no bar may settle too early. */
const CAUTION_MS = 900_000;
/** What the vendor says when it does not give what was asked for. */
const REFUSALS: ReadonlySet<Classified["kind"]> = new Set([
  "burst",
  "daily-limit",
  "premium",
  "bad-key",
  "bad-symbol",
  "unknown-notice",
]);
const ANY: BarRequest = {
  series: { symbol: "ANY", interval: "daily" },
  function: "TIME_SERIES_DAILY",
  size: "compact",
  month: null,
};
const SHOWN = 60;

/** The text as an answer told at `receivedAt` (epoch ms), or why it is none, in words. */
export function readKept(text: string, receivedAt: number): KeptAnswer | string {
  const request = requestIn(text);
  if (request === null) return whatElse(text);
  const answer = classify(text, { httpStatus: 200, request });
  if (answer.kind !== "bars") return answer.message;
  const reachesTo = receivedAt - CAUTION_MS;
  const reading = readAnswer({ ...answer.document, receivedAt, reachesTo }, request);
  const early = reading.rejects.find(({ rule }) => rule === "future");
  if (early !== undefined) return `it has a bar of "${early.stamp}", so it was told later than --received-at says`;
  const { zone, source: body } = answer.document;
  return {
    series: request.series,
    reading,
    answer: { requestId: null, form: formOf(request), zone: ianaZone(zone), receivedAt, reachesTo, body },
  };
}

function whatElse(text: string): string {
  const answer = classify(text, { httpStatus: 200, request: ANY });
  if (REFUSALS.has(answer.kind) && "message" in answer) return `it is a refusal of the vendor: ${answer.message}`;
  const begins = text.trim() === "" ? "it is empty" : `it begins ${JSON.stringify(text.slice(0, SHOWN))}`;
  return `it is no answer with bars in JSON (CSV says neither symbol nor interval): ${begins}`;
}
