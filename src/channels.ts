/** Who is told beside those who get mail, of what, and where do the links lead? */
import type { EmailConfig } from "./email.ts";
import type { Channel } from "./delivery.ts";
import { isNews, type News } from "./incident.ts";
import type { Outcome } from "./run.ts";
import { parseSchedule, type Schedule } from "./schedule.ts";

/** What people are told of: every run, runs that changed something, problems with a daily summary, nothing. */
export type TellOn = "always" | "change" | "problem" | "never";

export interface NoticesConfig {
  readonly on: TellOn;
  /** When the daily summary is due; `null`: there is none. */
  readonly summary: Schedule | null;
  readonly slackUrl: string | null;
  readonly webhook: { readonly url: string; readonly secret: string | null } | null;
  readonly pingUrl: string | null;
  /** The page's public address, without a slash at its end. */
  readonly pageUrl: string | null;
}

/** The settings of notices, each read by itself. */
export interface NoticeValues {
  readonly EMAIL_ON: TellOn;
  /** `07:00`, or `none`. */
  readonly EMAIL_SUMMARY_AT: string;
  readonly SLACK_WEBHOOK_URL?: string | undefined;
  readonly WEBHOOK_URL?: string | undefined;
  readonly WEBHOOK_SECRET?: string | undefined;
  readonly PING_URL?: string | undefined;
  readonly PAGE_URL?: string | undefined;
}

/** @param schedule whose zone the time of the summary is meant in */
export function noticesOf(values: NoticeValues, { timezone }: Schedule): NoticesConfig {
  const [hour, minute] = values.EMAIL_SUMMARY_AT.split(":");
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret } = values;
  return {
    on: values.EMAIL_ON,
    summary: minute === undefined ? null : parseSchedule(`${Number(minute)} ${Number(hour)} * * *`, timezone),
    slackUrl: values.SLACK_WEBHOOK_URL ?? null,
    webhook: url === undefined ? null : { url, secret: secret ?? null },
    pingUrl: values.PING_URL ?? null,
    pageUrl: values.PAGE_URL?.replace(/\/+$/, "") ?? null,
  };
}

/** No channel at all: for a program that must tell nobody. */
export const NO_NOTICES: NoticesConfig = {
  on: "never",
  summary: null,
  slackUrl: null,
  webhook: null,
  pingUrl: null,
  pageUrl: null,
};

/** `07:00` or `none`; `null`: it is neither. */
export function summaryTime(text: string): string | null {
  return /^(?:([01]?\d|2[0-3]):[0-5]\d|none)$/.test(text.toLowerCase()) ? text.toLowerCase() : null;
}

/** An address a message may be posted to; `null`: it is none. */
export function postUrl(text: string): string | null {
  const url = URL.parse(text.trim());
  return url !== null && /^https?:$/.test(url.protocol) && url.hash === "" ? url.href : null;
}

/** The channels that are set up, in the order they are shown. */
export function channelsOf(
  { email, notices }: { email: EmailConfig | null; notices: NoticesConfig },
): Channel[] {
  return [
    ...(email === null ? [] : ["mail" as const]),
    ...(notices.slackUrl === null ? [] : ["slack" as const]),
    ...(notices.webhook === null ? [] : ["webhook" as const]),
    ...(notices.pingUrl === null ? [] : ["ping" as const]),
  ];
}

/** A closed run, as far as it matters to whom it is told. */
interface Occasion {
  readonly outcome: Outcome;
  /** It brought new, changed or refused rows. */
  readonly changed: boolean;
}

/**
 * Whether a channel is told. `never` keeps mail still; Slack then hears of problems. The webhook is for programs and gets
 * every run; the ping every run but one that was stopped, which says nothing about the next.
 *
 * @param run `null`: it is told because of the clock
 */
export function isTold(channel: Channel, { on, run, news }: { on: TellOn; run: Occasion | null; news: News }): boolean {
  const telling = channel === "slack" && on === "never" ? "problem" : on;
  switch (channel) {
    case "webhook":
      return run !== null || isNews(news);
    case "ping":
      return run !== null && run.outcome !== "cancelled";
    default:
      if (telling === "never") return false;
      if (isNews(news)) return true;
      return run !== null && (telling === "always" || (telling === "change" && run.changed));
  }
}

/**
 * Whether a channel is told of a backfill that has ended, or has stopped by itself. Somebody asked for it on purpose, so who
 * is told of problems only is told as well. The ping is of the schedule.
 */
export function isToldOfBackfill(channel: Channel, { on, done }: { on: TellOn; done: boolean }): boolean {
  if (channel === "ping") return false;
  return channel === "webhook" || on !== "never" || (channel === "slack" && !done);
}

/** Whether a channel gets the summary of the day: who is told of every run needs none. */
export function isSummed(channel: Channel, on: TellOn): boolean {
  if (channel === "mail") return on === "problem" || on === "change";
  return channel === "slack" && on !== "always";
}

/** The parts of an address that are as good as the whole to whoever wants to use it. */
export function secretsOfUrl(text: string): string[] {
  const url = URL.parse(text.trim());
  if (url === null) return [];
  const path = `${url.pathname}${url.search}`;
  // A path of plain words (`/hooks/services`) is none, and would be taken out of honest texts.
  const token = path.length >= 12 && /\d/.test(path) ? [path.slice(1)] : [];
  return [url.href, ...token, url.password].filter((part) => part.length >= 8);
}
