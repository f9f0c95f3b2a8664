/** What can a program ask about the instance? The same as its page. */
import { z } from "zod";
import { count, QUOTA, read } from "./api.ts";
import { type Endpoint, endpoint, instant } from "./endpoint.ts";
import type { InstanceReads } from "./instance.tsx";
import { LEDGER_QUERY, NO_QUERY } from "./query.ts";

const FAULT = z.object({ message: z.string(), at: instant });

const INSTANCE = z.object({
  version: z.string(),
  startedAt: instant,
  runtime: z.string(),
  owner: z.string().describe("This program in leases and heartbeats"),
  address: z.string(),
  database: z.object({
    describe: z.string(),
    engine: z.enum(["server", "embedded"]),
    version: z.string(),
    bytes: count,
  }),
  migrations: z.array(z.object({ version: z.int(), name: z.string(), appliedAt: instant })),
  heartbeats: z.array(z.object({
    name: z.string(),
    owner: z.string(),
    startedAt: instant,
    beatAt: instant,
    doing: z.string(),
    error: FAULT.nullable().describe("null: nothing has gone wrong since something went well"),
  })),
  connections: z.object({
    vendor: z.object({ at: instant, kind: z.string(), httpStatus: z.int().nullable(), message: z.string().nullable() })
      .nullable().describe("The last answer; null: never asked"),
    database: z.object({ durationMs: count }),
    mail: z.object({ host: z.string(), port: z.int(), secure: z.string() }).nullable().describe("null: not configured"),
  }),
  channels: z.array(z.object({
    channel: z.string(),
    waiting: count,
    undeliverable: count,
    last: z.object({ at: instant, subject: z.string(), state: z.string(), error: z.string().nullable() }).nullable()
      .describe("The newest attempt; null: there was none"),
  })).describe("Of notices, those that ever had a message"),
  outbox: z.array(z.object({
    id: z.int(),
    kind: z.string(),
    channel: z.string(),
    subject: z.string(),
    state: z.enum(["waiting", "sent", "undeliverable"]),
    attempts: count,
    most: count,
    createdAt: instant,
    dueAt: instant,
    error: z.string().nullable(),
  })).describe("The newest messages first"),
  settings: z.array(z.object({
    name: z.string(),
    group: z.string(),
    value: z.string().nullable().describe("Secrets are masked"),
    origin: z.enum(["environment", ".env", "file", "default", "database"]),
    givenAs: z.string().nullable().describe("The name it was given under, when that is another"),
  })),
});

const REQUEST = z.object({
  id: z.int(),
  runId: z.int().nullable(),
  symbol: z.string().nullable().describe("null: of the whole market"),
  interval: z.string().nullable().describe("null: it asked for no bars"),
  form: z.string(),
  attempt: count,
  sentAt: instant,
  kind: z.string().nullable().describe("null: never answered, it counts all the same"),
  httpStatus: z.int().nullable(),
  bytes: count.nullable(),
  durationMs: count.nullable(),
  message: z.string().nullable(),
});

export function instanceEndpoints(reads: InstanceReads): readonly Endpoint[] {
  return [
    endpoint({
      ...read,
      path: "/instance",
      summary: "The program: its version, database, parts that live, connections and settings with their origin",
      query: NO_QUERY,
      response: INSTANCE,
      handle: () => reads.instance(),
    }),
    endpoint({
      ...read,
      path: "/quota/ledger",
      summary: "Today's requests by the hour, and the last ones",
      query: LEDGER_QUERY,
      response: z.object({
        quota: QUOTA,
        hours: z.array(z.object({ from: instant, sent: count, withBars: count })).describe("Since 00:00 UTC"),
        requests: z.array(REQUEST).describe("Newest first"),
      }),
      handle: ({ query: { before, limit } }) => reads.ledger({ before: before ?? null, limit }),
    }),
  ];
}
