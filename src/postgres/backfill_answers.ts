/** What did the vendor say to each part of a backfill? Written with the bars, so that nothing is asked for twice. */
import type pg from "pg";
import type { Part, PartAnswer } from "../backfill_left.ts";
import type { Series } from "../bar.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/**
 * Keeps an answer, in the transaction that stores its bars. Counts the tries: of one kind in a row where there were no bars.
 * The figures of the series move with it.
 */
export async function writePart(
  client: pg.PoolClient,
  { runId, series: { symbol, interval }, part }: { runId: number; series: Series; part: PartAnswer },
): Promise<void> {
  const { backfillId, name, from, to, kind, message, at, brought, none } = part;
  await client.query(
    `insert into backfill_answer as old (backfill_id, symbol, "interval", part, from_date, to_date, kind, tries, message,
       answered_at, run_id)
     values ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10)
     on conflict (backfill_id, symbol, "interval", part) do update set
       from_date = excluded.from_date, to_date = excluded.to_date, kind = excluded.kind, tries = old.tries + 1,
       message = excluded.message, answered_at = excluded.answered_at, run_id = excluded.run_id`,
    [backfillId, symbol, interval, name, from, to, kind, message, instant(at), runId],
  );
  await client.query(
    `update backfill_series set held = held + $4, none = none + $5, requests = greatest(requests - 1, 0)
     where backfill_id = $1 and symbol = $2 and "interval" = $3`,
    [backfillId, symbol, interval, brought, none],
  );
}

/** Everything the vendor has said to a series of a backfill. */
export function partsOf(
  db: Database,
  { backfillId, series: { symbol, interval } }: { backfillId: number; series: Series },
): Promise<Part[]> {
  return query<Part & Record<string, unknown>>(
    db,
    `select part as name, from_date as "from", to_date as "to", kind, tries, answered_at as at, message
     from backfill_answer where backfill_id = $1 and symbol = $2 and "interval" = $3 order by from_date, part`,
    [backfillId, symbol, interval],
  );
}
