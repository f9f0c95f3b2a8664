/** In which format do bars go out? What makes Parquet is loaded when the first such file is made. */
import { csvOf } from "./csv.ts";
import type { Batch, Format } from "./extract.ts";

/** The file in pieces, made as they are asked for. */
export async function* piecesOf(
  format: Format,
  batches: AsyncIterable<Batch>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (format === "csv") return yield* csvOf(batches);
  const { parquetOf } = await import("./parquet/file.ts");
  yield* parquetOf(batches);
}
