/** Which settings does the program start with: the process environment, and below it a `.env` file. */
import { parseEnv } from "node:util";

export interface ReadEnvironment {
  readonly values: Readonly<Record<string, string>>;
  /** The file read; `null` when there is none. */
  readonly file: string | null;
  /** Names whose value comes from that file. */
  readonly fromFile: readonly string[];
}

/** `.env` here; else where the older intraday pipeline kept it. */
const FILES = [".env", "Config/.env"];

/**
 * The process environment over the first of `.env` and `Config/.env` that exists in `cwd`. An empty process variable
 * hides nothing: docker compose passes empty ones for those that are not set.
 *
 * @param readTextFile throws an error named `NotFound` for a file that is not there
 * @throws Error when the file is there but cannot be read or is no list of NAME=value; it quotes no line, they hold secrets
 */
export function readEnvironment(
  { env, cwd, readTextFile }: {
    env: Readonly<Record<string, string>>;
    cwd: string;
    readTextFile: (path: string) => string;
  },
): ReadEnvironment {
  for (const name of FILES) {
    const path = `${cwd}/${name}`;
    const text = readIfThere(path, readTextFile);
    if (text === null) continue;
    const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
    const written = parseDotenv(text, path);
    const fromFile = Object.keys(written).filter((name) => !Object.hasOwn(given, name));
    return { values: { ...written, ...given }, file: path, fromFile };
  }
  return { values: { ...env }, file: null, fromFile: [] };
}

function readIfThere(path: string, readTextFile: (path: string) => string): string | null {
  try {
    return readTextFile(path);
  } catch (error) {
    // NotADirectory: "Config" is a file.
    if (error instanceof Error && (error.name === "NotFound" || error.name === "NotADirectory")) return null;
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot read "${path}": ${reason}`, { cause: error });
  }
}

/** A quoted value, which may span lines, with what may follow it. */
const QUOTED = /^([ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*)("[^"]*"|'[^']*'|`[^`]*`)[ \t]*(?:#.*)?$/gm;
const ASSIGNMENT = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(.*)$/;

/** `parseEnv` drops what it does not understand without a word, so the lines are looked at first. */
function parseDotenv(text: string, path: string): Record<string, string> {
  const fail = (found: string) => new Error(`Cannot read "${path}": ${found}`);
  if (/[\0\uFFFD]/.test(text)) throw fail("it is not UTF-8 text (a Windows editor may have saved it as UTF-16)");
  const plain = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const single = plain.replace(QUOTED, (match) => match.replace(/[^\n]/g, ""));
  for (const [index, line] of single.split("\n").entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const value = ASSIGNMENT.exec(line)?.[1];
    if (value === undefined) throw fail(`line ${index + 1} is not NAME=value`);
    if (/^["'`]/.test(value)) throw fail(`line ${index + 1} opens a quote that is not closed, or goes on after it`);
  }
  return { ...parseEnv(plain.split("\n").map(keepHash).join("\n")) } as Record<string, string>;
}

/**
 * `parseEnv` cuts `pa#ss` at the `#`; the reader of the older pipelines and docker compose only begin a comment after a
 * blank. Such a value is quoted before it is parsed, or a password would be cut without a word.
 */
function keepHash(line: string): string {
  const found = /^(\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*)([^\s"'`#][^\n]*)$/.exec(line);
  if (found === null) return line;
  const [, head = "", rest = ""] = found;
  const value = rest.replace(/\s+#.*$/, "").trimEnd();
  const quote = ["'", "`", '"'].find((mark) => !value.includes(mark));
  return value.includes("#") && quote !== undefined ? `${head}${quote}${value}${quote}` : line;
}
