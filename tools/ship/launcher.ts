/**
 * How does one file start without Deno's compile base? A short shell script with an archive behind it: this machine's
 * Deno and the bundled program. `launcher.sh` says what happens when it is started.
 */
import { createHash } from "node:crypto";
import { type ArchivedFile, archiveOf, joined } from "./archive.ts";
import template from "./launcher.sh" with { type: "text" };

export interface LauncherOptions {
  readonly version: string;
  /** As `uname -s -m` says it. */
  readonly system: string;
  /** What Deno is started with: permissions and the like. */
  readonly flags: readonly string[];
}

/** The file's bytes. `files` holds `deno` and `app.js`. */
export function launcherOf(files: readonly ArchivedFile[], { version, system, flags }: LauncherOptions): Uint8Array {
  const archive = archiveOf(files);
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const digest = createHash("sha256").update(archive).update(flags.join(" ")).digest("hex").slice(0, 16);
  const values: Record<string, string> = {
    VERSION: version,
    SYSTEM: system,
    ID: `${version}-${digest}`,
    MEGABYTES: String(Math.ceil(bytes / 1e6)),
    FILES: files.map(({ name }) => name).join(" "),
    WRONG_SIZES: files.map(({ name, bytes }) => `-o -name ${name} ! -size ${bytes.length}c`).join(" "),
    FLAGS: flags.join(" "),
    FIRST_LINE: String(template.trimEnd().split("\n").length + 1),
  };
  for (const [name, value] of Object.entries(values)) {
    // They end up in a script.
    if (!/^[\w+. /:=,!-]*$/.test(value)) throw new Error(`Cannot write the launcher: ${name} is "${value}"`);
  }
  const script = template.trimEnd().replace(/@([A-Z_]+)@/g, (_, name) => values[name]!);
  return joined([new TextEncoder().encode(`${script}\n`), archive]);
}
