/** What is kept of the settings with each run, and what has changed since? Pure. */
import type { EffectiveSetting, Origin } from "./effective.ts";

/** A setting as it was in force; a secret is masked. */
export interface KeptSetting {
  readonly name: string;
  /** `null`: not given, and without a default. */
  readonly value: string | null;
  readonly origin: Origin;
}

/** A setting then and now. */
export interface ComparedSetting {
  readonly name: string;
  /** `null`: there was no such setting in the program then. */
  readonly then: KeptSetting | null;
  /** `null`: there is no such setting any more. */
  readonly now: KeptSetting | null;
  /** Its value has changed. A secret that was given another value has not, as far as anybody can see. */
  readonly differs: boolean;
}

/** In the order of the documentation, whatever else is known of them left out. */
export function keptOf(settings: readonly EffectiveSetting[]): KeptSetting[] {
  return settings.map(({ name, value, origin }) => ({ name, value, origin }));
}

/** In today's order, then those that are no more. */
export function compareSettings(then: readonly KeptSetting[], now: readonly KeptSetting[]): ComparedSetting[] {
  const [was, is] = [then, now].map((list) => new Map(list.map((one) => [one.name, one])));
  const names = new Set([...now, ...then].map(({ name }) => name));
  return [...names].map((name) => {
    const [before, after] = [was!.get(name) ?? null, is!.get(name) ?? null];
    return { name, then: before, now: after, differs: (before?.value ?? null) !== (after?.value ?? null) };
  });
}
