/** Where do rows go that break a rule? Kept once as the vendor gave them, with a count of how often they came back. */
import type pg from "pg";
import type { Reject, Rule, Series } from "../bar.ts";
import { rulesIn, type Slot } from "../gaps.ts";
import type { Database } from "./connect.ts";
import { instant, instantOrNull } from "./values.ts";

/**
 * Adds the rows, or counts them again if the same bad row is there from before. Part of the store's transaction.
 *
 * @param options.countSince rows first seen before it (epoch ms) are left as they are; by default none are
 */
export async function quarantineRows(
  client: pg.PoolClient,
  { runId, series, rejects, now, batchRows, countSince }: {
    runId: number | null;
    series: Series;
    rejects: readonly Reject[];
    now: number;
    batchRows: number;
    countSince?: number;
  },
): Promise<void> {
  for (let start = 0; start < rejects.length; start += batchRows) {
    const batch = rejects.slice(start, start + batchRows);
    // Grouped, because one statement may not touch a row twice.
    await client.query(
      `insert into quarantine as old (run_id, symbol, "interval", stamp, rule, raw, first_seen_at, last_seen_at, times)
       select $1, $2, $3, stamp, rule, raw, $4, $4, count(*)
       from unnest($5::text[], $6::text[], $7::text[]) as given (stamp, rule, raw)
       group by stamp, rule, raw order by stamp, rule, raw
       on conflict (symbol, "interval", rule, md5(stamp || ' ' || raw)) do update set
         run_id = excluded.run_id,
         last_seen_at = greatest(old.last_seen_at, excluded.last_seen_at), times = old.times + excluded.times
         where $8::timestamptz is null or old.first_seen_at >= $8`,
      [
        runId,
        series.symbol,
        series.interval,
        instant(now),
        batch.map(({ stamp }) => withoutNul(stamp)),
        batch.map(({ rule }) => rule),
        batch.map(({ raw }) => JSON.stringify(raw) ?? "null"),
        instantOrNull(countSince ?? null),
      ],
    );
  }
}

/** Stamp and rule of what is in quarantine of a stretch of slots; the last may be named a day too late. */
export async function rowsHeld(
  asking: Pick<pg.Pool | pg.PoolClient, "query">,
  { symbol, interval }: Series,
  { date, to }: Pick<Slot, "date" | "to">,
): Promise<Pick<Reject, "stamp" | "rule">[]> {
  const { rows } = await asking.query(
    `select stamp, rule from quarantine where symbol = $1 and "interval" = $2 and left(stamp, 10) between $3 and $4`,
    [symbol, interval, date, instant(to).slice(0, 10)],
  );
  return rows;
}

/** The rules that rows of one slot broke. */
export async function rulesHeld(
  { pool }: Pick<Database, "pool">,
  series: Series,
  slot: Pick<Slot, "date" | "to">,
): Promise<Rule[]> {
  return rulesIn(slot, await rowsHeld(pool, series, slot));
}

/** PostgreSQL's text has no NUL. One such stamp must not lose the good rows beside it. */
function withoutNul(text: string): string {
  return text.replaceAll("\0", "\\0");
}
