/** Notices and messages put into a database by hand, for tests of what becomes of them. */
import type { Channel, Content, Outgoing } from "../../src/delivery.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { decideByClock } from "../../src/postgres/notices.ts";
import { NOW } from "./stored.ts";

export function message(channel: Channel, over: Partial<Outgoing> = {}): Outgoing {
  const contents: Record<Channel, Content> = {
    mail: { channel: "mail", text: "text", html: "<p>html</p>", runId: null },
    slack: { channel: "slack", text: "text" },
    webhook: { channel: "webhook", event: { type: "test" } },
    ping: { channel: "ping", ping: "success", text: "text" },
  };
  const recipients = channel === "mail" ? ["a@example.com", "b@example.com"] : [];
  return { subject: `to ${channel}`, content: contents[channel], recipients, most: 3, ...over };
}

/** A notice with these messages, decided. @returns its id */
export async function enqueue(
  db: Database,
  messages: readonly Outgoing[],
  { kind = "alarm", now = NOW }: { kind?: "alarm" | "test" | "summary"; now?: number } = {},
): Promise<number> {
  const id = await decideByClock(db, { kind, now, decide: () => ({ incidents: [], messages }) });
  if (id === null) throw new Error("Cannot enqueue nothing");
  return id;
}

/** As if the time a lease lasts had passed. */
export async function expireParcels(db: Database): Promise<void> {
  await db.pool.query(
    "update outbox set lease_until = clock_timestamp() - interval '1 second' where lease_until is not null",
  );
}
