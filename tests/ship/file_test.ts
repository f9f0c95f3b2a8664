/** The single file in an empty folder, on a machine with no Deno and no cache: the main job, the page, signals, restarts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startCurrentVendor } from "../support/market.ts";
import { type BareMachine, bareMachine, COMMIT, compile, shippedFile } from "../support/shipped.ts";
import { targetHere } from "../../tools/ship/native.ts";

/** What it is told by a `.env` in the folder it is started in. */
async function configured(machine: BareMachine, more: Record<string, string>): Promise<void> {
  const values = { ALPHAVANTAGE_API_KEY: "filekey", API_POLITE_DELAY_SEC: "0", STOCK_INTERVALS: "daily", ...more };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  await Deno.writeTextFile(join(machine.folder, ".env"), lines.join(""));
}

function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

Deno.test("demo: real bars into the embedded engine, and hints that name the file", async () => {
  await using machine = await bareMachine(await shippedFile());
  const { code, stdout, stderr } = await machine.run(["demo", "--dir", "kept"]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Run 1 complete in .* series stored/);
  assert.match(stdout, /\n0 requests in the second pass/);
  assert.match(stdout, /stocks-etl check {4}is everything in order/);
  assert.doesNotMatch(stdout, /npx|deno task/);
  assert.match((await machine.run(["status"], { DATA_DIR: "kept", STOCK_SYMBOLS: "VZ" })).stdout, /VZ daily/);
});

Deno.test("run: .env is read where it is started, the log lies there, the exit codes are the program's; then serve", async (t) => {
  await using vendor = await startCurrentVendor(["AAA"]);
  await using machine = await bareMachine(await shippedFile(), { unpacked: true });
  assert.equal((await machine.run(["rnu"])).code, 2);
  assert.equal((await machine.run(["run"])).code, 2, "no key");
  // A folder of some other program's, whose settings are not ours.
  const foreign = ["deno.json", "deno.lock", "package.json"];
  for (const name of foreign) await Deno.writeTextFile(join(machine.folder, name), "not json");
  await configured(machine, { ALPHAVANTAGE_URL: vendor.url, STOCK_SYMBOLS: "AAA,NONE" });
  const partial = await machine.run(["run"]);
  assert.equal(partial.code, 3, partial.stderr);
  const port = freePort();
  await configured(machine, { ALPHAVANTAGE_URL: vendor.url, STOCK_SYMBOLS: "AAA", PORT: port });
  const second = await machine.run(["run"]);
  assert.deepEqual([second.code, /nothing due/.test(second.stdout)], [0, true], second.stderr);
  const names = await Array.fromAsync(Deno.readDir(machine.folder), ({ name }) => name);
  assert.deepEqual(names.sort(), [".cache", ".env", "data", ...foreign.slice(0, 2), "logs", "package.json"]);
  await t.step("pages with their files; kill -9, started again, SIGTERM ends it with 0", () => serves(machine, port));
});

async function serves(machine: BareMachine, port: string): Promise<void> {
  const page = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  await using killed = machine.start(["serve"]);
  await killed.said(/Keeping 1 series in embedded/);
  const { text } = await page("/symbols/AAA/daily");
  const assets = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  assert.ok(assets.some((path) => path.includes("lightweight-charts")), `${assets}`);
  for (const path of assets) assert.equal((await page(path)).status, 200, path);
  killed.kill("SIGKILL");
  assert.equal((await killed.ended).signal, "SIGKILL", "the file is the program's own process");
  await using again = machine.start(["serve"]);
  await again.said(/Keeping 1 series in embedded/);
  assert.match((await page("/healthz")).text, new RegExp(`\\+${COMMIT}`));
  again.kill("SIGTERM");
  const { code, signal } = await again.ended;
  assert.deepEqual([code, signal], [0, null]);
  const status = JSON.parse((await machine.run(["status", "--json"])).stdout);
  assert.equal(status.states.length, 1);
  assert.ok(status.states[0].watermark !== null);
}

Deno.test("compile: words it does not know end with 2; no base runtime, and what makes none, with 1 and the way out", async () => {
  for (const words of [["--target", "amiga"], ["--kind", "x"], ["--commit", "a b"], ["--x"]]) {
    const { code, stderr } = await compile(words);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /Usage: deno task compile/);
  }
  await using machine = await bareMachine("");
  const out = join(machine.folder, "dist");
  // Deno itself is no base: what is compiled on it is Deno again, and the answer to --version gives it away.
  const here = targetHere()!;
  const wrong = await compile(["--target", here, "--kind", "native", "--out", out], { DENORT_BIN: Deno.execPath() });
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, new RegExp(`Cannot compile for ${here}: what was made does not start`));
  const other = here === "linux-arm64" ? "linux-x64" : "linux-arm64";
  const foreign = await compile(["--target", other, "--kind", "launcher", "--out", out]);
  assert.equal(foreign.code, 1);
  assert.match(foreign.stderr, new RegExp(`Cannot make a file for ${other}.*DENORT_BIN`));
  assert.deepEqual(await Array.fromAsync(Deno.readDir(out)), []);
});
