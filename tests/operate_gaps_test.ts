/** Do `why`, `gaps`, `plan` and `status` tell of a hole in the same words, with the right exit codes? */
import assert from "node:assert/strict";
import { commanding } from "./support/commanding.ts";
import { startCurrentVendor } from "./support/market.ts";

Deno.test("a hole is told by every command, and healed by a run", async () => {
  await using at = await commanding(await startCurrentVendor(["AAA"]));
  const done = async (line: string, code = 0) => {
    const told = await at.done(line);
    assert.equal(told.code, code, `${line}: ${told.err}`);
    return code === 0 ? told.out : told.err;
  };
  await done("run");
  assert.equal(await done("gaps"), "0 open gaps, 0 healed, 0 the vendor has not\n", "a run has searched");
  const { rows: [{ date }] } = await at.pool.query(
    `delete from stock_data where ts = (
       select ts from stock_data where extract(isodow from ts at time zone 'UTC') = 3 order by ts desc limit 1
     ) returning (ts at time zone 'UTC')::date as date`,
  );
  assert.match(await done(`why AAA daily ${date}`), /^AAA daily, .*: missing; the search of the day finds it/);
  assert.match(
    await done("gaps --scan"),
    new RegExp(`AAA daily +${date} .* asked for in the next run\n\nSearched 1 series: 1 found`),
  );
  assert.equal(JSON.parse(await done(`why aaa daily ${date} --json`)).verdict, "gap");
  assert.match(await done("plan"), new RegExp(`heal +TIME_SERIES_DAILY compact +1 +brings 1 gap: ${date}`));
  assert.match(await done("plan"), /^1 request now, all of them for gaps, 1 series complete; /m);
  assert.match(await done("status"), /gaps +last outcome.*\nAAA daily .* 1 +stored/);
  assert.match(await done("run"), /complete in .*1 of 1 series stored, 1 new bars, 1 request/);
  assert.match(await done(`why AAA daily ${date}`), /: 1 bar; answer 2 of run 2, received /);
  assert.match(await done("gaps --all"), /healed .*\n\n0 open gaps, 1 healed, 0 the vendor has not\n$/);
  assert.equal(JSON.parse(await done("gaps --closed --json")).gaps[0].closed.as, "healed");
  assert.match(await done("why MSFT daily 2026-11-18"), /no run asks for the series, and no bar of it is stored$/m);
  assert.match(await done("gaps --symbols MSFT", 2), /Cannot select symbol "MSFT": configured are AAA/);
});
