/** How do extracted bars look as a Parquet file? Row group by row group, so that no more than one of them is in memory. */
import type { SchemaElement } from "hyparquet";
import { ByteWriter, ParquetWriter } from "hyparquet-writer";
import { type Batch, COLUMNS } from "../extract.ts";
import { barDate } from "../gaps.ts";
import { dayStart } from "../calendar.ts";

/** Enough for good compression and few round trips of a reader; some 10 MB while it is made. */
const ROWS_OF_GROUP = 50_000;
const DAY = 86_400_000;

type Column = typeof COLUMNS[number];
type Element = Omit<SchemaElement, "name" | "repetition_type">;

const TEXT: Element = { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
const PRICE: Element = { type: "DOUBLE" };
const TYPES: Readonly<Record<Column, Element>> = {
  symbol: TEXT,
  interval: TEXT,
  ts: {
    type: "INT64",
    converted_type: "TIMESTAMP_MILLIS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MILLIS" },
  },
  date: { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } },
  open: PRICE,
  high: PRICE,
  low: PRICE,
  close: PRICE,
  volume: { type: "INT64" },
  adjusted_close: PRICE,
  dividend_amount: PRICE,
  split_coefficient: PRICE,
  settled: { type: "BOOLEAN" },
};
const NULLABLE: readonly Column[] = ["adjusted_close", "dividend_amount", "split_coefficient"];

const SCHEMA: SchemaElement[] = [
  { name: "bars", num_children: COLUMNS.length },
  ...COLUMNS.map((name): SchemaElement => ({
    name,
    ...TYPES[name],
    repetition_type: NULLABLE.includes(name) ? "OPTIONAL" : "REQUIRED",
  })),
];

type Columns = Record<Column, unknown[]>;

/** The file in pieces, one per row group and the footer last. */
export async function* parquetOf(batches: AsyncIterable<Batch>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const bytes = new ByteWriter();
  const file = new ParquetWriter({ writer: bytes, schema: SCHEMA, createdBy: "stocks-etl" });
  const taken = () => {
    const piece = new Uint8Array(bytes.getBuffer());
    // The writer counts on from `offset`; what it has handed over it need not keep.
    bytes.index = 0;
    return piece;
  };
  let columns = emptyColumns();
  const writeGroup = () => {
    const columnData = COLUMNS.map((name) => ({ name, data: columns[name], offsetIndex: false }));
    void file.write({ columnData, rowGroupSize: columns.ts.length });
    columns = emptyColumns();
    return taken();
  };
  for await (const batch of batches) {
    addTo(columns, batch);
    if (columns.ts.length >= ROWS_OF_GROUP) yield writeGroup();
  }
  if (columns.ts.length > 0) yield writeGroup();
  void file.finish();
  yield taken();
}

function emptyColumns(): Columns {
  return Object.fromEntries(COLUMNS.map((name) => [name, []])) as unknown as Columns;
}

function addTo(columns: Columns, { series, bars }: Batch): void {
  const numberOf = (decimal: string | null) => decimal === null ? null : Number(decimal);
  for (const bar of bars) {
    columns.symbol.push(series.symbol);
    columns.interval.push(series.interval);
    columns.ts.push(BigInt(bar.ts));
    columns.date.push(dayStart(barDate(series, bar.ts)) / DAY);
    columns.open.push(Number(bar.open));
    columns.high.push(Number(bar.high));
    columns.low.push(Number(bar.low));
    columns.close.push(Number(bar.close));
    columns.volume.push(BigInt(bar.volume));
    columns.adjusted_close.push(numberOf(bar.adjustedClose));
    columns.dividend_amount.push(numberOf(bar.dividendAmount));
    columns.split_coefficient.push(numberOf(bar.splitCoefficient));
    columns.settled.push(bar.settled);
  }
}
