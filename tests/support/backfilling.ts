/** The whole app in this process with a vendor that has history, and a clock that the test moves. */
import assert from "node:assert/strict";
import { type App, openApp } from "../../src/app.ts";
import type { BackfillView } from "../../src/backfill.ts";
import type { Series } from "../../src/bar.ts";
import type { Config } from "../../src/config.ts";
import { configFor, type JumpingWorld, jumpingWorld } from "./app.ts";
import { type HistoryOptions, startHistory } from "./history.ts";
import type { Vendor } from "./vendor.ts";

/** An evening after the close. */
export const NOW = Date.parse("2023-07-05T22:30Z");
export const AAA: Series = { symbol: "AAA", interval: "1min" };
export const HISTORY: HistoryOptions = { from: "2022-11-01", to: "2023-07-05" };

export interface Backfilling extends AsyncDisposable {
  readonly app: App;
  readonly vendor: Vendor;
  readonly world: JumpingWorld;
  start(from: string, to: string, series?: readonly Series[]): Promise<BackfillView>;
  /** Works until it ends, rests or has done so many slices. */
  work(id: number, slices?: number): Promise<BackfillView>;
  /** What was asked, as `AAA 2023-05`. */
  asked(): string[];
}

/** It keeps `ZZZ daily`, if `env` says nothing else. */
export async function startBackfilling(
  database: Config["database"],
  { env = {}, history = HISTORY }: { env?: Record<string, string>; history?: HistoryOptions } = {},
): Promise<Backfilling> {
  const vendor = await startHistory(history);
  const world = jumpingWorld(NOW);
  const app = await openApp(
    configFor(vendor.url, database, { STOCK_SYMBOLS: "ZZZ", STOCK_INTERVALS: "daily", ...env }),
    world,
  );
  const signal = new AbortController().signal;
  return {
    app,
    vendor,
    world,
    start: (from, to, series = [AAA]) => app.steer.startBackfill("ann", { series, from, to }),
    work: async (id, slices = 20) => {
      for (let done = 0; done < slices; done++) {
        const worked = await app.backfill(id, { stop: signal, abort: signal, emit: () => {}, patient: false });
        assert.ok("backfill" in worked, JSON.stringify(worked));
        const { state, restUntil } = worked.backfill;
        if (state !== "running" || restUntil !== null) break;
      }
      return (await app.steer.backfill(id))!;
    },
    asked: () =>
      vendor.requests.map(({ parameters: { symbol, month, outputsize } }) => `${symbol} ${month ?? outputsize}`),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await vendor.close();
    },
  };
}
