/** A vendor that has the history of its symbols, session by session, made when it is asked for. */
import { exchangeDate, sessionsBetween } from "../../src/calendar.ts";
import type { Fault } from "./vendor.ts";
import { answerOf, intervalOf, row, startVendor, type Vendor, type VendorRow } from "./vendor.ts";

export interface HistoryOptions {
  /** Dates of the first session it has and of the last. */
  readonly from: string;
  readonly to: string;
  /** Bars of a session, one each minute from 09:30 on; 390 are all of its regular hours. */
  readonly perSession?: number;
  /** Months it has no bars of, and sessions. */
  readonly without?: readonly string[];
}

const DAYS = 30;

/** Every intraday series has the same bars, and every daily one. */
export async function startHistory(options: HistoryOptions): Promise<Vendor> {
  const vendor = await startVendor();
  vendor.answerBy((parameters) => historyAnswer(parameters, options));
  return vendor;
}

/** What it says to one request. */
export function historyAnswer(parameters: Record<string, string>, options: HistoryOptions): Fault {
  const interval = intervalOf(parameters);
  const rows = interval === "daily" ? days(options) : minutes(parameters["month"], options);
  return rows.length === 0 ? "empty" : { body: answerOf(parameters, { rows }) };
}

/** Sessions it has between two dates. */
export function sessionsHeld({ from, to, without = [] }: HistoryOptions, range = { from, to }): string[] {
  const [begin, end] = [range.from > from ? range.from : from, range.to < to ? range.to : to];
  return sessionsBetween("us", begin, end).map(({ date }) => date)
    .filter((date) => !without.includes(date) && !without.includes(date.slice(0, 7)));
}

function days(options: HistoryOptions): VendorRow[] {
  return sessionsHeld(options).map((date) => row(date, priceOf(date)));
}

function minutes(month: string | undefined, options: HistoryOptions): VendorRow[] {
  const { to, perSession = 3 } = options;
  const from = month === undefined ? exchangeDate("us", Date.parse(to) - DAYS * 86_400_000) : `${month}-01`;
  const dates = sessionsHeld(options, { from, to: month === undefined ? to : endOf(month) });
  return dates.flatMap((date) =>
    Array.from({ length: perSession }, (_, minute) => {
      const at = 9 * 60 + 30 + minute;
      return row(`${date} ${two(Math.floor(at / 60))}:${two(at % 60)}:00`, priceOf(date));
    })
  );
}

function two(count: number): string {
  return String(count).padStart(2, "0");
}

/** Of a day, so that no two days are alike. */
function priceOf(date: string): string {
  return `${100 + Number(date.slice(8))}.${date.slice(2, 4)}${date.slice(5, 7)}`;
}

/** The last date of a month. */
function endOf(month: string): string {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10);
}
