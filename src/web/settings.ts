/** In which zone and colours does the visitor want the pages? Kept in cookies, so it is theirs and needs no log-in. */

export type ZoneChoice = "utc" | "exchange" | "local";
export type Theme = "auto" | "light" | "dark";

export interface Zone {
  readonly choice: ZoneChoice;
  /** IANA name times are shown in. */
  readonly name: string;
  /** `local` is wanted, and the browser has not said yet where it is: without script it never does. */
  readonly unknown: boolean;
}

export const ZONES: readonly { choice: ZoneChoice; label: string }[] = [
  { choice: "utc", label: "UTC" },
  { choice: "exchange", label: "Exchange (New York)" },
  { choice: "local", label: "Local" },
];
export const THEMES: readonly { choice: Theme; label: string }[] = [
  { choice: "auto", label: "As the system" },
  { choice: "light", label: "Light" },
  { choice: "dark", label: "Dark" },
];

export const EXCHANGE_ZONE = "America/New_York";

/** @param local what the script has found the browser's zone to be */
export function zoneOf(choice: string | undefined, local: string | undefined): Zone {
  if (choice === "exchange") return { choice, name: EXCHANGE_ZONE, unknown: false };
  if (choice !== "local") return { choice: "utc", name: "UTC", unknown: false };
  const known = local !== undefined && isZone(local);
  return { choice, name: known ? local : "UTC", unknown: !known };
}

export function themeOf(choice: string | undefined): Theme {
  return THEMES.find((theme) => theme.choice === choice)?.choice ?? "auto";
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
