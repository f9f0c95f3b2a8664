/** What is each channel handed of one telling? Redacted here, at the one place through which every message goes. */
import type { RunFacts } from "./digest.ts";
import { type Channel, type Content, MOST_ATTEMPTS, type Outgoing, type Ping } from "./delivery.ts";
import type { Incident, News } from "./incident.ts";
import { type Letter, slackOf, textOf } from "./letter.ts";
import { htmlOf } from "./letter_html.ts";
import type { Outcome } from "./run.ts";

/** Something that is told. */
export interface Telling {
  readonly kind: "run" | "alarm" | "summary" | "test" | "backfill";
  /** Epoch ms. */
  readonly at: number;
  readonly letter: Letter;
  /** What the webhook is told beside the letter's own words. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly ping: Ping | null;
  /** Its log is attached; `null`: there is none. */
  readonly runId: number | null;
}

export interface MessageOptions {
  /** Those that are told. */
  readonly channels: readonly Channel[];
  /** Of mail. */
  readonly recipients: readonly string[];
  readonly redact: (text: string) => string;
  /** Attempts; default: what suits each channel. */
  readonly most?: number;
}

/** More is cut by who gets it. */
const MOST_PING = 2_000;

export function messagesOf(telling: Telling, { channels, recipients, redact, most }: MessageOptions): Outgoing[] {
  // Before it is written as HTML or JSON, and before a channel cuts it: half a secret would not be known any more.
  const clean = redacted(telling, redact);
  const { subject } = clean.letter;
  return channels.flatMap((channel) => {
    const content = contentOf(channel, clean);
    if (content === null) return [];
    return [{
      subject,
      content,
      recipients: channel === "mail" ? recipients : [],
      most: most ?? MOST_ATTEMPTS[channel],
    }];
  });
}

function contentOf(channel: Channel, { kind, at, letter, facts, ping, runId }: Telling): Content | null {
  switch (channel) {
    case "mail":
      return { channel, text: textOf(letter), html: htmlOf(letter), runId };
    case "slack":
      return { channel, text: slackOf(letter) };
    case "webhook": {
      const { subject, lead } = letter;
      return { channel, event: { type: kind, at: new Date(at).toISOString(), subject, summary: lead, ...facts } };
    }
    case "ping":
      return ping === null ? null : { channel, ping, text: `${letter.subject}\n${textOf(letter)}`.slice(0, MOST_PING) };
  }
}

/** A copy with every text in it redacted; what is no text stays as it is. Facts go through it before a letter cuts them. */
export function redacted<T>(value: T, redact: (text: string) => string): T {
  if (typeof value === "string") return redact(value) as T;
  if (Array.isArray(value)) return value.map((one) => redacted(one, redact)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [redact(key), redacted(one, redact)])) as T;
}

/** `null`: a run that was stopped says neither. */
export function pingOf(outcome: Outcome): Ping | null {
  switch (outcome) {
    case "complete":
    case "nothing-due":
    case "deferred":
      return "success";
    case "cancelled":
      return null;
    default:
      return "fail";
  }
}

/** A run for programs: what the digest says, in fields. Instants as ISO 8601. */
export function factsOfRun({ run, results, news, quota, nextTick, pageUrl }: RunFacts): Record<string, unknown> {
  const { startedAt, finishedAt, ...rest } = run;
  return {
    run: { ...rest, startedAt: iso(startedAt), finishedAt: iso(finishedAt) },
    series: results.map(({ series, startedAt, finishedAt, watermark, ...result }) => ({
      ...series,
      ...result,
      watermark: iso(watermark),
      startedAt: iso(startedAt),
      finishedAt: iso(finishedAt),
    })),
    ...factsOfNews(news),
    quota: { ...quota, blockedUntil: iso(quota.blockedUntil) },
    nextTick: iso(nextTick),
    url: pageUrl === null ? null : `${pageUrl}/runs/${run.id}`,
  };
}

export function factsOfNews({ opened, reminded, recovered, open }: News): Record<string, unknown> {
  const each = (incidents: readonly Incident[]) =>
    incidents.map(({ key, title, detail, series, openedAt, recoveredAt }) => ({
      key,
      title,
      detail,
      series,
      openedAt: iso(openedAt),
      recoveredAt: iso(recoveredAt),
    }));
  return { opened: each(opened), reminded: each(reminded), recovered: each(recovered), open: each(open) };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
