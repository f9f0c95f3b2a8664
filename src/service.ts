/** What does `serve` do between its start and its end: beat, run what is owed, show how it is? */
import { openApp } from "./app.ts";
import { type Config, requireKey } from "./config.ts";
import { homeView } from "./home_view.ts";
import { openLog } from "./log.ts";
import type { Machine } from "./machine.ts";
import { accept, complain, readConfig, redactorOf } from "./operate.ts";
import type { Command } from "./terminal/commands.ts";
import { createRoutes, type Health } from "./web/routes.tsx";

export interface Service {
  readonly hostname: string;
  readonly port: number;
  /** One look at the clock: notices due ticks and runs what is owed. Never throws; two at once are one. */
  beat(): Promise<void>;
  fetch(request: Request): Promise<Response>;
  listening(address: { hostname: string; port: number }): void;
  /** @returns the exit code */
  cannotListen(error: unknown): number;
  /** Begins with a beat, ends after a stop: the run in progress first, then the pages, then the database. @returns the exit code */
  untilStopped(closePages: () => Promise<void>): Promise<number>;
}

/** A scheduler that has not looked at the clock for this long is stuck. */
const STUCK_MS = 180_000;

/** Reads the configuration and begins to open the database. `null`: it cannot be used, and why has been said. */
export function prepareService(
  { host, port }: Extract<Command, { name: "serve" }>,
  machine: Machine,
): Service | null {
  try {
    const parsed = readConfig(machine);
    const config = accept(parsed, machine);
    const key = requireKey(config);
    if ("problem" in key) machine.screen.write(`stocks-etl: warning: ${key.problem.message}\n`);
    const place = { host: host ?? config.host, port: port ?? config.port };
    return startService({ ...config, ...place }, { machine, redact: redactorOf(parsed) });
  } catch (error) {
    complain(error, { machine, redact: (text) => text });
    return null;
  }
}

function startService(
  config: Config,
  { machine, redact }: { machine: Machine; redact: (text: string) => string },
): Service {
  const { logDir: dir, logLevel: level, logFormat } = config;
  const format = logFormat === "json" || (logFormat === "auto" && !machine.screen.isTTY) ? "json" : "pretty";
  const log = openLog({ dir, level, format, redact, now: machine.now });
  const world = { ...worldOf(machine), onError: (message: string) => log.message("warning", message) };
  const opened = openApp(config, world);
  // Awaited by the first beat; a failure before that must not end the process unheard.
  opened.catch(() => {});
  let beating: Promise<void> | null = null;
  let lastBeat: number | null = null;

  async function beatOnce(): Promise<void> {
    lastBeat = machine.now();
    try {
      const app = await opened;
      const { stop, abort } = machine;
      if (stop.aborted) return;
      await app.beat({ stop, abort, emit: log.emit });
    } catch (error) {
      // The tick stays owed: the next beat finds it again.
      log.message("error", `Cannot serve the schedule: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      lastBeat = machine.now();
    }
  }

  const beat = () =>
    beating ??= beatOnce().finally(() => {
      beating = null;
    });
  const routes = createRoutes({
    health: () => healthOf({ lastBeat, beating: beating !== null, now: machine.now(), version: machine.version }),
    ready: async () => void await (await opened).database.pool.query("select 1"),
    home: async () => await homeView(await opened, machine),
    onError: (error) => log.message("error", `Cannot show a page: ${error.message}`),
  });
  return {
    hostname: config.host,
    port: config.port,
    beat,
    fetch: async (request) => await routes.fetch(request),
    listening: ({ hostname, port }) => log.message("info", `The page is on http://${hostname}:${port}`),
    cannotListen: (error) => {
      const found = error instanceof Error ? error.message : String(error);
      const todo = "another program may have the port: set PORT or HOST";
      log.message("error", `Cannot listen on http://${config.host}:${config.port}: ${found}; ${todo}`);
      return 1;
    },
    untilStopped: async (closePages) => {
      try {
        const app = await opened;
        log.message("info", `Keeping ${config.series.length} series in ${app.database.describe}`);
        await beat();
        await aborted(machine.stop);
        await beating;
        await Promise.race([closePages(), aborted(machine.abort)]);
        await app.close();
        log.message("info", "Stopped");
        return 0;
      } catch (error) {
        log.message("error", error instanceof Error ? error.message : String(error));
        return 1;
      } finally {
        log.close();
      }
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

function worldOf({ now, sleep, random, owner, onError }: Machine) {
  return { now, sleep, random, owner, onError };
}

function healthOf(
  { lastBeat, beating, now, version }: { lastBeat: number | null; beating: boolean; now: number; version: string },
): Health {
  const late = lastBeat !== null && now - lastBeat > STUCK_MS;
  // A long run holds the beat: that is work, and every step of it has a limit of its own.
  const healthy = beating || (lastBeat !== null && !late);
  const message = healthy
    ? "ok"
    : lastBeat === null
    ? "starting"
    : `the scheduler has not looked at the clock for ${Math.round((now - lastBeat) / 1000)} s`;
  return { healthy, message, lastBeat: lastBeat === null ? null : new Date(lastBeat).toISOString(), version };
}
