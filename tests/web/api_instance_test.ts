/** Can a program read of the instance what the page shows, and no more? */
import assert from "node:assert/strict";
import { MASK } from "../../src/effective.ts";
import { instanceFacts, NOW, reads, routes } from "../support/page.ts";

Deno.test("the instance and the ledger, instants as ISO 8601", async () => {
  const setting = { name: "KEY", group: "g", description: "d", value: MASK, secret: true, givenAs: null } as const;
  const asked: unknown[] = [];
  const row = {
    id: 3,
    runId: null,
    symbol: "IBM",
    interval: "daily",
    form: "TIME_SERIES_DAILY compact",
    attempt: 1,
    sentAt: NOW,
    message: null,
  };
  const instance = {
    instance: () => Promise.resolve(instanceFacts({ settings: [{ ...setting, origin: "file" }] })),
    ledger: async (page: { before: number | null; limit: number }) => {
      asked.push(page);
      const hours = [{ from: NOW, sent: 2, withBars: 1 }];
      const requests = [{ ...row, kind: null, httpStatus: null, bytes: null, durationMs: null }];
      return { ...await reads().instance.ledger(page), hours, requests };
    },
  };
  const client = routes({}, { instance }).client();
  const found = JSON.parse((await client.send("/api/v1/instance")).text);
  assert.deepEqual([found.version, found.database.bytes, found.connections.vendor], ["1.2.3", 12_345_678, null]);
  assert.equal(found.startedAt, "2026-11-22T13:00:00.000Z");
  assert.deepEqual(found.settings, [{ name: "KEY", group: "g", value: MASK, origin: "file", givenAs: null }]);
  const ledger = JSON.parse((await client.send("/api/v1/quota/ledger?limit=5&before=9")).text);
  assert.deepEqual(asked, [{ before: 9, limit: 5 }]);
  assert.deepEqual(ledger.hours, [{ from: "2026-11-22T14:00:00.000Z", sent: 2, withBars: 1 }]);
  assert.deepEqual([ledger.requests[0].id, ledger.requests[0].kind, ledger.quota.usedToday], [3, null, 3]);
});
