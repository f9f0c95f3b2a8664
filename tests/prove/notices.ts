/**
 * Notices that must arrive: the process that closes a run and tells of it is killed at every step of that, on its own side
 * and in the middle of its conversation with the mail server; and ten thousand notices go through a server that flaps.
 * Nothing is lost; what comes twice comes under the same id.
 */
import assert from "node:assert/strict";
import { openApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import { parseConfig } from "../../src/config.ts";
import { jumpingWorld } from "../support/app.ts";
import { serverDatabase } from "../support/database.ts";
import { type Mailbox, startMailbox } from "../support/mailbox.ts";
import { seededRandom } from "../support/random.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { heirsWorld, NOW, openStage, type Stage } from "./kills.ts";
import type { Proof } from "./main.ts";
import type { Orders } from "./victim.ts";

const never = new AbortController().signal;
/** Where the server's side of a conversation stands. */
const STEPS = ["connect", "mail", "rcpt", "data", "taken"] as const;

interface Trial {
  /** A point of the victim's own, or a step of the server's. */
  readonly at: number | typeof STEPS[number] | "post";
}

async function proveKills(count: number): Promise<Record<string, number>> {
  const { random, seed } = seededRandom();
  const stage = await openStage("server");
  await using mailbox = await startMailbox();
  await using receiver = await startReceiver();
  const scene = { stage: { ...stage, config: withChannels(stage.config, { mailbox, receiver }) }, mailbox, receiver };
  const seen = { kills: 0, steps: 0, duplicates: 0, lost: 0, seed };
  try {
    await stage.reset();
    const names: string[] = JSON.parse((await runVictim(scene.stage, { dieAt: null }).ended).stdout);
    const first = names.findIndex((name) => /with closed/.test(name));
    assert.ok(first > 0 && names.length - first > 30, names.join("\n"));
    const points = Array.from({ length: names.length - first }, (_, index) => first + index);
    const all: Trial["at"][] = [...STEPS, "post", ...points];
    seen.steps = new Set(all.map((at) => typeof at === "number" ? names[at] : at)).size;
    for (let index = 0; index < count; index++) {
      // Spread over all of them when there are fewer trials than steps.
      const at = count < all.length
        ? all[Math.floor((index + random()) * all.length / count)]!
        : all[index < all.length ? index : Math.floor(random() * all.length)]!;
      try {
        seen.duplicates += await killOnce(scene, { at });
      } catch (error) {
        throw new Error(`TEST_SEED=${seed}, at ${typeof at === "number" ? names[at] : at}`, { cause: error });
      }
      seen.kills += 1;
    }
    return seen;
  } finally {
    await stage.close();
  }
}

interface Scene {
  readonly stage: Stage;
  readonly mailbox: Mailbox;
  readonly receiver: Receiver;
}

/** @returns how many messages came twice */
async function killOnce({ stage, mailbox, receiver }: Scene, { at }: Trial): Promise<number> {
  await stage.reset();
  const [mails, posts] = [mailbox.mails.length, receiver.received.length];
  const victim = runVictim(stage, { dieAt: typeof at === "number" ? at : NaN });
  const die = () => victim.kill();
  if (at === "post") receiver.onRequest(die);
  else if (typeof at === "string") mailbox.onStep((step) => step === at && die());
  await victim.ended;
  mailbox.onStep(null);
  receiver.onRequest(null);
  await stage.expireLeases();
  await stage.recover();
  const app = await openApp(stage.config, heirsWorld());
  try {
    const { pool } = app.database;
    await pool.query(
      "update outbox set lease_until = clock_timestamp() - interval '1 s' where lease_until is not null",
    );
    await app.notifier.pass({ stop: never, abort: never, look: true });
    const { rows: [runs] } = await pool.query(
      `select count(*)::int as ended, (select count(*)::int from notice where kind = 'run' and decided_at is not null) as told
       from run where outcome is not null`,
    );
    assert.equal(runs.told, runs.ended, "a run without its notice");
    const { rows } = await pool.query(
      `select channel, state, 'stocks-etl.' || outbox.id || '.' || instance.id as "messageId" from outbox, instance`,
    );
    assert.ok(rows.length >= runs.ended * 2 && rows.every(({ state }) => state === "sent"), JSON.stringify(rows));
    const came = new Map<string, number>();
    const count = (id: string) => came.set(id, (came.get(id) ?? 0) + 1);
    for (const { messageId } of mailbox.mails.slice(mails)) count(messageId.replace(/^<|@.*$/g, ""));
    for (const { headers } of receiver.received.slice(posts)) count(String(headers["webhook-id"]));
    assert.deepEqual([...came.keys()].sort(), rows.map(({ messageId }) => messageId).sort(), "lost, or unknown");
    const twice = [...came.values()].filter((times) => times > 1);
    assert.ok(twice.length <= 2 && twice.every((times) => times === 2), JSON.stringify([...came]));
    return twice.length;
  } finally {
    await app.close();
  }
}

function runVictim(stage: Stage, { dieAt }: Pick<Orders, "dieAt">) {
  const orders: Orders = { config: stage.config, now: NOW, dieAt, signal: "SIGKILL", notify: true };
  const program = new URL("./victim.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", program, JSON.stringify(orders)],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = child.output().then(({ code, signal, stdout, stderr }) => {
    const said = new TextDecoder().decode(stderr);
    assert.ok(code === 0 || signal === "SIGKILL", said);
    return { stdout: new TextDecoder().decode(stdout) };
  });
  const kill = () => {
    try {
      child.kill("SIGKILL");
    } catch {
      // It is dead already: a step that comes twice.
    }
  };
  return { ended, kill };
}

function withChannels(config: Config, { mailbox, receiver }: { mailbox: Mailbox; receiver: Receiver }): Config {
  const parsed = parseConfig({
    EMAIL_ON: "always",
    EMAIL_SENDER_ADDRESS: "etl@example.com",
    EMAIL_RECIPIENT_ADDRESS: "me@example.com",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(mailbox.port),
    SMTP_SECURE: "none",
    WEBHOOK_URL: receiver.url,
  }, { readFile: () => "" });
  assert.ok("config" in parsed);
  return { ...config, email: parsed.config.email, notices: parsed.config.notices };
}

/** Notices of as many runs, through a mail server that refuses, greylists, cuts and forgets to answer. */
async function proveFlapping(count: number): Promise<Record<string, number>> {
  const { random, seed } = seededRandom();
  await using mailbox = await startMailbox();
  await using receiver = await startReceiver();
  await using place = await serverDatabase();
  const parsed = parseConfig({}, { readFile: () => "" });
  assert.ok("config" in parsed);
  const config = {
    ...withChannels(parsed.config, { mailbox, receiver }),
    database: place.config as Config["database"],
  };
  const world = { ...jumpingWorld(NOW), random };
  let ahead = 0;
  const began = world.now();
  const app = await openApp(config, { ...world, now: () => began + ahead });
  try {
    const { pool } = app.database;
    const at = new Date(NOW - 60_000).toISOString();
    await pool.query(
      `insert into run (trigger, owner, lease_until, started_at, finished_at, outcome)
       select 'manual', 'x', $2, $2, $2, 'complete' from generate_series(1, $1::int)`,
      [count, at],
    );
    await pool.query("insert into notice (kind, run_id, at) select 'run', id, finished_at from run order by id");
    const faults = ["closed", "greylist", "cut-in-data", "cut-after-data", null, null] as const;
    mailbox.failAll(() => faults[Math.floor(random() * faults.length)]!);
    mailbox.onStep((step) => {
      if (step === "mail" && random() < 0.1) mailbox.cut();
    });
    const left = async () =>
      (await pool.query(
        "select count(*)::int as left from notice n where decided_at is null or exists (select from outbox o where o.notice_id = n.id and o.state = 'waiting')",
      ))
        .rows[0].left;
    let passes = 0;
    for (; await left() > 0; passes++) {
      await app.notifier.pass({ stop: never, abort: never, look: false });
      ahead += 30_000;
    }
    const { rows: [{ undeliverable }] } = await pool.query(
      "select count(*)::int as undeliverable from outbox where state = 'undeliverable'",
    );
    const ids = Map.groupBy(mailbox.mails, ({ messageId }) => messageId);
    const { rows } = await pool.query(
      "select count(*)::int as count from outbox where channel = 'mail' and state = 'sent'",
    );
    const figures = {
      notices: count,
      mails: mailbox.mails.length,
      connections: mailbox.connections(),
      passes,
      lost: count - ids.size,
      undeliverable,
      "came twice or more": [...ids.values()].filter(({ length }) => length > 1).length,
      seed,
    };
    assert.equal(figures.lost, 0, JSON.stringify(figures));
    assert.equal(rows[0].count, count, JSON.stringify(figures));
    return figures;
  } finally {
    await app.close();
  }
}

export const PROOFS: readonly Proof[] = [
  { name: "notice-kills", unit: "kills", short: 6, long: 200, prove: proveKills },
  { name: "notice-flapping", unit: "notices", short: 60, long: 10_000, prove: proveFlapping },
];
