/** Does the page of the instance read what is true of the program and its database, and never a secret? */
import assert from "node:assert/strict";
import { openApp } from "../src/app.ts";
import { instanceReads } from "../src/pages_instance.ts";
import { MIGRATIONS } from "../src/postgres/migrate.ts";
import { sampleTellings } from "../src/sample.ts";
import { configFor, jumpingWorld } from "./support/app.ts";
import { withDatabases } from "./support/database.ts";
import { fakeMachine } from "./support/machine.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const KEY = "appkey-of-the-test";

withDatabases(
  "the program, its database, settings with their origin, the ledger of its key",
  async (_, { config, engine }) => {
    const world = jumpingWorld(NOW);
    const env = {
      API_KEY: KEY,
      STOCK_SYMBOLS: "IBM",
      API_REQUESTS_PER_DAY: "25",
      SCHEDULE_TIMEZONE: "UTC",
      PING_URL: "http://127.0.0.1:9/ping",
    };
    const app = await openApp(configFor("http://127.0.0.1:9", config, env), world);
    try {
      let values: Record<string, string> = env;
      const machine = fakeMachine({}, {
        now: world.now,
        environment: () => ({ values, file: null, fromFile: ["STOCK_SYMBOLS"] }),
      });
      const reads = instanceReads(Promise.resolve(app), { machine, redact: (text) => text.replaceAll(KEY, "…") });
      // A file that changes later is not what the program has read.
      values = { STOCK_SYMBOLS: "MSFT" };
      await app.pulse.beat("scheduler", "waits", null);
      await app.steer.setSchedule("ann", { cron: "@hourly" });
      await app.notifier.enqueueTest(sampleTellings({ now: NOW, pageUrl: null })[0]!);
      const found = await reads.instance();
      assert.equal(found.database.engine, engine);
      assert.ok(found.database.bytes > 1_000_000);
      assert.deepEqual(found.migrations.map(({ name }) => name), MIGRATIONS.map(({ name }) => name));
      assert.deepEqual(found.heartbeats.map(({ name }) => name), ["scheduler"]);
      assert.deepEqual([found.connections.vendor, found.connections.mail], [null, null]);
      assert.deepEqual(found.channels.map(({ channel, waiting }) => [channel, waiting]), [["ping", 1]]);
      assert.deepEqual(found.outbox.map(({ kind, state }) => [kind, state]), [["test", "waiting"]]);
      assert.ok(found.startedAt >= NOW && found.startedAt <= world.now());
      const origin = (name: string) => {
        const { value, origin } = found.settings.find((setting) => setting.name === name)!;
        return `${value} from ${origin}`;
      };
      assert.equal(origin("STOCK_SYMBOLS"), "IBM from .env");
      assert.equal(origin("SCHEDULE_CRON"), "@hourly from database");
      assert.equal(origin("SCHEDULE_TIMEZONE"), "UTC from database");
      assert.match(origin("ALPHAVANTAGE_API_KEY"), /^•+ from environment$/);
      assert.doesNotMatch(JSON.stringify(found), /appkey/);

      const { pool } = app.database;
      await pool.query(
        `insert into request (key_hash, symbol, "interval", form, attempt, sent_at)
       values ('another', 'IBM', 'daily', 'D', 1, $1)`,
        [new Date(NOW).toISOString()],
      );
      const ledger = await reads.ledger({ before: null, limit: 5 });
      assert.deepEqual(
        [ledger.hours, ledger.quota.perDay, ledger.quota.usedToday],
        [[], 25, 0],
        "hours are of our key",
      );
      assert.equal(ledger.requests.length, 1);
      assert.deepEqual((await reads.ledger({ before: ledger.requests[0]!.id, limit: 5 })).requests, []);
    } finally {
      await app.close();
    }
  },
);
