/** What does the command `export` do: which bars go where, and what is said of it? */
import { type App, openApp } from "./app.ts";
import type { Config } from "./config.ts";
import type { Batch } from "./extract.ts";
import { piecesOf } from "./formats.ts";
import type { Machine } from "./machine.ts";
import { extractBars, storedSeries } from "./postgres/extract.ts";
import type { ExportCommand } from "./terminal/export_command.ts";
import { requirePlace, writeWholeFile } from "./whole_file.ts";

/**
 * Writes the bars asked for, as they are read. @returns the exit code
 *
 * @throws Error when nothing is stored of what was asked for, when the place is taken or full, or when it was stopped
 */
export async function exportBars(
  command: ExportCommand,
  { config, machine }: { config: Config; machine: Machine },
): Promise<number> {
  const { out, force } = command;
  // Before anything is opened: a wrong word costs no time.
  if (out !== "-") await requirePlace(out, { force });
  const app = await openApp(config, machine);
  try {
    return await exportFrom(app, command, machine);
  } finally {
    await app.close();
  }
}

async function exportFrom(
  { database }: App,
  { selection, extract, format, out, force }: ExportCommand,
  machine: Machine,
): Promise<number> {
  const series = await storedSeries(database, selection);
  if (series.length === 0) throw new Error("Cannot export: nothing is stored of the series asked for");
  const count = { bars: 0 };
  const pieces = piecesOf(format, counted(extractBars(database, series, extract), { count, stop: machine.stop }));
  if (out === "-") return await print(pieces, machine);
  // Owners are told apart by more than a path may hold.
  const tag = machine.owner.replace(/[^\w-]/g, "-");
  await writeWholeFile(out, pieces, { force, tag });
  machine.out(`${count.bars} bars of ${series.length} series are in "${out}"\n`);
  return 0;
}

async function* counted(
  batches: AsyncIterable<Batch>,
  { count, stop }: { count: { bars: number }; stop: AbortSignal },
): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    if (stop.aborted) throw new Error("Cannot finish the export: it was stopped");
    count.bars += batch.bars.length;
    yield batch;
  }
}

/** A reader that has heard enough ends it; what could not be written has been complained of. */
async function print(pieces: AsyncIterable<Uint8Array>, machine: Machine): Promise<number> {
  for await (const piece of pieces) {
    const unwritten = machine.out(piece);
    if (unwritten !== undefined) return unwritten === "closed" ? 0 : 1;
  }
  return 0;
}
