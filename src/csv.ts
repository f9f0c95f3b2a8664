/** How do extracted bars look as CSV? one header, exact decimals, instants in UTC, lines that end as Unix ends them. Pure. */
import { type Batch, COLUMNS } from "./extract.ts";
import type { Bar, Series } from "./bar.ts";
import { barDate } from "./gaps.ts";

/** The file in pieces, the header first; no piece is larger than the batch it is made of. */
export async function* csvOf(batches: AsyncIterable<Batch>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  yield encoder.encode(`${COLUMNS.join(",")}\n`);
  for await (const { series, bars } of batches) {
    const name = `${quoted(series.symbol)},${series.interval}`;
    let text = "";
    for (const bar of bars) text += `${name},${lineOf(series, bar)}\n`;
    yield encoder.encode(text);
  }
}

function lineOf(series: Series, bar: Bar): string {
  const { ts, open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient, settled } = bar;
  // Bars are stamped to the second.
  const time = new Date(ts).toISOString().replace(".000Z", "Z");
  const adjusted = `${adjustedClose ?? ""},${dividendAmount ?? ""},${splitCoefficient ?? ""}`;
  return `${time},${barDate(series, ts)},${open},${high},${low},${close},${volume},${adjusted},${settled}`;
}

/** Whoever writes to the table by hand may have put a comma into a symbol. */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
