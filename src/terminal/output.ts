/** Where do the program's words go, how wide is it there, and what if nobody takes them? */

interface Stream {
  isTerminal(): boolean;
  writeSync(bytes: Uint8Array): number;
}

/**
 * Writes whole texts to a standard stream. Never throws: what the exit code says of the work must not depend on who
 * listens. A reader that has heard enough (`| head`) is no failure; any other is told to `failed`.
 */
export function writerTo(stream: Pick<Stream, "writeSync">, failed: (found: string) => void): (text: string) => void {
  return (text) => {
    const bytes = new TextEncoder().encode(text);
    try {
      for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) failed(error instanceof Error ? error.message : String(error));
    }
  };
}

/** Columns of a terminal. A pipe has no edge: what reads it wants the texts whole. */
export function columnsOf(stream: Pick<Stream, "isTerminal">): number {
  return stream.isTerminal() ? Deno.consoleSize().columns : 200;
}
