/** How is it shown what a load would do: of which series each file is, what in it is new, equal, different, refused? */
import { type Series, seriesName } from "../bar.ts";
import { layOut, oneLine } from "./columns.ts";
import { barTime, instant, type Look } from "./tables.ts";

export interface ShownLoad {
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly files: readonly {
    readonly path: string;
    readonly series: Series;
    readonly form: string;
    readonly known: boolean;
    readonly fresh: number;
    readonly same: number;
    readonly differing: number;
    readonly refused: number;
    readonly first: number | null;
    readonly newest: number | null;
  }[];
}

export function renderLoad({ receivedAt, files }: ShownLoad, { width = 100 }: Pick<Look, "width">): string {
  const figures = ["new", "equal", "differ", "refused"].map((heading) => ({ heading, align: "right" }) as const);
  const table = layOut(
    [{ heading: "file" }, { heading: "series" }, ...figures, { heading: "first bar" }, { heading: "newest bar" }],
    files.map((file) => [
      file.path,
      seriesName(file.series),
      ...[file.fresh, file.same, file.differing, file.refused].map(String),
      barTime(file.series, file.first),
      barTime(file.series, file.newest),
    ]),
    { width },
  );
  const known = files.filter((file) => file.known).map(({ path }) => oneLine(`${path} is loaded: it is left out`));
  return [`Told at ${instant(receivedAt)}`, "", ...table, "", ...known, ...(known.length > 0 ? [""] : [])].join("\n");
}
