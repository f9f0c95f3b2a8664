/** Which value does each setting have, and where does it come from? With every secret masked, for people to look at. */
import { hostingOf } from "./hosting.ts";
import type { Schedule } from "./schedule.ts";
import { type Environment, findSettings } from "./setting.ts";
import { VARIABLES } from "./variables.ts";

/** `environment` the process's, `.env` a file of settings, `file` the file a `NAME_FILE` names, `database` set by an operator. */
export type Origin = "environment" | ".env" | "file" | "default" | "database";

export interface EffectiveSetting {
  readonly name: string;
  readonly group: string;
  readonly description: string;
  /** As given or by default; `null`: neither. A secret is {@link MASK}. */
  readonly value: string | null;
  readonly secret: boolean;
  readonly origin: Origin;
  /** The name it was given under, when that is another: an old one, or `NAME_FILE`. */
  readonly givenAs: string | null;
}

/** Says no more than that there is a secret: not even how long it is. */
export const MASK = "••••••";

export interface EffectiveOptions {
  /** Returns a text or throws; asked for secrets given as `NAME_FILE`. */
  readonly readFile: (path: string) => string;
  /** Names whose value comes from the `.env` file. */
  readonly fromFile: readonly string[];
  /** Takes secrets out of values that are none themselves. */
  readonly redact: (text: string) => string;
  /** A schedule that an operator has set; `null`: none. */
  readonly schedule: Schedule | null;
}

/** Every variable, in the order of the documentation. A value that could not be read counts as not given. */
export function effectiveSettings(
  env: Environment,
  { readFile, fromFile, redact, schedule }: EffectiveOptions,
): EffectiveSetting[] {
  const { values, origins } = findSettings(env, readFile);
  const set: Readonly<Record<string, string | undefined>> = {
    SCHEDULE_CRON: schedule?.cron,
    SCHEDULE_TIMEZONE: schedule?.timezone,
  };
  const { fixed } = hostingOf(env);
  return VARIABLES.map(({ name, group, description, secret, default: fallback }): EffectiveSetting => {
    const givenAs = origins[name] ?? "default";
    const base = { name, group, description, secret };
    const override = set[name];
    if (override !== undefined) return { ...base, value: override, origin: "database", givenAs: null };
    if (fixed[name] !== undefined) return { ...base, value: fixed[name], origin: "default", givenAs: null };
    const given = values[name];
    if (given === undefined) return { ...base, value: fallback, origin: "default", givenAs: null };
    return {
      ...base,
      value: secret ? MASK : redact(given),
      origin: givenAs.endsWith("_FILE") ? "file" : fromFile.includes(givenAs) ? ".env" : "environment",
      givenAs: givenAs === name ? null : givenAs,
    };
  });
}
