/**
 * Which value was given for a variable, under which of its names, and what looks like a slip of the pen?
 * Old names, `_FILE` secrets and empty values are dealt with here, so that config.ts sees one value per name.
 */
import { knownNames, type Variable, VARIABLES } from "./variables.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Problem {
  /** The variable as it was given (an old name when that was used). */
  readonly name: string;
  /** One sentence; never holds the value of a secret. */
  readonly message: string;
}

export interface Settings {
  /** Canonical name → value given; absent when nothing was. */
  readonly values: Readonly<Record<string, string>>;
  /** Canonical name → the name it was given under (`API_KEY`, `DB_PASS_FILE`), or `default`. */
  readonly origins: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Finds one value per variable. `readFile` returns a text or throws; its words end up in the problem. */
export function findSettings(env: Environment, readFile: (path: string) => string): Settings {
  const values: Record<string, string> = {};
  const origins: Record<string, string> = {};
  const problems: Problem[] = [];
  const warnings: Problem[] = nearMisses(env);
  for (const variable of VARIABLES) {
    const given = [variable.name, ...variable.aliases].flatMap((name) => candidates(name, variable, env));
    const winner = given[0];
    origins[variable.name] = winner?.name ?? "default";
    if (winner === undefined) continue;
    const value = readCandidate(winner, variable, readFile);
    if (typeof value !== "string") {
      problems.push(value);
      continue;
    }
    if (value === "") {
      problems.push({ name: winner.name, message: `Cannot use ${winner.name}: file "${winner.text}" is empty` });
      continue;
    }
    values[variable.name] = value;
    for (const other of given.slice(1)) {
      if (readCandidate(other, variable, readFile) === value) continue;
      warnings.push({ name: other.name, message: `${other.name} differs from ${winner.name}, which is used` });
    }
  }
  return { values, origins, problems, warnings };
}

interface Candidate {
  readonly name: string;
  readonly text: string;
  readonly file: boolean;
}

function candidates(name: string, variable: Variable, env: Environment): Candidate[] {
  const names = variable.secret
    ? [{ name, file: false }, { name: `${name}_FILE`, file: true }]
    : [{ name, file: false }];
  return names.flatMap(({ name, file }) => {
    const text = env[name] ?? "";
    // docker compose hands over "" for a variable that is not set: empty is the same as none.
    return text.trim() === "" ? [] : [{ name, file, text }];
  });
}

function readCandidate(
  candidate: Candidate,
  variable: Variable,
  readFile: (path: string) => string,
): string | Problem {
  const { name, text, file } = candidate;
  // Only the line end of a secret is not part of it: a password may begin or end with a blank.
  if (!file) return variable.secret ? text.replace(/[\r\n]+$/, "") : unquoted(text.trim());
  try {
    return readFile(text.trim()).replace(/[\r\n]+$/, "");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, message: `Cannot read the file named by ${name}: ${reason}` };
  }
}

/** `docker run --env-file` keeps the quotes of `"0 6 * * *"`. A secret may well begin and end with one: left alone. */
function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1).trim() : text;
}

/**
 * Names that look like ours but are not, such as STOCK_SYMBOL. Short names (PORT, HOST, LOG_DIR) are left out: PATH,
 * HOME and many a neighbour's variable are as near to them.
 */
function nearMisses(env: Environment): Problem[] {
  const known = knownNames();
  const long = [...known].filter((name) => name.length >= 8);
  return Object.keys(env).flatMap((name) => {
    if (known.has(name) || (env[name] ?? "") === "") return [];
    const near = long.find((other) => distance(name, other, { cap: other.length < 12 ? 1 : 2 }));
    return near === undefined ? [] : [{ name, message: `${name} is not read; did you mean ${near}?` }];
  });
}

/** Whether at most `cap` insertions, deletions or replacements turn `a` into `b`; letter case is free. */
function distance(a: string, b: string, { cap }: { cap: number }): boolean {
  if (Math.abs(a.length - b.length) > cap) return false;
  const [x, y] = [a.toUpperCase(), b.toUpperCase()];
  let row = Array.from({ length: y.length + 1 }, (_, column) => column);
  for (let i = 1; i <= x.length; i++) {
    const next = [i];
    for (let j = 1; j <= y.length; j++) {
      const replaced = row[j - 1]! + (x[i - 1] === y[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[y.length]! <= cap;
}
