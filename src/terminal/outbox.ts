/** How do the outbox and the channels look in a terminal? */
import type { Channel } from "../delivery.ts";
import { layOut, oneLine, styleOf } from "./columns.ts";
import { instant, type Look } from "./tables.ts";

/** How a channel does. Instants are epoch ms. */
export interface ChannelLine {
  readonly channel: Channel;
  readonly configured: boolean;
  readonly waiting: number;
  readonly undeliverable: number;
  readonly last: { readonly at: number; readonly state: string; readonly error: string | null } | null;
}

export interface OutboxLine {
  readonly id: number;
  readonly channel: Channel;
  readonly subject: string;
  readonly state: "waiting" | "sent" | "undeliverable";
  readonly attempts: number;
  readonly createdAt: number;
  readonly dueAt: number;
  readonly sentAt: number | null;
  readonly error: string | null;
}

/** Each channel with its last result, then the newest messages, then why some of them are not sent. */
export function renderOutbox(
  { channels, rows }: { channels: readonly ChannelLine[]; rows: readonly OutboxLine[] },
  { colour, width = 100 }: Look,
): string {
  const style = styleOf(colour);
  const tone = (state: string | undefined) =>
    state === "sent"
      ? style.good
      : state === "undeliverable"
      ? style.bad
      : state === "waiting"
      ? style.warn
      : style.dim;
  const channelLines = layOut(
    [{ heading: "channel" }, { heading: "last result" }, { heading: "when" }, { heading: "waiting", align: "right" }, {
      heading: "undeliverable",
      align: "right",
    }, { heading: "error", flexible: true }],
    channels.map(({ channel, configured, last, waiting, undeliverable }) => [
      channel,
      last?.state ?? (configured ? "nothing sent yet" : "not set up"),
      last === null ? "" : instant(last.at),
      String(waiting),
      String(undeliverable),
      last?.error ?? "",
    ]),
    { width, paint: (cell, { row, column }) => column === 1 ? tone(channels[row]!.last?.state)(cell) : cell },
  );
  if (rows.length === 0) return [...channelLines, "", "The outbox is empty", ""].join("\n");
  const rowLines = layOut(
    [
      { heading: "id", align: "right" },
      { heading: "channel" },
      { heading: "state" },
      { heading: "tries", align: "right" },
      {
        heading: "made",
      },
      { heading: "next or sent" },
      { heading: "subject", flexible: true },
    ],
    rows.map(({ id, channel, state, attempts, createdAt, dueAt, sentAt, subject }) => [
      String(id),
      channel,
      state,
      String(attempts),
      instant(createdAt),
      state === "sent" ? instant(sentAt!) : state === "waiting" ? instant(dueAt) : "",
      subject,
    ]),
    { width, paint: (cell, { row, column }) => column === 2 ? tone(rows[row]!.state)(cell) : cell },
  );
  const unsent = rows.filter(({ state, error }) => state !== "sent" && error !== null)
    .map(({ id, error }) => `${id}: ${oneLine(error!)}`);
  return [...channelLines, "", ...rowLines, "", ...unsent, ...(unsent.length > 0 ? [""] : [])].join("\n");
}
