/** What do the messages say that no single run causes: an alarm by the clock, the summary of a day, a test? */
import { type Circumstances, newsSections, quotaInWords, standing } from "./digest.ts";
import type { Incident, News } from "./incident.ts";
import { counted, grouped, type Letter, minute, names, subjectLine } from "./letter.ts";
import type { Outcome } from "./run.ts";

/** What happened since an instant. */
export interface DayFacts extends Circumstances {
  /** Epoch ms. */
  readonly since: number;
  /** Runs that ended, by outcome. */
  readonly runs: Readonly<Partial<Record<Outcome, number>>>;
  readonly inserted: number;
  readonly revised: number;
  readonly quarantined: number;
  readonly requests: number;
  /** Configured series, and of them those that hold all they can. */
  readonly series: number;
  readonly complete: number;
  readonly open: readonly Incident[];
}

/** Incidents that no run of this moment told: reminders, late bars, ticks that did not fire, their ends. */
export function alarmOf(news: News, facts: Circumstances): Letter {
  const { opened, reminded, recovered } = news;
  const told = opened.length > 0 ? opened : reminded.length > 0 ? reminded : recovered;
  const first = told[0]!;
  const more = told.length > 1 ? ` and ${counted(told.length - 1, "more problem")}` : "";
  const about = `${first.title}${first.series.length > 0 ? ` (${names(first.series, 2)})` : ""}${more}`;
  const word = opened.length > 0 ? "alarm" : reminded.length > 0 ? `day ${first.reminders + 1}` : "recovered";
  return {
    subject: subjectLine(`${word}: ${about}`),
    tone: opened.length + reminded.length > 0 ? "bad" : "good",
    lead: word === "recovered" ? `Over: ${about}` : `${about[0]!.toUpperCase()}${about.slice(1)}`,
    sections: newsSections(news, facts.now),
    links: overview(facts),
    foot: [`Seen ${minute(facts.now)}`, ...standing(facts)],
  };
}

export function summaryOf(facts: DayFacts): Letter {
  const { runs, series, complete, open, since, now } = facts;
  const all = Object.values(runs).reduce((sum, count) => sum + count, 0);
  const state = complete === series
    ? `all ${counted(series, "series", "series")} complete`
    : `${complete} of ${series} series complete`;
  const troubles = open.length === 0 ? "no problem" : counted(open.length, "open problem");
  const outcomes = Object.entries(runs).map(([outcome, count]) => `${count} ${outcome}`).join(", ");
  const changes = [
    `${counted(facts.inserted, "new bar")}, ${grouped(facts.revised)} revised, ${
      grouped(facts.quarantined)
    } quarantined`,
    `${counted(all, "run")}${all === 0 ? "" : `: ${outcomes}`}`,
    counted(facts.requests, "request"),
  ];
  return {
    subject: subjectLine(`day: ${state}, ${troubles} · ${quotaInWords(facts.quota)}`),
    tone: open.length > 0 || all === 0 ? "warn" : "good",
    lead: `${state[0]!.toUpperCase()}${state.slice(1)}, ${troubles}`,
    shares: [
      { name: "complete", count: complete, tone: "good" as const },
      { name: "not complete", count: series - complete, tone: "warn" as const },
    ].filter(({ count }) => count > 0),
    sections: [
      ...newsSections({ opened: [], reminded: [], recovered: [], open }, now),
      { title: `Since ${minute(since)}`, lines: changes },
    ],
    links: overview(facts),
    foot: standing(facts),
  };
}

/** The same letter, marked as a test: nobody must act on it. */
export function asTest(letter: Letter, kind: string): Letter {
  return {
    ...letter,
    subject: letter.subject.replace("[stocks-etl] ", "[stocks-etl] test: "),
    lead: `Test of the ${kind}: nothing has happened. ${letter.lead}`,
  };
}

function overview({ pageUrl }: Circumstances): Letter["links"] {
  return pageUrl === null ? [] : [{ title: "Overview", href: `${pageUrl}/` }];
}
