/** How do the series stand against what they should hold by now, in counts and in one sentence? */
import type { Plan } from "./plan.ts";

export interface Standing {
  readonly series: number;
  readonly complete: number;
  /** To be asked by the next run. */
  readonly due: number;
  /** Due, but waiting: for quota, for the vendor. */
  readonly waiting: number;
  /** Not in this key's plan. */
  readonly refused: number;
  /** Delisted: they hold all there will ever be. */
  readonly ended: number;
}

export function standingOf({ entries }: Pick<Plan, "entries">): Standing {
  const skipped = (why: "complete" | "not-entitled" | "delisted") =>
    entries.filter((entry) => entry.action === "skip" && entry.why === why).length;
  const count = (action: "ask" | "defer") => entries.filter((entry) => entry.action === action).length;
  return {
    series: entries.length,
    complete: skipped("complete"),
    due: count("ask"),
    waiting: count("defer"),
    refused: skipped("not-entitled"),
    ended: skipped("delisted"),
  };
}

/** `3 of 4 series are complete; 1 to be asked at the next tick.` */
export function standingSentence({ series, complete, due, waiting, refused, ended }: Standing): string {
  const rest = [
    ...(due > 0 ? [`${due} to be asked at the next tick`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(refused > 0 ? [`${refused} not in this key's plan`] : []),
    ...(ended > 0 ? [`${ended} delisted`] : []),
  ];
  return `${complete} of ${series} series are complete${rest.length > 0 ? `; ${rest.join(", ")}` : ""}.`;
}
