/** Answers told live or loaded from files, and what the tables then say: what every test of a load begins with. */
import type { Bar, Reject, Series } from "../../src/bar.ts";
import { hashOf } from "../../src/postgres/answers.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { loadAnswers, type Loaded } from "../../src/postgres/load.ts";
import type { ArchivedAnswer } from "../../src/postgres/rebuild.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { NOW, store } from "./stored.ts";

export const DAY = 86_400_000;
export const DAILY: Series = { symbol: "IBM", interval: "daily" };
export const signal = new AbortController().signal;

export interface Told {
  readonly series?: Series;
  readonly bars: readonly Bar[];
  readonly rejects?: readonly Reject[];
  /** Epoch ms. */
  readonly at: number;
}

/** The bodies of these tests are what was stored from them, after what tells two of the same bars apart. */
export function read({ body }: ArchivedAnswer): { bars: Bar[]; rejects: Reject[] } {
  const [bars, rejects] = JSON.parse(body);
  return { bars, rejects };
}

export function bodyOf({ bars, rejects = [], at }: Told): string {
  return JSON.stringify([bars, rejects, at]);
}

export async function live(db: Database, holder: Holder, told: Told): Promise<void> {
  const { series = DAILY, bars, rejects = [], at } = told;
  await store(db, holder, { series, bars, rejects, now: at, body: bodyOf(told) });
}

async function keptOf(told: Told) {
  const { bars, rejects = [], at } = told;
  const answer = {
    requestId: null,
    form: "TEST",
    zone: "America/New_York",
    receivedAt: at,
    reachesTo: at,
    body: bodyOf(told),
  };
  return { answer, hash: await hashOf(new TextEncoder().encode(answer.body)), bars, rejects };
}

/** All of one series, in one go. */
export async function load(
  db: Database,
  holder: Holder,
  told: Told | readonly Told[],
  now = NOW + 99 * DAY,
): Promise<Loaded> {
  const all = [told].flat();
  const kept = all.map((one) => () => keptOf(one));
  return await loadAnswers(db, { holder, series: all[0]!.series ?? DAILY, kept, now, read, signal });
}

/** What the tables say, each answer by when it was told: ids follow the order of arrival. */
export async function said(db: Database): Promise<unknown> {
  const of = (column: string) => `(select received_at from answer where answer.id = t.${column})`;
  const rows = async (table: string, more: string) => {
    const { rows } = await db.pool.query(
      `select (to_jsonb(t) - 'id' - 'run_id' - 'answer_id' - 'changed_by')::text as row ${more} from ${table} as t order by 1, 2`,
    );
    return rows;
  };
  return {
    bars: await rows("stock_data", `, ${of("answer_id")} as told`),
    revisions: await rows("revision", `, ${of("answer_id")} as told, ${of("changed_by")} as changed`),
    quarantine: await rows("quarantine", ", 0 as told"),
  };
}

export async function empty(db: Database): Promise<void> {
  await db.pool.query("delete from stock_data; delete from revision; delete from quarantine");
}

export const BAD: Reject = { stamp: "2026-01-02", rule: "zero-price", raw: { "4. close": "0" } };
