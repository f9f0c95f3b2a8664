import assert from "node:assert/strict";
import type { Channel, Delivery, Parcel, Verdict } from "../src/delivery.ts";
import { notify, type NotifyEffects } from "../src/notify.ts";

const never = new AbortController().signal;

/** A world of object literals: `queue` by channel, each entry what its delivery comes to. */
function world(queue: Partial<Record<Channel, Delivery[]>>, change: Partial<NotifyEffects> = {}) {
  const done: string[] = [];
  let id = 0;
  const waiting = new Map(
    Object.entries(queue).map(([channel, deliveries]) => [
      channel,
      deliveries.map((delivery) => ({ parcel: parcelOf(++id, channel as Channel), delivery })),
    ]),
  );
  const byId = new Map([...waiting.values()].flat().map((one) => [one.parcel.id, one.delivery]));
  const effects: NotifyEffects = {
    now: () => 0,
    random: () => 0,
    channels: Object.keys(queue) as Channel[],
    decideSome: () => Promise.resolve(0),
    lookAtClock: () => Promise.resolve(void done.push("look")),
    claim: (channel) => Promise.resolve(waiting.get(channel)!.splice(0, 2).map(({ parcel }) => parcel)),
    deliver: (parcel) => Promise.resolve((done.push(`deliver ${parcel.id}`), byId.get(parcel.id)!)),
    settle: (parcel: Parcel, { state }: Verdict) => Promise.resolve((done.push(`${state} ${parcel.id}`), true)),
    release: (parcel) => Promise.resolve(void done.push(`release ${parcel.id}`)),
    giveUpOld: () => Promise.resolve(void done.push("give up")),
    ...change,
  };
  return { effects, done };
}

function parcelOf(id: number, channel: Channel): Parcel {
  const content = { channel: "slack" as const, text: channel };
  return { id, messageId: `${id}`, subject: "s", content, recipients: [], attempt: 1, most: 2, createdAt: 0 };
}

const SENT: Delivery = { state: "sent", note: null };
const DOWN: Delivery = { state: "failed", reason: "down", unreachable: true };
const LATER: Delivery = { state: "failed", reason: "451", unreachable: false };

Deno.test("decides until nothing waits, looks, delivers, gives up: in this order", async () => {
  const batches = [2, 1, 0];
  const { effects, done } = world({ slack: [SENT] });
  const decideSome = () => Promise.resolve((done.push("decide"), batches.shift()!));
  const report = await notify({ stop: never, look: true }, { ...effects, decideSome });
  assert.deepEqual(report, { decided: 3, sent: 1, failed: 0, undeliverable: 0 });
  assert.deepEqual(done, ["decide", "decide", "decide", "look", "deliver 1", "sent 1", "give up"]);
});

Deno.test("without a look at the clock nothing is looked for and nothing given up", async () => {
  const { effects, done } = world({ slack: [] });
  await notify({ stop: never, look: false }, effects);
  assert.deepEqual(done, []);
});

Deno.test("everything due is delivered, batch by batch; one that must wait does not keep the next", async () => {
  const { effects, done } = world({ mail: [SENT, LATER, SENT, { state: "refused", reason: "554" }, SENT] });
  const report = await notify({ stop: never, look: false }, effects);
  assert.deepEqual(report, { decided: 0, sent: 3, failed: 1, undeliverable: 1 });
  assert.equal(done.filter((one) => one.startsWith("deliver")).length, 5);
});

Deno.test("nobody takes anything: the rest is given back, the other channels go on", async () => {
  const { effects, done } = world({ mail: [DOWN, SENT, SENT], slack: [SENT, SENT, SENT] });
  const report = await notify({ stop: never, look: false }, effects);
  assert.deepEqual(report, { decided: 0, sent: 3, failed: 1, undeliverable: 0 });
  assert.ok(done.includes("release 2") && !done.includes("deliver 3"), done.join());
});

Deno.test("told to stop, what was claimed and not begun is given back", async () => {
  const stop = new AbortController();
  const { effects, done } = world({ mail: [SENT, SENT, SENT] });
  const deliver = (parcel: Parcel) => {
    stop.abort();
    return effects.deliver(parcel);
  };
  const report = await notify({ stop: stop.signal, look: true }, { ...effects, deliver });
  assert.equal(report.sent, 1);
  assert.deepEqual(done, ["look", "deliver 1", "sent 1", "release 2"]);
});
