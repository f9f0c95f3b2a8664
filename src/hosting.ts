/**
 * Where does the program run, and what is settled by that place rather than by us? On Deno Deploy no disk outlives the
 * process, and the address listened on is the platform's: open to the internet, whatever HOST says.
 */
import type { DatabaseChoice } from "./database.ts";
import type { Environment, Problem } from "./setting.ts";

export interface Hosting {
  /** For messages; `null`: a machine of the user's own. */
  readonly name: "Deno Deploy" | null;
  /** A folder still has its files at the next start. */
  readonly keepsFiles: boolean;
  /** Settings that hold there whatever was given; a pasted `.env` may well say otherwise. */
  readonly fixed: Readonly<Record<string, string>>;
  /** From the first signal on, until the program gives up what is under way, in ms: before the platform kills it. */
  readonly graceMs: number;
}

/** Read from what the platform itself sets. Deno takes its listening address from `DENO_SERVE_ADDRESS` wherever it is set. */
export function hostingOf(env: Environment): Hosting {
  if ((env.DENO_DEPLOYMENT_ID ?? "") !== "" || env.DENO_DEPLOY === "true") {
    const fixed = { HOST: "0.0.0.0", LOG_DIR: "none" };
    // SIGKILL comes five seconds after SIGINT.
    return { name: "Deno Deploy", keepsFiles: false, fixed, graceMs: 3_000 };
  }
  const given = env.DENO_SERVE_ADDRESS ?? "";
  const [, host, port] = /^tcp:(.+):(\d+)$/.exec(given) ?? [];
  if (host !== undefined && port !== undefined) return { ...OWN, fixed: { HOST: host, PORT: port } };
  // A socket's file or a virtual machine's: who can reach it is not ours to know.
  return given === "" ? OWN : { ...OWN, fixed: { HOST: "0.0.0.0" } };
}

/** Docker sends SIGKILL ten seconds after SIGTERM. */
const OWN: Hosting = { name: null, keepsFiles: true, fixed: {}, graceMs: 8_000 };

/** Why the embedded database, where it is the one that was chosen, cannot be used there. */
export function embeddedProblems(
  { name, keepsFiles }: Hosting,
  { url, problems }: Pick<DatabaseChoice, "url" | "problems">,
): Problem[] {
  if (keepsFiles || url !== null || problems.length > 0) return [];
  const message = `Cannot keep bars on ${name} without a database: no disk there outlives the program; assign a ` +
    "PostgreSQL database to the app, or set DATABASE_URL";
  return [{ name: "DATABASE_URL", message }];
}
