/** What do the commands see of the machine they run on? */
import { hostingOf } from "./hosting.ts";
import type { Environment } from "./setting.ts";
import type { ReadEnvironment } from "./terminal/environment.ts";
import type { Unwritten } from "./terminal/output.ts";
import type { Screen } from "./terminal/progress.ts";
import type { World } from "./wiring.ts";

/** The machine as the commands see it. */
export interface Machine extends World {
  /** Names and values, a `.env` file under them. @throws Error when that file cannot be read */
  environment(): ReadEnvironment;
  readFile(path: string): string;
  /** Standard output. What says nothing was written whole. */
  out(given: string | Uint8Array): Unwritten | void;
  /** Asks the person at the terminal; `null`: there is none. */
  confirm(question: string): boolean | null;
  /** Width of standard output. */
  readonly columns: number;
  /** Standard error, where progress is drawn. */
  readonly screen: Screen;
  /** Standard output is a terminal that wants colour. */
  readonly colour: boolean;
  readonly version: string;
  /** What a command's name is put after, to start another one: for hints. */
  readonly call: string;
  /** What this program was made from; `null`: not known. */
  commit(): string | null;
  /** Aborted on the first SIGINT or SIGTERM: finish what is under way. */
  readonly stop: AbortSignal;
  /** Aborted when that has taken too long, or on the second signal. */
  readonly abort: AbortSignal;
}

/** How wide and how colourful standard output may be. */
export function lookOf({ colour, columns }: Pick<Machine, "colour" | "columns">): { colour: boolean; width: number } {
  return { colour, width: Math.max(60, columns) };
}

/** How long what is under way may take to end after the first signal, in ms. */
export function graceOf(env: Environment): number {
  return hostingOf(env).graceMs;
}
