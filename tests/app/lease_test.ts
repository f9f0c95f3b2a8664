/** Is a run ours for as long as it takes, and not a moment longer than its process lives? Real time: a lease is 10 s. */
import assert from "node:assert/strict";
import { openApp } from "../../src/app.ts";
import { LEASE_MS } from "../../src/wiring.ts";
import { configFor, jumpingWorld, runApp } from "../support/app.ts";
import { serverDatabase } from "../support/database.ts";
import { startVendor } from "../support/vendor.ts";

const START = Date.parse("2023-07-04T06:00Z");
const SERIES = [{ symbol: "IBM", interval: "weekly" }] as const;
const signal = new AbortController().signal;
const CLAIM = { series: SERIES, trigger: "manual", tickId: null, emit: () => {}, stop: signal, abort: signal } as const;

Deno.test("a run that waits longer than its lease stays ours, however often another tries to claim it", async () => {
  await using vendor = await startVendor();
  await using at = await serverDatabase();
  // The first attempt is answered by nothing until the time is over, 2 s after the lease would be; the second by bars.
  vendor.fail("silent");
  const env = { API_TIMEOUT_SEC: String(LEASE_MS / 1000 + 2), API_POLITE_DELAY_SEC: "0" };
  const config = configFor(vendor.url, { kind: "server", url: at.url, poolSize: 2 }, env);
  const [slow, rival] = [await openApp(config, jumpingWorld(START)), await openApp(config, jumpingWorld(START))];
  try {
    let over = false;
    const running = runApp(slow, SERIES).finally(() => over = true);
    await vendor.arrived(1);
    let tries = 0;
    while (vendor.requests.length === 1 && !over) {
      const claim = await rival.run({ ...CLAIM, patient: false });
      // The run may have closed between the look and the claim; then there is nothing left to do for the rival.
      assert.ok("busy" in claim || over, `after ${tries} tries: ${JSON.stringify(claim)}`);
      tries += 1;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const report = await running;
    assert.equal(report.outcome, "complete", JSON.stringify(report));
    assert.ok(report.durationMs > LEASE_MS && tries > 20, `${report.durationMs} ms, ${tries} tries`);
    const { rows } = await at.db.pool.query("select outcome from run order by id limit 1");
    assert.deepEqual(rows, [{ outcome: "complete" }]);
  } finally {
    await slow.close();
    await rival.close();
  }
});
