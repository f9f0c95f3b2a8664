import assert from "node:assert/strict";
import { sweepLogs } from "../src/log_sweep.ts";

const BEFORE = Date.parse("2026-03-15T00:00:00Z");
const OLD = "run-1-20260102T060000Z.log";

/** A log folder made of these files; a name that ends with `/` is a folder. */
async function inFolder(files: string[], test: (dir: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "stocks-etl-logs-" });
  try {
    for (const file of ["logs/", ...files.map((file) => `logs/${file}`)]) {
      await Deno.mkdir(`${parent}/${file.replace(/[^/]*$/, "")}`, { recursive: true });
      if (!file.endsWith("/")) await Deno.writeTextFile(`${parent}/${file}`, "x");
    }
    await test(`${parent}/logs`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

/** Every path below a folder; links are not entered. */
async function pathsIn(dir: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    paths.push(prefix + name, ...(isDirectory ? await pathsIn(`${dir}/${name}`, `${prefix}${name}/`) : []));
  }
  return paths.sort();
}

const sweep = (dir: string, limit = 1_000) => sweepLogs(dir, { before: BEFORE, limit });

Deno.test("run files of runs before the instant go, with the months they leave empty", () =>
  inFolder(
    [`2026-01/${OLD}`, "2026-03/run-2-20260314T235959Z.log", "2026-03/run-3-20260315T000000Z.log"],
    async (dir) => {
      assert.equal(await sweep(dir), 2);
      assert.deepEqual(await pathsIn(dir), ["2026-03", "2026-03/run-3-20260315T000000Z.log"]);
      assert.equal(await sweep(dir), 0);
    },
  ));

Deno.test("the month of the instant stays even when empty: a run may be about to write there", () =>
  inFolder(["2026-03/run-2-20260301T000000Z.log", "2026-02/"], async (dir) => {
    assert.equal(await sweep(dir), 1);
    assert.deepEqual(await pathsIn(dir), ["2026-03"]);
  }));

Deno.test("nothing that is not ours is touched, however it is named or wherever it lies", () => {
  const foreign = [
    "2026-01/notes.txt",
    `2026-01/${OLD}.gz`,
    "2026-01/run-1-20260202T060000Z.log",
    `2026-01/deeper/${OLD}`,
    "2026-01/run-2-20260102T060000Z.log/inside.txt",
    `2026-00/${OLD}`,
    `archive/${OLD}`,
    OLD,
    "2025-12",
  ];
  return inFolder(foreign, async (dir) => {
    const before = await pathsIn(dir);
    assert.equal(await sweep(dir), 0);
    assert.deepEqual(await pathsIn(dir), before);
  });
});

Deno.test("links are not followed and not removed: not a file's, not a month's", () =>
  inFolder([`elsewhere/${OLD}`, "2026-01/"], async (dir) => {
    await Deno.symlink(`${dir}/elsewhere`, `${dir}/2025-12`);
    await Deno.symlink(`${dir}/elsewhere/${OLD}`, `${dir}/2026-01/${OLD}`);
    const before = await pathsIn(dir);
    assert.equal(await sweep(dir), 0);
    assert.deepEqual(await pathsIn(dir), before);
  }));

Deno.test("no log folder, or none yet: nothing to do", async () => {
  await inFolder([], async (dir) => {
    assert.equal(await sweep(dir), 0);
    assert.equal(await sweep(`${dir}/missing`), 0);
  });
});

Deno.test("a call removes no more than its limit, and the next one goes on", () =>
  inFolder(
    Array.from({ length: 5 }, (_, i) => `2026-0${1 + (i % 2)}/run-${i}-20260${1 + (i % 2)}05T060000Z.log`),
    async (dir) => {
      assert.deepEqual([await sweep(dir, 2), await sweep(dir, 2), await sweep(dir, 2)], [2, 2, 1]);
      assert.deepEqual(await pathsIn(dir), []);
    },
  ));

/** In a process that may write only there: root, whom no file mode stops, is refused as well. */
async function sweepWith(dir: string, { writable }: { writable: string }): Promise<string> {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  const code = `import { sweepLogs } from "${new URL("../src/log_sweep.ts", import.meta.url)}";
    console.log(await sweepLogs("${dir}", { before: ${BEFORE}, limit: 9 }).catch((error) => error.message));`;
  try {
    await Deno.writeTextFile(script, code);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-prompt", "--allow-read", `--allow-write=${writable}`, script],
    }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(script);
  }
}

Deno.test("what cannot be removed does not keep the others, and is told when nothing else is left", () =>
  inFolder([`2026-01/${OLD}`, "2026-02/run-2-20260202T060000Z.log"], async (dir) => {
    assert.match(await sweepWith(dir, { writable: `${dir}/2026-02` }), /^1$/m);
    assert.deepEqual(await pathsIn(dir), ["2026-01", `2026-01/${OLD}`]);
    assert.match(
      await sweepWith(dir, { writable: `${dir}/2026-02` }),
      /^Cannot remove 1 old log files from ".*logs": /m,
    );
  }));

Deno.test("a file where the log folder should be is told", () =>
  inFolder(
    ["2025-12"],
    (dir) => assert.rejects(sweep(`${dir}/2025-12`), /^Error: Cannot remove .* from ".*2025-12": /),
  ));
