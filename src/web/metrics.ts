/** What does a scrape get? Locked as the pages are: with a password, `Authorization: Bearer` and either of the two. */
import type { Hono } from "hono";
import { type Family, OPEN_METRICS, openMetricsOf } from "../openmetrics.ts";
import type { Env } from "./guard.ts";

export interface MetricsReads {
  /** Never rejects: that the database does not answer is a measurement too, and its reason goes to `onError`. */
  metrics(options: { onError: (error: Error) => void }): Promise<readonly Family[]>;
}

export function addMetrics(
  app: Hono<Env>,
  reads: MetricsReads,
  { onError }: { onError: (error: Error) => void },
): void {
  app.get("/metrics", async (context) => {
    const families = await reads.metrics({ onError });
    return context.body(openMetricsOf(families), 200, { "content-type": OPEN_METRICS });
  });
}
