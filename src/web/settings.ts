/** In which zone and colours, and with which columns, does the visitor want the pages? Kept in cookies: theirs alone. */

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

/** Columns of a list of runs that need not be there. */
export const RUN_COLUMNS = [
  { name: "outcome", label: "Outcome" },
  { name: "trigger", label: "Trigger" },
  { name: "started", label: "Started" },
  { name: "took", label: "Took" },
  { name: "stored", label: "Series stored" },
  { name: "inserted", label: "New bars" },
  { name: "requests", label: "Requests" },
  { name: "message", label: "What it says" },
] as const;
export type RunColumn = typeof RUN_COLUMNS[number]["name"];

/** Those hidden, as the cookie names them: `took.requests`. */
export function hiddenColumnsOf(cookie: string | undefined): RunColumn[] {
  const named = (cookie ?? "").split(".");
  return RUN_COLUMNS.flatMap(({ name }) => named.includes(name) ? [name] : []);
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
