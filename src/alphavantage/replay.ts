/**
 * How can the main job be seen at work without a key? A server on this machine that answers like the vendor, from real
 * answers of 2023-07-03 (recorded/NOTICE.md). `demo` uses it; import it only then, it carries half a megabyte of text.
 */
import amznDaily from "./recorded/TIME_SERIES_DAILY_AMZN_compact_2023-07-03.json" with { type: "text" };
import msftDaily from "./recorded/TIME_SERIES_DAILY_MSFT_compact_2023-07-03.json" with { type: "text" };
import tslaDaily from "./recorded/TIME_SERIES_DAILY_TSLA_compact_2023-07-03.json" with { type: "text" };
import vzDaily from "./recorded/TIME_SERIES_DAILY_VZ_compact_2023-07-03.json" with { type: "text" };
import amzn60min from "./recorded/TIME_SERIES_INTRADAY_AMZN_60min_compact_2023-07-03.json" with { type: "text" };
import msft60min from "./recorded/TIME_SERIES_INTRADAY_MSFT_60min_compact_2023-07-03.json" with { type: "text" };
import tsla5min from "./recorded/TIME_SERIES_INTRADAY_TSLA_5min_compact_2023-07-03.json" with { type: "text" };
import tsla60min from "./recorded/TIME_SERIES_INTRADAY_TSLA_60min_compact_2023-07-03.json" with { type: "text" };
import vz60min from "./recorded/TIME_SERIES_INTRADAY_VZ_60min_compact_2023-07-03.json" with { type: "text" };
import vzMonthly from "./recorded/TIME_SERIES_MONTHLY_VZ_2023-07-03.json" with { type: "text" };
import vzWeekly from "./recorded/TIME_SERIES_WEEKLY_VZ_2023-07-03.json" with { type: "text" };
import type { Series } from "../bar.ts";

/** The day after the recordings were made: what was current then is what they hold. */
export const RECORDED_AT = Date.parse("2023-07-04T00:00:00Z");

interface Recording extends Series {
  readonly body: string;
}

const RECORDINGS: readonly Recording[] = [
  { symbol: "TSLA", interval: "60min", body: tsla60min },
  { symbol: "MSFT", interval: "60min", body: msft60min },
  { symbol: "AMZN", interval: "60min", body: amzn60min },
  { symbol: "VZ", interval: "60min", body: vz60min },
  { symbol: "TSLA", interval: "daily", body: tslaDaily },
  { symbol: "MSFT", interval: "daily", body: msftDaily },
  { symbol: "AMZN", interval: "daily", body: amznDaily },
  { symbol: "VZ", interval: "daily", body: vzDaily },
  { symbol: "TSLA", interval: "5min", body: tsla5min },
  { symbol: "VZ", interval: "weekly", body: vzWeekly },
  { symbol: "VZ", interval: "monthly", body: vzMonthly },
];

/** What can be replayed, in the order worth showing. */
export const RECORDED_SERIES: readonly Series[] = RECORDINGS.map(({ symbol, interval }) => ({ symbol, interval }));

export interface Replay {
  /** The endpoint, to be used in the place of the vendor's. */
  readonly url: string;
  /** Requests answered so far. */
  requests(): number;
  close(): Promise<void>;
}

/** Starts the server on 127.0.0.1; `port` 0, the default, takes a free one. */
export function startReplay({ port = 0 }: { port?: number } = {}): Replay {
  let answered = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => {
    const url = new URL(request.url);
    if (url.pathname !== "/query") return new Response("Not Found", { status: 404 });
    answered += 1;
    return new Response(answerTo(url.searchParams), { headers: { "content-type": "application/json" } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/query`,
    requests: () => answered,
    close: () => server.shutdown(),
  };
}

const PREMIUM =
  "You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly unlock";

/**
 * The body a free key of 2026 would get, except that compact intraday is answered: the recordings are of a time when it
 * was free, and by now all of intraday is premium (facts §2.1). Texts by their numbers in facts §3.2.
 */
function answerTo(parameters: URLSearchParams): string {
  const read = (name: string) => parameters.get(name) ?? "";
  const name = read("function");
  if (read("apikey") === "") { // #1
    return notice(
      "Error Message",
      "the parameter apikey is invalid or missing. Please claim your free API key on " +
        "(https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds.",
    );
  }
  const interval = intervalOf(name, read("interval"));
  if (interval === null) return notice("Error Message", `This API function (${name}) does not exist.`); // #3
  if (name === "TIME_SERIES_DAILY" && read("outputsize") === "full") { // #9
    return notice(
      "Information",
      "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the " +
        `TIME_SERIES_DAILY endpoint. ${PREMIUM} all premium features`,
    );
  }
  const large = read("outputsize") === "full" || read("month") !== "";
  if (name === "TIME_SERIES_DAILY_ADJUSTED" || (name === "TIME_SERIES_INTRADAY" && large)) { // #8
    return notice(
      "Information",
      `Thank you for using Alpha Vantage! This is a premium endpoint. ${PREMIUM} all premium endpoints`,
    );
  }
  const symbol = read("symbol").toUpperCase();
  const adjusted = name.endsWith("_ADJUSTED");
  const found = RECORDINGS.find((recording) => recording.symbol === symbol && recording.interval === interval);
  if (found !== undefined && !adjusted) return found.body;
  return notice( // #2
    "Error Message",
    `Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for ${name}.`,
  );
}

/** The interval a function serves; `null` for a function that does not exist. */
function intervalOf(name: string, asked: string): string | null {
  if (name === "TIME_SERIES_INTRADAY") return asked;
  return /^TIME_SERIES_(DAILY|WEEKLY|MONTHLY)(?:_ADJUSTED)?$/.exec(name)?.[1]?.toLowerCase() ?? null;
}

function notice(key: string, text: string): string {
  return JSON.stringify({ [key]: text }, null, 4);
}
