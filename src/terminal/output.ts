/** Where do the program's words go, how wide is it there, and what if nobody takes them? */

interface Stream {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/** Why not all of it was written: the reader has heard enough, or it could not be. */
export type Unwritten = "closed" | "failed";

/**
 * Writes whole texts, or bytes, to a standard stream. Never throws: what the exit code says of the work must not depend on
 * who listens. A reader that has heard enough (`| head`) is no failure; any other is told to `failed`. Whoever writes more
 * than words hears of both.
 */
export function writerTo(
  stream: Pick<Stream, "writeSync">,
  failed: (found: string) => void,
): (given: string | Uint8Array) => Unwritten | void {
  return (given) => {
    const bytes = typeof given === "string" ? new TextEncoder().encode(given) : given;
    try {
      for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) return "closed";
      failed(error instanceof Error ? error.message : String(error));
      return "failed";
    }
  };
}

/** Columns of a terminal. A pipe has no edge: what reads it wants the texts whole. */
export function columnsOf(stream: Pick<Stream, "isTerminal">): number {
  return stream.isTerminal() ? Deno.consoleSize().columns : 200;
}
