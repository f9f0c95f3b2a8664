/** Does a scrape tell of the whole program, and of a database that does not answer? */
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type App, openApp } from "../src/app.ts";
import { openMetricsOf } from "../src/openmetrics.ts";
import { metricsReads } from "../src/pages_metrics.ts";
import { configFor, jumpingWorld } from "./support/app.ts";
import { serverDatabase, withDatabases } from "./support/database.ts";
import { readOpenMetrics } from "./support/openmetrics.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");

const later = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal });

async function scrape(
  opened: Promise<App>,
  sleep = later,
) {
  const errors: string[] = [];
  const machine = { now: () => NOW, sleep, version: "1.2.3" };
  const reads = metricsReads(opened, { machine });
  const families = await reads.metrics({ onError: (error) => errors.push(error.message) });
  return { families: readOpenMetrics(openMetricsOf(families)), errors };
}

withDatabases("everything of a program that has not run yet", async (_, { config, engine }) => {
  const app = await openApp(configFor("http://127.0.0.1:9", config, { STOCK_SYMBOLS: "IBM" }), jumpingWorld(NOW));
  try {
    const { families, errors } = await scrape(Promise.resolve(app));
    assert.deepEqual(errors, []);
    assert.equal(families.get("stocks_etl_build")?.samples[0]?.labels.engine, engine);
    assert.equal(families.get("stocks_etl_database_up")?.samples[0]?.value, 1);
    const empty = families.get("stocks_etl_series")?.samples.filter(({ labels }) => labels.freshness === "empty");
    assert.deepEqual(empty?.map(({ labels, value }) => [labels.interval, value]), [["30min", 1], ["daily", 1]]);
    assert.ok(families.size > 30);
  } finally {
    await app.close();
  }
});

Deno.test("a database that is gone, or has never come: told, with the reason for the log", async () => {
  const database = await serverDatabase();
  const app = await openApp(configFor("http://127.0.0.1:9", database.config), jumpingWorld(NOW));
  await app.close();
  await database.close();
  const gone = await scrape(Promise.resolve(app));
  assert.equal(gone.families.get("stocks_etl_database_up")?.samples[0]?.value, 0);
  assert.equal(gone.errors.length, 1);

  const never = await scrape(new Promise(() => {}), () => Promise.resolve());
  assert.equal(never.families.get("stocks_etl_database_up")?.samples[0]?.value, 0);
  assert.deepEqual(never.errors, ["Cannot measure: the database has not answered within 8 s"]);
});
