/**
 * What happened in each run, as rows of `run_event` that a page can follow.
 *
 * Written in batches, beside the run: a database that refuses them costs events, never the run. What was written stays
 * when the process is killed. Secrets are taken out before.
 */
import type { Emit, RunEvent } from "../event.ts";
import { describeEvent } from "../narration.ts";
import type { Database } from "./connect.ts";
import { isTransient } from "./transaction.ts";
import { instant } from "./values.ts";

export interface EventLog {
  /** Takes the event; writes it within half a second. Never throws. */
  readonly emit: Emit;
  /** Resolves when all events so far are written, or cannot be. Never rejects. */
  flush(): Promise<void>;
}

export interface EventLogOptions {
  /** Epoch ms. */
  readonly now: () => number;
  readonly redact: (text: string) => string;
  /** Told once per outage. */
  readonly onError: (message: string) => void;
}

const FLUSH_MS = 500;
const BATCH = 100;
/** So many wait for a database that does not answer; later ones are dropped. */
const MOST_WAITING = 5_000;
/** Longer texts are cut: a vendor's page of HTML is not what a log is for. */
const MAX_TEXT = 4_000;
/** A run found dead gets its last event from the finder, who does not know how many there are before it. */
const LAST = 2_147_483_647;

interface Row {
  readonly run_id: number;
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly level: string;
  readonly symbol: unknown;
  readonly interval: unknown;
  readonly message: string;
  readonly data: Record<string, unknown>;
}

/** Opens the log of this process. Writes nothing until there is an event. */
export function openEventLog(db: Database, { now, redact, onError }: EventLogOptions): EventLog {
  const waiting: Row[] = [];
  let counted = { runId: 0, events: 0 };
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing: Promise<void> | null = null;
  let failing = false;

  const seqOf = ({ type, runId }: RunEvent) => {
    if (type === "run-abandoned") return LAST;
    counted = { runId, events: counted.runId === runId ? counted.events + 1 : 1 };
    return counted.events;
  };
  const complain = (error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    if (!failing) onError(redact(`Cannot keep the events of a run: ${reason}; the run goes on without them`));
    failing = true;
  };
  const write = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      try {
        await insert(db, batch);
        failing = false;
      } catch (error) {
        complain(error);
        if (isTransient(error)) return;
      }
      waiting.splice(0, batch.length);
    }
  };
  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    return writing ??= write().finally(() => {
      writing = null;
    });
  };
  return {
    emit: (event) => {
      // It is about a run of another process, and there is none of ours yet that it could belong to.
      if (event.type === "run-waiting") return;
      const row = rowOf(event, { seq: seqOf(event), at: now(), redact });
      if (waiting.length >= MOST_WAITING) return complain(new Error(`${MOST_WAITING} are waiting to be written`));
      waiting.push(row);
      if (waiting.length >= BATCH) void flush();
      else timer ??= setTimeout(flush, FLUSH_MS);
    },
    flush: async () => {
      await writing;
      await flush();
    },
  };
}

function rowOf(
  event: RunEvent,
  { seq, at, redact }: { seq: number; at: number; redact: (text: string) => string },
): Row {
  const { level, message, properties } = describeEvent(event);
  const clean = (value: unknown) => typeof value === "string" ? cleaned(redact(value)) : value;
  const { event: type, runId, symbol = null, interval = null, ...data } = properties;
  return {
    run_id: Number(runId),
    seq,
    at: instant(at),
    type: String(type),
    level,
    symbol: clean(symbol),
    interval: clean(interval),
    message: String(clean(message)),
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, clean(value)])),
  };
}

/** A vendor's text may hold what the database refuses in JSON: a NUL, half a surrogate pair. */
function cleaned(text: string): string {
  // deno-lint-ignore no-control-regex
  const line = text.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
  return (line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line).toWellFormed();
}

/** Not tried again at once: the next flush does, and the run must not wait. */
async function insert(db: Database, batch: readonly Row[]): Promise<void> {
  // An answer lost after the commit makes the next flush write the batch again: the key makes that nothing.
  await db.pool.query(
    `insert into run_event (run_id, seq, at, type, level, symbol, "interval", message, data)
     select run_id, seq, at, type, level, symbol, "interval", message, data
     from json_to_recordset($1) as given (run_id bigint, seq integer, at timestamptz, type text, level text,
       symbol text, "interval" text, message text, data jsonb)
     on conflict do nothing`,
    [JSON.stringify(batch)],
  );
}

export interface EventRecord {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly level: string;
  readonly symbol: string | null;
  readonly interval: string | null;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The events of a run after number `after`, in order, at most `limit`. */
export async function eventsOf(
  db: Database,
  { runId, after = 0, limit = 1_000 }: { runId: number; after?: number; limit?: number },
): Promise<EventRecord[]> {
  const { rows } = await db.pool.query<EventRecord>(
    `select seq, at, type, level, symbol, "interval", message, data from run_event
     where run_id = $1 and seq > $2 order by seq limit $3`,
    [runId, after, limit],
  );
  return rows;
}
