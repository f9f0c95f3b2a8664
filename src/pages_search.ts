/** What does the search look through? Series by their symbol, runs by number and message, events by message. */
import type { App } from "./app.ts";
import { runById } from "./postgres/runs.ts";
import { eventsSaying, runsSaying } from "./postgres/search.ts";
import type { SearchReads } from "./web/search.tsx";

const MOST = 20;

export function searchReads(opened: Promise<App>): SearchReads {
  return {
    search: async (text) => {
      const { config, database } = await opened;
      const symbol = text.toUpperCase();
      // "IBM daily" is a series; "IBM" is all of its intervals.
      const series = config.series.filter((one) => `${one.symbol} ${one.interval.toUpperCase()}`.includes(symbol));
      const number = /^#?(\d{1,15})$/.exec(text)?.[1];
      const [run, runs, events] = await Promise.all([
        number === undefined ? null : runById(database, Number(number)),
        runsSaying(database, { text, limit: MOST }),
        eventsSaying(database, { text, limit: MOST }),
      ]);
      const others = runs.filter(({ id }) => id !== run?.id);
      return { series: series.slice(0, MOST), runs: run === null ? others : [run, ...others], events };
    },
  };
}
