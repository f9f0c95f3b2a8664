import assert from "node:assert/strict";
import { readEnvironment } from "../../src/terminal/environment.ts";

/** A disk of the given files; anything else is not there. */
function disk(files: Record<string, string>) {
  return (path: string): string => {
    const text = files[path];
    if (text !== undefined) return text;
    throw new Deno.errors.NotFound(`No such file: ${path}`);
  };
}

const read = (text: string, env: Record<string, string> = {}) =>
  readEnvironment({ env, cwd: "/app", readTextFile: disk({ "/app/.env": text }) }).values;

Deno.test("no file: the process environment", () => {
  const found = readEnvironment({ env: { A: "1" }, cwd: "/app", readTextFile: disk({}) });
  assert.deepEqual(found, { values: { A: "1" }, file: null, fromFile: [] });
});

Deno.test(".env before Config/.env, which is read when it is alone", () => {
  const both = disk({ "/app/.env": "A=1", "/app/Config/.env": "A=2\nB=2" });
  assert.deepEqual(readEnvironment({ env: {}, cwd: "/app", readTextFile: both }), {
    values: { A: "1" },
    file: "/app/.env",
    fromFile: ["A"],
  });
  const old = disk({ "/app/Config/.env": "A=2" });
  assert.equal(readEnvironment({ env: {}, cwd: "/app", readTextFile: old }).file, "/app/Config/.env");
});

Deno.test("the process environment wins, but an empty variable hides nothing", () => {
  assert.deepEqual(read("A=file\nB=file", { A: "process", B: "" }), { A: "process", B: "file" });
});

Deno.test("a file from Windows: byte order mark, CRLF", () => {
  assert.deepEqual(read("\uFEFFA=1\r\nB=2\r\n"), { A: "1", B: "2" });
});

Deno.test("quotes, several lines, comments, export, blanks", () => {
  const text = [
    "# a comment",
    "",
    'A="0 6 * * *" # daily',
    "export B=2",
    "C = 3",
    "D='two",
    "lines = #1'",
    "E=",
    "F=plain # comment",
    'G="a#b"',
  ].join("\n");
  assert.deepEqual(read(text), { A: "0 6 * * *", B: "2", C: "3", D: "two\nlines = #1", E: "", F: "plain", G: "a#b" });
});

Deno.test("a # inside an unquoted value is part of it, as it was for the older pipelines", () => {
  assert.deepEqual(read("DB_PASS=pa#ss\nA=#x\nB=it's#1 # why\nC=a#b'c`d\n"), {
    DB_PASS: "pa#ss",
    A: "",
    B: "it's#1",
    C: "a#b'c`d",
  });
});

Deno.test("malformed lines are told by number, never quoted: they may hold a secret", () => {
  for (
    const [text, line] of [["A=1\nCANARY\n", 2], ['A=1\n\nB="CANARY\nC=3', 3], ["A='CANARY'x", 1], [
      "=CANARY",
      1,
    ]] as const
  ) {
    assert.throws(() => read(text), (error: Error) => {
      assert.match(error.message, new RegExp(`^Cannot read "/app/\\.env": line ${line} `));
      assert.ok(!error.message.includes("CANARY"));
      return true;
    }, text);
  }
});

Deno.test("a file that is there and cannot be read stops the program with its name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/.env`);
    const options = { env: {}, cwd: folder, readTextFile: (path: string) => Deno.readTextFileSync(path) };
    assert.throws(() => readEnvironment(options), { message: /^Cannot read ".*\/\.env": Is a directory/ });
    await Deno.remove(`${folder}/.env`);
    await Deno.writeFile(`${folder}/.env`, new Uint8Array([0xff, 0xfe, 0x41, 0, 0x3d, 0, 0x31, 0]));
    assert.throws(() => readEnvironment(options), { message: /is not UTF-8 text/ });
    await Deno.remove(`${folder}/.env`);
    await Deno.writeTextFile(`${folder}/Config`, "a file where a folder might be");
    assert.equal(readEnvironment(options).file, null);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
