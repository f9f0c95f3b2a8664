import assert from "node:assert/strict";
import type { Channel, Verdict } from "../../src/delivery.ts";
import type { Database } from "../../src/postgres/connect.ts";
import {
  channelStates,
  claimParcels,
  giveUpOld,
  instanceId,
  outboxRows,
  releaseParcel,
  settleParcel,
} from "../../src/postgres/outbox.ts";
import { serverDatabase, withDatabases } from "../support/database.ts";
import { losingOnce } from "../support/lossy.ts";
import { enqueue, expireParcels, message } from "../support/outbox.ts";
import { NOW } from "../support/stored.ts";

const LEASE_MS = 60_000;
const SENT: Verdict = { state: "sent", recipients: [], dueAt: NOW, error: null };
const claim = (db: Database, owner: string, { channel = "mail" as Channel, now = NOW, limit = 5 } = {}) =>
  claimParcels(db, { channel, owner, leaseMs: LEASE_MS, now, limit });

withDatabases("a message is handed out whole, oldest first, to one holder at a time", async (db) => {
  await enqueue(db, [message("mail"), message("slack")]);
  await enqueue(db, [message("mail", { subject: "second" })], { now: NOW + 1 });
  const [first, second] = await claim(db, "a", { now: NOW + 1 });
  const instance = await instanceId(db);
  assert.match(instance, /^[0-9a-f-]{36}$/);
  assert.deepEqual(first, {
    id: first!.id,
    messageId: `stocks-etl.${first!.id}.${instance}`,
    subject: "to mail",
    content: { channel: "mail", text: "text", html: "<p>html</p>", runId: null },
    recipients: ["a@example.com", "b@example.com"],
    attempt: 1,
    most: 3,
    createdAt: NOW,
  });
  assert.equal(second!.subject, "second");
  assert.deepEqual(await claim(db, "b", { now: NOW + 1 }), []);
  assert.equal((await claim(db, "b", { channel: "slack" })).length, 1);
});

withDatabases("who claimed last may say how it ended, whoever claimed before may not", async (db) => {
  await enqueue(db, [message("mail")]);
  const [slow] = await claim(db, "slow");
  await expireParcels(db);
  const [quick] = await claim(db, "quick");
  assert.equal(quick!.messageId, slow!.messageId, "the same message, the same id");
  assert.equal(quick!.attempt, 2);
  assert.equal(await settleParcel(db, slow!, { owner: "slow", verdict: SENT, now: NOW }), false);
  assert.equal((await outboxRows(db, { limit: 1 }))[0]!.state, "waiting");
  assert.equal(await settleParcel(db, quick!, { owner: "quick", verdict: SENT, now: NOW + 7 }), true);
  const [row] = await outboxRows(db, { limit: 1 });
  assert.equal(row!.state, "sent");
  assert.equal(row!.sentAt, NOW + 7);
  assert.equal(await settleParcel(db, quick!, { owner: "quick", verdict: SENT, now: NOW }), false, "once");
  assert.deepEqual(await claim(db, "c"), []);
});

withDatabases(
  "one that waits is not handed out before its time, and then only for whom it has not reached",
  async (db) => {
    await enqueue(db, [message("mail")]);
    const [parcel] = await claim(db, "a");
    const verdict: Verdict = {
      state: "waiting",
      recipients: ["b@example.com"],
      dueAt: NOW + 1_000,
      error: "451 later",
    };
    assert.ok(await settleParcel(db, parcel!, { owner: "a", verdict, now: NOW }));
    assert.deepEqual(await claim(db, "b", { now: NOW + 999 }), []);
    const [again] = await claim(db, "b", { now: NOW + 1_000 });
    assert.deepEqual(again!.recipients, ["b@example.com"]);
    assert.equal(again!.attempt, 2);
  },
);

withDatabases("given back untried, an attempt does not count", async (db) => {
  await enqueue(db, [message("mail")]);
  const [parcel] = await claim(db, "a");
  await releaseParcel(db, parcel!, { owner: "b" });
  assert.deepEqual(await claim(db, "c"), [], "it was not theirs to give");
  await releaseParcel(db, parcel!, { owner: "a" });
  assert.equal((await claim(db, "c"))[0]!.attempt, 1);
});

withDatabases("tests are left to whoever asked for them", async (db) => {
  const id = await enqueue(db, [message("mail")], { kind: "test" });
  assert.deepEqual(await claim(db, "loop"), []);
  const mine = { channel: "mail", owner: "me", leaseMs: LEASE_MS, now: NOW, limit: 5, noticeIds: [id] } as const;
  assert.equal((await claimParcels(db, mine)).length, 1);
});

withDatabases("what nobody delivers for days ends visibly, unless it is in somebody's hands", async (db) => {
  await enqueue(db, [message("mail"), message("slack")]);
  await enqueue(db, [message("mail", { subject: "young" })], { now: NOW + 10 });
  await claim(db, "a", { channel: "slack" });
  await giveUpOld(db, { before: NOW + 5, now: NOW + 100 });
  const rows = await outboxRows(db, { limit: 9 });
  assert.deepEqual(rows.map(({ subject, state, error }) => [subject, state, error]), [
    ["young", "waiting", null],
    ["to slack", "waiting", null],
    ["to mail", "undeliverable", "given up: it has waited for days"],
  ]);
});

withDatabases("the last result of each channel, and pages of the outbox", async (db) => {
  assert.deepEqual(await channelStates(db), []);
  for (let index = 0; index < 5; index++) {
    await enqueue(db, [message("mail", { subject: `m${index}` }), message("ping")]);
  }
  const [one, two] = await claim(db, "a", { limit: 2 });
  await settleParcel(db, one!, { owner: "a", verdict: SENT, now: NOW });
  const refused: Verdict = { state: "undeliverable", recipients: [], dueAt: NOW, error: "554 spam" };
  await settleParcel(db, two!, { owner: "a", verdict: refused, now: NOW });
  assert.deepEqual(await channelStates(db), [
    {
      channel: "mail",
      waiting: 3,
      undeliverable: 1,
      last: { at: NOW, subject: "m1", state: "undeliverable", error: "554 spam" },
    },
    { channel: "ping", waiting: 5, undeliverable: 0, last: null },
  ]);
  const first = await outboxRows(db, { limit: 4 });
  const rest = await outboxRows(db, { limit: 40, before: first.at(-1)!.id });
  assert.equal(new Set([...first, ...rest].map(({ id }) => id)).size, 10);
  assert.ok(first.every(({ id }, index) => id > (first[index + 1]?.id ?? 0)));
  assert.deepEqual((await outboxRows(db, { limit: 9, state: "undeliverable" })).map(({ subject }) => subject), ["m1"]);
});

Deno.test("of ten claimants each message gets one (server)", async () => {
  await using at = await serverDatabase({ poolSize: 10 });
  for (let index = 0; index < 40; index++) await enqueue(at.db, [message("webhook")]);
  const claims = await Promise.all(
    Array.from({ length: 10 }, (_, owner) => claim(at.db, `owner ${owner}`, { channel: "webhook", limit: 7 })),
  );
  const ids = claims.flat().map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(ids.length, 40);
});

withDatabases("an answer lost after the verdict changes nothing about it", async (db) => {
  await enqueue(db, [message("mail")]);
  const [parcel] = await claim(db, "a");
  const lossy = losingOnce(db, { statement: /update outbox/, after: true });
  await settleParcel(lossy, parcel!, { owner: "a", verdict: SENT, now: NOW });
  const [row] = await outboxRows(db, { limit: 1 });
  assert.equal(row!.state, "sent");
  assert.equal(row!.attempts, 1);
});
