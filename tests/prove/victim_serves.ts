/**
 * One of several programs that serve one database, on a clock that runs `speed` times as fast as ours: it looks at it again
 * and again, as the heartbeat has it every minute, until SIGTERM. A line on standard output when it is open.
 */
import { openApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";

/** How a rolling program is told what to do: its one argument, as JSON. */
export interface RollingOrders {
  readonly config: Config;
  /** What the fast clock showed at `realAt`, epoch ms, and how much faster it is. */
  readonly shownAt: number;
  readonly realAt: number;
  readonly speed: number;
}

const LOOK_MS = 100;
const { config, shownAt, realAt, speed }: RollingOrders = JSON.parse(Deno.args[0]!);
const stopping = new AbortController();
Deno.addSignalListener("SIGTERM", () => stopping.abort());
const app = await openApp(config, {
  now: () => shownAt + (Date.now() - realAt) * speed,
  sleep: (_ms, signal) => signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(),
  random: () => 0.5,
  owner: `serves:${Deno.pid}:${crypto.randomUUID()}`,
  onError: () => {},
});
await Deno.stdout.write(new TextEncoder().encode("open\n"));
const never = new AbortController().signal;
while (!stopping.signal.aborted) {
  await app.beat({ stop: stopping.signal, abort: never, emit: () => {} });
  await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
await app.close();
Deno.exit(0);
