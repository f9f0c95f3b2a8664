import assert from "node:assert/strict";
import { retainAnswers } from "../../src/postgres/answers.ts";
import { archiveState, archiveStates, describeLack, lacks } from "../../src/postgres/archive_states.ts";
import { withDatabases } from "../support/database.ts";
import { bar, NOW, startRun, store } from "../support/stored.ts";

const DAY = 86_400_000;

withDatabases(
  "bars and revisions whose answers have no body any more are what is lacking; the place of the newest is the cut",
  async (db) => {
    const run = await startRun(db);
    const series = { symbol: "IBM", interval: "daily" } as const;
    const other = { symbol: "AAA", interval: "daily" } as const;
    assert.deepEqual(await archiveStates(db), []);
    assert.equal(await archiveState(db.pool, series), undefined);
    await store(db, run, { series, bars: [bar("2026-02-19", "1"), bar("2026-02-20", "1")], now: NOW });
    await store(db, run, { series, bars: [bar("2026-02-20", "2"), bar("2026-02-23", "1")], now: NOW + DAY });
    await store(db, run, { series: other, bars: [bar("2026-02-23", "7")], now: NOW + DAY });
    const whole = { series: other, cut: "0", answers: 1, bars: 0, revisions: 0 };
    assert.deepEqual(await archiveStates(db), [whole, { ...whole, series, answers: 2 }]);
    await retainAnswers(db, { before: NOW + DAY, limit: 9 });
    const state = await archiveState(db.pool, series);
    assert.deepEqual(state, { series, cut: "1", answers: 1, bars: 1, revisions: 1 });
    assert.ok(lacks(state!));
    assert.match(
      describeLack(state!),
      /^Cannot rebuild IBM daily: 1 bars and 1 revisions are older than the 1 answers/,
    );
    assert.deepEqual(await archiveState(db.pool, other), whole);
    assert.ok(!lacks(whole));
  },
);
