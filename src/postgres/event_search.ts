/** What does the event log of a run say, to whoever looks for something in it? */
import type { Level } from "../narration.ts";
import type { Database } from "./connect.ts";
import type { EventRecord } from "./events.ts";
import { query } from "./transaction.ts";

/** Absent or `null`: any. */
export interface EventFilter {
  readonly levels?: readonly Level[] | null;
  /** Found anywhere in the message, in any letter case. */
  readonly text?: string | null;
  readonly symbol?: string | null;
  readonly interval?: string | null;
  readonly types?: readonly string[] | null;
}

type Found = EventRecord & Record<string, unknown>;

/**
 * Events of a run that match, in order, at most `limit`: those after number `after`, or else the last ones before
 * `before` (of all, when that is not given either).
 */
export async function searchEvents(
  db: Database,
  { runId, after, before, limit, ...filter }: EventFilter & {
    runId: number;
    after?: number | null;
    before?: number | null;
    limit: number;
  },
): Promise<EventRecord[]> {
  const { levels, text, symbol, interval, types } = filter;
  const values: unknown[] = [runId, limit];
  const given = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    "run_id = $1",
    ...(after == null ? [] : [`seq > ${given(after)}`]),
    ...(before == null ? [] : [`seq < ${given(before)}`]),
    ...(levels == null ? [] : [`level = any(${given(levels)}::text[])`]),
    ...(types == null ? [] : [`type = any(${given(types)}::text[])`]),
    ...(text == null || text === "" ? [] : [`position(lower(${given(text)}) in lower(message)) > 0`]),
    ...(symbol == null ? [] : [`symbol = ${given(symbol)}`]),
    ...(interval == null ? [] : [`"interval" = ${given(interval)}`]),
  ];
  const forward = after != null;
  const rows = await query<Found>(
    db,
    `select seq, at, type, level, symbol, "interval", message, data from run_event
     where ${conditions.join(" and ")} order by seq ${forward ? "" : "desc"} limit $2`,
    values,
  );
  return forward ? rows : rows.reverse();
}

/** How many events of a run are of each level and kind. */
export async function eventCounts(
  db: Database,
  runId: number,
): Promise<{ level: Level; type: string; count: number }[]> {
  return await query<{ level: Level; type: string; count: number }>(
    db,
    "select level, type, count(*) as count from run_event where run_id = $1 group by level, type",
    [runId],
  );
}
