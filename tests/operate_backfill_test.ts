/** What do the commands about backfills print, with which code do they end, and do they do what they say? */
import assert from "node:assert/strict";
import { HISTORY, NOW } from "./support/backfilling.ts";
import { commanding } from "./support/commanding.ts";
import { historyAnswer, startHistory } from "./support/history.ts";
import { notice } from "./support/vendor.ts";

const JUNE = "--symbols AAA --intervals 1min --from 2023-03-01 --to 2023-05-31";

const stage = async () =>
  commanding(await startHistory(HISTORY), {
    env: { API_POLITE_DELAY_SEC: "0", API_REQUESTS_PER_DAY: "0", STOCK_SYMBOLS: "ZZZ" },
    machine: { now: () => NOW },
  });

Deno.test("its cost first; then it works until it is done", async () => {
  await using at = await stage();
  const cost = await at.done(`backfill ${JUNE} --dry-run`);
  assert.equal(cost.code, 0, cost.err);
  assert.match(
    cost.out,
    /AAA 1min {2}open {7}64 .*\n\n3 requests: 0 of 64 sessions are there; less than a minute at 30 requests a minute/s,
  );
  assert.equal(JSON.parse((await at.done(`backfill ${JUNE} --dry-run --json`)).out).total.requests, 3);
  assert.equal(at.vendor.requests.length, 0);
  const done = await at.done(`backfill ${JUNE} --yes`);
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /Backfill 1 is complete: 64 of 64 sessions \(100 %\)\n$/);
  assert.match(done.err, /^Backfill 1 is complete/m);
  assert.equal(at.vendor.requests.length, 3);
  const again = await at.done(`backfill ${JUNE}`);
  assert.deepEqual([again.code, at.vendor.requests.length], [0, 3], "what costs nothing needs no yes");
  assert.match(again.out, /No request: 64 of 64 sessions are there\n/);
});

Deno.test("a person is asked; nobody there is no yes", async () => {
  await using at = await stage();
  const asked: string[] = [];
  const answer = (said: boolean) => ({ confirm: (question: string) => (asked.push(question), said) });
  const no = await at.done(`backfill ${JUNE}`, { machine: answer(false) });
  assert.deepEqual([no.code, asked], [0, ["Send 3 requests?"]]);
  assert.match(no.out, /Not begun\n$/);
  const nobody = await at.done(`backfill ${JUNE}`);
  assert.equal(nobody.code, 2);
  assert.match(nobody.err, /Cannot begin the backfill: nobody is there to be asked; add --yes, or --dry-run/);
  assert.equal((await at.pool.query("select from backfill")).rowCount, 0);
  assert.equal((await at.done(`backfill ${JUNE} -q`, { machine: answer(true) })).code, 0);
});

Deno.test("left to a program that serves, shown, paused, resumed here, cancelled", async () => {
  await using at = await stage();
  const detached = await at.done(`backfill ${JUNE} --yes --detach --note why`);
  assert.match(
    detached.out,
    /Backfill 1 is running: 0 of 64 sessions \(0 %\), 3 requests left.*; a program that serves works on it\n$/,
  );
  assert.match((await at.done("backfills")).out, /1 {2}running {3}0 % {2}2023-03-01 to 2023-05-31 {2}AAA 1min/);
  assert.match((await at.done("backfill pause 1")).out, /^Backfill 1 is paused: .*; paused by ann \(terminal\)\n$/);
  const shown = await at.done("backfill show 1");
  assert.match(shown.out, /asked for by ann \(terminal\) at 2023-07-05T22:30Z: why\n/);
  assert.match(shown.out, /Go on with it: backfill resume 1/);
  assert.equal(JSON.parse((await at.done("backfill show 1 --json")).out).series[0].wished, 64);
  assert.match((await at.done("backfill resume 1 --detach")).out, /^Backfill 1 is running/);
  const resumed = await at.done("backfill resume 1");
  assert.deepEqual([resumed.code, at.vendor.requests.length], [0, 3], resumed.err);
  const cancel = await at.done("backfill cancel 1");
  assert.equal(cancel.code, 1);
  assert.match(cancel.err, /Cannot cancel backfill 1: it is complete/);
  assert.equal(JSON.parse((await at.done("backfills --json")).out)[0].state, "complete");
});

Deno.test("what is wrong costs nothing and says what to do", async () => {
  await using at = await stage();
  const wrong: [string, RegExp][] = [
    ["backfill --symbols AAA --from 2023-06-01 --to 2023-05-31 --yes", /"2023-06-01" is after "2023-05-31"/],
    ["backfill --symbols AAA --from 2023-06-01 --to 2024-05-31 --yes", /"2024-05-31" has not been yet/],
    ["backfill --symbols AAA --from yesterday --yes", /"yesterday" is not a date/],
    ["backfill --intervals 1min --from 2023-06-01 --yes", /Cannot select 1min/],
    ["backfill show 7", /Cannot show backfill 7: there is none/],
    ["backfill resume 7", /Cannot resume backfill 7: there is none/],
  ];
  for (const [line, message] of wrong) {
    const { code, err } = await at.done(line);
    assert.equal(code, 2, line);
    assert.match(err, message, line);
  }
  const keyless = await at.done(`backfill ${JUNE} --yes`, { change: { ALPHAVANTAGE_API_KEY: "" } });
  assert.deepEqual([keyless.code, at.vendor.requests.length], [2, 0]);
  assert.match(keyless.err, /ALPHAVANTAGE_API_KEY/);
});

Deno.test("stopped or out of quota it says how to go on, and ends with 3", async () => {
  await using at = await stage();
  const stop = new AbortController();
  at.vendor.answerBy((parameters) => {
    if (at.vendor.requests.length === 2) stop.abort();
    return historyAnswer(parameters, HISTORY);
  });
  const stopped = await at.done(`backfill ${JUNE} --yes`, { machine: { stop: stop.signal } });
  assert.equal(stopped.code, 3, stopped.err);
  assert.match(
    stopped.out,
    /Backfill 1 is running: .* 1 request left.*\nGo on with it here: backfill resume 1; a program/,
  );
  at.vendor.answerBy(() => notice("5"));
  const dry = await at.done("backfill resume 1");
  assert.equal(dry.code, 3);
  assert.match(dry.out, /waits until .*25 requests per day/);
  at.vendor.answerBy((parameters) =>
    parameters["month"] === undefined ? historyAnswer(parameters, HISTORY) : notice("8")
  );
  await at.pool.query(
    "update request set finished_at = finished_at - interval '1 day', sent_at = sent_at - interval '1 day'",
  );
  const partial = await at.done("backfill resume 1");
  assert.equal(partial.code, 3);
  assert.match(
    partial.out,
    /Backfill 1 is partial: .*1 of 1 series not entitled\nTry what is left again: backfill resume 1/,
  );
});
