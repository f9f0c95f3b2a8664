import assert from "node:assert/strict";
import type { Incident } from "../../src/incident.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { incidents, knownIncidents, writeIncidents } from "../../src/postgres/incidents.ts";
import { transaction } from "../../src/postgres/transaction.ts";
import { withDatabases } from "../support/database.ts";
import { incident } from "../support/finished.ts";
import { NOW } from "../support/stored.ts";

const write = (db: Database, ...all: Incident[]) => transaction(db, (client) => writeIncidents(client, all));
const known = (db: Database, now = NOW) => transaction(db, (client) => knownIncidents(client, now));
const fresh = (key: string, over: Partial<Incident> = {}) =>
  incident(key, ["A daily", "B 5min"], { id: null, openedAt: NOW - 1_000, toldAt: null, ...over });

withDatabases("an incident comes back as it was written, and is changed in its place", async (db) => {
  await write(db, fresh("vendor", { detail: 'quoted "x"', returns: 2, quietUntil: NOW + 5 }));
  const [one] = await known(db);
  assert.deepEqual(one, { ...fresh("vendor", { detail: 'quoted "x"', returns: 2, quietUntil: NOW + 5 }), id: one!.id });
  const changed = { ...one!, series: [], toldAt: NOW, reminders: 1 };
  await write(db, changed);
  assert.deepEqual(await known(db), [changed]);
});

withDatabases("of one key one is open at a time", async (db) => {
  await write(db, fresh("vendor"));
  await assert.rejects(write(db, fresh("vendor")), /incident_open_once/);
});

withDatabases(
  "known are the open ones and those that may be flapping; the open one before the ended one",
  async (db) => {
    const ended = { recoveredAt: NOW - 500, quietUntil: NOW + 1_000 };
    await write(db, fresh("a", ended), fresh("a"), fresh("b", ended), fresh("c", { recoveredAt: NOW - 500 }));
    const found = await known(db);
    assert.deepEqual(found.map(({ key, recoveredAt }) => [key, recoveredAt]), [["a", null], ["b", NOW - 500]]);
    assert.deepEqual((await known(db, NOW + 1_000)).map(({ key }) => key), ["a"]);
    const listed = await incidents(db, 3);
    assert.deepEqual(listed.map(({ key }) => key), ["a", "c", "b"]);
    assert.equal(listed[0]!.recoveredAt, null);
  },
);
