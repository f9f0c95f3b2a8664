/** Several processes on one server database contest the ticks of a schedule, and some die over them. Who gets which run? */
import assert from "node:assert/strict";
import { decideTicks } from "../../src/missed.ts";
import { openDatabase } from "../../src/postgres/connect.ts";
import { claimRun, closeRun } from "../../src/postgres/runs.ts";
import { noticeTicks, owedTick } from "../../src/postgres/ticks.ts";
import { totalsOf } from "../../src/run.ts";
import { dueTicks, parseSchedule } from "../../src/schedule.ts";
import { serverDatabase } from "./database.ts";
import { NOW } from "./stored.ts";

const MINUTE = 60_000;
const SCHEDULE = parseSchedule("* * * * *", "UTC");
/** Of claims won, those whose process dies before it closes the run. */
const DYING = 0.2;

/**
 * Lets `processes` processes, each with a pool of its own, look at the clock at once, tick after tick; checks that each
 * tick gets one run that closes (or three that die), and that nobody ran into a deadlock.
 *
 * @returns how many runs closed or ended their tick, and how many died
 */
export async function contestTicks(
  { processes, ticks, random }: { processes: number; ticks: number; random: () => number },
): Promise<{ closed: number; died: number }> {
  await using at = await serverDatabase({ poolSize: 2 });
  const pools = await Promise.all(
    Array.from(
      { length: processes },
      () => openDatabase({ kind: "server", url: at.url, poolSize: 1 }, { onError: () => {} }),
    ),
  );
  const start = Math.floor(NOW / MINUTE) * MINUTE;
  let died = 0;

  /** @returns whether there was anything left to do */
  async function look(index: number, now: number): Promise<boolean> {
    const db = pools[index]!;
    await noticeTicks(db, {
      schedule: { name: "contest", ...SCHEDULE },
      now,
      queue: 1,
      due: (after) => dueTicks(SCHEDULE, { after, upTo: now, limit: 10 }),
      decide: (due) => decideTicks(due, { missed: "latest", overlap: "queue", graceMs: MINUTE, now }),
    });
    const owed = await owedTick(db, { schedule: "contest", now, queue: 1 });
    if (owed === null) return false;
    const owner = `process ${index}`;
    const dies = random() < DYING;
    const leaseMs = dies ? 0 : 60_000;
    const claim = await claimRun(db, { owner, trigger: owed.trigger, tickId: owed.id, leaseMs, now, exclusive: false });
    if (!("runId" in claim)) return true;
    if (dies) died += 1;
    else {await closeRun(db, {
        runId: claim.runId,
        owner,
        outcome: "complete",
        message: null,
        totals: totalsOf([]),
        now,
      });}
    return true;
  }

  try {
    for (let tick = 0; tick <= ticks; tick++) {
      // Clocks of different machines differ by seconds, and their looks fall into any order.
      const looks = () => pools.map((_, index) => look(index, start + tick * MINUTE + Math.floor(random() * 5_000)));
      while ((await Promise.all(looks())).some(Boolean));
    }
    const { rows } = await at.db.pool.query(
      `select t.state, count(r.id)::int as runs, count(*) filter (where r.outcome = 'complete')::int as closed
       from tick t left join run r on r.tick_id = t.id group by t.id`,
    );
    assert.equal(rows.length, ticks, "a tick was missed or doubled");
    for (const row of rows) {
      const settled = row.state === "requested"
        ? row.closed === 1
        : row.state === "failed" && row.closed + row.runs === 3;
      assert.ok(settled, JSON.stringify(row));
    }
    const { rows: [{ deadlocks }] } = await at.db.pool.query(
      "select deadlocks from pg_stat_database where datname = current_database()",
    );
    assert.equal(deadlocks, 0, "a deadlock costs a second and a second try");
    return { closed: rows.length, died };
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
  }
}
