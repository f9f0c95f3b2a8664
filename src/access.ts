/** Who may see and steer the page: the passwords, and whether an address may be listened on without one. */
import type { Problem, Settings } from "./setting.ts";

export interface AccessConfig {
  /** Sees and steers; `null`: whoever reaches the page may, so it is for this machine only. */
  readonly password: string | null;
  /** Sees only; `null`: there is no such log-in. */
  readonly viewPassword: string | null;
  /** A proxy of ours is in front: its X-Forwarded-Proto and X-Forwarded-For are believed. */
  readonly behindProxy: boolean;
}

interface AccessValues {
  readonly UI_PASSWORD?: string | undefined;
  readonly UI_VIEW_PASSWORD?: string | undefined;
  readonly UI_BEHIND_PROXY: boolean;
}

/** Shorter ones are guessed, and could not be kept out of a log without shredding its words. */
const LEAST_LENGTH = 8;

export function accessOf(values: AccessValues): AccessConfig {
  return {
    password: values.UI_PASSWORD ?? null,
    viewPassword: values.UI_VIEW_PASSWORD ?? null,
    behindProxy: values.UI_BEHIND_PROXY,
  };
}

/** What is wrong with the passwords; never holds one. */
export function wrongAccess({ values, origins }: Settings): Problem[] {
  const { UI_PASSWORD: operate, UI_VIEW_PASSWORD: view } = values;
  const problems: Problem[] = [];
  const complain = (variable: string, found: string) => {
    const name = origins[variable] ?? variable;
    problems.push({ name, message: `Cannot use ${name}: ${found}` });
  };
  for (const [name, password] of [["UI_PASSWORD", operate], ["UI_VIEW_PASSWORD", view]] as const) {
    if (password !== undefined && password.length < LEAST_LENGTH) {
      complain(name, `it has fewer than ${LEAST_LENGTH} characters`);
    }
  }
  if (view !== undefined && operate === undefined) complain("UI_VIEW_PASSWORD", "UI_PASSWORD is not set beside it");
  if (view !== undefined && view === operate) complain("UI_VIEW_PASSWORD", "it is the same as UI_PASSWORD");
  return problems;
}

/** An address only this machine can reach, as it stands in HOST or in a URL. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}

/** `null`, or why the page cannot be opened there. */
export function lockProblem(host: string, { password }: AccessConfig): string | null {
  if (password !== null || isLoopback(host)) return null;
  return `Cannot open the page on "${host}": others can reach that address and UI_PASSWORD is not set; ` +
    "set it (or UI_PASSWORD_FILE), or HOST=127.0.0.1";
}
