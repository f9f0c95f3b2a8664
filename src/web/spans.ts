/** What was a run doing for each series, from when to when? Read from its events. Instants are epoch ms. */

export interface LoggedEvent {
  readonly seq: number;
  readonly at: number;
  readonly type: string;
  readonly level: string;
  readonly symbol: string | null;
  readonly interval: string | null;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * `fetch`: a request is out; `wait`: before another attempt; `store`: an answer is read and stored. Of the run as a whole:
 * `plan` before its first series, `close` after its last.
 */
export type Phase = "plan" | "fetch" | "wait" | "store" | "close";

export interface Span {
  readonly phase: Phase;
  readonly from: number;
  /** `null`: it goes on, or the run ended without it ending. */
  readonly to: number | null;
  /** From 1; `null` for what is no attempt. */
  readonly attempt: number | null;
  /** What came of it, in the words of the log. */
  readonly said: string | null;
}

export interface SeriesSpans {
  readonly symbol: string;
  readonly interval: string;
  readonly spans: readonly Span[];
  /** `null`: not finished. */
  readonly status: string | null;
}

/** The events a drawing needs. */
export const SPAN_TYPES = [
  "run-planned",
  "run-finished",
  "series-started",
  "request-sent",
  "request-answered",
  "request-retried",
  "rows-stored",
  "series-finished",
] as const;

interface Open {
  readonly symbol: string;
  readonly interval: string;
  readonly spans: Span[];
  status: string | null;
  current: Omit<Span, "to" | "said"> | null;
}

/** One row per series, in the order they were begun. */
export function spansOf(events: readonly LoggedEvent[]): SeriesSpans[] {
  const rows = new Map<string, Open>();
  for (const event of events) {
    const { symbol, interval } = event;
    if (symbol === null || interval === null) continue;
    const name = `${symbol} ${interval}`;
    const row = rows.get(name) ?? { symbol, interval, spans: [], status: null, current: null };
    rows.set(name, row);
    advance(row, event);
  }
  return [...rows.values()].map(({ symbol, interval, spans, status, current }) => ({
    symbol,
    interval,
    status,
    spans: current === null ? spans : [...spans, { ...current, to: null, said: null }],
  }));
}

/** What the run did as a whole: empty when no event tells, as after they were swept away. */
export function runSpansOf(
  events: readonly LoggedEvent[],
  { startedAt, finishedAt }: { startedAt: number; finishedAt: number | null },
): Span[] {
  const [first, planned, finished] = [
    events.find(({ symbol }) => symbol !== null),
    events.find(({ type }) => type === "run-planned"),
    events.find(({ type }) => type === "run-finished"),
  ];
  const base = { attempt: null, said: null };
  if (planned === undefined) {
    if (first !== undefined) return [];
    return finishedAt === null || finished !== undefined
      ? [{ ...base, phase: "plan", from: startedAt, to: finishedAt, said: finished?.message ?? null }]
      : [];
  }
  const plan: Span = { ...base, phase: "plan", from: startedAt, to: planned.at, said: planned.message };
  // Of a run with very many events the last ones are not read: how long closing took is not known then.
  if (finished === undefined) return [plan];
  const last = events.findLast(({ type }) => type === "series-finished") ?? planned;
  return [plan, { ...base, phase: "close", from: last.at, to: finished.at, said: finished.message }];
}

function advance(row: Open, event: LoggedEvent): void {
  const { at, type, data, message } = event;
  const end = (said: string | null) => {
    if (row.current !== null) row.spans.push({ ...row.current, to: at, said });
    row.current = null;
  };
  const begin = (phase: Phase, attempt: number | null) => {
    row.current = { phase, from: at, attempt };
  };
  const attempt = typeof data["attempt"] === "number" ? data["attempt"] : null;
  switch (type) {
    case "request-sent":
      end(null);
      return begin("fetch", attempt);
    case "request-answered":
      end(message);
      return data["kind"] === "bars" ? begin("store", null) : undefined;
    case "request-retried":
      end(null);
      return begin("wait", attempt);
    case "rows-stored":
      return end(message);
    case "series-finished":
      end(message);
      row.status = typeof data["status"] === "string" ? data["status"] : null;
  }
}
