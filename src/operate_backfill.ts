/** What do the commands about backfills do, what do they print, and with which code do they end? */
import { type App, openApp } from "./app.ts";
import { type BackfillState, type BackfillView, exitCodeOfBackfill } from "./backfill.ts";
import { dateOf } from "./calendar.ts";
import { type Config, requireKey } from "./config.ts";
import type { RunEvent } from "./event.ts";
import { openLog } from "./log.ts";
import { lookOf, type Machine } from "./machine.ts";
import { operatorOf } from "./operate_steering.ts";
import { isWorkOwed } from "./postgres/launches.ts";
import { Refused } from "./refused.ts";
import { named } from "./selection.ts";
import type { BackfillCommand } from "./terminal/backfill_commands.ts";
import { createBackfillProgress } from "./terminal/backfill_progress.ts";
import { backfillSentence, renderBackfill, renderBackfills, renderCost } from "./terminal/backfill_tables.ts";
import { UsageError } from "./terminal/commands.ts";
import { asJson } from "./terminal/json.ts";

/** So many rows of a list, so many series of one. */
const ROWS = 50;
const SERIES = 200;
/** What serves the schedule looks at the clock once a minute: a tick that is owed has its run within this. */
const MAKE_WAY_MS = 90_000;
const LOOK_MS = 1_000;
/** The vendor may be back soon; for the quota nobody waits at a terminal. */
const MOST_WAIT_MS = 15 * 60_000;

interface Means {
  readonly config: Config;
  readonly machine: Machine;
  readonly redact: (text: string) => string;
}

type Start = Extract<BackfillCommand, { verb: "start" }>;
type Worked = { readonly quiet: boolean; readonly json: boolean };

/** Carries out one of the commands. @returns the exit code @throws Refused, UsageError */
export async function backfill(command: BackfillCommand, means: Means): Promise<number> {
  const { config, machine, redact } = means;
  const worksHere = command.verb === "resume" || command.verb === "start" ? !command.detach : false;
  const key = requireKey(config);
  if (worksHere && "problem" in key && !(command.verb === "start" && command.dryRun)) {
    throw new UsageError(key.problem.message);
  }
  const app = await openApp(config, machine);
  try {
    const out = (text: string) => machine.out(redact(text));
    const by = operatorOf(machine);
    switch (command.verb) {
      case "start":
        return await start(command, { app, out, by, means });
      case "resume": {
        const { id } = await app.steer.resumeBackfill(by, command.id);
        if (command.detach) {
          out(`${backfillSentence(await found(app, id))}\n`);
          return 0;
        }
        return await workOn(id, { quiet: command.quiet, json: false }, { app, out, means });
      }
      case "pause":
        out(`${backfillSentence(await app.steer.pauseBackfill(by, command.id))}\n`);
        return 0;
      case "cancel":
        out(`${backfillSentence(await app.steer.cancelBackfill(by, command.id))}\n`);
        return 0;
      case "show": {
        const one = await found(app, command.id);
        const series = await app.steer.backfillSeries(command.id, { limit: SERIES });
        out(command.json ? asJson({ ...one, series }) : renderBackfill(one, series, lookOf(machine)));
        return 0;
      }
      case "list": {
        const list = await app.steer.backfills({ limit: ROWS });
        out(command.json ? asJson(list) : renderBackfills(list, lookOf(machine)));
        return 0;
      }
    }
  } finally {
    await app.close();
  }
}

async function found({ steer }: App, id: number): Promise<BackfillView> {
  const one = await steer.backfill(id);
  if (one === null) throw new Refused("unknown", `Cannot show backfill ${id}: there is none of that number`);
  return one;
}

/** Its cost first, then it begins, if somebody says so. */
async function start(
  command: Start,
  { app, out, by, means }: { app: App; out: (text: string) => void; by: string; means: Means },
): Promise<number> {
  const { machine } = means;
  const series = named(app.config.series, command.selection);
  if ("message" in series) throw new Refused("invalid", series.message);
  const asked = { ...series, from: command.from, to: command.to ?? dateOf(machine.now()), note: command.note };
  const cost = await app.steer.costOfBackfill(asked);
  if (command.dryRun) {
    out(command.json ? asJson(cost) : renderCost(cost, lookOf(machine)));
    return 0;
  }
  if (!command.json) out(renderCost(cost, lookOf(machine)));
  if (!command.yes && cost.total.requests > 0) {
    const said = machine.confirm(`Send ${cost.total.requests} requests?`);
    if (said === null) {
      throw new Refused("invalid", "Cannot begin the backfill: nobody is there to be asked; add --yes, or --dry-run");
    }
    if (!said) {
      out("Not begun\n");
      return 0;
    }
  }
  const { id } = await app.steer.startBackfill(by, asked);
  if (command.detach) {
    const one = await found(app, id);
    out(command.json ? asJson(one) : `${backfillSentence(one)}; a program that serves works on it\n`);
    return 0;
  }
  return await workOn(id, command, { app, out, means });
}

/** Works on it until it is done, is stopped, or has to wait for longer than a person would. */
async function workOn(
  id: number,
  { quiet, json }: Worked,
  { app, out, means: { config, machine, redact } }: { app: App; out: (text: string) => void; means: Means },
): Promise<number> {
  const { screen, stop } = machine;
  const drawn = quiet || json ? false : screen.isTTY;
  const log = openLog({
    dir: config.logDir,
    level: config.logLevel,
    // One voice on stderr: what went wrong is among the lines of the progress.
    stderrLevel: quiet || json ? "error" : "none",
    format: config.logFormat === "pretty" ? "pretty" : "json",
    redact,
    now: machine.now,
  });
  const progress = createBackfillProgress({ screen, quiet: quiet || json });
  let looking = Promise.resolve();
  const stands = (slice: boolean) =>
    looking = looking.then(async () => progress.stands(await found(app, id), { slice })).catch(() => {});
  const emit = (event: RunEvent) => {
    log.emit(event);
    progress.emit(event);
    // On a terminal the bar moves with each answer; in a pipe there is a line for each run.
    if (event.type === "rows-stored" && drawn) void stands(false);
  };
  try {
    await stands(false);
    for (let goesOn = true; goesOn && !stop.aborted;) goesOn = await workOnce(id, { app, emit, stands, machine });
    await looking;
    progress.close();
    await app.notifier.pass({ stop, abort: machine.abort, look: false }).catch((error: unknown) =>
      screen.write(`stocks-etl: warning: ${redact(`Cannot send what is waiting: ${String(error)}`)}\n`)
    );
    const one = await found(app, id);
    out(json ? asJson(one) : `${backfillSentence(one)}${howToGoOn(one)}\n`);
    return exitCodeOfBackfill(one.state);
  } finally {
    progress.close();
    log.close();
  }
}

/** One slice, or the wait for one. @returns whether there is more to do here */
async function workOnce(
  id: number,
  { app, emit, stands, machine }: {
    app: App;
    emit: (event: RunEvent) => void;
    stands: (slice: boolean) => Promise<void>;
    machine: Machine;
  },
): Promise<boolean> {
  const { stop, abort } = machine;
  const pause = (ms: number) => machine.sleep(ms, stop).catch(() => {});
  // Whoever serves the schedule finds the place free for what is due.
  for (let waited = 0; waited < MAKE_WAY_MS && !stop.aborted; waited += LOOK_MS) {
    if (!await isWorkOwed(app.database)) break;
    await pause(LOOK_MS);
  }
  const { state, restUntil } = await found(app, id);
  if (state !== "running" || stop.aborted) return false;
  const restMs = restUntil === null ? 0 : restUntil - machine.now();
  if (restMs > MOST_WAIT_MS) return false;
  if (restMs > 0) {
    await pause(restMs);
    return true;
  }
  const worked = await app.backfill(id, { stop, abort, emit, patient: true });
  if ("busy" in worked) await pause(LOOK_MS);
  if ("slice" in worked) await stands(true);
  return true;
}

function howToGoOn({ id, state }: BackfillView): string {
  const words: Partial<Record<BackfillState, string>> = {
    running: `\nGo on with it here: backfill resume ${id}; a program that serves goes on by itself`,
    paused: `\nGo on with it: backfill resume ${id}`,
    partial: `\nTry what is left again: backfill resume ${id}`,
  };
  return words[state] ?? "";
}
