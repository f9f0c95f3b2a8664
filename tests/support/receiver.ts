/** A real HTTP server on this machine that receives webhooks and pings, and fails as it is told. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A status to answer with, words beside it, or a way to answer nothing. */
export type ReceiverFault =
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  | "silent"
  | "reset"
  | "reset-after";

export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Receiver extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly received: readonly Received[];
  /** Faults for the next requests, one each, in order. */
  fail(...faults: readonly ReceiverFault[]): void;
  failAll(fault: ReceiverFault | null): void;
  onRequest(listener: ((path: string) => void) | null): void;
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const queue: ReceiverFault[] = [];
  let always: ReceiverFault | null = null;
  let told: (path: string) => void = () => {};
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = await new Blob(chunks as BlobPart[]).text();
    const path = request.url!;
    const fault = queue.shift() ?? always;
    if (fault === "silent") return;
    if (fault === "reset") return void request.socket.destroy();
    const good = fault === null || fault === "reset-after";
    if (good) received.push({ path, headers: request.headers, body });
    told(path);
    if (fault === "reset-after") return void request.socket.destroy();
    response.writeHead(good ? 200 : fault.status, good ? {} : fault.headers ?? {});
    response.end(good ? "ok" : fault.body ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    fail: (...more) => void queue.push(...more),
    failAll: (fault) => void (always = fault),
    onRequest: (listener) => void (told = listener ?? (() => {})),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
