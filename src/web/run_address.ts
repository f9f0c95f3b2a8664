/** What does somebody look at on the page of a run: which events, which series, which stretch of its time? As an address. */
import type { Stretch } from "./gantt_stretch.ts";
import type { RunQuery } from "./query.ts";

/** The address with some of it changed; the newest events unless `change` says otherwise. */
export function runAddress(
  runId: number,
  { before: _, after: __, limit, ...asked }: RunQuery,
  { at, ...change }: Partial<Record<keyof RunQuery, string | number | undefined>> & { at: "log" | "gantt-title" },
): string {
  const given = Object.entries({ ...asked, ...(limit === 200 ? {} : { limit }), ...change });
  const query = new URLSearchParams(
    given.flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]),
  );
  return `/runs/${runId}${query.size === 0 ? "" : `?${query}`}#${at}`;
}

/** The parameters of a stretch; of the whole: none. */
export function stretchParameters(stretch: Stretch | null): { from: string | undefined; to: string | undefined } {
  return {
    from: stretch === null ? undefined : new Date(stretch.from).toISOString(),
    to: stretch === null ? undefined : new Date(stretch.to).toISOString(),
  };
}
