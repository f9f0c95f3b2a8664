/**
 * Which environment variables mean what? A plain record becomes one Config, or every problem at once.
 * The names stand in variables.ts; where each value came from is found in setting.ts.
 */
import { z } from "zod";
import { type AccessConfig, accessOf, wrongAccess } from "./access.ts";
import { type Series } from "./bar.ts";
import { type NoticesConfig, noticesOf, postUrl, summaryTime } from "./channels.ts";
import { chooseDatabase, type DatabaseConfig } from "./database.ts";
import { embeddedProblems, hostingOf } from "./hosting.ts";
import type { MissedTicks, OverlappingTicks } from "./missed.ts";
import { type EmailConfig, emailOf, halfMail } from "./email.ts";
import type { ReferenceClock } from "./reference.ts";
import { parseSchedule, type Schedule, wrongZone } from "./schedule.ts";
import { secretsIn } from "./secrets.ts";
import { parseIntervals, parseSeries } from "./selection.ts";
import { type Environment, findSettings, type Problem, type Settings } from "./setting.ts";
import { VARIABLES } from "./variables.ts";
import { vendorUrl } from "./vendor_url.ts";

export interface Config {
  readonly vendor: {
    /** `null`: none given; see {@link requireKey}. */
    readonly key: string | null;
    readonly url: string;
    readonly entitlement: "delayed" | "realtime" | null;
    readonly extendedHours: boolean;
    readonly timeoutMs: number;
    /** Requests per UTC day; `null`: no daily limit. */
    readonly perDay: number | null;
    readonly perMinute: number;
    readonly politeDelayMs: number;
    /** Requests under way at once, at most. */
    readonly concurrency: number;
  };
  /** Symbol by symbol, in the order given; never empty. */
  readonly series: readonly Series[];
  readonly adjusted: boolean;
  /** What is asked for beside bars. */
  readonly reference: ReferenceClock;
  readonly database: DatabaseConfig;
  /** How long the bodies of answers are kept; `null`: for ever. */
  readonly archiveDays: number | null;
  readonly schedule: Schedule;
  readonly ticks: { readonly missed: MissedTicks; readonly overlap: OverlappingTicks };
  /** Days; `null`: for ever. */
  readonly retention: { readonly runs: number | null; readonly events: number | null; readonly logs: number | null };
  /** `null`: no log files. */
  readonly logDir: string | null;
  readonly logLevel: "debug" | "info" | "warning" | "error";
  readonly logFormat: "auto" | "json" | "pretty";
  readonly host: string;
  readonly port: number;
  readonly access: AccessConfig;
  /** `null`: no mail. */
  readonly email: EmailConfig | null;
  readonly notices: NoticesConfig;
  /** Every secret value that was given, in each spelling: what a redactor must hide. */
  readonly secrets: readonly string[];
}

export type Parsed =
  & Pick<Settings, "origins" | "warnings">
  & {
    /** What a redactor must hide: a secret may have been given in the wrong place. */
    readonly secrets: readonly string[];
  }
  & ({ config: Config } | { problems: readonly Problem[] });

/** A value as a complaint shows it: what a URL may hold of keys and passwords is left out. */
const quote = (value: unknown) =>
  JSON.stringify(String(value ?? "").replace(/(:\/\/)[^@/?#]*@/g, "$1…@").replace(/\?.*$/s, "?…"));

/** A schema whose one complaint reads `"abc" is not <expected>`. */
function readAs<T>(expected: string, parse: (text: string) => T | null) {
  return z.string().transform((text, context) => {
    const value = parse(text);
    if (value !== null) return value;
    context.addIssue(`${quote(text)} is not ${expected}`);
    return z.NEVER;
  });
}

const number = (min: number, max: number, { whole = true } = {}) =>
  readAs(`a ${whole ? "whole " : ""}number from ${min} to ${max}`, (text) => {
    const value = (whole ? /^\d{1,9}$/ : /^\d{1,6}(\.\d{1,6})?$/).test(text) ? Number(text) : NaN;
    return value >= min && value <= max ? value : null;
  });
const days = number(0, 36_500).transform((days) => days === 0 ? null : days);
const flag = z.stringbool({
  truthy: ["true", "1", "yes", "on"],
  falsy: ["false", "0", "no", "off"],
  error: (issue) => `${quote(issue.input)} is not true or false`,
});
const choice = <const T extends string>(...names: T[]) =>
  readAs(`one of ${names.join(", ")}`, (text) => names.find((name) => name === text.toLowerCase()) ?? null);

/** Its complaint must not quote it. */
const secretUrl = z.string().refine((text) => postUrl(text) !== null, "it is not an http or https URL").optional();

/** Variables that can be read one by one. What several say together is read in {@link parseConfig}. */
const SCHEMA = z.object({
  // A secret: its complaint must not quote it.
  ALPHAVANTAGE_API_KEY: z.string().trim().regex(
    /^[\x21-\x7e]+$/,
    "the key holds blanks or characters that are not ASCII",
  )
    .optional(),
  ALPHAVANTAGE_URL: readAs("an https URL without user, query or fragment (plain http only to this machine)", vendorUrl),
  ALPHAVANTAGE_ENTITLEMENT: choice("delayed", "realtime").optional(),
  EXTENDED_HOURS: flag,
  API_POLITE_DELAY_SEC: number(0, 3600, { whole: false }),
  API_REQUESTS_PER_MINUTE: number(1, 10_000),
  API_REQUESTS_PER_DAY: z.string().transform((text) => text.toLowerCase() === "unlimited" ? "0" : text)
    .pipe(number(0, 1_000_000)),
  API_CONCURRENCY: number(1, 32),
  API_TIMEOUT_SEC: number(1, 600),
  STOCK_SYMBOLS: z.string(),
  STOCK_INTERVALS: z.string(),
  STOCK_ADJUSTED: flag,
  ACTIONS_DAYS: days,
  LISTING_DAYS: days,
  DATABASE_POOL_SIZE: number(1, 100),
  DATABASE_TIMEOUT_SEC: number(1, 3600),
  DATA_DIR: z.string(),
  ARCHIVE_DAYS: number(0, 100_000),
  SCHEDULE_CRON: z.string(),
  SCHEDULE_TIMEZONE: z.string(),
  SCHEDULE_MISSED: choice("latest", "all", "skip"),
  SCHEDULE_OVERLAP: choice("queue", "skip"),
  RETENTION_RUNS_DAYS: days,
  RETENTION_EVENTS_DAYS: days,
  LOG_RETENTION_DAYS: days,
  LOG_DIR: z.string(),
  LOG_LEVEL: z.string().transform((text) => text.toLowerCase() === "warn" ? "warning" : text)
    .pipe(choice("debug", "info", "warning", "error")),
  LOG_FORMAT: choice("auto", "json", "pretty"),
  HOST: readAs("a host name or address", (text) => /^[\w.:-]+$/.test(text) ? text : null),
  PORT: number(1, 65535),
  UI_PASSWORD: z.string().optional(),
  UI_VIEW_PASSWORD: z.string().optional(),
  UI_BEHIND_PROXY: flag,
  EMAIL_SENDER_ADDRESS: readAs("a mail address", (text) => isAddress(text) ? text : null).optional(),
  EMAIL_SENDER_PASSWORD: z.string().optional(),
  EMAIL_RECIPIENT_ADDRESS: readAs("a list of mail addresses", (text) => {
    const list = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
    return list.length > 0 && list.every(isAddress) ? list : null;
  }).optional(),
  EMAIL_ON: choice("always", "change", "problem", "never"),
  EMAIL_SUMMARY_AT: readAs("a time of day like 07:00, or none", summaryTime),
  SMTP_USER: z.string().optional(),
  SMTP_HOST: readAs("a host name or address", (text) => /^[\w.:-]+$/.test(text) ? text : null).optional(),
  SMTP_PORT: number(1, 65535),
  SMTP_SECURE: choice("tls", "starttls", "none").optional(),
  SLACK_WEBHOOK_URL: secretUrl,
  WEBHOOK_URL: secretUrl,
  WEBHOOK_SECRET: z.string().optional(),
  PING_URL: secretUrl,
  PAGE_URL: readAs("an http or https URL", postUrl).optional(),
});
type Values = z.output<typeof SCHEMA>;

const DEFAULTS = Object.fromEntries(VARIABLES.flatMap((one) => one.default === null ? [] : [[one.name, one.default]]));

/**
 * Reads the configuration. Pure: `readFile` is only asked for the secrets given as `X_FILE`, and may throw.
 * An empty value is the same as none. Warnings are for the operator; problems make the configuration unusable.
 */
export function parseConfig(env: Environment, { readFile }: { readFile: (path: string) => string }): Parsed {
  const settings = findSettings(env, readFile);
  const { origins } = settings;
  const secrets = secretsIn(settings);
  const hosting = hostingOf(env);
  const raw = { ...DEFAULTS, ...settings.values, ...hosting.fixed };
  const problems: Problem[] = [...settings.problems];
  const complain = (variable: string, found: string) => {
    const name = origins[variable] === "default" ? variable : origins[variable] ?? variable;
    problems.push({ name, message: `Cannot use ${name}: ${found}` });
  };
  const read = SCHEMA.safeParse(raw);
  for (const issue of read.error?.issues ?? []) complain(String(issue.path[0]), issue.message);

  const intervals = parseIntervals(raw.STOCK_INTERVALS ?? "");
  if (intervals.intervals.length + intervals.wrong.length === 0) intervals.wrong.push("it names no interval");
  const { series, wrong } = parseSeries(raw.STOCK_SYMBOLS ?? "", intervals.intervals);
  for (const found of intervals.wrong) complain("STOCK_INTERVALS", found);
  for (const found of wrong) complain("STOCK_SYMBOLS", found);
  const schedule = readSchedule(raw.SCHEDULE_CRON ?? "", raw.SCHEDULE_TIMEZONE ?? "");
  if (Array.isArray(schedule)) { for (const { variable, found } of schedule) complain(variable, found); }
  const database = chooseDatabase(settings);
  const homeless = embeddedProblems(hosting, database);
  problems.push(...database.problems, ...homeless, ...halfMail(settings), ...wrongAccess(settings));

  const warnings = [...settings.warnings, ...database.warnings];
  if (!read.success || Array.isArray(schedule) || problems.length > 0) return { problems, origins, warnings, secrets };
  const config = assemble(read.data, { series, schedule, url: database.url, secrets });
  return { config, origins, secrets, warnings: [...warnings, ...doubtful(config, origins)] };
}

function assemble(
  values: Values,
  { series, schedule, url, secrets }: {
    series: readonly Series[];
    schedule: Schedule;
    url: string | null;
    secrets: readonly string[];
  },
): Config {
  return {
    vendor: {
      key: values.ALPHAVANTAGE_API_KEY ?? null,
      url: values.ALPHAVANTAGE_URL,
      entitlement: values.ALPHAVANTAGE_ENTITLEMENT ?? null,
      extendedHours: values.EXTENDED_HOURS,
      timeoutMs: values.API_TIMEOUT_SEC * 1000,
      perDay: values.API_REQUESTS_PER_DAY === 0 ? null : values.API_REQUESTS_PER_DAY,
      perMinute: values.API_REQUESTS_PER_MINUTE,
      politeDelayMs: Math.round(values.API_POLITE_DELAY_SEC * 1000),
      concurrency: values.API_CONCURRENCY,
    },
    series,
    adjusted: values.STOCK_ADJUSTED,
    reference: { actionsDays: values.ACTIONS_DAYS, listingDays: values.LISTING_DAYS },
    // A folder below: the engine's lock and its unfinished first start lie beside it, and DATA_DIR may be a volume.
    database: url === null ? { kind: "embedded", dataDir: `${values.DATA_DIR.replace(/[/\\]+$/, "")}/postgres` } : {
      kind: "server",
      url,
      poolSize: values.DATABASE_POOL_SIZE,
      timeoutMs: values.DATABASE_TIMEOUT_SEC * 1000,
    },
    archiveDays: values.ARCHIVE_DAYS === 0 ? null : values.ARCHIVE_DAYS,
    schedule,
    ticks: { missed: values.SCHEDULE_MISSED, overlap: values.SCHEDULE_OVERLAP },
    retention: {
      runs: values.RETENTION_RUNS_DAYS,
      events: values.RETENTION_EVENTS_DAYS,
      logs: values.LOG_RETENTION_DAYS,
    },
    logDir: values.LOG_DIR.toLowerCase() === "none" ? null : values.LOG_DIR,
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
    host: values.HOST,
    port: values.PORT,
    access: accessOf(values),
    email: emailOf(values),
    notices: noticesOf(values, schedule),
    secrets,
  };
}

/** The schedule, or what is wrong with it by the variable at fault: the expression, the zone or both. */
function readSchedule(cron: string, timezone: string): Schedule | { variable: string; found: string }[] {
  const zone = wrongZone(timezone);
  const problems = zone === null ? [] : [{ variable: "SCHEDULE_TIMEZONE", found: zone }];
  try {
    const schedule = parseSchedule(cron, zone === null ? timezone : "UTC");
    return problems.length > 0 ? problems : schedule;
  } catch (error) {
    return [{ variable: "SCHEDULE_CRON", found: error instanceof Error ? error.message : String(error) }, ...problems];
  }
}

/** What is legal but hardly meant. */
function doubtful({ vendor }: Config, origins: Parsed["origins"]): Problem[] {
  const warnings: Problem[] = [];
  const warn = (name: string, message: string) => warnings.push({ name, message });
  if (vendor.key === "demo") {
    warn("ALPHAVANTAGE_API_KEY", 'the key "demo" answers only the documentation\'s own examples');
  }
  if (/^(your|change|insert|xxx)/i.test(vendor.key ?? "")) {
    warn("ALPHAVANTAGE_API_KEY", "the key looks like a placeholder");
  }
  if (vendor.concurrency > 1 && vendor.perDay !== null && vendor.perDay <= 25) {
    warn("API_CONCURRENCY", "a key with 25 requests a day is refused when several are under way at once");
  }
  const byDelay = 60_000 / vendor.politeDelayMs;
  if (vendor.perMinute > byDelay && origins.API_REQUESTS_PER_MINUTE !== "default") {
    const most = `API_POLITE_DELAY_SEC=${vendor.politeDelayMs / 1000} allows only ${
      Math.floor(byDelay)
    } requests per minute`;
    warn("API_REQUESTS_PER_MINUTE", `${most}, not ${vendor.perMinute}`);
  }
  return warnings;
}

/** The key, or the problem to show when a command that asks the vendor has none. */
export function requireKey(config: Config): { key: string } | { problem: Problem } {
  if (config.vendor.key !== null) return { key: config.vendor.key };
  const name = "ALPHAVANTAGE_API_KEY";
  const message =
    `Cannot ask Alpha Vantage: ${name} is not set (a free key: https://www.alphavantage.co/support/#api-key)`;
  return { problem: { name, message } };
}

function isAddress(text: string): boolean {
  return z.email().safeParse(text).success;
}
