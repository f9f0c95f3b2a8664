/** What does `serve` do between its start and its end: beat, run what is owed, show how it is? */
import { type App, openApp } from "./app.ts";
import { lockProblem } from "./access.ts";
import { channelsOf } from "./channels.ts";
import { type Config, requireKey } from "./config.ts";
import type { RunEvent } from "./event.ts";
import { keptOf } from "./kept_settings.ts";
import { type Log, openLog } from "./log.ts";
import type { Machine } from "./machine.ts";
import { afterFailure, type Health, healthOf, NO_BEAT } from "./health.ts";
import { type FailedPass, type NotifyLoop, startNotifying } from "./notify_loop.ts";
import { accept, complain, readConfig, redactorOf, settingsOf } from "./operate.ts";
import { actsOf, readsOf, sessionsOf } from "./pages.ts";
import { openPatiently } from "./opening.ts";
import { awayOf } from "./postgres/away.ts";
import { explain } from "./postgres/explain.ts";
import { newest } from "./postgres/newest.ts";
import { type Command, UsageError } from "./terminal/commands.ts";
import { createLive, type Live } from "./web/live.ts";
import { createRoutes } from "./web/routes.tsx";

export interface Service {
  readonly hostname: string;
  readonly port: number;
  /** One look at the clock: notices due ticks and runs what is owed. Never throws; two at once are one. */
  beat(): Promise<void>;
  fetch(request: Request, from?: { remoteAddr: Deno.Addr }): Promise<Response>;
  listening(address: { hostname: string; port: number }): void;
  /** @returns the exit code */
  cannotListen(error: unknown): number;
  /** Begins with a beat, ends after a stop: the run in progress first, then the pages, then the database. @returns the exit code */
  untilStopped(closePages: () => Promise<void>): Promise<number>;
}

/** How soon a launch that another process queued, or that waited for another's run, is seen; so is a backfill. */
const LOOK_FOR_WORK_MS = 1_000;

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
    const open = lockProblem(place.host, config.access);
    if (open !== null) throw new UsageError(open);
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
  const world = {
    ...worldOf(machine),
    onError: (message: string) => log.message("warning", message),
  };
  let vitals = NO_BEAT;
  let waitsFor: string | null = null;
  const settings = keptOf(settingsOf(machine, redact));
  const opened = openPatiently(() => openApp(config, world, { onLaunch: () => void beat(), settings }), {
    ...machine,
    log,
    onWait: (away) => {
      waitsFor = away;
      vitals = { ...vitals, away };
    },
  });
  // Awaited by the first beat; a failure before that must not end the process unheard.
  opened.catch(() => {});
  const notifying = notifyBeside(opened, { machine, log, redact });
  let beating: Promise<void> | null = null;

  const emit = (event: RunEvent) => {
    log.emit(event);
    live.tell();
  };
  async function beatOnce(): Promise<void> {
    vitals = { ...vitals, lastBeat: machine.now() };
    try {
      const app = await opened;
      const { stop, abort } = machine;
      if (stop.aborted) return;
      await app.pulse.beat("scheduler", "looking at the clock", vitals.error);
      await app.beat({ stop, abort, emit });
      notifying.wake();
      vitals = { ...NO_BEAT, lastBeat: vitals.lastBeat };
      if (!stop.aborted) await app.pulse.beat("scheduler", "waits for the next minute", null);
    } catch (error) {
      const found = redact(explain(error));
      // The embedded engine is part of this program: where it does not answer, a restart does help.
      const away = config.database.kind === "server" ? awayOf(error)?.reason ?? null : null;
      vitals = afterFailure(vitals, { error: found, away, now: machine.now() });
      log.message("error", `Cannot serve the schedule: ${found}; what is due stays due`);
    } finally {
      vitals = { ...vitals, lastBeat: machine.now() };
    }
  }

  const beat = () =>
    beating ??= beatOnce().finally(() => {
      beating = null;
    });
  const health = () => healthOf(vitals, { beating: beating !== null, now: machine.now(), version: machine.version });
  const live = createLive({ newest: async () => await newest((await opened).database) }, machine);
  const routes = pagesOf(opened, { config, health, waitsFor: () => waitsFor, live, machine, log, redact });
  return {
    hostname: config.host,
    port: config.port,
    beat,
    fetch: async (request, from) => await routes.fetch(request, { address: addressOf(from?.remoteAddr) }),
    ...listenerOf(config, log),
    untilStopped: (closePages) =>
      untilStopped(opened, { beat, beating: () => beating, notifying, live, closePages, machine, log }),
  };
}

/** What is said about the port. */
function listenerOf({ host, port }: Config, log: Log): Pick<Service, "listening" | "cannotListen"> {
  return {
    listening: ({ hostname, port }) => log.message("info", `The page is on http://${hostname}:${port}`),
    cannotListen: (error) => {
      const found = error instanceof Error ? error.message : String(error);
      const todo = "another program may have the port: set PORT or HOST";
      log.message("error", `Cannot listen on http://${host}:${port}: ${found}; ${todo}`);
      return 1;
    },
  };
}

function notifyBeside(
  opened: Promise<App>,
  { machine, log, redact }: { machine: Machine; log: Log; redact: (text: string) => string },
): NotifyLoop {
  const onPass = async (failed: FailedPass | null) => {
    const found = failed === null ? null : redact(explain(failed.error));
    if (failed?.again === false) log.message("error", `Cannot send what is waiting: ${found}; it is tried again`);
    const { config, pulse } = await opened;
    if (channelsOf(config).length === 0) return;
    await pulse.beat("notifier", found === null ? "waits for messages" : "will try again", found);
  };
  return startNotifying(opened, { ...machine, onPass });
}

async function untilStopped(
  opened: Promise<App>,
  { beat, beating, notifying, live, closePages, machine: { stop }, log }: {
    beat: () => Promise<void>;
    beating: () => Promise<void> | null;
    notifying: NotifyLoop;
    live: Live;
    closePages: () => Promise<void>;
    machine: Machine;
    log: Log;
  },
): Promise<number> {
  try {
    const app = await opened;
    log.message("info", `Keeping ${app.config.series.length} series in ${app.database.describe}`);
    await beat();
    const release = watchWork(app, beat);
    await aborted(stop);
    release();
    await beating();
    await notifying.ended;
    live.close();
    await closePages();
    await app.close();
  } catch (error) {
    if (!stop.aborted) {
      log.message("error", explain(error));
      return 1;
    }
  } finally {
    log.close();
  }
  log.message("info", "Stopped");
  return 0;
}

/** Beats when a launch or a backfill waits that could have its run. @returns what ends the watch */
function watchWork({ steer }: App, beat: () => Promise<void>): () => void {
  let looking = false;
  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    try {
      if (await steer.isWorkWaiting()) await beat();
    } catch {
      // The database is out of reach: the next beat says so.
    } finally {
      looking = false;
    }
  }, LOOK_FOR_WORK_MS);
  return () => clearInterval(timer);
}

function pagesOf(
  opened: Promise<App>,
  { config, health, waitsFor, live, machine, log, redact }: {
    config: Config;
    health: () => Health;
    waitsFor: () => string | null;
    live: Live;
    machine: Machine;
    log: Log;
    redact: (text: string) => string;
  },
): ReturnType<typeof createRoutes> {
  return createRoutes(readsOf(opened, { health, waitsFor, machine, redact }), {
    ...actsOf(opened, machine.now),
    access: { ...config.access, host: config.host, port: config.port },
    sessions: sessionsOf(opened),
    live,
    now: machine.now,
    version: machine.version,
    redact,
    onError: (error) => log.message("error", `Cannot show a page: ${explain(error)}`),
  });
}

/** Who is at the other end; a Unix socket has no address. */
function addressOf(remote: Deno.Addr | undefined): string {
  return remote !== undefined && "hostname" in remote ? remote.hostname : "local";
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

function worldOf({ now, sleep, random, owner, onError }: Machine) {
  return { now, sleep, random, owner, onError };
}
