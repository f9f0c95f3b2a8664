/** What does a run do to the world? The seam between the story of a run and the rooms that carry it out. */
import type { PartAnswer } from "./backfill_left.ts";
import type { Bar, Reject, Series } from "./bar.ts";
import type { Entitlement } from "./entitlement.ts";
import type { Emit } from "./event.ts";
import type { Quota, SeriesState } from "./plan.ts";
import type { PastAnswer } from "./publication.ts";
import type { BarRequest } from "./request.ts";
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

/** A result before the database has said what became of its rows. */
export type OpenResult = Omit<SeriesResult, "counts" | "watermark">;

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
  /** One transaction: fence, archive, bars, revisions, quarantine, result, part of a backfill. Throws {@link LeaseLost} if the run is not ours. */
  store(
    reading: Reading,
    options: { runId: number; result: OpenResult; from: Source<Document>; part?: PartAnswer },
  ): Promise<SeriesResult>;
  /** Keeps a result that brought no rows, fenced the same. Both return it with what the run already had of the series. */
  record(result: SeriesResult, options: { runId: number; part?: PartAnswer }): Promise<SeriesResult>;
  /** False when the run is not ours any more. */
  close(runId: number, ending: { outcome: Outcome; message: string | null; totals: Totals }): Promise<boolean>;
}
