/** What can a program look for? The same as the box at the top of every page. */
import { z } from "zod";
import { read, RUN, SERIES } from "./api.ts";
import { type Endpoint, endpoint, instant } from "./endpoint.ts";
import { SEARCH_QUERY } from "./query.ts";
import type { SearchReads } from "./search.tsx";

export function searchEndpoint(reads: SearchReads): Endpoint {
  return endpoint({
    ...read,
    path: "/search",
    summary: "Configured series by symbol, runs by number and message, events by message; twenty of each at most",
    query: SEARCH_QUERY.required(),
    response: z.object({
      series: z.array(SERIES),
      runs: z.array(RUN),
      events: z.array(z.object({
        runId: z.int(),
        seq: z.int(),
        at: instant,
        type: z.string(),
        level: z.string(),
        message: z.string(),
      })).describe("Newest first, of the newest 20,000"),
    }),
    handle: ({ query: { q } }) => reads.search(q),
  });
}
