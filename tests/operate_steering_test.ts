/** What do the commands that steer print, with which code do they end, and do they reach the program that serves? */
import assert from "node:assert/strict";
import { operatorOf } from "../src/operate_steering.ts";
import { commanding } from "./support/commanding.ts";
import { fakeMachine } from "./support/machine.ts";
import { startCurrentVendor } from "./support/market.ts";
import { notice } from "./support/vendor.ts";

const stage = async () => commanding(await startCurrentVendor(["AAA", "BBB"]), { env: { STOCK_SYMBOLS: "AAA,BBB" } });

Deno.test("the schedule: set, shown, paused, resumed, reset, tested; who did it is kept", async () => {
  await using at = await stage();
  const set = await at.done("schedule set --cron 0~7~*~*~1-5 --timezone America/New_York");
  assert.equal(set.code, 0, set.err);
  assert.match(set.out, /^Set by ann \(terminal\) at .*; configured is 0 6 \* \* \* UTC: "schedule reset"$/m);
  assert.match(set.out, /At 07:00, Monday through Friday, America\/New_York time/);
  const status = JSON.parse((await at.done("status --json")).out);
  const { next } = JSON.parse((await at.done("schedule --json")).out);
  assert.equal(next.length, 10);
  assert.equal(status.nextTick, next[0], "every command knows of it");
  assert.match((await at.done("schedule set --cron 0~8~*~*~* --preview")).out, /^At 08:00/);
  assert.match((await at.done("pause")).out, /^Paused by ann/);
  assert.match((await at.done("schedule test")).out, /would be skipped: the schedule is paused by ann/);
  assert.match((await at.done("status")).out, /No tick is due: the schedule is paused$/m);
  assert.doesNotMatch((await at.done("resume")).out, /Paused/);
  assert.match((await at.done("schedule test")).out, /would run, with what is stored today:[\s\S]*AAA daily +ask/);
  const at7 = await at.done("schedule test --at 2999-01-01T12:34Z --json");
  assert.deepEqual([JSON.parse(at7.out).isTick, JSON.parse(at7.out).at], [false, "2999-01-01T12:34:00.000Z"]);
  assert.match((await at.done("schedule reset")).out, /^At 06:00, UTC time/);
  const { rows } = await at.pool.query("select by, action from audit order by id");
  assert.deepEqual(rows.map(({ action }) => action), ["set", "paused", "resumed", "reset"]);
  assert.ok(rows.every(({ by }) => by === "ann (terminal)"));
});

Deno.test("a wrong wish is 2, a wish that comes too late is 1, each with one line", async () => {
  await using at = await stage();
  await at.done("run --quiet");
  const wrong: [string, number, RegExp][] = [
    ["schedule set --cron 61~*~*~*~*", 2, /minute "61" is not 0-59/],
    ["cancel 9", 2, /Cannot cancel run 9: there is none of that number/],
    ["cancel 1", 1, /Cannot cancel run 1: it ended complete at 2/],
    ["run --of 9", 2, /run 9: there is none of that number/],
    ["run --failed-of 1", 2, /all 2 series of it were stored/],
    ["launch --intervals weekly", 2, /Cannot select weekly/],
    ["schedule test --at 2020-01-01T00:00Z", 2, /that is over/],
    ["release 4", 2, /none of that number in quarantine/],
  ];
  for (const [line, code, message] of wrong) {
    const ended = await at.done(line);
    assert.deepEqual([ended.code, ended.out], [code, ""], `${line}: ${ended.err}`);
    assert.match(ended.err, message);
    assert.equal(ended.err.trimEnd().split("\n").length, 1, ended.err);
  }
});

Deno.test("run --failed-of runs what failed, in this process; launch queues, also symbols that are not configured", async () => {
  await using at = await stage();
  at.vendor.answerBy(({ symbol }) => symbol === "BBB" ? notice("2") : null);
  assert.equal((await at.done("run --quiet")).out, "partial\n");
  at.vendor.answerBy(null);
  assert.equal((await at.done("run --failed-of 1 --force --quiet")).out, "complete\n");
  const { rows } = await at.pool.query("select of_run, series from run order by id");
  assert.deepEqual(rows, [{ of_run: null, series: 2 }, { of_run: 1, series: 1 }]);
  const queued = await at.done("launch --symbols AAA,NEW --note why");
  assert.equal(queued.code, 0, queued.err);
  assert.match(queued.out, /^Launch 1 of 2 series is queued, it waits for a program that serves: start one$/m);
  const [launch] = JSON.parse((await at.done("launches --json")).out);
  assert.deepEqual(launch.series.map(({ symbol }: { symbol: string }) => symbol), ["AAA", "NEW"]);
  assert.match(launch.askedAt, /Z$/);
  assert.match((await at.done("launches")).out, /queued .* ann \(terminal\)/);
  assert.match((await at.done("withdraw 1")).out, /^Launch 1 is withdrawn/);
  assert.match((await at.done("forget 1")).out, /^Run 1 is forgotten/);
  assert.match((await at.done("release")).out, /^Nothing is in quarantine/);
});

Deno.test("config shows every setting, also when the rest cannot be used, and no secret", async () => {
  await using at = await stage();
  const { code, out } = await at.done("config", { change: { PORT: "x" } });
  assert.equal(code, 0);
  assert.match(out, /^PORT +environment +x$/m);
  assert.match(out, /^ALPHAVANTAGE_API_KEY +environment +••••••$/m);
  const settings = JSON.parse((await at.done("config --json")).out);
  assert.equal(settings.find(({ name }: { name: string }) => name === "STOCK_SYMBOLS").origin, "environment");
});

Deno.test("who gives a command is the user of the machine", () => {
  assert.equal(operatorOf(fakeMachine({ LOGNAME: "bob" })), "bob (terminal)");
  assert.equal(operatorOf(fakeMachine({})), "somebody (terminal)");
});
