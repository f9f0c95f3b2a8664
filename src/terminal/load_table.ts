/** How is it shown what a load would do: of which series each file is, what in it is new, equal, different, refused, and what was told later? */
import { type Series, seriesName } from "../bar.ts";
import { layOut, oneLine, styleOf } from "./columns.ts";
import { barTime, instant, type Look } from "./tables.ts";

export interface ShownLoad {
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly files: readonly {
    readonly path: string;
    readonly series: Series;
    readonly form: string;
    readonly known: boolean;
    readonly later: number;
    readonly fresh: number;
    readonly same: number;
    readonly differing: number;
    readonly refused: number;
    readonly first: number | null;
    readonly newest: number | null;
  }[];
  readonly warnings: readonly string[];
}

export function renderLoad({ receivedAt, files, warnings }: ShownLoad, { colour, width = 100 }: Look): string {
  const figures = ["new", "equal", "differ", "refused"].map((heading) => ({ heading, align: "right" }) as const);
  const table = layOut(
    [
      { heading: "file" },
      { heading: "series" },
      ...figures,
      { heading: "told later", align: "right" },
      { heading: "first bar" },
      { heading: "newest bar" },
    ],
    files.map((file) => [
      file.path,
      seriesName(file.series),
      ...[file.fresh, file.same, file.differing, file.refused, file.later].map(String),
      barTime(file.series, file.first),
      barTime(file.series, file.newest),
    ]),
    { width },
  );
  const { warn } = styleOf(colour);
  const said = warnings.map((line) => warn(oneLine(line)));
  return [`Told at ${instant(receivedAt)}`, "", ...table, "", ...said, ...(said.length > 0 ? [""] : [])].join("\n");
}
