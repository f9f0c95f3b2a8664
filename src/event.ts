/** What happens while the program works, as one union: the log prints it, the terminal draws it, tests await it. */
import type { Series } from "./bar.ts";
import type { ReferenceForm } from "./request.ts";
import type { AnswerKind, FailureKind, Outcome, RowCounts, SeriesResult, Totals, Trigger } from "./run.ts";

export type RunEvent =
  | { type: "run-waiting"; runId: number; owner: string; until: number }
  | { type: "run-abandoned"; runId: number; owner: string }
  | { type: "run-started"; runId: number; trigger: Trigger; at: number }
  | { type: "run-planned"; runId: number; ask: number; defer: number; skip: number }
  | { type: "series-started"; runId: number; series: Series; reason: string }
  | { type: "request-sent"; runId: number; series: Series; form: string; attempt: number }
  | {
    type: "request-answered";
    runId: number;
    series: Series;
    form: string;
    attempt: number;
    kind: AnswerKind;
    httpStatus: number | null;
    bytes: number;
    durationMs: number;
    /** The vendor's words or the transport's, key removed; `null` for bars. */
    message: string | null;
  }
  | { type: "request-retried"; runId: number; series: Series; attempt: number; kind: FailureKind; delayMs: number }
  | { type: "rows-refused"; runId: number; series: Series; rule: string; count: number; first: string }
  | { type: "rows-stored"; runId: number; series: Series; counts: RowCounts }
  | { type: "series-finished"; runId: number; result: SeriesResult; index: number; of: number }
  | {
    type: "reference-finished";
    runId: number;
    form: ReferenceForm;
    /** `null`: of the whole market. */
    symbol: string | null;
    requests: number;
    /** `null`: it was stored. */
    kind: FailureKind | null;
    message: string;
  }
  | { type: "run-cancelling"; runId: number; by: string; force: boolean }
  | { type: "lease-lost"; runId: number; message: string }
  | {
    type: "run-finished";
    runId: number;
    outcome: Outcome;
    message: string | null;
    totals: Totals;
    durationMs: number;
  };

const KINDS: Readonly<Record<RunEvent["type"], true>> = {
  "run-waiting": true,
  "run-abandoned": true,
  "run-started": true,
  "run-planned": true,
  "series-started": true,
  "request-sent": true,
  "request-answered": true,
  "request-retried": true,
  "rows-refused": true,
  "rows-stored": true,
  "series-finished": true,
  "reference-finished": true,
  "run-cancelling": true,
  "lease-lost": true,
  "run-finished": true,
};

/** Every kind of event, about in the order of a run. */
export const EVENT_TYPES = Object.keys(KINDS) as readonly RunEvent["type"][];

export type Emit = (event: RunEvent) => void;
