/** How is it shown what an import would do: what is recognised, new, equal, different, refused, left out? */
import { type Interval, type Series, seriesName } from "../bar.ts";
import { MEANINGS, type OldColumns } from "../old_columns.ts";
import type { StampMeaning } from "../old_stamp.ts";
import { layOut, oneLine, styleOf } from "./columns.ts";
import { barTime, type Look } from "./tables.ts";

/** What the table of an import shows of a survey. */
export interface ShownSurvey {
  readonly source: string;
  readonly columns: OldColumns;
  readonly interval: Interval;
  readonly meaning: StampMeaning;
  readonly series: readonly {
    readonly series: Series;
    readonly rows: number;
    readonly fresh: number;
    readonly same: number;
    readonly differing: number;
    readonly refused: number;
    readonly repeated: number;
    readonly rules: Readonly<Record<string, number>>;
    readonly differences: readonly { readonly at: number; readonly ours: ShownPrices; readonly theirs: ShownPrices }[];
    readonly first: number | null;
    readonly newest: number | null;
  }[];
  readonly unnamed: readonly { readonly symbol: string | null; readonly rows: number }[];
  readonly others: number;
  readonly warnings: readonly string[];
  readonly cursor: string | null;
}

type ShownPrices = Readonly<Record<"open" | "high" | "low" | "close" | "volume", string>>;

/** What an import would do, as text. */
export function renderSurvey(survey: ShownSurvey, { colour, width = 100 }: Look): string {
  const style = styleOf(colour);
  const { source, columns, interval, meaning, series } = survey;
  const recognised = MEANINGS.flatMap((one) => columns[one] === undefined ? [] : [`${one} = ${columns[one]}`]);
  const stamps = meaning.stamps === "utc" ? "right instants" : "New York's wall clock";
  const intraday = interval.endsWith("min") ? `, stamps are ${stamps}` : "";
  const table = layOut(
    [
      { heading: "series" },
      ...["rows", "new", "equal", "differ", "refused", "twice"].map((heading) =>
        ({ heading, align: "right" }) as const
      ),
      { heading: "first bar" },
      { heading: "newest bar" },
    ],
    series.map((one) => [
      seriesName(one.series),
      ...[one.rows, one.fresh, one.same, one.differing, one.refused, one.repeated].map(String),
      barTime(one.series, one.first),
      barTime(one.series, one.newest),
    ]),
    { width },
  );
  const said = [
    ...series.filter(({ refused }) => refused > 0).map((one) =>
      `${seriesName(one.series)} refused, into quarantine: ${
        Object.entries(one.rules).map(([rule, count]) => `${count} ${rule}`).join(", ")
      }`
    ),
    ...series.flatMap(differencesOf),
    ...survey.unnamed.map(({ symbol, rows }) =>
      `${rows} rows of ${JSON.stringify(symbol)}, which is no symbol: left out`
    ),
    ...(survey.others > 0 ? [`${survey.others} rows of other intervals: left out`] : []),
    ...survey.warnings.map(style.warn),
    ...(survey.cursor === null ? [] : [survey.cursor]),
  ];
  return [
    oneLine(`${source}: ${interval} bars${intraday}`),
    oneLine(recognised.join(", ")),
    "",
    ...table,
    "",
    ...said.map(oneLine),
    ...(said.length > 0 ? [""] : []),
  ].join("\n");
}

function differencesOf({ series, differences, differing }: ShownSurvey["series"][number]): string[] {
  const more = differing > differences.length
    ? [`${seriesName(series)}: and ${differing - differences.length} more`]
    : [];
  return [
    ...differences.map(({ at, ours, theirs }) =>
      `${seriesName(series)} ${barTime(series, at)} stays ${pricesOf(ours)}; the older program has ${pricesOf(theirs)}`
    ),
    ...more,
  ];
}

function pricesOf({ open, high, low, close, volume }: ShownPrices): string {
  return `${open} ${high} ${low} ${close} ${volume}`;
}
