/** Which runs and events say something that somebody looks for? Among the newest: a text is in no index. */
import type { EventRecord } from "./events.ts";
import type { Database } from "./connect.ts";
import { type RunRecord, SELECT_RUN } from "./runs.ts";
import { query } from "./transaction.ts";

/** So many are looked through, the newest. */
const LOOKED_AT = { runs: 10_000, events: 20_000 } as const;

/** Runs whose message has the text in it, in any letter case, the newest first. */
export function runsSaying(
  db: Database,
  { text, limit }: { text: string; limit: number },
): Promise<RunRecord[]> {
  return query<RunRecord>(
    db,
    `${SELECT_RUN} where id in (
       select id from (select id, message from run order by id desc limit ${LOOKED_AT.runs}) as r
       where position(lower($1) in lower(message)) > 0
     ) order by id desc limit $2`,
    [text, limit],
  );
}

export interface FoundEvent extends EventRecord {
  readonly runId: number;
}

/** Events whose message has the text in it, in any letter case, the newest first. */
export function eventsSaying(
  db: Database,
  { text, limit }: { text: string; limit: number },
): Promise<FoundEvent[]> {
  return query<FoundEvent & Record<string, unknown>>(
    db,
    `select run_id as "runId", seq, at, type, level, symbol, "interval", message, '{}'::jsonb as data
     from (select * from run_event order by at desc limit ${LOOKED_AT.events}) as e
     where position(lower($1) in lower(message)) > 0 order by at desc, seq desc limit $2`,
    [text, limit],
  );
}
