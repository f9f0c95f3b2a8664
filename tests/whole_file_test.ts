/** Is a file there whole or not at all, and what was there before safe? */
import assert from "node:assert/strict";
import { requirePlace, writeWholeFile } from "../src/whole_file.ts";
import { workFolder } from "./support/program.ts";

async function* pieces(texts: string[], before: (index: number) => Promise<void> | void = () => {}) {
  for (const [index, text] of texts.entries()) {
    await before(index);
    yield new TextEncoder().encode(text);
  }
}

const names = async (dir: string) => (await Array.fromAsync(Deno.readDir(dir), ({ name }) => name)).sort();

Deno.test("it has its name only when it is whole", async () => {
  await using folder = await workFolder();
  const path = `${folder.path}/out.csv`;
  const look = async () => assert.deepEqual(await names(folder.path), ["out.csv.t1.part"]);
  await writeWholeFile(path, pieces(["one\n", "two\n"], look), { force: false, tag: "t1" });
  assert.deepEqual(await names(folder.path), ["out.csv"]);
  assert.equal(await Deno.readTextFile(path), "one\ntwo\n");
});

Deno.test("a failure in the middle leaves nothing, and what was there stays", async () => {
  await using folder = await workFolder({ "out.csv": "before" });
  const path = `${folder.path}/out.csv`;
  const broken = pieces(["one"], () => Promise.reject(new Error("the database went away")));
  await assert.rejects(writeWholeFile(path, broken, { force: true, tag: "t1" }), { message: "the database went away" });
  assert.deepEqual(await names(folder.path), ["out.csv"]);
  assert.equal(await Deno.readTextFile(path), "before");
});

Deno.test("what is there is replaced only by force, also when it came meanwhile", async () => {
  await using folder = await workFolder({ "out.csv": "before" });
  const path = `${folder.path}/out.csv`;
  const taken = { message: `Cannot write "${path}": there is a file of that name; --force replaces it` };
  await assert.rejects(requirePlace(path, { force: false }), taken);
  await assert.rejects(writeWholeFile(path, pieces(["new"]), { force: false, tag: "t1" }), taken);
  assert.equal(await Deno.readTextFile(path), "before");
  await writeWholeFile(path, pieces(["new"]), { force: true, tag: "t1" });
  assert.equal(await Deno.readTextFile(path), "new");
  await Deno.remove(path);
  const overtaken = pieces(["mine"], () => Deno.writeTextFile(path, "another's"));
  await assert.rejects(writeWholeFile(path, overtaken, { force: false, tag: "t1" }), taken);
  assert.deepEqual(await names(folder.path), ["out.csv"]);
  assert.equal(await Deno.readTextFile(path), "another's");
});

Deno.test("a folder, a device and a place that is not there are refused, force or not", async () => {
  await using folder = await workFolder();
  for (const path of [folder.path, "/dev/null"]) {
    const refused = { message: `Cannot write "${path}": there is a folder or device of that name; name a file` };
    await assert.rejects(writeWholeFile(path, pieces(["x"]), { force: true, tag: "t" }), refused);
  }
  const path = `${folder.path}/none/out.csv`;
  await assert.rejects(
    writeWholeFile(path, pieces(["x"]), { force: false, tag: "t" }),
    /^Error: Cannot write ".*none\/out/,
  );
});

Deno.test("a full disk is told and leaves nothing", async () => {
  await using folder = await workFolder();
  const limit = "ulimit -f 8; trap '' XFSZ; exec \"$@\"";
  const script = `
    import { writeWholeFile } from ${JSON.stringify(new URL("../src/whole_file.ts", import.meta.url).href)};
    async function* pieces() { for (let n = 0; n < 100; n++) yield new Uint8Array(4096); }
    await writeWholeFile("out.csv", pieces(), { force: false, tag: "t" }).catch((error) => console.log(error.message));
  `;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", limit, "sh", Deno.execPath(), "eval", "--no-check", script],
    cwd: folder.path,
  }).output();
  assert.match(new TextDecoder().decode(stdout), /^Cannot write "out\.csv": File too large .*; nothing of it was kept/);
  assert.deepEqual(await names(folder.path), []);
});
