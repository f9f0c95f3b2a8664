/**
 * Which database is meant: DATABASE_URL, the old pipelines' parts (DB_*, POSTGRES_*), or the embedded one?
 * Messages never hold the URL: its password would come along.
 */
import type { Problem, Settings } from "./setting.ts";

export type DatabaseConfig =
  | { readonly kind: "server"; readonly url: string; readonly poolSize: number; readonly timeoutMs?: number }
  /** `dataDir: null`: in memory, gone with the process. */
  | { readonly kind: "embedded"; readonly dataDir: string | null };

/** The names of each set of parts, the stronger set first. */
const PARTS = [
  { name: "DB_NAME", user: "DB_USER", password: "DB_PASS", host: "DB_HOST", port: "DB_PORT" },
  {
    name: "POSTGRES_DB",
    user: "POSTGRES_USER",
    password: "POSTGRES_PASSWORD",
    host: "POSTGRES_HOST",
    port: "POSTGRES_PORT",
  },
] as const;
type Parts = typeof PARTS[number];

export interface DatabaseChoice {
  /** `null`: no server is named, the embedded engine is meant. */
  readonly url: string | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Chooses the strongest of the sources given; a weaker one that is given too is ignored, with a warning. */
export function chooseDatabase({ values, origins }: Settings): DatabaseChoice {
  const sets = PARTS.filter((parts) => Object.values(parts).some((name) => values[name] !== undefined));
  const sources = [...(values.DATABASE_URL === undefined ? [] : ["DATABASE_URL"]), ...sets.map(prefixOf)];
  const warnings = sources.slice(1).map((source) => ({
    name: source,
    message: `${source} is given beside ${sources[0]}, which is used`,
  }));
  if (values.DATABASE_URL !== undefined) {
    const wrong = wrongUrl(values.DATABASE_URL);
    const name = origins.DATABASE_URL ?? "DATABASE_URL";
    const problems = wrong === null ? [] : [{ name, message: `Cannot use ${name}: ${wrong}` }];
    return { url: values.DATABASE_URL, problems, warnings };
  }
  const parts = sets[0];
  if (parts === undefined) return { url: null, problems: [], warnings };
  const missing = [parts.name, parts.user].filter((name) => values[name] === undefined);
  const problems: Problem[] = missing.map((name) => ({
    name,
    message: `Cannot connect to a server from ${prefixOf(parts)}: ${name} is missing`,
  }));
  if (values[parts.name] === "." || values[parts.name] === "..") {
    // A URL cannot hold it: as a path it means another place.
    problems.push({ name: parts.name, message: `Cannot use ${parts.name}: "${values[parts.name]}" is not a name` });
  }
  const port = values[parts.port] ?? "5432";
  if (!isPort(port)) {
    problems.push({ name: parts.port, message: `Cannot use ${parts.port}: "${port}" is not a port from 1 to 65535` });
  }
  return { url: problems.length > 0 ? null : urlOf(parts, values), problems, warnings };
}

function prefixOf(parts: Parts): string {
  return `${parts.name.slice(0, parts.name.indexOf("_"))}_*`;
}

function urlOf(parts: Parts, values: Settings["values"]): string {
  const [name, user] = [values[parts.name] ?? "", values[parts.user] ?? ""].map(encodeURIComponent);
  const password = values[parts.password];
  const login = password === undefined ? user : `${user}:${encodeURIComponent(password)}`;
  const host = values[parts.host] ?? "localhost";
  const port = values[parts.port] ?? "5432";
  // A folder is where a Unix socket lies; the driver takes it from the query.
  if (host.startsWith("/")) return `postgresql://${login}@/${name}?host=${encodeURIComponent(host)}&port=${port}`;
  const bracketed = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `postgresql://${login}@${bracketed}:${port}/${name}`;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}

/** `null`, or what is wrong with it, without quoting it. */
function wrongUrl(text: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(text)) return "it does not begin with postgres:// or postgresql://";
  const url = parseUrl(text);
  if (url === null) {
    return "it is not a URL; special characters of user and password must be percent-encoded (@ is %40, / is %2F, # is %23)";
  }
  // An unencoded # or ? in the password ends the host part early and would quietly name another server.
  if (url.hash !== "" || url.search.includes("@")) return "it holds a # or ? that is not percent-encoded (%23, %3F)";
  try {
    decodeURIComponent(url.username + url.password + url.pathname);
  } catch {
    return "it holds a % that is not part of a percent-encoding (%25)";
  }
  return null;
}

/** `postgres://user@/name?host=/run/postgresql` (a Unix socket) names no host: legal for the driver, not for `URL`. */
function parseUrl(text: string): URL | null {
  return URL.parse(text.replace("@/", "@socket/"));
}

/** The passwords in a database URL, as written and decoded: what must not appear in any text. */
export function passwordsOf(url: string): string[] {
  const parsed = parseUrl(url);
  if (parsed === null) return [];
  const spellings = [decoded(parsed.password), parsed.searchParams.get("password") ?? ""]
    .flatMap((plain) => [plain, encodeURIComponent(plain)]);
  return [...new Set([parsed.password, ...spellings])].filter((text) => text !== "");
}

/** A stray `%` is no encoding: such a text stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
