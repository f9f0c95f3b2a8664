/** What do the commands about notices do: try every channel, show what became of messages, write a digest to a file? */
import { type App, hashOf, openApp } from "./app.ts";
import { channelsOf } from "./channels.ts";
import type { Config } from "./config.ts";
import { CHANNELS, type Parcel } from "./delivery.ts";
import type { EmailConfig } from "./email.ts";
import { review } from "./incident.ts";
import { lookOf, type Machine } from "./machine.ts";
import { messagesOf, type Telling } from "./messages.ts";
import { finishedRun, lookOfRun, type Standing, standingNow, tellRun } from "./notice_facts.ts";
import { eventsOf } from "./postgres/events.ts";
import { channelStates, instanceId, outboxRows } from "./postgres/outbox.ts";
import { lastRuns } from "./postgres/runs.ts";
import { runLog } from "./run_log.ts";
import { sampleTellings } from "./sample.ts";
import { mailFile } from "./smtp/mail.ts";
import { UsageError } from "./terminal/commands.ts";
import { asJson } from "./terminal/json.ts";
import type { NoticeCommand } from "./terminal/notice_commands.ts";
import { renderOutbox } from "./terminal/outbox.ts";

/** For all the messages of a test, to all the channels. */
const TEST_MS = 60_000;
const SHOWN = 20;
const MOST_EVENTS = 20_000;

interface Means {
  readonly config: Config;
  readonly machine: Machine;
  readonly redact: (text: string) => string;
}

/** Carries out one of the commands. @returns the exit code */
export async function tellAbout(command: NoticeCommand, means: Means): Promise<number> {
  const { config, machine } = means;
  if (command.verb === "test" && channelsOf(config).length === 0) {
    const todo = "set EMAIL_SENDER_ADDRESS and EMAIL_RECIPIENT_ADDRESS, SLACK_WEBHOOK_URL, WEBHOOK_URL or PING_URL";
    throw new UsageError(`Cannot test the channels: none is set up; ${todo}`);
  }
  const app = await openApp(config, machine);
  try {
    if (command.name === "mail") return await preview(command, app, means);
    if (command.verb === "test") return await tryChannels(app, means);
    const states = await channelStates(app.database);
    const configured = channelsOf(config);
    const channels = CHANNELS.flatMap((channel) => {
      const state = states.find((one) => one.channel === channel);
      if (state === undefined && !configured.includes(channel)) return [];
      const nothing = { channel, waiting: 0, undeliverable: 0, last: null };
      return [{ ...(state ?? nothing), configured: configured.includes(channel) }];
    });
    const rows = await outboxRows(app.database, { limit: SHOWN });
    if (command.json) machine.out(asJson({ channels, outbox: rows }));
    else if (channels.length === 0) machine.out("No channel is set up, and nothing was ever sent\n");
    else machine.out(renderOutbox({ channels, rows }, lookOf(machine)));
    return 0;
  } finally {
    await app.close();
  }
}

/** One message of each kind to each channel, tried once, with what became of it. */
async function tryChannels({ notifier, database, config }: App, { machine, redact }: Means): Promise<number> {
  const abort = AbortSignal.any([machine.abort, AbortSignal.timeout(TEST_MS)]);
  const noticeIds: number[] = [];
  const tellings = sampleTellings({ now: machine.now(), pageUrl: config.notices.pageUrl });
  for (const telling of tellings) {
    const id = await notifier.enqueueTest(telling);
    if (id !== null) noticeIds.push(id);
  }
  await notifier.pass({ stop: AbortSignal.any([machine.stop, abort]), abort, look: false, noticeIds });
  const rows = (await outboxRows(database, { limit: 1_000, noticeIds })).toReversed();
  for (const { channel, subject, recipients, state, error } of rows) {
    const to = channel === "mail" ? ` to ${(state === "sent" ? config.email!.recipients : recipients).join(", ")}` : "";
    const why = error === null ? "" : `: ${error}`;
    machine.out(redact(`${state.padEnd(13)} ${channel.padEnd(7)} ${subject}${to}${why}\n`));
  }
  return rows.every(({ state }) => state === "sent") ? 0 : 1;
}

async function preview(
  { runId, out }: Extract<NoticeCommand, { name: "mail" }>,
  app: App,
  { config, machine, redact }: Means,
): Promise<number> {
  const { database } = app;
  const id = runId ?? (await lastRuns(database, 2)).find(({ outcome }) => outcome !== null)?.id;
  if (id === undefined) throw new Error("Cannot preview a mail: no run has ended yet; the command run makes one");
  const rooms = { config, database, world: machine, keyHash: await hashOf(config.vendor.key ?? "") };
  const closed = await finishedRun(rooms, { runId: id, redact });
  if (closed === null) throw new Error(`Cannot preview the mail of run ${id}: there is no such run that has ended`);
  const standing = await standingNow(rooms);
  // As if nothing were known: every problem of the run is shown as new.
  const { news } = review([], lookOfRun(closed, standing));
  await Deno.writeFile(out, await fileOf(tellRun(closed, { news, standing }), { out, app, config, redact, standing }));
  machine.out(`The digest of run ${id} is in "${out}"\n`);
  return 0;
}

async function fileOf(
  telling: Telling,
  { out, app: { database }, config, redact, standing }: {
    out: string;
    app: App;
    config: Config;
    redact: (text: string) => string;
    standing: Standing;
  },
): Promise<Uint8Array> {
  const email: EmailConfig = config.email ?? NOBODY;
  const [message] = messagesOf(telling, { channels: ["mail"], recipients: email.recipients, redact });
  const { content, subject, recipients, most } = message!;
  if (content.channel !== "mail") throw new Error("Cannot preview a message that is no mail");
  if (out.endsWith(".html")) return new TextEncoder().encode(content.html);
  if (out.endsWith(".txt")) return new TextEncoder().encode(`Subject: ${subject}\n\n${content.text}`);
  const messageId = `stocks-etl.preview-${telling.runId}.${await instanceId(database)}`;
  const parcel: Parcel = { id: 0, messageId, subject, content, recipients, attempt: 1, most, createdAt: standing.now };
  const events = await eventsOf(database, { runId: telling.runId!, limit: MOST_EVENTS });
  return await mailFile(email, parcel, events.length === 0 ? null : redact(runLog(events)));
}

/** Stands in a preview where no mail is set up. */
const NOBODY: EmailConfig = {
  sender: "stocks-etl@localhost",
  user: "",
  password: null,
  recipients: ["you@localhost"],
  smtp: { host: "localhost", port: 25, secure: "none" },
};
