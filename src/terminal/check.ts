/** How are the findings of `check` shown: one line each, and what to do about those that are not in order? */
import { displayWidth, oneLine, styleOf } from "./columns.ts";

export interface CheckResult {
  /** `configuration`, `database`, `key`, `clock`. */
  readonly name: string;
  readonly state: "ok" | "warn" | "fail";
  /** What was found, in one sentence. */
  readonly found: string;
  /** What to do about it; `null` when nothing. */
  readonly todo: string | null;
}

/** The findings as text, ending in a sentence that says whether the program can work. */
export function renderChecks(results: readonly CheckResult[], { colour }: { colour: boolean }): string {
  const style = styleOf(colour);
  const paint = { ok: style.good, warn: style.warn, fail: style.bad };
  const width = Math.max(0, ...results.map((result) => displayWidth(result.name)));
  const lines = results.flatMap(({ name, state, found, todo }) => [
    `${paint[state](state.padEnd(4))}  ${name.padEnd(width)}  ${oneLine(found)}`,
    ...(todo === null ? [] : [`${" ".repeat(width + 8)}→ ${oneLine(todo)}`]),
  ]);
  const failed = results.filter((result) => result.state === "fail").length;
  const warned = results.filter((result) => result.state === "warn").length;
  const verdict = failed > 0
    ? `${failed} of ${results.length} checks failed`
    : warned > 0
    ? `Ready, with ${warned} warning${warned === 1 ? "" : "s"}`
    : "Ready";
  return [...lines, "", verdict, ""].join("\n");
}

/** 0 when the program can work, 2 when the configuration must be mended first, 1 when something else must. */
export function exitCodeOfChecks(results: readonly CheckResult[]): 0 | 1 | 2 {
  const failed = results.filter((result) => result.state === "fail").map((result) => result.name);
  if (failed.length === 0) return 0;
  return failed.some((name) => name === "configuration" || name === "key") ? 2 : 1;
}
