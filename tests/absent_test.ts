/** Does a command in the wrong folder say so, show nothing that is not there, and leave nothing behind? */
import assert from "node:assert/strict";
import { absence, presentFor } from "../src/absent.ts";
import { parseConfig } from "../src/config.ts";
import { type Command, parseCommand } from "../src/terminal/commands.ts";
import { embeddedDir } from "./support/database.ts";
import { runProgram, workFolder } from "./support/program.ts";

const readFile = Deno.readTextFileSync;

function configOf(env: Record<string, string>) {
  const parsed = parseConfig(env, { readFile });
  assert.ok("config" in parsed);
  return parsed.config;
}

/** Which database the command line is carried out with, and what is said. */
function present(line: string, config: ReturnType<typeof configOf>) {
  let said = "";
  const command = parseCommand(line.split(" "), { version: "1" });
  assert.ok(command.name !== "usage", JSON.stringify(command));
  const screen = { isTTY: false, columns: 100, write: (text: string) => void (said += text) };
  const { database } = presentFor(command as Command, config, { readFile, screen });
  return { dataDir: database.kind === "embedded" ? database.dataDir : database.url, said };
}

Deno.test("looking happens in memory with a warning, steering warns that one is made, making one is silent", async () => {
  await using folder = await workFolder();
  const config = configOf({ DATA_DIR: `${folder.path}/data` });
  const made = `${folder.path}/data/postgres`;
  for (const line of ["status", "plan --json", "schedule", "gaps", "cancel 3", "notify status", "backfill pause 2"]) {
    const { dataDir, said } = present(line, config);
    assert.equal(dataDir, null, line);
    assert.match(said, /^stocks-etl: warning: no database is configured, and there is none in ".*\/data": nothing is/);
    assert.match(said, /name its DATABASE_URL here or stand in the folder where it runs\n$/);
  }
  for (const line of ["pause", "schedule reset", "launch --symbols IBM"]) {
    const { dataDir, said } = present(line, config);
    assert.equal(dataDir, made, line);
    assert.match(said, /a new one is made there/, line);
  }
  for (const line of ["run", "migrate", "serve"]) assert.deepEqual(present(line, config), { dataDir: made, said: "" });
});

Deno.test("a database that is there, one that cannot be read and a server are left as they are", async () => {
  await using dir = await embeddedDir();
  const config = configOf({});
  const at = (dataDir: string) => ({ ...config, database: { kind: "embedded" as const, dataDir } });
  assert.equal(absence(at(dir.path), { readFile }), null);
  const locked = () => {
    throw new Deno.errors.PermissionDenied("no");
  };
  assert.equal(absence(at(dir.path), { readFile: locked }), null);
  assert.equal(absence(configOf({ DATABASE_URL: "postgres://u@127.0.0.1:9/d" }), { readFile }), null);
});

Deno.test("the program in an empty folder: status and check look, say so, and leave it empty", async () => {
  await using folder = await workFolder();
  const env = { LOG_DIR: "none", ALPHAVANTAGE_API_KEY: "k", ALPHAVANTAGE_URL: "http://127.0.0.1:9" };
  const status = await runProgram(["status"], { cwd: folder.path, env });
  assert.equal(status.code, 0, status.stderr);
  assert.match(status.stdout, /never asked/);
  assert.match(status.stderr, /there is none in ".*": nothing is stored here/);
  const check = await runProgram(["check"], { cwd: folder.path, env });
  assert.match(check.stdout, /warn {2}database +no database is configured, and there is none in "/);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name), []);
});
