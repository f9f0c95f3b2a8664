/** Are the archive and what goes into it the same bytes for the same source, and can everybody's tar read it? */
import assert from "node:assert/strict";
import { join } from "node:path";
import { archiveOf, joined } from "../../tools/ship/archive.ts";
import { launcherOf } from "../../tools/ship/launcher.ts";
import { flagsOf, shippedProgram, withoutPlaces } from "../../tools/ship/program.ts";

const text = (letters: string) => new TextEncoder().encode(letters);

Deno.test("tar unpacks it: names, contents of every length, the right to be started", async () => {
  const files = [0, 1, 511, 512, 513, 100_000].map((length) => ({
    name: `of-${length}.bin`,
    bytes: new Uint8Array(length).fill(65),
    executable: length === 513,
  }));
  const dir = await Deno.makeTempDir();
  await Deno.writeFile(join(dir, "a.tar.gz"), archiveOf(files));
  const tar = await new Deno.Command("tar", { args: ["-xzf", "a.tar.gz"], cwd: dir }).output();
  assert.deepEqual([tar.code, new TextDecoder().decode(tar.stderr)], [0, ""]);
  for (const { name, bytes, executable } of files) {
    assert.deepEqual(await Deno.readFile(join(dir, name)), bytes);
    assert.equal(((await Deno.stat(join(dir, name))).mode! & 0o111) !== 0, executable);
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("the same files are the same bytes, a name that is none is refused", () => {
  const files = [{ name: "a", bytes: text("1") }];
  assert.deepEqual(archiveOf(files), archiveOf(files));
  for (const name of ["", "a/b", "../a", "a".repeat(100)]) {
    assert.throws(() => archiveOf([{ name, bytes: text("") }]), /Cannot archive/);
  }
  assert.deepEqual(joined([text("ab"), text(""), text("c")]), text("abc"));
});

Deno.test("the program bundled twice is the same bytes, and names no place of this machine", async () => {
  const [one, two] = [await shippedProgram({ commit: "c0ffee" }), await shippedProgram({ commit: "c0ffee" })];
  assert.deepEqual(one, two);
  assert.match(one.version, /^\d+\.\d+\.\d+\+c0ffee$/);
  assert.deepEqual(one.files.map(({ name }) => name), ["app.js", "pglite.wasm", "pglite.data", "initdb.wasm"]);
  const script = new TextDecoder().decode(one.files[0]!.bytes);
  for (const place of [Deno.env.get("HOME"), Deno.env.get("DENO_DIR"), "stocks-etl-stage", import.meta.dirname]) {
    if (place !== undefined && place.length > 1) assert.ok(!script.includes(`${place}/`), place);
  }
  assert.doesNotMatch(script, /^\/\/ \.\.\//m);
  assert.equal((await shippedProgram({ commit: "" })).version.includes("+"), false);
  assert.match((await shippedProgram()).version, /\+[0-9a-f]{12}(\.changed)?$/);
});

Deno.test("the bundler's places become names", () => {
  const script =
    '// ../../home/x/.cache/deno/npm/host.example/pg/8.23.1/lib/a.js\n  "/d/npm/host.example/a.js"() {\n"/d/npm/h/"';
  assert.equal(withoutPlaces(script), '// npm/pg/8.23.1/lib/a.js\n  "npm/a.js"() {\n"/d/npm/h/"');
});

Deno.test("it may do what the task serve may, and never run programs or call libraries", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  const flags = flagsOf(tasks.serve.command);
  assert.deepEqual(flags, [...flagsOf(tasks.run.command)]);
  assert.ok(flags.includes("--no-prompt") && flags.includes("--cached-only") && flags.includes("--unstable-cron"));
  for (const flag of ["-A", "--allow-all", "--allow-run", "--allow-ffi"]) assert.ok(!flags.includes(flag), flag);
  assert.throws(() => flagsOf("deno test"), /Cannot read Deno's flags/);
});

Deno.test("the launcher is a script that a shell accepts, and takes no value that is code", async () => {
  const options = { version: "1.2.3+abc", system: "Linux x86_64", flags: ["--quiet"] };
  const bytes = launcherOf([{ name: "deno", bytes: text("x") }], options);
  const end = bytes.findIndex((byte, at) => byte === 0x1f && bytes[at + 1] === 0x8b);
  const script = new TextDecoder().decode(bytes.subarray(0, end));
  assert.doesNotMatch(script, /@[A-Z_]+@/);
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(join(dir, "script.sh"), script);
  const { code, stderr } = await new Deno.Command("sh", { args: ["-n", join(dir, "script.sh")] }).output();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
  await Deno.remove(dir, { recursive: true });
  for (const version of ["1'; rm -rf /", "$(id)", "`id`", '"']) {
    assert.throws(() => launcherOf([], { ...options, version }), /Cannot write the launcher: VERSION/);
  }
});
