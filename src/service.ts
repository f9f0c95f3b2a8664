/** What does `serve` do between its start and its end: beat, run what is owed, show how it is? */
import { type App, openApp } from "./app.ts";
import { type Config, requireKey } from "./config.ts";
import { homeView } from "./home_view.ts";
import { type Log, openLog } from "./log.ts";
import type { Machine } from "./machine.ts";
import { type NotifyLoop, startNotifying } from "./notify_loop.ts";
import { accept, complain, readConfig, redactorOf } from "./operate.ts";
import { explain } from "./postgres/explain.ts";
import { isTransient } from "./postgres/transaction.ts";
import type { Command } from "./terminal/commands.ts";
import { createRoutes, type Health } from "./web/routes.tsx";
import type { World } from "./wiring.ts";

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

const REOPEN_MS = 5_000;
/** A scheduler that has not looked at the clock for this long is stuck. */
const STUCK_MS = 180_000;

/** Reads the configuration and begins to open the database. `null`: it cannot be used, and why has been said. */
export function prepareService(
  { host, port }: Extract<Command, { name: "serve" }>,
  machine: Machine,
): Service | null {
  let redact = (text: string) => text;
  try {
    const parsed = readConfig(machine);
    redact = redactorOf(parsed);
    const config = accept(parsed, { machine, redact });
    const key = requireKey(config);
    if ("problem" in key) machine.screen.write(`stocks-etl: warning: ${key.problem.message}\n`);
    const place = { host: host ?? config.host, port: port ?? config.port };
    return startService({ ...config, ...place }, { machine, redact });
  } catch (error) {
    complain(error, { machine, redact });
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
  const opened = openPatiently(config, world, { stop: machine.stop, log });
  // Awaited by the first beat; a failure before that must not end the process unheard.
  opened.catch(() => {});
  const notifying = notifyBeside(opened, { machine, log });
  let beating: Promise<void> | null = null;
  const pulse: Pulse = { lastBeat: null, failingSince: null };

  async function beatOnce(): Promise<void> {
    pulse.lastBeat = machine.now();
    try {
      const app = await opened;
      const { stop, abort } = machine;
      if (stop.aborted) return;
      await app.beat({ stop, abort, emit: log.emit });
      notifying.wake();
      pulse.failingSince = null;
    } catch (error) {
      pulse.failingSince ??= machine.now();
      log.message("error", `Cannot serve the schedule: ${explain(error)}; what is due stays due`);
    } finally {
      pulse.lastBeat = machine.now();
    }
  }

  const beat = () =>
    beating ??= beatOnce().finally(() => {
      beating = null;
    });
  const health = () => healthOf(pulse, { beating: beating !== null, now: machine.now(), version: machine.version });
  const routes = pagesOf(opened, { health, machine, log });
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
        await notifying.ended;
        await closePages();
        await app.close();
      } catch (error) {
        if (!machine.stop.aborted) {
          log.message("error", explain(error));
          return 1;
        }
      } finally {
        log.close();
      }
      log.message("info", "Stopped");
      return 0;
    },
  };
}

function notifyBeside(opened: Promise<App>, { machine, log }: { machine: Machine; log: Log }): NotifyLoop {
  const onError = (error: unknown) =>
    log.message("error", `Cannot send what is waiting: ${explain(error)}; it is tried again`);
  return startNotifying(opened, { ...machine, onError });
}

function pagesOf(
  opened: Promise<App>,
  { health, machine, log }: { health: () => Health; machine: Machine; log: Log },
): ReturnType<typeof createRoutes> {
  return createRoutes({
    health,
    ready: async () => void await (await opened).database.pool.query("select 1"),
    home: async () => await homeView(await opened, machine),
    onError: (error) => log.message("error", `Cannot show a page: ${explain(error)}`),
  });
}

/** Opens the app; a database that is not up yet, as after a reboot, is waited for. */
async function openPatiently(
  config: Config,
  world: World,
  { stop, log }: { stop: AbortSignal; log: Log },
): Promise<App> {
  for (;;) {
    try {
      return await openApp(config, world);
    } catch (error) {
      if (stop.aborted || !isTransient(error instanceof Error ? error.cause ?? error : error)) throw error;
      log.message("warning", `${explain(error)}; trying again in ${REOPEN_MS / 1000} s`);
      await world.sleep(REOPEN_MS, stop);
    }
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

function worldOf({ now, sleep, random, owner, onError }: Machine) {
  return { now, sleep, random, owner, onError };
}

/** What is known of the beats, epoch ms. */
interface Pulse {
  lastBeat: number | null;
  /** When the first of the beats failed that have failed without a good one since. */
  failingSince: number | null;
}

function healthOf(
  { lastBeat, failingSince }: Readonly<Pulse>,
  { beating, now, version }: { beating: boolean; now: number; version: string },
): Health {
  const seconds = (since: number) => Math.round((now - since) / 1000);
  const message = failingSince !== null && now - failingSince > STUCK_MS
    ? `the scheduler has failed for ${seconds(failingSince)} s: see the log`
    // A long run holds the beat: that is work, and every step of it has a limit of its own.
    : beating
    ? null
    : lastBeat === null
    ? "starting"
    : now - lastBeat > STUCK_MS
    ? `the scheduler has not looked at the clock for ${seconds(lastBeat)} s`
    : null;
  const beat = lastBeat === null ? null : new Date(lastBeat).toISOString();
  return { healthy: message === null, message: message ?? "ok", lastBeat: beat, version };
}
