/**
 * What does a command do that finds no database: none is named, and the folder it would be in has none? One that only looks
 * looks at an empty one in memory and says so: whoever stands in the wrong folder must not believe what it shows, and no
 * folder is left behind.
 */
import { dirname, resolve } from "node:path";
import type { Config } from "./config.ts";
import type { Machine } from "./machine.ts";
import type { Command } from "./terminal/commands.ts";

type Files = Pick<Machine, "readFile">;

/** What to do about it, for whoever has a service somewhere and for whoever has none yet. */
export const ABSENT_ADVICE =
  '"run" or "serve" makes one; if the service runs elsewhere, name its DATABASE_URL here or ' +
  "stand in the folder where it runs";

/** That none is named and there is none; `null`: there is one, or a server is meant. */
export function absence({ database }: Pick<Config, "database">, { readFile }: Files): string | null {
  if (database.kind === "server" || database.dataDir === null) return null;
  try {
    readFile(`${database.dataDir}/PG_VERSION`);
    return null;
  } catch (error) {
    // What cannot be read is somebody's: opening it says why.
    if (!(error instanceof Error) || error.name !== "NotFound") return null;
    return `no database is configured, and there is none in "${resolve(dirname(database.dataDir))}"`;
  }
}

/** The configuration the command is carried out with; where it is another one than was given, a warning says why. */
export function presentFor(
  command: Readonly<Command>,
  config: Config,
  { readFile, screen }: Files & Pick<Machine, "screen">,
): Config {
  const kind = kindOf(command);
  const found = kind === "makes" ? null : absence(config, { readFile });
  if (found === null) return config;
  const done = kind === "looks" ? "nothing is stored here" : "a new one is made there";
  screen.write(`stocks-etl: warning: ${found}: ${done}; ${ABSENT_ADVICE}\n`);
  return kind === "looks" ? { ...config, database: { kind: "embedded", dataDir: null } } : config;
}

/** `looks`: at what is there, or steers it. `steers`: what will be there too. `makes`: it is for making one. */
function kindOf(command: Readonly<Command>): "looks" | "steers" | "makes" {
  switch (command.name) {
    case "plan":
    case "status":
    case "symbols":
    case "why":
    case "gaps":
    case "launches":
    case "withdraw":
    case "cancel":
    case "forget":
    case "schedule":
    case "schedule test":
    case "release":
    case "export":
    case "mail":
      return "looks";
    case "notify":
      return command.verb === "status" ? "looks" : "makes";
    case "backfill":
      return ["show", "list", "pause", "resume", "cancel"].includes(command.verb) ? "looks" : "makes";
    case "load":
    case "import":
      return command.yes ? "makes" : "looks";
    case "pause":
    case "resume":
    case "launch":
    case "schedule set":
    case "schedule reset":
      return "steers";
    default:
      return "makes";
  }
}
