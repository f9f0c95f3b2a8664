/** What becomes of the due times of a schedule: which get a run, which are skipped, and in which words? */
import type { Trigger } from "./run.ts";

/** What to do with ticks that fell due while nobody was there: run the newest, run every one, or run none of them. */
export type MissedTicks = "latest" | "all" | "skip";

/** What to do with a tick that falls due while a run is at work: run it after that one, or not at all. */
export type OverlappingTicks = "queue" | "skip";

/** The newest due times since the schedule was last looked at. Instants are epoch ms. */
export interface Due {
  /** Oldest first. */
  readonly ticks: readonly DueTick[];
  /** How many older ones were left out; 1,000 means as many or more. */
  readonly dropped: number;
}

export interface DueTick {
  readonly dueAt: number;
  /** The run that was at work at that instant; `null`: none was. */
  readonly duringRun: number | null;
}

export interface TickDecision {
  readonly run: { readonly dueAt: number; readonly trigger: Extract<Trigger, "schedule" | "catch-up"> }[];
  readonly skip: { readonly dueAt: number; readonly reason: string }[];
}

/** The two settings, and how late a tick may be noticed and still be on time. */
export interface TickPolicy {
  readonly missed: MissedTicks;
  readonly overlap: OverlappingTicks;
  readonly graceMs: number;
}

/**
 * Which due ticks become runs. A tick noticed more than `graceMs` after it was due runs as `catch-up`.
 *
 * First those that overlap with a run are dealt with, if they are to be skipped; then, of the others:
 * - `latest`: only the newest runs. A run asks for everything that is missing, so one makes up for many
 * - `all`: every one runs
 * - `skip`: those in time run, late ones do not, unless a run kept them waiting
 *
 * Ticks that were left out get no run under any policy; the oldest of the others says how many they were.
 */
export function decideTicks(
  { ticks, dropped }: Due,
  { now, missed, overlap, graceMs }: TickPolicy & { now: number },
): TickDecision {
  const decision: TickDecision = { run: [], skip: [] };
  const candidates: DueTick[] = [];
  for (const [index, tick] of ticks.entries()) {
    const { dueAt, duringRun } = tick;
    if (dropped > 0 && index === 0) {
      const many = dropped === 1 ? "was the one" : `were ${dropped < 1_000 ? dropped : "1000 or more"} ticks`;
      decision.skip.push({ dueAt, reason: `missed too long ago, as ${many} before it` });
    } else if (overlap === "skip" && duringRun !== null) {
      decision.skip.push({ dueAt, reason: `run ${duringRun} was at work` });
    } else {
      candidates.push(tick);
    }
  }
  const newest = candidates.at(-1)?.dueAt;
  for (const { dueAt, duringRun } of candidates) {
    const late = now - dueAt > graceMs;
    if (missed === "latest" && dueAt !== newest) {
      decision.skip.push({ dueAt, reason: `superseded by the tick of ${new Date(newest!).toISOString()}` });
    } else if (missed === "skip" && late && duringRun === null) {
      decision.skip.push({ dueAt, reason: "missed: the program was not running" });
    } else {
      decision.run.push({ dueAt, trigger: late ? "catch-up" : "schedule" });
    }
  }
  return decision;
}
