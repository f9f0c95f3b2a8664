/**
 * A backfill worked on in a process that may be killed at any time. Says on standard output, line by line as JSON, when it
 * is ready, what its memory is after each answer that it has stored, and how it ended.
 */
import type { Config } from "../../src/config.ts";
import { openApp } from "../../src/app.ts";

export interface Orders {
  readonly config: Config;
  /** What the clock shows at the start, epoch ms. */
  readonly now: number;
  readonly leaseMs: number;
  readonly backfillId: number;
}

export type Said =
  | { readonly type: "ready" }
  | { readonly type: "stored"; readonly rssMb: number }
  | { readonly type: "ended"; readonly state: string };

const orders: Orders = JSON.parse(Deno.args[0]!);
const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());
const say = (said: Said) => Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(said)}\n`));
const began = Date.now();
const app = await openApp(orders.config, {
  now: () => orders.now + Date.now() - began,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => 0.5,
  owner: `victim:${Deno.pid}:${crypto.randomUUID()}`,
  leaseMs: orders.leaseMs,
  onError: () => {},
});
say({ type: "ready" });
let state = "running";
while (state === "running" && !stop.signal.aborted) {
  const worked = await app.backfill(orders.backfillId, {
    stop: stop.signal,
    abort: new AbortController().signal,
    patient: true,
    emit: ({ type }) => {
      if (type === "rows-stored") say({ type: "stored", rssMb: Math.round(Deno.memoryUsage().rss / 1e6) });
    },
  });
  if ("backfill" in worked) ({ state } = worked.backfill);
}
await app.close();
say({ type: "ended", state });
Deno.exit(0);
