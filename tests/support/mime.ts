/** What does a mail say? A small reader of MIME: enough for what mail programs write, apart from what our library does. */
import { gunzipSync } from "node:zlib";

export interface MailParts {
  readonly messageId: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The attached log, unpacked. */
  readonly log: string | null;
  readonly headers: ReadonlyMap<string, string>;
}

interface Part {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** @param raw byte by byte as latin1 */
export function partsOf(raw: string): MailParts {
  const { headers, body } = split(raw);
  const parts = leavesOf(headers, body);
  const text = (type: string) => {
    const part = parts.find((one) => one.type === type);
    return part === undefined ? "" : new TextDecoder().decode(part.bytes).replaceAll("\r\n", "\n");
  };
  const log = parts.find(({ type }) => type === "application/gzip");
  return {
    messageId: headers.get("message-id") ?? "",
    subject: words(headers.get("subject") ?? ""),
    text: text("text/plain"),
    html: text("text/html"),
    log: log === undefined ? null : gunzipSync(log.bytes).toString(),
    headers,
  };
}

function split(raw: string): { headers: Map<string, string>; body: string } {
  const end = raw.search(/\r?\n\r?\n/);
  const head = raw.slice(0, end).replace(/\r?\n[ \t]+/g, " ");
  const headers = new Map(
    head.split(/\r?\n/).map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { headers, body: raw.slice(end).replace(/^\r?\n\r?\n/, "") };
}

function leavesOf(headers: ReadonlyMap<string, string>, body: string): Part[] {
  const type = headers.get("content-type") ?? "text/plain";
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
  if (boundary === undefined) {
    const encoding = headers.get("content-transfer-encoding")?.toLowerCase() ?? "7bit";
    return [{ type: type.split(";")[0]!.toLowerCase(), bytes: decoded(body, encoding) }];
  }
  const inner = body.split(`--${boundary}`).slice(1, -1);
  return inner.flatMap((one) => {
    const part = split(one.replace(/^\r?\n/, ""));
    return leavesOf(part.headers, part.body.replace(/\r?\n$/, ""));
  });
}

function decoded(body: string, encoding: string): Uint8Array {
  if (encoding === "base64") return Uint8Array.fromBase64(body.replace(/\s/g, ""));
  const plain = encoding === "quoted-printable"
    ? body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
    : body;
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

/** RFC 2047: `=?UTF-8?Q?…?=` and `=?UTF-8?B?…?=`, next to each other without a blank between. */
function words(text: string): string {
  return text.replace(/\?=\s+=\?/g, "?==?").replace(
    /=\?utf-8\?([QB])\?([^?]*)\?=/gi,
    (_, how: string, coded: string) => {
      const bytes = how.toUpperCase() === "B"
        ? Uint8Array.fromBase64(coded)
        : decoded(coded.replaceAll("_", " "), "quoted-printable");
      return new TextDecoder().decode(bytes);
    },
  );
}
