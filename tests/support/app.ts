/** The whole app in this process, on a clock that jumps over every wait, so that a day of the vendor's takes no time. */
import assert from "node:assert/strict";
import type { App, RunOptions } from "../../src/app.ts";
import type { Series } from "../../src/bar.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import type { RunReport } from "../../src/ingest.ts";
import type { World } from "../../src/wiring.ts";
import { BARS_ONLY } from "./program.ts";

export interface JumpingWorld extends World {
  /** How far the clock is ahead of the time that really passed, in ms: may be set. */
  ahead: number;
}

export function jumpingWorld(start: number): JumpingWorld {
  const began = Date.now();
  const self = {
    ahead: 0,
    now: () => start + self.ahead + Date.now() - began,
    sleep: (ms: number, signal: AbortSignal) => {
      self.ahead += Math.max(0, ms);
      return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve();
    },
    random: () => 0.5,
    owner: `test:${crypto.randomUUID()}`,
    onError: () => {},
  };
  return self;
}

/**
 * Settings that ask `vendor` for bars alone, without a limit a test could meet by chance, changed by `env`. Tests that count
 * requests mean those.
 */
export function configFor(vendor: string, database: Config["database"], env: Record<string, string> = {}): Config {
  const given = { API_KEY: "appkey", ALPHAVANTAGE_URL: vendor, API_REQUESTS_PER_DAY: "0", ...BARS_ONLY, ...env };
  const parsed = parseConfig(given, { readFile: () => "" });
  assert.ok("config" in parsed, JSON.stringify(parsed));
  return { ...parsed.config, database };
}

/** One run by hand that must be ours to make. */
export async function runApp(
  app: App,
  series: readonly Series[],
  change: Partial<RunOptions> = {},
): Promise<RunReport> {
  const signal = new AbortController().signal;
  const report = await app.run({
    series,
    trigger: "manual",
    tickId: null,
    emit: () => {},
    stop: signal,
    abort: signal,
    patient: false,
    ...change,
  });
  assert.ok("outcome" in report, JSON.stringify(report));
  return report;
}
