/**
 * Has anything changed? A stream of server-sent events says so; the page then asks for what it shows.
 *
 * Our own runs tell us at once. Other processes write to the same database: while somebody looks, what is newest in it is
 * asked for every second.
 */

export interface LiveReads {
  /** Something that differs from the last time whenever a page may look different. */
  newest(): Promise<{ readonly mark: string }>;
}

export interface Live {
  /** A new stream; `null`: there are as many as there may be. */
  open(): Response | null;
  /** Something has changed. Told on at most twice a second. */
  tell(): void;
  /** Ends every stream and opens no more: a server does not stop while a stream is open. */
  close(): void;
}

export interface LiveOptions {
  readonly now: () => number;
  readonly most?: number;
  readonly pollMs?: number;
  readonly beatMs?: number;
}

const CALM_MS = 500;
/** A reader that has not taken so many events is not reading. */
const MOST_UNREAD = 50;

type Stream = ReadableStreamDefaultController<Uint8Array>;

/** Everybody who reads. */
function createStreams() {
  const streams = new Set<Stream>();
  const encoder = new TextEncoder();
  const bytesOf = (event: string, at: number) => encoder.encode(`event: ${event}\ndata: ${at}\n\n`);
  const drop = (stream: Stream) => {
    streams.delete(stream);
    try {
      stream.close();
    } catch {
      // Its reader went first.
    }
  };
  return {
    count: () => streams.size,
    add: (at: number) => {
      let mine: Stream;
      return new ReadableStream<Uint8Array>({
        start: (stream) => {
          mine = stream;
          streams.add(stream);
          stream.enqueue(bytesOf("beat", at));
        },
        cancel: () => void streams.delete(mine),
      });
    },
    send: (event: string, at: number) => {
      for (const stream of streams) {
        if ((stream.desiredSize ?? 0) < -MOST_UNREAD) drop(stream);
        else stream.enqueue(bytesOf(event, at));
      }
    },
    dropAll: () => streams.forEach(drop),
  };
}

export function createLive(
  { newest }: LiveReads,
  { now, most = 100, pollMs = 1_000, beatMs = 10_000 }: LiveOptions,
): Live {
  const streams = createStreams();
  let [closed, mark, beatAt] = [false, null as string | null, 0];
  let calm: ReturnType<typeof setTimeout> | null = null;
  let polling: ReturnType<typeof setTimeout> | null = null;

  const tell = () => {
    calm ??= setTimeout(() => {
      calm = null;
      streams.send("change", now());
    }, CALM_MS);
  };
  const watch = (afterMs = pollMs) => {
    if (streams.count() === 0) mark = null;
    else if (!closed) polling ??= setTimeout(poll, afterMs);
  };
  const poll = async () => {
    try {
      const found = await newest();
      if (mark !== null && mark !== found.mark) tell();
      mark = found.mark;
      // Sent only while the database answers too: a page that shows it must not claim to be up to date.
      if (now() - beatAt >= beatMs) {
        beatAt = now();
        streams.send("beat", beatAt);
      }
    } catch {
      // No beat: the page notices, and /readyz says why.
    }
    polling = null;
    watch();
  };
  return {
    tell: () => {
      if (!closed && streams.count() > 0) tell();
    },
    open: () => {
      if (closed || streams.count() >= most) return null;
      const body = streams.add(now());
      // What changes before the first look would be taken for how it was: that look is at once.
      watch(mark === null ? 0 : pollMs);
      return new Response(body, {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
      });
    },
    close: () => {
      closed = true;
      for (const timer of [calm, polling]) if (timer !== null) clearTimeout(timer);
      streams.dropAll();
    },
  };
}
