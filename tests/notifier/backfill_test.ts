/** Slices of a backfill disturb nobody; its end, or what stops it, is told once. */
import assert from "node:assert/strict";
import { incidents } from "../../src/postgres/incidents.ts";
import { serverDatabase } from "../support/database.ts";
import { historyAnswer } from "../support/history.ts";
import { startTold, type Told } from "../support/told.ts";
import { notice } from "../support/vendor.ts";

const HISTORY = { from: "2023-01-03", to: "2023-07-03" };
const NEVER = new AbortController().signal;
const ENV = { EMAIL_ON: "problem", SLACK_WEBHOOK_URL: "/slack", WEBHOOK_URL: "/hook", PING_URL: "/ping" };

async function slices(at: Told, id: number, most = 5): Promise<void> {
  for (let done = 0; done < most; done++) {
    const worked = await at.app.backfill(id, { stop: NEVER, abort: NEVER, emit: () => {}, patient: false });
    if (!("backfill" in worked) || worked.backfill.state !== "running") break;
  }
  await at.pass({ look: false });
}

const begin = async ({ app }: Told) =>
  (await app.steer.startBackfill("ann", {
    series: [{ symbol: "OLD", interval: "1min" }],
    from: "2023-01-03",
    to: "2023-03-31",
  })).id;
const hooks = ({ receiver }: Told) =>
  receiver.received.filter(({ path }) => path === "/hook").map(({ body }) => JSON.parse(body).type);

Deno.test("complete: one mail, one word in the chat, no ping; programs hear of each run", async () => {
  await using database = await serverDatabase();
  await using at = await startTold({ kind: "server", url: database.url, poolSize: 4 }, { env: ENV });
  at.vendor.answerBy((parameters) => historyAnswer(parameters, HISTORY));
  await slices(at, await begin(at));
  assert.deepEqual(at.subjects(), ["backfill 1 complete: 62 of 62 sessions are there"]);
  assert.match(at.mailbox.mails[0]!.text, /From 2023-01-03 to 2023-03-31, asked for by ann/);
  assert.deepEqual(hooks(at).toSorted(), ["backfill", "run"]);
  const paths = at.receiver.received.map(({ path }) => path);
  assert.deepEqual(
    [paths.filter((path) => path === "/slack").length, paths.filter((path) => /ping/.test(path)).length],
    [
      1,
      0,
    ],
  );
  await at.pass({ look: false });
  assert.equal(at.mailbox.mails.length, 1);
});

Deno.test("what a slice meets opens no problem of the schedule's; a refused key stops the backfill, and that is told", async () => {
  await using database = await serverDatabase();
  await using at = await startTold({ kind: "server", url: database.url, poolSize: 4 }, { env: ENV });
  const id = await begin(at);
  at.vendor.answerBy(() => "html-503");
  await slices(at, id, 1);
  assert.deepEqual([at.subjects(), await incidents(at.app.database, 5)], [[], []]);
  at.wait(3_600_000);
  at.vendor.answerBy(() => notice("1"));
  await slices(at, id, 1);
  assert.deepEqual(at.subjects(), ["backfill 1 stopped: 0 of 62 sessions are there"]);
  assert.match(at.mailbox.mails[0]!.text, /the parameter apikey is invalid or missing/);
  assert.match(at.mailbox.mails[0]!.text, /Go on with it: stocks-etl backfill resume 1/);
});
