/**
 * A real HTTP server on this machine that speaks like Alpha Vantage, scriptable, for tests.
 *
 *     await using vendor = await startVendor();
 *     vendor.fail("html-503", notice("7"));     // the next two requests; every later one is answered with bars
 *     vendor.bars({ symbol: "IBM", interval: "daily" }, [row("2026-01-02", "10.5")]);
 *     … point the client at vendor.url …
 *     assert.equal(vendor.requests.length, 3);
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import type { Series } from "../../src/bar.ts";
import { answerOf, intervalOf, sampleRows, type VendorRow } from "./answers.ts";
import { noticeBody, noticeNumber } from "./notices.ts";
import { referenceAnswer, type ReferenceHeld } from "./reference_answers.ts";

export { answerOf, intervalOf, row, sampleRows, type VendorRow } from "./answers.ts";
export { NOTICES } from "./notices.ts";

/** What a faulty vendor does to one request. Those that hang do so until the client goes away or the server closes. */
export type Fault =
  /** `{}` (#17). */
  | "empty"
  /** Heroku's page, HTTP 503 (#20). */
  | "html-503"
  /** HTTP 406 with a `detail` body (#19). */
  | "refused-accept"
  /** HTTP 429 with no words. */
  | "http-429"
  /** HTTP 302 to another host. */
  | "redirect"
  /** A good answer cut in half, with a Content-Length to match. */
  | "truncated-json"
  /** A good answer for another symbol, or another interval. */
  | "wrong-symbol"
  | "wrong-interval"
  /** Headers never come. */
  | "silent"
  /** Half a body comes, then nothing. */
  | "stalled-body"
  /** The connection is reset before an answer, or in the middle of a body. */
  | "reset"
  | "reset-mid-body"
  /** 40 MB of JSON, without a Content-Length. */
  | "huge"
  /** A good answer, compressed. */
  | "gzip"
  | { readonly status?: number; readonly body: string; readonly contentType?: string };

/** A refusal of facts §3.2 as a fault: `notice("7")`. #6 repeats the key of the request. */
export function notice(number: string): Fault & { body: string } {
  return { body: noticeBody(noticeNumber(number), KEY_OF_REQUEST) };
}

const KEY_OF_REQUEST = "{{apikey}}";

export interface VendorRequest {
  /** Epoch ms of arrival. */
  readonly at: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Resolves when the exchange is over: answered whole, or the connection gone. */
  readonly over: Promise<"answered" | "dropped">;
}

export interface Vendor extends AsyncDisposable {
  /** The endpoint, for `ALPHAVANTAGE_URL`. */
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly requests: readonly VendorRequest[];
  /** Faults for the next requests, one each, in order. */
  fail(...faults: readonly Fault[]): void;
  /** Answers every request by this function until told otherwise; `null` from it: the usual answer. */
  answerBy(answer: ((parameters: Record<string, string>) => Fault | null) | null): void;
  /** What a series holds from now on, in any order; replaces what it held. Others get {@link sampleRows}. */
  bars(series: Series, rows: readonly VendorRow[], options?: { lastRefreshed?: string }): void;
  /** What it knows beside bars from now on. */
  reference(held: ReferenceHeld): void;
  /** Resolves when `count` requests have arrived in all. */
  arrived(count: number): Promise<void>;
  /** Drops every connection and stops. */
  close(): Promise<void>;
}

export async function startVendor(): Promise<Vendor> {
  const requests: VendorRequest[] = [];
  const faults: Fault[] = [];
  let reference: ReferenceHeld = {};
  const held = new Map<string, { rows: readonly VendorRow[]; lastRefreshed?: string }>();
  const waiting: { count: number; resolve: () => void }[] = [];
  let answerBy: ((parameters: Record<string, string>) => Fault | null) | null = null;

  const server = createServer((request, response) => {
    const parameters = Object.fromEntries(new URL(request.url!, "http://vendor").searchParams);
    requests.push({ at: Date.now(), parameters, headers: request.headers, over: overOf(response) });
    for (const { count, resolve } of waiting) if (requests.length >= count) resolve();
    const fault = faults.shift() ?? answerBy?.(parameters) ?? null;
    const series = { symbol: parameters["symbol"] ?? "", interval: intervalOf(parameters) };
    const content = held.get(nameOf(series)) ?? { rows: sampleRows(series.interval) };
    const good = (changed: Partial<Series> = {}) =>
      referenceAnswer(parameters, reference) ?? answerOf(parameters, { ...content, ...changed });
    if (fault === null) send(response, { body: good() });
    else act(fault, { request, response, parameters, good });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/query`,
    requests,
    fail: (...more) => void faults.push(...more),
    answerBy: (answer) => void (answerBy = answer),
    reference: (held) => void (reference = held),
    bars: (series, rows, options) => void held.set(nameOf(series), { rows, ...options }),
    arrived: (count) =>
      requests.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The URL of a port on which nobody listens. */
export async function deadUrl(): Promise<string> {
  const vendor = await startVendor();
  await vendor.close();
  return vendor.url;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly parameters: Record<string, string>;
  readonly good: (changed?: Partial<Series>) => string;
}

function act(fault: Fault, { request, response, parameters, good }: Exchange): void {
  if (typeof fault === "object") {
    const body = fault.body.replaceAll(KEY_OF_REQUEST, parameters["apikey"] ?? "");
    return send(response, { ...fault, body });
  }
  const half = () => good().slice(0, good().length / 2);
  switch (fault) {
    case "empty":
      return send(response, { body: "{}" });
    case "html-503":
      return send(response, { status: 503, contentType: "text/html", body: HEROKU_PAGE });
    case "refused-accept":
      return send(response, { status: 406, body: noticeBody(noticeNumber("19")) });
    case "http-429":
      return send(response, { status: 429, contentType: "text/plain", body: "" });
    case "redirect":
      response.writeHead(302, { location: "http://elsewhere.invalid/query?apikey=" + parameters["apikey"] });
      return void response.end();
    case "truncated-json":
      return send(response, { body: half() });
    case "wrong-symbol":
      return send(response, { body: good({ symbol: "WRONG" }) });
    case "wrong-interval":
      return send(response, { body: good({ interval: parameters["interval"] === "5min" ? "1min" : "5min" }) });
    case "silent":
      return;
    case "stalled-body":
      response.writeHead(200, { "content-type": "application/json" });
      return void response.write(half());
    case "reset":
      return void request.socket.destroy();
    case "reset-mid-body":
      response.writeHead(200, { "content-type": "application/json", "content-length": String(good().length) });
      response.write(half(), () => request.socket.destroy());
      return;
    case "huge":
      return void streamHuge(response);
    case "gzip":
      response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
      return void response.end(gzipSync(good()));
  }
}

function send(
  response: ServerResponse,
  { status = 200, body, contentType = "application/json" }: { status?: number; body: string; contentType?: string },
): void {
  const bytes = new TextEncoder().encode(body);
  response.writeHead(status, { "content-type": contentType, "content-length": String(bytes.length) });
  response.end(bytes);
}

/** A client that has had enough goes away; so does this. */
function streamHuge(response: ServerResponse): void {
  const chunk = '    "2026-01-02 09:30:00": {"1. open": "1.0000"},\n'.repeat(20_000); // 1 MB
  response.writeHead(200, { "content-type": "application/json" });
  response.write('{"Time Series (5min)": {\n');
  let sent = 0;
  const more = () => {
    while (sent < 40 && !response.destroyed) {
      sent += 1;
      if (!response.write(chunk)) return void response.once("drain", more);
    }
    if (!response.destroyed) response.end("}}");
  };
  more();
}

function overOf(response: ServerResponse): Promise<"answered" | "dropped"> {
  return new Promise((resolve) =>
    response.once("close", () => resolve(response.writableFinished ? "answered" : "dropped"))
  );
}

const HEROKU_PAGE = "<!DOCTYPE html>\n<html>\n  <head>\n    <title>Application Error</title>\n  </head>\n" +
  "  <body>\n    <p>An error occurred in the application and your page could not be served.</p>\n  </body>\n</html>\n";

function nameOf({ symbol, interval }: Series): string {
  return `${symbol.toUpperCase()} ${interval}`;
}
