/** What is running here, is each part of it alive, and what does it work with? */
import type { EffectiveSetting } from "../effective.ts";
import type { Quota } from "../plan.ts";
import { Live, None, Time } from "./facts.tsx";
import {
  Channels,
  type ChannelState,
  Connections,
  type MailServer,
  type VendorAnswer,
} from "./instance_connections.tsx";
import { type Heartbeat, Heartbeats, silentParts } from "./instance_heartbeats.tsx";
import { Ledger, type LedgerFacts } from "./instance_ledger.tsx";
import { type MessageRow, Outbox } from "./instance_outbox.tsx";
import { type Migration, Migrations, Settings } from "./instance_settings.tsx";
import { LEDGER_QUERY, readQuery } from "./query.ts";
import type { ShowPage } from "./visit.ts";
import { bytes, counted, duration } from "./words.ts";

/** Instants are epoch ms. */
export interface InstanceFacts {
  readonly version: string;
  /** What it was made from; `null`: not known. */
  readonly commit: string | null;
  /** When this program began. */
  readonly startedAt: number;
  /** `Deno 2.5.0 on linux x86_64`. */
  readonly runtime: string;
  /** This program in leases and heartbeats. */
  readonly owner: string;
  /** Where it listens. */
  readonly address: string;
  readonly database: {
    /** Host, port and name, or folder; never a password. */
    readonly describe: string;
    readonly engine: "server" | "embedded";
    readonly version: string;
    readonly bytes: number;
  };
  /** In order. */
  readonly migrations: readonly Migration[];
  /** The liveliest first; of every program on this database. */
  readonly heartbeats: readonly Heartbeat[];
  readonly connections: {
    readonly vendor: VendorAnswer | null;
    /** How long it took to answer just now. */
    readonly database: { readonly durationMs: number };
    /** `null`: not configured. */
    readonly mail: MailServer | null;
  };
  /** How each channel of notices does. */
  readonly channels: readonly ChannelState[];
  /** The newest messages to them, the newest first. */
  readonly outbox: readonly MessageRow[];
  readonly settings: readonly EffectiveSetting[];
}

export interface InstanceReads {
  instance(): Promise<InstanceFacts>;
  ledger(page: { before: number | null; limit: number }): Promise<LedgerFacts & { readonly quota: Quota }>;
}

export function instancePage(reads: InstanceReads): ShowPage {
  return async ({ query, now }) => {
    const { before = null, limit } = readQuery(LEDGER_QUERY, query);
    const [facts, ledger] = await Promise.all([reads.instance(), reads.ledger({ before, limit: limit + 1 })]);
    return {
      title: "Instance",
      sentence: sentenceOf(facts, now),
      body: (
        <>
          <Live id="instance">
            <Facts facts={facts} now={now} />
            <section aria-labelledby="parts-title">
              <h2 id="parts-title">Parts</h2>
              <Heartbeats
                heartbeats={facts.heartbeats}
                channels={facts.connections.mail !== null || facts.channels.length > 0}
              />
            </section>
            <section aria-labelledby="connections-title">
              <h2 id="connections-title">Connections</h2>
              <Connections facts={facts} />
            </section>
          </Live>
          <section aria-labelledby="ledger-title" id="ledger">
            <h2 id="ledger-title">Quota ledger</h2>
            <Live id="ledger-live">
              <Ledger ledger={ledger} limit={limit} before={before} />
            </Live>
          </section>
          <section aria-labelledby="channels-title">
            <h2 id="channels-title">Notices</h2>
            <Live id="channels">
              <Channels channels={facts.channels} mail={facts.connections.mail} />
              {facts.channels.length > 0 && <Outbox messages={facts.outbox} />}
            </Live>
          </section>
          <section aria-labelledby="settings-title" id="settings">
            <h2 id="settings-title">Configuration</h2>
            <Settings settings={facts.settings} />
          </section>
          <section aria-labelledby="migrations-title">
            <h2 id="migrations-title">Schema</h2>
            <Migrations migrations={facts.migrations} />
          </section>
        </>
      ),
    };
  };
}

/** What is wrong, else that nothing is. */
function sentenceOf({ heartbeats, connections: { vendor, database } }: InstanceFacts, now: number): string {
  const silent = silentParts(heartbeats, now);
  const failing = heartbeats.filter(({ error }) => error !== null).map(({ name }) => name);
  const wrong = [
    ...(silent.length === 0 ? [] : [`no ${silent.join(" and no ")} has shown itself for minutes`]),
    ...(failing.length === 0 ? [] : [`the ${[...new Set(failing)].join(" and the ")} last failed`]),
  ];
  const answers = `the database answers in ${duration(database.durationMs)}`;
  const asked = vendor === null
    ? "the vendor was never asked"
    : vendor.kind === "bars"
    ? "the vendor last answered with bars"
    : `the vendor's last answer was ${vendor.kind.replaceAll("-", " ")}`;
  const text = [...(wrong.length === 0 ? ["every part is alive"] : wrong), answers, asked].join("; ");
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

function Facts({ facts, now }: { facts: InstanceFacts; now: number }) {
  const { version, commit, startedAt, runtime, owner, address, database, migrations } = facts;
  const engine = database.engine === "embedded" ? "embedded PostgreSQL" : "PostgreSQL server";
  const rows = [
    ["Version", version],
    ["Commit", commit === null ? <None why="neither GIT_COMMIT nor a repository says it" /> : commit.slice(0, 12)],
    ["Up for", <Uptime startedAt={startedAt} now={now} />],
    ["Runs on", runtime],
    ["Listens on", address],
    ["Known as", owner],
    ["Database", `${engine} ${database.version}`],
    ["Where", database.describe],
    ["Size on disk", bytes(database.bytes)],
    ["Schema", counted(migrations.length, "migration")],
  ] as const;
  return (
    <dl class="facts">
      {rows.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd class="words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Uptime({ startedAt, now }: { startedAt: number; now: number }) {
  return (
    <>
      {duration(Math.max(0, now - startedAt))},{" "}
      <span class="aside">
        since <Time at={startedAt} zone />
      </span>
    </>
  );
}
