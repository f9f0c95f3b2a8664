/** How do gaps look in a terminal? */
import { type Series, seriesName } from "../bar.ts";
import { layOut, styleOf } from "./columns.ts";
import { instant, type Look } from "./tables.ts";

/** What is shown of a gap. Instants are epoch ms. */
export interface GapShown {
  readonly series: Series;
  readonly date: string;
  readonly foundAt: number;
  readonly tries: number;
  readonly nextTryAt: number | null;
  readonly rule: string | null;
  readonly closed: { readonly at: number; readonly as: "healed" | "vendor-has-none" } | null;
}

export interface GapsShown {
  readonly counts: {
    readonly open: number;
    readonly series: number;
    readonly healed: number;
    readonly vendorHasNone: number;
  };
  readonly gaps: readonly GapShown[];
  /** What a search has just done; `null`: there was none. */
  readonly searched: {
    readonly series: number;
    readonly found: number;
    readonly healed: number;
    readonly reopened: number;
  } | null;
}

/** @param options.now epoch ms */
export function renderGaps(
  { counts, gaps, searched }: GapsShown,
  { colour, width = 100, now }: Look & { now: number },
): string {
  const style = styleOf(colour);
  const rows = gaps.map((gap) => [
    seriesName(gap.series),
    gap.date,
    instant(gap.foundAt),
    String(gap.tries),
    becameOf(gap, now),
  ]);
  const columns = [
    { heading: "series" },
    { heading: "missing" },
    { heading: "found" },
    { heading: "tries", align: "right" },
    { heading: "what becomes of it", flexible: true },
  ] as const;
  const paint = (cell: string, { row, column }: { row: number; column: number }) =>
    column !== 4 ? cell : gaps[row]!.closed?.as === "healed" ? style.good(cell) : style.warn(cell);
  const table = rows.length === 0 ? [] : [...layOut(columns, rows, { width, paint }), ""];
  const search = searched === null ? [] : [
    `Searched ${
      counted(searched.series, "series", "series")
    }: ${searched.found} found, ${searched.healed} healed since, ` +
    `${searched.reopened} open again`,
  ];
  const { open, series, healed, vendorHasNone } = counts;
  const where = open === 0 ? "" : ` in ${counted(series, "series", "series")}`;
  const sums = `${
    counted(open, "open gap", "open gaps")
  }${where}, ${healed} healed, ${vendorHasNone} the vendor has not`;
  const cut = gaps.length > 0 && gaps.length < open ? [`Shown are ${gaps.length}; --json has more`] : [];
  return [...table, ...search, ...cut, sums, ""].join("\n");
}

function becameOf({ closed, rule, nextTryAt }: GapShown, now: number): string {
  if (closed?.as === "healed") return `healed ${instant(closed.at)}`;
  if (closed !== null) return `the vendor has none, since ${instant(closed.at)}`;
  if (rule !== null) return `its rows are in quarantine: ${rule}`;
  return nextTryAt === null || nextTryAt <= now ? "asked for in the next run" : `asked for from ${instant(nextTryAt)}`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
