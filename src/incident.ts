/**
 * Which problems are open, which of them are news, which are due for a reminder, and which are over?
 *
 * Vendor-wide trouble is one problem however many series it hits; what one series has alone is a problem of its own. The
 * same problem is told once, then once a day while it lasts, then its end.
 */
import { seriesName } from "./bar.ts";
import { type FailureKind, type Outcome, outcomeOf, type SeriesResult } from "./run.ts";

/** Something wrong, as one look finds it. */
export interface Problem {
  /** What makes it the same problem tomorrow. */
  readonly key: string;
  /** In words, without the names of the series. */
  readonly title: string;
  readonly detail: string | null;
  /** Names of the series that have it, sorted; empty: it is of no series. */
  readonly series: readonly string[];
}

/** A problem that was seen. Instants are epoch ms. */
export interface Incident extends Problem {
  /** `null`: not stored yet. */
  readonly id: number | null;
  readonly openedAt: number;
  /** Since when it is known as open to those who are told; `null`: it is not. */
  readonly toldAt: number | null;
  readonly reminders: number;
  /** How often it came back after its end. */
  readonly returns: number;
  readonly recoveredAt: number | null;
  /** It came and went: not told again before. */
  readonly quietUntil: number | null;
}

/** What one look at the world found. */
export interface Look {
  readonly at: number;
  readonly problems: readonly Problem[];
  /** Whether this look could have seen the problem: what it cannot see, it does not end. */
  readonly sees: (key: string) => boolean;
  /** Whether the series is in order now, or nobody's business any more. */
  readonly healed: (series: string) => boolean;
}

/** What is worth telling, and what is still open beside it. */
export interface News {
  readonly opened: readonly Incident[];
  readonly reminded: readonly Incident[];
  readonly recovered: readonly Incident[];
  /** Every open one, told or not. */
  readonly open: readonly Incident[];
}

export interface Review {
  /** Those to be written. */
  readonly changed: readonly Incident[];
  readonly news: News;
}

const DAY = 86_400_000;
/** Runs do not begin at the same second every day. */
const SLACK_MS = 5 * 60_000;
/** A problem that comes back so soon after its end was told is the same flapping one: told when this is over. */
export const FLAPPING_MS = 6 * 3_600_000;

/** @param known those that are open, and of the ended ones the newest of each key */
export function review(known: readonly Incident[], look: Look): Review {
  const seen = new Map(look.problems.map((problem) => [problem.key, problem]));
  const moved = new Set(look.problems.flatMap(({ series }) => series));
  const before = new Map(known.map((one) => [one.key, one]));
  const updated = known.map((one) => {
    const problem = seen.get(one.key);
    return problem === undefined ? unseen(one, { ...look, moved }) : again(one, problem, look);
  });
  const fresh = look.problems.filter(({ key }) => !before.has(key)).map((problem): Incident => ({
    ...problem,
    id: null,
    openedAt: look.at,
    toldAt: null,
    reminders: 0,
    returns: 0,
    recoveredAt: null,
    quietUntil: null,
  }));
  const told = [...updated, ...fresh].map((one) => tell(one, look.at));
  const of = (word: Told["news"]) => told.filter(({ news }) => news === word).map(({ incident }) => incident);
  return {
    changed: told.map(({ incident }) => incident).filter((one) => one.id === null || one !== before.get(one.key)),
    news: {
      opened: of("opened"),
      reminded: of("reminded"),
      recovered: of("recovered"),
      open: told.map(({ incident }) => incident).filter(({ recoveredAt }) => recoveredAt === null),
    },
  };
}

/** The problem was seen once more. */
function again(incident: Incident, problem: Problem, { at, healed }: Look): Incident {
  if (incident.recoveredAt !== null) {
    const returns = incident.quietUntil !== null && at < incident.quietUntil ? incident.returns + 1 : 0;
    // A new row when the old one is history.
    const id = returns > 0 ? incident.id : null;
    const quietUntil = returns > 0 ? incident.quietUntil : null;
    return { ...incident, ...problem, id, openedAt: at, recoveredAt: null, returns, reminders: 0, quietUntil };
  }
  const still = incident.series.filter((series) => !healed(series));
  const series = [...new Set([...still, ...problem.series])].sort();
  return same(incident, problem, series) ? incident : { ...incident, ...problem, series };
}

function same(incident: Incident, { title, detail }: Problem, series: readonly string[]): boolean {
  return incident.title === title && incident.detail === detail && incident.series.join() === series.join();
}

/** The problem was not seen: over, unless this look could not have seen it, or some of its series were not looked at. */
function unseen(
  incident: Incident,
  { at, sees, healed, moved }: Look & { moved: ReadonlySet<string> },
): Incident {
  if (incident.recoveredAt !== null) return incident;
  // A run that began before the clock saw the problem may be the one that ended it.
  const over = { ...incident, recoveredAt: Math.max(at, incident.openedAt) };
  if (incident.series.length === 0) return sees(incident.key) ? over : incident;
  const series = incident.series.filter((one) => !healed(one) && !(sees(incident.key) && moved.has(one)));
  if (series.length === incident.series.length) return incident;
  // The last to have had it stay named: the message of its end says of what.
  return series.length === 0 ? over : { ...incident, series };
}

interface Told {
  readonly incident: Incident;
  readonly news: "opened" | "reminded" | "recovered" | null;
}

function tell(incident: Incident, at: number): Told {
  const { toldAt, recoveredAt, quietUntil, reminders } = incident;
  if (recoveredAt !== null) {
    if (toldAt === null) return { incident, news: null };
    return { incident: { ...incident, toldAt: null, quietUntil: at + FLAPPING_MS }, news: "recovered" };
  }
  if (toldAt === null) {
    if (quietUntil !== null && at < quietUntil) return { incident, news: null };
    return { incident: { ...incident, toldAt: at, reminders: 0 }, news: "opened" };
  }
  const days = Math.floor((at - toldAt + SLACK_MS) / DAY);
  if (days <= reminders) return { incident, news: null };
  return { incident: { ...incident, reminders: days }, news: "reminded" };
}

export function isNews({ opened, reminded, recovered }: News): boolean {
  return opened.length + reminded.length + recovered.length > 0;
}

/** The failures that are a problem, the key they share and what they are called. Not in it: a wait for quota, a stop. */
const TITLES: Readonly<Partial<Record<FailureKind, readonly [key: string, title: string]>>> = {
  outage: ["vendor", "the vendor does not answer as it should"],
  burst: ["vendor", "the vendor does not answer as it should"],
  "bad-key": ["bad-key", "the vendor refuses the key"],
  stale: ["stale", "the vendor does not have the newest session"],
  empty: ["empty", "the vendor answers without bars"],
  malformed: ["malformed", "the vendor's answers cannot be read"],
  "unknown-notice": ["unknown-notice", "the vendor answers in words nobody knows"],
  database: ["database", "the database refuses bars"],
  premium: ["premium", "this key may not ask for it"],
  "bad-symbol": ["bad-symbol", "the vendor does not know the symbol"],
};
/** A slip in the settings, not a state of the vendor: one problem per series, so that the next slip is told as well. */
const OF_ONE_SERIES: readonly string[] = ["premium", "bad-symbol"];
/** The problem of a run as a whole. */
const RUN = "run";
const KEYS = [RUN, ...Object.values(TITLES).map(([key]) => key)];

/** Whether a run could have seen the problem. */
export function seenByRun(key: string): boolean {
  return KEYS.includes(key.split(" ")[0]!);
}

/** What went wrong in a closed run. */
export function problemsOf(
  { outcome, message }: { outcome: Outcome; message: string | null },
  results: readonly SeriesResult[],
): Problem[] {
  const problems = new Map<string, Problem>();
  for (const { series, status, kind, message } of results) {
    if (kind === null || (status !== "failed" && status !== "late")) continue;
    const [group, title] = TITLES[kind] ?? [kind, `failed: ${kind}`];
    const name = seriesName(series);
    const key = OF_ONE_SERIES.includes(group) ? `${group} ${name}` : group;
    const known = problems.get(key);
    problems.set(key, { key, title, detail: known?.detail ?? message, series: [...known?.series ?? [], name].sort() });
  }
  const broken = outcome === "abandoned" || (outcome === "failed" && outcomeOf(results) !== "failed");
  if (!broken) return [...problems.values()];
  const title = outcome === "abandoned" ? "a run died" : "a run failed";
  return [{ key: RUN, title, detail: message, series: [] }, ...problems.values()];
}
