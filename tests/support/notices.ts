/** Which words does the vendor refuse with? Every text of facts §3.2, verbatim: the oracle of the tests, never imported by src. */
import type { AnswerKind } from "../../src/run.ts";

export interface Notice {
  /** Its number in facts §3.2. */
  readonly number: string;
  /** The one top-level key it comes under. */
  readonly key: string;
  readonly text: string;
  /** What it must be classified as. */
  readonly kind: AnswerKind;
}

/** Stands where text #6 repeats the caller's key; {@link noticeBody} puts a key in its place. */
export const KEY_PLACE = "<THE KEY>";

const THANKS = "Thank you for using Alpha Vantage!";
const PREMIUM = "https://www.alphavantage.co/premium/";

export const NOTICES: readonly Notice[] = [
  {
    number: "1",
    key: "Error Message",
    text: "the parameter apikey is invalid or missing. Please claim your free API key on " +
      "(https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds.",
    kind: "bad-key",
  },
  {
    number: "2",
    key: "Error Message",
    text: "Invalid API call. Please retry or visit the documentation " +
      "(https://www.alphavantage.co/documentation/) for TIME_SERIES_DAILY.",
    kind: "bad-symbol",
  },
  {
    number: "3",
    key: "Error Message",
    text: "This API function (TIME_SERIES_INTRAAY) does not exist.",
    kind: "unknown-notice",
  },
  {
    number: "4",
    key: "Note",
    text: `${THANKS} Our standard API call frequency is 5 calls per minute and 500 calls per day. Please visit ` +
      `${PREMIUM} if you would like to target a higher API call frequency.`,
    kind: "daily-limit",
  },
  {
    number: "5",
    key: "Information",
    text:
      `${THANKS} Our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans ` +
      `at ${PREMIUM} to instantly remove all daily rate limits.`,
    kind: "daily-limit",
  },
  {
    number: "6",
    key: "Information",
    text:
      `We have detected your API key as ${KEY_PLACE} and our standard API rate limit is 25 requests per day. Please ` +
      `subscribe to any of the premium plans at ${PREMIUM} to instantly remove all daily rate limits.`,
    kind: "daily-limit",
  },
  {
    number: "7",
    key: "Information",
    text:
      `${THANKS} Please consider spreading out your free API requests more sparingly (1 request per second). You may ` +
      `subscribe to any of the premium plans at ${PREMIUM} to lift the free key rate limit (25 requests per day), raise ` +
      "the per-second burst limit, and instantly unlock all premium endpoints",
    kind: "burst",
  },
  {
    number: "8",
    key: "Information",
    text: `${THANKS} This is a premium endpoint. You may subscribe to any of the premium plans at ${PREMIUM} to ` +
      "instantly unlock all premium endpoints",
    kind: "premium",
  },
  {
    number: "9",
    key: "Information",
    text:
      `${THANKS} The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY endpoint. You ` +
      `may subscribe to any of the premium plans at ${PREMIUM} to instantly unlock all premium features`,
    kind: "premium",
  },
  {
    number: "10",
    key: "Information",
    text:
      `${THANKS} This is a premium endpoint and there are multiple ways to unlock premium endpoints: (1) become a ` +
      "holder of Alpha Vantage Coin (AVC), ...",
    kind: "premium",
  },
  {
    number: "11",
    key: "Information",
    text: "The **demo** API key is for demo purposes only. Please claim your free API key at " +
      "(https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes fewer than 20 seconds.",
    kind: "bad-key",
  },
  {
    number: "12",
    key: "Information",
    text: "The **demo** API key is for demo purposes only. Please claim your free API key at " +
      "(https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes fewer than 20 " +
      "seconds, and we are committed to making it free forever.",
    kind: "bad-key",
  },
  {
    number: "13",
    key: "Information",
    text:
      "Burst pattern detected. Please consider spreading out your API requests more evenly across a 1-minute window " +
      "and query no more than 30 requests per second.",
    kind: "burst",
  },
  {
    number: "14",
    key: "Information",
    text: "Minute-level rate limit exceed. Please stay under the number of API requests per minute for your premium " +
      "subscription plan.",
    kind: "burst",
  },
  {
    number: "15 (2018-08)",
    key: "Information",
    text: `${THANKS} Please visit ${PREMIUM} if you would like to have a higher API call volume.`,
    kind: "daily-limit",
  },
  {
    number: "15 (2018-04)",
    key: "Information",
    text: "Please kindly contact support@alphavantage.co if you would like to have a higher API call volume",
    kind: "daily-limit",
  },
  {
    number: "19",
    key: "detail",
    text: "Could not satisfy the request Accept header.",
    kind: "unknown-notice",
  },
  {
    number: "21",
    key: "Error Message",
    text:
      "The intraday time series encountered an internal or external error - we apologize for the inconvenience. ...",
    kind: "outage",
  },
];

/** The notice of a number (`"7"`); throws for one that is not listed. */
export function noticeNumber(number: string): Notice {
  const notice = NOTICES.find((candidate) => candidate.number === number);
  if (notice === undefined) throw new RangeError(`Cannot find notice "${number}" in NOTICES`);
  return notice;
}

/** A notice as the vendor sends it: indented by four, no newline at the end; #6 with the caller's key in it. */
export function noticeBody(notice: Notice, key = "CANARY-KEY-123456"): string {
  return JSON.stringify({ [notice.key]: notice.text.replace(KEY_PLACE, key) }, null, 4);
}
