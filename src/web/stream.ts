/** How does an answer leave piece by piece, and what if the next piece cannot be made? */

/**
 * The pieces, each made when the other end can take it. A failure goes to `onError`; the other end sees the connection cut,
 * never a short answer that looks whole. The server prints what breaks a stream, past the log and its redaction: so what
 * breaks it says nothing.
 */
export function streamOf(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  onError: (error: Error) => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(told(pieces, onError));
}

async function* told(
  pieces: AsyncIterable<Uint8Array<ArrayBuffer>>,
  onError: (error: Error) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* pieces;
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
    const cut = new Error("stocks-etl: warning: A download was cut short: the reason is in the log");
    cut.stack = cut.message;
    throw cut;
  }
}
