import assert from "node:assert/strict";
import { type Delivery, MOST_ATTEMPTS, verdictOf } from "../src/delivery.ts";

const NOW = 1_000_000_000_000;
const HOUR = 3_600_000;
const DOWN: Delivery = { state: "failed", reason: "down", unreachable: true };
const parcel = { attempt: 1, most: 20, recipients: ["a@b.org", "c@d.org"] };

Deno.test("sent is sent, with what is worth knowing", () => {
  const verdict = verdictOf(parcel, { state: "sent", note: "not to c@d.org" }, { now: NOW, random: 0 });
  assert.deepEqual(verdict, { state: "sent", recipients: [], dueAt: NOW, error: "not to c@d.org" });
});

Deno.test("partly taken: only the others wait", () => {
  const partly = { state: "partly", remaining: ["c@d.org"], reason: "451" } as const;
  const verdict = verdictOf(parcel, partly, { now: NOW, random: 0 });
  assert.deepEqual(verdict, { state: "waiting", recipients: ["c@d.org"], dueAt: NOW + 40_000, error: "451" });
});

Deno.test("refused for good is undeliverable at once, and keeps whom it did not reach", () => {
  const verdict = verdictOf(parcel, { state: "refused", reason: "554" }, { now: NOW, random: 0 });
  assert.deepEqual(verdict, { state: "undeliverable", recipients: parcel.recipients, dueAt: NOW, error: "554" });
});

Deno.test("a server that is down is tried for about two days, never for more than three, then it is given up", () => {
  for (const random of [0, 0.5, 0.999999]) {
    let [now, attempt, longest] = [NOW, 1, 0];
    for (; attempt < MOST_ATTEMPTS.mail; attempt++) {
      const verdict = verdictOf({ ...parcel, attempt }, DOWN, { now, random });
      assert.equal(verdict.state, "waiting");
      assert.deepEqual(verdict.recipients, parcel.recipients);
      longest = Math.max(longest, verdict.dueAt - now);
      now = verdict.dueAt;
    }
    assert.ok(now - NOW > 30 * HOUR && now - NOW < 72 * HOUR, `${(now - NOW) / HOUR} h`);
    assert.ok(longest <= 6 * HOUR);
    assert.equal(verdictOf({ ...parcel, attempt }, DOWN, { now, random }).state, "undeliverable");
  }
});

Deno.test("greylisting is outlasted: the second to sixth try come within the first half hour", () => {
  const waits = [1, 2, 3, 4, 5].map((attempt) =>
    verdictOf({ ...parcel, attempt }, DOWN, { now: 0, random: 0 }).dueAt / 1000
  );
  assert.deepEqual(waits, [40, 80, 160, 320, 640]);
});

Deno.test("the other side may ask for a longer wait, but not for ever", () => {
  const asked = (afterMs: number) => verdictOf(parcel, { ...DOWN, afterMs }, { now: 0, random: 0 }).dueAt;
  assert.equal(asked(1_000), 40_000);
  assert.equal(asked(600_000), 600_000);
  assert.equal(asked(365 * 24 * HOUR), 12 * HOUR);
});

Deno.test("a ping that is late by more than an hour is not sent any more", () => {
  let now = 0;
  for (let attempt = 1; attempt < MOST_ATTEMPTS.ping; attempt++) {
    now = verdictOf({ ...parcel, attempt, most: MOST_ATTEMPTS.ping }, DOWN, { now, random: 0.999 }).dueAt;
  }
  assert.ok(now < 1.5 * HOUR, `${now}`);
});
