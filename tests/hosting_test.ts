/** What is settled by the place where the program runs? */
import assert from "node:assert/strict";
import { parseConfig } from "../src/config.ts";
import { effectiveSettings } from "../src/effective.ts";
import { embeddedProblems, hostingOf } from "../src/hosting.ts";
import { graceOf } from "../src/machine.ts";
import { lockProblem } from "../src/access.ts";
import { exampleEnvironment } from "../src/variables.ts";

const readFile = () => {
  throw new Error("no file");
};
const DEPLOY = { DENO_DEPLOYMENT_ID: "d1", DENO_DEPLOY: "true" };
const SERVER = { DATABASE_URL: "postgres://u:p@h/d" };

Deno.test("a machine of one's own settles nothing", () => {
  for (const env of [{}, { DENO_DEPLOYMENT_ID: "" }, { DENO_DEPLOY: "false" }]) {
    assert.deepEqual(hostingOf(env), { name: null, keepsFiles: true, fixed: {}, graceMs: 8_000 });
  }
  assert.deepEqual(embeddedProblems(hostingOf({}), { url: null, problems: [] }), []);
});

Deno.test("Deno Deploy is known by either of its names, also by how long it lets a program end", () => {
  for (const env of [{ DENO_DEPLOYMENT_ID: "d1" }, { DENO_DEPLOY: "true" }]) {
    assert.equal(hostingOf(env).name, "Deno Deploy");
    assert.equal(graceOf(env), 3_000);
  }
  assert.equal(graceOf({}), 8_000);
});

Deno.test("on Deno Deploy the page is open to the world and no log file is kept, whatever a pasted .env says", async () => {
  const { parseEnv } = await import("node:util");
  const pasted = parseEnv(exampleEnvironment()) as Record<string, string>;
  assert.equal(pasted.HOST, "127.0.0.1");
  for (const env of [{ ...pasted, ...SERVER, ...DEPLOY }, { ...SERVER, DENO_DEPLOY: "true" }]) {
    const parsed = parseConfig(env, { readFile });
    assert.ok("config" in parsed);
    assert.equal(parsed.config.logDir, null);
    assert.match(lockProblem(parsed.config.host, parsed.config.access) ?? "", /UI_PASSWORD is not set/);
    const shown = effectiveSettings(env, { readFile, fromFile: [], redact: String, schedule: null });
    assert.deepEqual(
      shown.filter(({ name }) => ["HOST", "LOG_DIR"].includes(name)).map(({ value, origin }) => [value, origin]),
      [["none", "default"], ["0.0.0.0", "default"]],
    );
  }
});

Deno.test("on Deno Deploy no database is a problem that says what to do; a wrong one is that problem alone", () => {
  const problemsOf = (env: Record<string, string>) => {
    const parsed = parseConfig({ ...DEPLOY, ...env }, { readFile });
    return "problems" in parsed ? parsed.problems.map(({ message }) => message) : [];
  };
  assert.deepEqual(problemsOf({}), [
    "Cannot keep bars on Deno Deploy without a database: no disk there outlives the program; assign a PostgreSQL " +
    "database to the app, or set DATABASE_URL",
  ]);
  assert.equal(problemsOf({ DB_NAME: "half" }).length, 1);
  assert.deepEqual(problemsOf(SERVER), []);
});

Deno.test("the address Deno is told to listen on counts, not HOST: it may need a password", () => {
  const hostOf = (address: string) => {
    const parsed = parseConfig({ HOST: "127.0.0.1", DENO_SERVE_ADDRESS: address }, { readFile });
    return "config" in parsed ? `${parsed.config.host}:${parsed.config.port}` : "";
  };
  assert.equal(hostOf("tcp:0.0.0.0:8000"), "0.0.0.0:8000");
  assert.equal(hostOf("tcp:127.0.0.1:8000"), "127.0.0.1:8000");
  assert.equal(hostOf("unix:/run/page.sock"), "0.0.0.0:3000");
  assert.equal(hostOf(""), "127.0.0.1:3000");
});
