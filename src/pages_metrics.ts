/** What does /metrics read? The rows, not this process: what is queued, stuck or was killed is told by any program. */
import { type App, hashOf } from "./app.ts";
import { freshnessOf } from "./freshness.ts";
import { SCHEDULE } from "./heartbeat.ts";
import type { Machine } from "./machine.ts";
import { familiesOf, type Measured } from "./metrics.ts";
import type { Family } from "./openmetrics.ts";
import { metricFacts } from "./postgres/metrics.ts";
import { quotaState } from "./postgres/quota.ts";
import type { MetricsReads } from "./web/metrics.ts";
import { marketOf } from "./wiring.ts";

/** Whoever scrapes waits ten seconds, as a rule. */
const PATIENCE_MS = 8_000;

export function metricsReads(
  opened: Promise<App>,
  { machine }: { machine: Pick<Machine, "now" | "sleep" | "version"> },
): MetricsReads {
  let engine = "unknown";
  return {
    metrics: async ({ onError }): Promise<Family[]> => {
      const patience = new AbortController();
      const tooLong = machine.sleep(PATIENCE_MS, patience.signal).then(() => {
        throw new Error(`Cannot measure: the database has not answered within ${PATIENCE_MS / 1000} s`);
      });
      const measuring = opened.then((app) => {
        engine = app.database.engine;
        return measure(app, machine.now());
      });
      const measured = await Promise.race([measuring, tooLong]).catch((error) => {
        onError(error instanceof Error ? error : new Error(String(error)));
        return null;
      });
      // Both may fail after the other has won.
      measuring.catch(() => {});
      tooLong.catch(() => {});
      patience.abort();
      return familiesOf({ version: machine.version, runtime: `Deno ${Deno.version.deno}`, engine }, measured);
    },
  };
}

async function measure({ config, database, states, steer }: App, now: number): Promise<Measured> {
  const { series, vendor } = config;
  const keyHash = await hashOf(vendor.key ?? "");
  const [facts, quota, nextTick, all] = await Promise.all([
    metricFacts(database, { schedule: SCHEDULE, now }),
    quotaState(database, { keyHash, now, perDay: vendor.perDay }),
    steer.nextTick(),
    states(series),
  ]);
  const market = marketOf(config);
  return {
    facts,
    quota,
    nextTick,
    series: all.map((state) => ({ state, freshness: freshnessOf(state, { now, market }) })),
  };
}
