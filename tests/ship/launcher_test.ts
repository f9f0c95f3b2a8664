/**
 * Does the single file unpack itself whatever it meets: two at once, no room, no home, a kill, damage, older versions? What
 * is inside is a script in Deno's place, so that a start takes no time; `file_test.ts` starts the real one.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { launcherOf } from "../../tools/ship/launcher.ts";
import { type BareMachine, bareMachine } from "../support/shipped.ts";

/** Waits while it is looked at for the first time, as long as the file `$HOLD` is there; then says how it was started. */
const STAND_IN = `#!/bin/sh
if [ "$1" = --version ]; then while [ -e "$HOLD" ]; do sleep 0.02; done; exit; fi
umask; echo "$STOCKS_ETL_FILE"; for word; do echo "$word"; done; exit "\${EXIT:-0}"
`;
const SYSTEM = new TextDecoder().decode((await new Deno.Command("uname", { args: ["-s", "-m"] }).output()).stdout)
  .trim();
const text = (letters: string) => new TextEncoder().encode(letters);
/** Does not get smaller. */
const noise = crypto.getRandomValues(new Uint8Array(65_536));

function fileOf({ system = SYSTEM, deno = STAND_IN } = {}): Uint8Array {
  const files = [{ name: "deno", bytes: text(deno), executable: true }, { name: "app.js", bytes: text("app") }, {
    name: "pglite.data",
    bytes: noise,
  }];
  return launcherOf(files, { version: "1.2.3+abc", system, flags: ["--flag"] });
}

interface Stage extends BareMachine {
  readonly path: string;
}

async function stage(bytes = fileOf()): Promise<Stage> {
  const folder = await Deno.makeTempDir({ prefix: "stocks-etl-launcher-" });
  const path = join(folder, "stocks-etl");
  await Deno.writeFile(path, bytes, { mode: 0o755 });
  const machine = await bareMachine(path);
  const dispose = async () => {
    await machine[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  };
  return { ...machine, path, [Symbol.asyncDispose]: dispose };
}

async function entries(dir: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(dir), ({ name }) => name)).sort();
}

/** The one folder it was unpacked into. */
async function unpackedIn({ cache }: BareMachine): Promise<string> {
  const names = await entries(cache);
  assert.equal(names.length, 1, `${names}`);
  return join(cache, names[0]!);
}

async function starts(machine: BareMachine, env?: Record<string, string>): Promise<void> {
  const { code, stdout, stderr } = await machine.run(["a b", "*"], env);
  assert.deepEqual([code, stderr], [0, ""]);
  const [, , run, flag, app, ...rest] = stdout.trimEnd().split("\n");
  assert.deepEqual([run, flag, app!.replace(/.*\//, ""), ...rest], ["run", "--flag", "app.js", "a b", "*"]);
}

Deno.test("words, exit code and the caller's umask reach the program; the second start unpacks nothing", async () => {
  await using machine = await stage();
  await starts(machine);
  const program = await unpackedIn(machine);
  const { ino } = await Deno.stat(join(program, "deno"));
  const { code, stdout } = await machine.run([], { EXIT: "3" });
  assert.deepEqual([code, stdout.split("\n")[1]], [3, machine.path]);
  assert.match(stdout, new RegExp(`^0*${Deno.umask().toString(8)}\n`));
  assert.equal((await Deno.stat(join(program, "deno"))).ino, ino);
});

Deno.test("first starts at once: all start, and one copy is left", async () => {
  await using machine = await stage();
  await Promise.all(Array.from({ length: 8 }, () => starts(machine)));
  const program = await unpackedIn(machine);
  assert.ok(!(await entries(program)).includes("program"), "a slower one was moved into the faster one");
});

Deno.test("a damaged copy is noticed and replaced: gone, cut, overwritten, half unpacked", async () => {
  await using machine = await stage();
  await starts(machine);
  const program = await unpackedIn(machine);
  const damages: [string, () => Promise<void> | void][] = [
    ["gone", () => Deno.remove(join(program, "pglite.data"))],
    ["cut", () => Deno.truncate(join(program, "pglite.data"), 1000)],
    ["overwritten", () => {
      using file = Deno.openSync(join(program, "app.js"), { write: true });
      file.writeSync(text("bad"));
    }],
    ["half unpacked", () => Deno.remove(join(program, ".complete"))],
  ];
  for (const [what, damage] of damages) {
    await damage();
    await starts(machine);
    assert.equal(await unpackedIn(machine), program, what);
    assert.equal(await Deno.readTextFile(join(program, "app.js")), "app", what);
    assert.deepEqual(await Deno.readFile(join(program, "pglite.data")), noise, what);
  }
});

Deno.test("killed while it unpacks: the next start begins anew, and after an hour sweeps up", async () => {
  await using machine = await stage();
  const hold = join(machine.folder, "hold");
  await Deno.writeTextFile(hold, "");
  await Deno.mkdir(machine.cache, { recursive: true });
  using watcher = Deno.watchFs(machine.cache);
  const killed = machine.start([], { HOLD: hold });
  for await (const { paths } of watcher) if (paths.some((path) => path.includes(".draft."))) break;
  killed.kill("SIGKILL");
  assert.equal((await killed.ended).signal, "SIGKILL");
  await Deno.remove(hold);
  const [left] = await entries(machine.cache);
  assert.match(left!, /^\.draft\./);
  await starts(machine);
  const [, program] = await entries(machine.cache);
  assert.ok(program !== undefined, "a draft may be another's, under way: it is left for an hour");
  await Deno.utime(join(machine.cache, left!), 0, 0);
  await Deno.remove(join(machine.cache, program, ".complete"));
  await starts(machine);
  assert.deepEqual(await entries(machine.cache), [program]);
});

Deno.test("told to end while it unpacks, it leaves nothing behind and says so by its exit code", async () => {
  await using machine = await stage();
  const hold = join(machine.folder, "hold");
  await Deno.writeTextFile(hold, "");
  await Deno.mkdir(machine.cache, { recursive: true });
  using watcher = Deno.watchFs(machine.cache);
  const told = machine.start([], { HOLD: hold });
  for await (const { paths } of watcher) if (paths.some((path) => path.includes(".draft."))) break;
  told.kill("SIGTERM");
  await Deno.remove(hold);
  assert.equal((await told.ended).code, 143);
  assert.deepEqual(await entries(machine.cache), []);
});

Deno.test("no home, a home that cannot be written, a cache that is a file: 2, and what to set", async () => {
  await using machine = await stage();
  const file = join(machine.folder, "file");
  await Deno.writeTextFile(file, "");
  const cases: [Record<string, string>, RegExp][] = [
    [{ HOME: "" }, /^stocks-etl: Cannot unpack the program: HOME is not set; set STOCKS_ETL_CACHE to a directory/],
    [{ HOME: file }, /Cannot unpack into ".*file\/\.cache\/stocks-etl": it cannot be written; set STOCKS_ETL_CACHE/],
    [{ STOCKS_ETL_CACHE: file }, /Cannot unpack into ".*file": it cannot be written/],
    [{ HOME: "/proc" }, /Cannot unpack into "\/proc\/\.cache\/stocks-etl": it cannot be written/],
  ];
  for (const [env, message] of cases) {
    const ended = await machine.run([], env);
    assert.equal(ended.code, 2, ended.stderr);
    assert.match(ended.stderr, message);
    assert.equal(ended.stderr.trim().split("\n").length, 1, ended.stderr);
  }
  // With the variable it starts, whatever the home; a path from here is one.
  await starts(machine, { HOME: "/proc", STOCKS_ETL_CACHE: "here" });
  assert.equal((await entries(join(machine.folder, "here"))).length, 1);
});

Deno.test("no room, a file cut short or changed on its way: 1, what to do, and nothing is left behind", async () => {
  const whole = fileOf();
  const changed = whole.slice();
  changed[whole.length - 1000]! ^= 1;
  for (const [bytes, blocks] of [[whole, 20], [whole.subarray(0, whole.length - 3000), 0], [changed, 0]] as const) {
    await using machine = await stage(bytes);
    // No file may grow beyond 10 kB: as a full disk, in the middle of one.
    const limit = blocks === 0 ? "" : `ulimit -f ${blocks};`;
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", `${limit} exec "$0"`, machine.path],
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", HOME: machine.folder },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 1, said);
    assert.match(
      said,
      /stocks-etl: Cannot unpack into ".*": it takes \d+ MB and \d+ are free; make room.*damaged: fetch/,
    );
    assert.deepEqual(await entries(machine.cache), []);
  }
});

Deno.test("another system's file, and a program that cannot be started where it lies, say so and end with 2", async () => {
  const cases: [Uint8Array, RegExp][] = [
    [fileOf({ system: "Plan9 mips" }), /Cannot run on .*: this file is for Plan9 mips; take the one for this machine/],
    [
      fileOf({ deno: "#!/nowhere\n" }),
      /Cannot start what was unpacked into ".*" \(.*not found.*noexec.*STOCKS_ETL_CACHE/,
    ],
  ];
  for (const [bytes, message] of cases) {
    await using machine = await stage(bytes);
    const { code, stderr } = await machine.run([]);
    assert.deepEqual([code, message.test(stderr)], [2, true], stderr);
    if (await Deno.stat(machine.cache).catch(() => null)) assert.deepEqual(await entries(machine.cache), []);
  }
});

Deno.test("beside an older version's copy: both stay, and one not started for a month goes; nothing else does", async () => {
  await using machine = await stage();
  for (const [name, days] of [["0.0.1-aaaa", 40], ["0.0.2-bbbb", 3]] as const) {
    const used = join(machine.cache, name, ".stocks-etl-used");
    await Deno.mkdir(join(machine.cache, name), { recursive: true });
    await Deno.writeTextFile(used, "");
    const then = Date.now() / 1000 - days * 86_400;
    await Deno.utime(used, then, then);
  }
  await Deno.mkdir(join(machine.cache, "not-ours"));
  await starts(machine);
  const names = (await entries(machine.cache)).filter((name) => !name.startsWith("1.2.3+abc-"));
  assert.deepEqual(names, ["0.0.2-bbbb", "not-ours"]);
});

Deno.test("a copy that can only be read is enough, as in an image made beforehand", async () => {
  await using machine = await stage();
  await starts(machine);
  const chmod = (mode: string, path: string) => new Deno.Command("chmod", { args: ["-R", mode, path] }).output();
  await chmod("a+rX,a-w", machine.folder);
  await Deno.chmod(machine.path, 0o755);
  await Deno.chmod(join(machine.path, ".."), 0o755);
  const nobody = Deno.uid() === 0 ? { uid: 65534, gid: 65534 } : {};
  const env = { PATH: "/usr/bin:/bin", HOME: machine.folder };
  const { code, stderr } = await new Deno.Command(machine.path, { clearEnv: true, env, ...nobody }).output();
  assert.deepEqual([code, new TextDecoder().decode(stderr)], [0, ""]);
  await chmod("u+w", machine.folder);
});
