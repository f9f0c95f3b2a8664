/** What does the page of the instance read: the program, its database, its parts, connections, ledger and settings? */
import { type App, hashOf } from "./app.ts";
import { effectiveSettings } from "./effective.ts";
import type { Machine } from "./machine.ts";
import { appliedMigrations, databaseSize, serverFacts } from "./postgres/facts.ts";
import { lastRequests, ledgerHours } from "./postgres/ledger.ts";
import { channelStates, outboxRows } from "./postgres/outbox.ts";
import { quotaState } from "./postgres/quota.ts";
import type { InstanceReads } from "./web/instance.tsx";

export interface InstanceSource {
  readonly machine: Pick<Machine, "environment" | "readFile" | "now" | "owner" | "sleep" | "version">;
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string;
}

const DAY = 86_400_000;
const MESSAGES = 20;

export function instanceReads(opened: Promise<App>, { machine, redact }: InstanceSource): InstanceReads {
  const startedAt = machine.now();
  // As it was when the program read it: a file that has changed since is not in force.
  const { values, fromFile } = machine.environment();
  return {
    instance: async () => {
      const { config, database, steer } = await opened;
      const [server, bytes, migrations, heartbeats, connections, channels, outbox, { schedule, overridden }] =
        await Promise
          .all([
            serverFacts(database),
            databaseSize(database),
            appliedMigrations(database),
            steer.heartbeats(),
            steer.connections(),
            channelStates(database),
            outboxRows(database, { limit: MESSAGES }),
            steer.schedule({ ticks: 1, history: 1 }),
          ]);
      const set = overridden === null ? null : schedule;
      const { describe, engine } = database;
      return {
        version: machine.version,
        startedAt,
        runtime: `Deno ${Deno.version.deno} on ${Deno.build.os} ${Deno.build.arch}`,
        owner: machine.owner,
        address: `http://${config.host}:${config.port}`,
        database: { describe, engine, version: server.version, bytes },
        migrations,
        heartbeats,
        connections: {
          vendor: connections.vendor,
          database: { durationMs: connections.database.durationMs },
          mail: config.email === null ? null : config.email.smtp,
        },
        channels,
        outbox,
        settings: effectiveSettings(values, { readFile: machine.readFile, fromFile, redact, schedule: set }),
      };
    },
    ledger: async ({ before, limit }) => {
      const { config: { vendor }, database } = await opened;
      const [keyHash, now] = [await hashOf(vendor.key ?? ""), machine.now()];
      const midnight = Math.floor(now / DAY) * DAY;
      const [quota, hours, requests] = await Promise.all([
        quotaState(database, { keyHash, now, perDay: vendor.perDay }),
        ledgerHours(database, { keyHash, from: midnight, to: midnight + DAY }),
        lastRequests(database, { before, limit }),
      ]);
      return { quota, hours, requests };
    },
  };
}
