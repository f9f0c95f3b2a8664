/** What does a run do to the world? The seam between the story of a run and the rooms that carry it out. */
import type { PartAnswer } from "./backfill_left.ts";
import type { Bar, Reject, Rule, Series } from "./bar.ts";
import type { Entitlement } from "./entitlement.ts";
import type { Emit } from "./event.ts";
import type { Quota, SeriesState } from "./plan.ts";
import type { PastAnswer } from "./publication.ts";
import type { ReferencePlanEntry } from "./reference.ts";
import type { BarRequest, ReferenceRequest } from "./request.ts";
import type { FailureKind, Outcome, SeriesResult, Totals } from "./run.ts";

/** What asking for a series came to, retries included. */
export type Asked<Document> =
  & { readonly requests: number }
  & (
    | { readonly kind: "bars"; readonly document: Document }
    | { readonly kind: FailureKind; readonly message: string; readonly until?: number | null }
  );

/** An answer turned into rows. */
export interface Reading {
  /** Ascending by `ts`. */
  readonly bars: readonly Bar[];
  readonly rejects: readonly Reject[];
  /** Stamp of the newest bar, epoch ms; `null` when no row was good. */
  readonly newest: number | null;
}

/** What a reading was read from. */
export interface Source<Document> {
  readonly document: Document;
  readonly request: BarRequest;
}

export type Claim =
  | { readonly runId: number }
  /** Another process is at work and alive. */
  | { readonly busy: { runId: number; owner: string } }
  /** The tick this run was for has been served by somebody else, or its backfill is not running any more. */
  | { readonly taken: true };

/** What an answer, or a request that failed, says of the open gaps of its series. */
export interface GapNews {
  /** Slots that it covers, or was sent for. */
  readonly dates: readonly string[];
  /** It could have had them: each that has no bar still has been tried. Else they are asked for again a day later. */
  readonly answered: boolean;
  /** Slots of which it had rows, refused by a rule. */
  readonly refused: readonly { readonly date: string; readonly rule: Rule }[];
  /** Milliseconds between tries; `Patience` of healing.ts. */
  readonly restsMs: readonly number[];
}

/** What is kept beside a result of what was asked for gaps. */
export interface GapKeeping {
  /** `null`: nothing is known of them, or there are none. */
  readonly gaps: GapNews | null;
  /** Nothing was due of the series: it was asked for its gaps alone. */
  readonly healing: boolean;
}

/** Of work that was not asked for any gap: the search of the day sees what it healed. */
export const NO_GAPS: GapKeeping = { gaps: null, healing: false };

/** A result before the database has said what became of its rows. */
export type OpenResult = Omit<SeriesResult, "counts" | "watermark">;

/** What asking for something beside bars came to, retries included. */
export type AskedBeside<Document> =
  & { readonly requests: number }
  & (
    | { readonly kind: "reference"; readonly document: Document }
    | { readonly kind: FailureKind; readonly message: string }
  );

/** What the last part of a run does to the world: see `ingest_reference.ts`. */
export interface ReferenceEffects<Document> {
  /** What is worth asking for, as clock, ledger and tables stand now. */
  plan(series: readonly Series[]): Promise<readonly ReferencePlanEntry[]>;
  ask(request: ReferenceRequest, options: { runId: number; signal: AbortSignal }): Promise<AskedBeside<Document>>;
  /**
   * One transaction: fence, archive, rows, clock. Returns what became of the rows, in words, or why the answer is not
   * believed and nothing was stored. Throws {@link LeaseLost}.
   */
  store(
    document: Document,
    options: { runId: number; request: ReferenceRequest },
  ): Promise<{ readonly became: string } | { readonly implausible: string }>;
  /** Keeps a failure, fenced the same. */
  fail(
    failure: { readonly kind: FailureKind; readonly message: string },
    options: { runId: number; request: ReferenceRequest },
  ): Promise<void>;
}

/** Everything a run does to the world. */
export interface Effects<Document> {
  now(): number;
  readonly emit: Emit;
  claim(): Promise<Claim>;
  /** Renews the lease until the returned function is called; `lost` is called when the run is no longer ours. */
  keepAlive(runId: number, lost: () => void): () => void;
  /** Keeps how many series the plan found due. */
  planned(runId: number, count: number): Promise<void>;
  states(series: readonly Series[]): Promise<SeriesState[]>;
  quota(): Promise<Quota>;
  entitlements(): Promise<Entitlement[]>;
  /** Answers of the last runs, of any series: what the vendor's habits are learnt from. */
  history(): Promise<PastAnswer[]>;
  /** Keeps what an answer taught about a form. */
  learn(entitlement: Entitlement, message: string): Promise<void>;
  ask(request: BarRequest, options: { runId: number; signal: AbortSignal }): Promise<Asked<Document>>;
  read(document: Document, request: BarRequest): Reading;
  /** One transaction: fence, archive, bars, revisions, quarantine, gaps, part of a backfill, result. Throws {@link LeaseLost} if the run is not ours. */
  store(
    reading: Reading,
    options: { runId: number; result: OpenResult; from: Source<Document>; part?: PartAnswer } & GapKeeping,
  ): Promise<SeriesResult>;
  /** Keeps a result that brought no rows, fenced the same. Both return it with what the run already had of the series. */
  record(result: SeriesResult, options: { runId: number; part?: PartAnswer } & GapKeeping): Promise<SeriesResult>;
  /** Absent: this run asks for nothing beside bars. */
  readonly beside?: ReferenceEffects<unknown>;
  /** False when the run is not ours any more. */
  close(runId: number, ending: { outcome: Outcome; message: string | null; totals: Totals }): Promise<boolean>;
}
