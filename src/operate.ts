/**
 * What does each command do, what does it print, and with which code does it end? What a service, which shares the ways
 * to read a configuration and to complain, has no use for is loaded by the command that has.
 */
import { presentFor } from "./absent.ts";
import { type App, type NotOurs, openApp } from "./app.ts";
import type { Series } from "./bar.ts";
import { type Config, parseConfig, type Parsed, requireKey } from "./config.ts";
import type { RunEvent } from "./event.ts";
import { keptOf } from "./kept_settings.ts";
import { openLog } from "./log.ts";
import { lookOf, type Machine } from "./machine.ts";
import { explain } from "./postgres/explain.ts";
import { createRedactor } from "./redact.ts";
import { type EffectiveSetting, effectiveSettings } from "./effective.ts";
import { steer } from "./operate_steering.ts";
import { exitCodeOfRefusal, Refused } from "./refused.ts";
import { exitCodeOf } from "./run.ts";
import { narrow } from "./selection.ts";
import { exitCodeOfChecks, renderChecks } from "./terminal/check.ts";
import { type Command, type Usage, UsageError } from "./terminal/commands.ts";
import type { GapCommand } from "./terminal/gap_commands.ts";
import { asJson } from "./terminal/json.ts";
import type { SteeringCommand } from "./terminal/steering.ts";
import type { SymbolCommand } from "./terminal/symbol_commands.ts";
import { renderSettings } from "./terminal/steering_tables.ts";
import { renderPlan, renderStatus, renderSummary } from "./terminal/tables.ts";

/** A command that ends by itself does not wait longer for those who are told. */
const UNSENT_MS = 20_000;

type Operation = Exclude<Command, { name: "serve" | "print" }> | Usage;
type Selecting = Extract<Command, { name: "run" | "plan" | "status" }>;

/** Carries out a command that ends by itself. Never throws. @returns the exit code */
export async function operate(command: Operation, machine: Machine): Promise<number> {
  let redact = (text: string) => text;
  try {
    if (command.name === "usage") {
      redact = redactorOfAny(machine);
      throw new UsageError(command.message);
    }
    if (command.name === "demo") {
      const { playDemo } = await import("./demo.ts");
      return await playDemo(command, machine);
    }
    const parsed = readConfig(machine);
    redact = redactorOf(parsed);
    if (command.name === "check") {
      const { examine } = await import("./examine.ts");
      const found = await examine(parsed, { world: machine, file: machine.environment().file });
      const results = found.map((one) => ({ ...one, found: redact(one.found) }));
      machine.out(renderChecks(results, machine));
      return exitCodeOfChecks(results);
    }
    if (command.name === "config") {
      machine.out(settingsText(command, { machine, redact }));
      return 0;
    }
    const config = presentFor(command, accept(parsed, { machine, redact }), machine);
    if (command.name === "run") return await runOnce(command, { config, machine, redact });
    if (command.name === "import") {
      const { importOnce } = await import("./import_command.ts");
      return await importOnce(command, { config, machine, notOurs });
    }
    if (command.name === "load") {
      const { loadOnce } = await import("./load_command.ts");
      return await loadOnce(command, { config, machine, notOurs });
    }
    if (command.name === "replay") {
      const { replayArchive } = await import("./replay_command.ts");
      return await replayArchive(command, { config, machine, notOurs });
    }
    if (command.name === "notify" || command.name === "mail") {
      const { tellAbout } = await import("./notice_commands.ts");
      return await tellAbout(command, { config, machine, redact });
    }
    if (command.name === "backfill") {
      const { backfill } = await import("./operate_backfill.ts");
      return await backfill(command, { config, machine, redact });
    }
    if (command.name === "export") {
      const { exportBars } = await import("./export_command.ts");
      return await exportBars(command, { config, machine });
    }
    if (command.name === "plan" || command.name === "status" || command.name === "migrate") {
      return await look(command, { config, machine });
    }
    if (command.name === "symbols" || command.name === "symbols search") {
      return await lookAtSymbols(command, { config, machine, redact });
    }
    return await printOnce(command, { config, machine, redact });
  } catch (error) {
    return complain(error, { machine, redact });
  }
}

/** Says what went wrong. @returns the exit code */
export function complain(
  error: unknown,
  { machine, redact }: { machine: Pick<Machine, "screen">; redact: (text: string) => string },
): 1 | 2 {
  machine.screen.write(`stocks-etl: ${redact(explain(error))}\n`);
  if (error instanceof Refused) return exitCodeOfRefusal(error);
  return error instanceof UsageError ? 2 : 1;
}

/** @throws UsageError when the `.env` file cannot be read */
export function readConfig(machine: Pick<Machine, "environment" | "readFile">): Parsed {
  try {
    return parseConfig(machine.environment().values, machine);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export function redactorOf(parsed: Pick<Parsed, "secrets">): (text: string) => string {
  return createRedactor(parsed.secrets);
}

/** For a command line that was not understood: what could not be read may be a secret in the wrong place. */
function redactorOfAny(machine: Machine): (text: string) => string {
  try {
    return redactorOf(readConfig(machine));
  } catch {
    return (text) => text;
  }
}

/** The configuration. @throws UsageError with every problem at once */
export function accept(
  parsed: Parsed,
  { machine, redact }: { machine: Pick<Machine, "screen">; redact: (text: string) => string },
): Config {
  for (const { message } of parsed.warnings) machine.screen.write(`stocks-etl: warning: ${redact(message)}\n`);
  if ("config" in parsed) return parsed.config;
  throw new UsageError(parsed.problems.map(({ message }) => message).join("\nstocks-etl: "));
}

function seriesOf({ selection }: Pick<Selecting, "selection">, all: readonly Series[]): Series[] {
  const narrowed = narrow(all, selection);
  if ("message" in narrowed) throw new UsageError(narrowed.message);
  return narrowed.series;
}

async function runOnce(
  command: Extract<Command, { name: "run" }>,
  { config, machine, redact }: { config: Config; machine: Machine; redact: (text: string) => string },
): Promise<number> {
  // Before anything is opened: a wrong word costs no time.
  const chosen = command.of === undefined ? seriesOf(command, config.series) : null;
  const key = requireKey(config);
  if ("problem" in key) throw new UsageError(key.problem.message);
  const { screen } = machine;
  // One voice on stderr: a moving bar for a person, structured lines for whatever collects them.
  const stderrLevel = screen.isTTY && !command.quiet ? "none" : command.quiet ? "error" : config.logLevel;
  const format = config.logFormat === "pretty" ? "pretty" : "json";
  const log = openLog({ dir: config.logDir, level: config.logLevel, stderrLevel, format, redact, now: machine.now });
  const { createProgress } = await import("./terminal/progress.ts");
  const progress = createProgress({ screen, quiet: command.quiet || !screen.isTTY });
  const emit = (event: RunEvent) => {
    log.emit(event);
    progress.emit(event);
  };
  const app = await openApp(config, machine, { settings: keptOf(settingsOf(machine, redact)) });
  try {
    const { stop, abort } = machine;
    const { force, of } = command;
    const series = chosen ?? seriesOf(command, await app.steer.seriesAgain(of!.runId, of!.again));
    const cause = { trigger: "manual", tickId: null, ofRun: of?.runId ?? null } as const;
    const report = await app.run({ series, force, ...cause, emit, stop, abort, patient: true });
    progress.close();
    if (!("outcome" in report)) throw new Error(notOurs(report));
    if (command.quiet) machine.out(`${report.outcome}\n`);
    else machine.out(redact(renderSummary(report, { ...lookOf(machine), configured: config.series })));
    await sendOwn(app, { machine, redact });
    if (!stop.aborted) await app.tidy({ stop });
    return exitCodeOf(report.outcome);
  } finally {
    progress.close();
    log.close();
    await app.close();
  }
}

/** Nobody else may be there to send them. What a server does not take in time waits for the next run. */
async function sendOwn(
  { notifier }: App,
  { machine, redact }: { machine: Machine; redact: (text: string) => string },
): Promise<void> {
  const abort = AbortSignal.any([machine.abort, AbortSignal.timeout(UNSENT_MS)]);
  try {
    await notifier.pass({ stop: AbortSignal.any([machine.stop, abort]), abort, look: true });
  } catch (error) {
    machine.screen.write(`stocks-etl: warning: ${redact(`Cannot send what is waiting: ${explain(error)}`)}\n`);
  }
}

export function notOurs(claim: NotOurs): string {
  if ("taken" in claim) return "Cannot start a run: the tick it was for has been served";
  const { runId, owner } = claim.busy;
  return `Cannot start a run: run ${runId} of ${owner} is at work; try again when it has ended`;
}

async function look(
  command: Extract<Command, { name: "plan" | "status" | "migrate" }>,
  { config, machine }: { config: Config; machine: Machine },
): Promise<number> {
  const series = command.name === "migrate" ? [] : seriesOf(command, config.series);
  const app = await openApp(config, machine);
  try {
    machine.out(await view(command, { app, series, machine }));
    return 0;
  } finally {
    await app.close();
  }
}

async function lookAtSymbols(
  command: SymbolCommand,
  { config, machine, redact }: { config: Config; machine: Machine; redact: (text: string) => string },
): Promise<number> {
  const key = requireKey(config);
  if (command.name === "symbols search" && "problem" in key) throw new UsageError(key.problem.message);
  const { tellSymbols } = await import("./operate_symbols.ts");
  const app = await openApp(config, machine);
  try {
    machine.out(redact(await tellSymbols(command, { app, machine })));
    return 0;
  } finally {
    await app.close();
  }
}

async function view(
  command: Extract<Command, { name: "plan" | "status" | "migrate" }>,
  { app, series, machine }: { app: App; series: Series[]; machine: Machine },
): Promise<string> {
  const { migrated, database } = app;
  if (command.name === "migrate") {
    return migrated.length === 0
      ? `${database.describe}: up to date\n`
      : `${database.describe}: applied ${migrated.join(", ")}\n`;
  }
  if (command.name === "plan") {
    const found = await app.plan(series, command);
    return command.json ? asJson(found) : renderPlan(found, lookOf(machine));
  }
  const states = await app.states(series);
  const next = await app.steer.nextTick();
  const reference = await app.reference(series);
  if (command.json) return asJson({ database: database.describe, nextTick: next, states, reference });
  return renderStatus(states, { ...lookOf(machine), nextTick: next, reference });
}

async function printOnce(
  command: SteeringCommand | GapCommand,
  { config, machine, redact }: { config: Config; machine: Machine; redact: (text: string) => string },
): Promise<number> {
  const app = await openApp(config, machine);
  try {
    if (command.name === "why" || command.name === "gaps") {
      const { tellGaps } = await import("./operate_gaps.ts");
      machine.out(redact(await tellGaps(command, { app, machine })));
    } else machine.out(redact(await steer(command, { app, machine })));
    return 0;
  } finally {
    await app.close();
  }
}

/** Every setting as it is read now; a schedule set by an operator is not one of them. */
export function settingsOf(
  machine: Pick<Machine, "environment" | "readFile">,
  redact: (text: string) => string,
): EffectiveSetting[] {
  const { values, fromFile } = machine.environment();
  return effectiveSettings(values, { readFile: machine.readFile, fromFile, redact, schedule: null });
}

function settingsText(
  { json }: Extract<Command, { name: "config" }>,
  { machine, redact }: { machine: Machine; redact: (text: string) => string },
): string {
  const settings = settingsOf(machine, redact);
  return json ? asJson(settings) : renderSettings(settings, lookOf(machine));
}
