/** Which commands steer a running program, and what do their words and flags mean? */
import { type Command as Program, InvalidArgumentError, Option } from "commander";
import type { Again } from "../launch.ts";
import type { Schedule } from "../schedule.ts";
import type { Selection } from "../selection.ts";

/** An earlier run whose series are meant. */
export interface AgainOf {
  readonly runId: number;
  readonly again: Again;
}

export type SteeringCommand =
  | {
    readonly name: "launch";
    readonly selection: Selection;
    readonly of?: AgainOf;
    readonly force: boolean;
    readonly note: string | null;
  }
  | { readonly name: "launches"; readonly json: boolean }
  | { readonly name: "withdraw"; readonly launchId: number }
  | { readonly name: "cancel"; readonly runId: number; readonly force: boolean }
  | { readonly name: "forget"; readonly runId: number }
  | { readonly name: "pause" }
  | { readonly name: "resume"; readonly catchUp: boolean }
  | { readonly name: "schedule"; readonly json: boolean }
  | { readonly name: "schedule set"; readonly change: Partial<Schedule>; readonly preview: boolean }
  | { readonly name: "schedule reset" }
  /** `at`: epoch ms; `null`: the next tick. */
  | { readonly name: "schedule test"; readonly at: number | null; readonly json: boolean }
  /** `id`: `null` lists what is held. */
  | {
    readonly name: "release";
    readonly id: number | null;
    readonly choice: number | undefined;
    readonly json: boolean;
  };

interface Describing {
  readonly found: (command: SteeringCommand) => void;
  readonly withSelection: (command: Program) => Program;
  readonly selectionOf: (options: object) => Selection;
}

/** Adds the commands to the program's. */
export function describeSteering(program: Program, describing: Describing): void {
  describeLaunching(program, describing);
  const { found } = describing;
  program.command("cancel").description("end a running run after the series under way")
    .argument("<run>", "its number", readNumber)
    .option("--force", "give up the request under way as well")
    .action((runId, options) => found({ name: "cancel", runId, force: options.force === true }));
  program.command("forget").description("remove a run's results and events; bars and the quota's ledger stay")
    .argument("<run>", "its number", readNumber)
    .action((runId) => found({ name: "forget", runId }));
  program.command("pause").description("serve no tick of the schedule until resumed")
    .action(() => found({ name: "pause" }));
  program.command("resume").description("serve ticks again; those of the pause are not made up for")
    .option("--catch-up", "make up for the newest of them")
    .action((options) => found({ name: "resume", catchUp: options.catchUp === true }));
  describeSchedule(program, found);
  program.command("release").description("store a quarantined row that is right; without a row: list them")
    .argument("[row]", "its number", readNumber)
    .option("--choice <number>", "of a stamp sent twice: which of its rows, from 1", readNumber)
    .option("--json", "the list as JSON")
    .action((id, { choice, json }) => found({ name: "release", id: id ?? null, choice, json: json === true }));
}

function describeLaunching(program: Program, { found, withSelection, selectionOf }: Describing): void {
  withAgain(withSelection(program.command("launch").description("queue a run for the program that serves")))
    .option("--force", "ask every series, whatever is known of it; the quota is kept")
    .option("--note <text>", "why, for the record")
    .action((options) =>
      found({
        name: "launch",
        selection: selectionOf(options),
        ...againOf(options),
        force: options.force === true,
        note: options.note ?? null,
      })
    );
  program.command("launches").description("the queue and what became of it, the newest first")
    .option("--json", "as JSON")
    .action((options) => found({ name: "launches", json: options.json === true }));
  program.command("withdraw").description("take a queued launch back")
    .argument("<launch>", "its number", readNumber)
    .action((launchId) => found({ name: "withdraw", launchId }));
}

function describeSchedule(program: Program, found: Describing["found"]): void {
  const schedule = program.command("schedule").description("the schedule in words, its next ticks, its last ones");
  schedule.option("--json", "as JSON").action((options) => found({ name: "schedule", json: options.json === true }));
  schedule.command("set").description("another schedule, over the configured one, without a restart")
    .option("--cron <expression>", 'minute hour day month weekday: "0 6 * * *"')
    .option("--timezone <zone>", "IANA time zone it is meant in")
    .option("--preview", "only show what it would be")
    .action(({ cron, timezone, preview }, command) => {
      if (cron === undefined && timezone === undefined) command.error("error: --cron or --timezone is needed");
      found({ name: "schedule set", change: { cron, timezone }, preview: preview === true });
    });
  schedule.command("reset").description("back to the configured schedule")
    .action(() => found({ name: "schedule reset" }));
  schedule.command("test").description("what a tick would do, without doing it")
    .option("--at <instant>", "ISO 8601 with a zone: 2026-11-23T06:00Z (default: the next tick)", readInstant)
    .option("--json", "as JSON")
    // The flag of the same name belongs to the parent as well, which reads it first.
    .action(({ at, json }, command) =>
      found({ name: "schedule test", at: at ?? null, json: json === true || command.parent.opts().json === true })
    );
}

/** Adds `--of` and `--failed-of`. */
export function withAgain(command: Program): Program {
  return command
    .option("--of <run>", "the series of that run", readNumber)
    .addOption(
      new Option("--failed-of <run>", "the series that run did not store").argParser(readNumber).conflicts("of"),
    );
}

/** What they say. */
export function againOf(options: { of?: number; failedOf?: number }): { of?: AgainOf } {
  const { of, failedOf } = options;
  if (failedOf !== undefined) return { of: { runId: failedOf, again: "failed" } };
  return of === undefined ? {} : { of: { runId: of, again: "all" } };
}

/** A number of a run or of the like. @throws InvalidArgumentError when it is none */
export function readNumber(text: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (number < 1) throw new InvalidArgumentError(`${JSON.stringify(text)} is not a number from 1`);
  return number;
}

function readInstant(text: string): number {
  const whole = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const instant = whole ? Date.parse(text) : NaN;
  if (Number.isNaN(instant)) {
    throw new InvalidArgumentError(`${JSON.stringify(text)} is not an instant with its zone, as 2026-11-23T06:00Z`);
  }
  return instant;
}
