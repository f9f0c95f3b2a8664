/** Is the database meant that is named, and does no message give its password away? */
import assert from "node:assert/strict";
import fc from "fast-check";
import { chooseDatabase, type DatabaseChoice, passwordsOf } from "../src/database.ts";
import { findSettings } from "../src/setting.ts";

function choose(env: Record<string, string>): DatabaseChoice {
  return chooseDatabase(findSettings(env, () => assert.fail("reads a file")));
}

function urlOf(env: Record<string, string>): string | null {
  const { url, problems } = choose(env);
  assert.deepEqual(problems, []);
  return url;
}

function refused(env: Record<string, string>): string[] {
  const { problems } = choose(env);
  assert.ok(problems.length > 0, "accepted");
  return problems.map(({ message }) => message);
}

Deno.test("nothing named: the embedded engine, also when only the pool is", () => {
  assert.deepEqual(choose({}), { url: null, problems: [], warnings: [] });
  assert.equal(urlOf({ DATABASE_POOL_SIZE: "9", DATA_DIR: "x" }), null);
});

Deno.test("DATABASE_URL over DB_* over POSTGRES_*, the others named in a warning", () => {
  const url = "postgres://u:secret-in-url@h/d";
  const all = { DATABASE_URL: url, DB_NAME: "a", POSTGRES_DB: "b", POSTGRES_USER: "u", DB_USER: "u" };
  const first = choose(all);
  assert.equal(first.url, url);
  assert.deepEqual(first.warnings.map(({ name }) => name), ["DB_*", "POSTGRES_*"]);
  assert.ok(!JSON.stringify(first.warnings).includes("secret"));
  assert.match(urlOf({ ...all, DATABASE_URL: "" })!, /\/a$/);
  assert.match(urlOf({ ...all, DATABASE_URL: "", DB_NAME: "", DB_USER: "" })!, /\/b$/);
});

Deno.test("parts: half given, bad port, a service link of Kubernetes, sockets and IPv6", () => {
  assert.deepEqual(refused({ DB_PASS: "CANARY-PASSWORD", DB_HOST: "db" }), [
    "Cannot connect to a server from DB_*: DB_NAME is missing",
    "Cannot connect to a server from DB_*: DB_USER is missing",
  ]);
  const parts = { POSTGRES_DB: "d", POSTGRES_USER: "u" };
  assert.match(refused({ ...parts, POSTGRES_PORT: "tcp://10.0.0.1:5432" })[0]!, /^Cannot use POSTGRES_PORT: "tcp:/);
  for (const port of ["0", "65536", "-1", "5e3", "5432 "]) {
    if (port.trim() === "5432") assert.match(urlOf({ ...parts, POSTGRES_PORT: port })!, /:5432\//);
    else assert.match(refused({ ...parts, POSTGRES_PORT: port })[0]!, /is not a port/, port);
  }
  assert.equal(urlOf({ ...parts, POSTGRES_HOST: "::1" }), "postgresql://u@[::1]:5432/d");
  assert.equal(urlOf({ ...parts, POSTGRES_HOST: "[::1]" }), "postgresql://u@[::1]:5432/d");
  const socket = "postgresql://u@/d?host=%2Frun%2Fpostgresql&port=5432";
  assert.equal(urlOf({ ...parts, POSTGRES_HOST: "/run/postgresql" }), socket);
});

Deno.test("a name that a URL cannot hold is refused, not silently another database", () => {
  for (const name of [".", ".."]) assert.match(refused({ DB_NAME: name, DB_USER: "u" })[0]!, /is not a name/);
  assert.equal(urlOf({ DB_NAME: "../template1", DB_USER: "u" }), "postgresql://u@localhost:5432/..%2Ftemplate1");
});

Deno.test("a wrong DATABASE_URL is refused without quoting it", () => {
  for (
    const url of [
      "mysql://u:CANARY-PASSWORD@h/d",
      "postgres://u:CANARY-PASSWORD/x@h:5432/d",
      "postgres://u:CANARY-PASSWORD#x@h/d",
      "postgres://u:CANARY-PASSWORD%@h/d",
      "postgres://u:12?CANARY-PASSWORD@h/d",
      "postgres://u:12#CANARY-PASSWORD@h/d",
      "u:CANARY-PASSWORD@h/d",
    ]
  ) {
    const problems = refused({ DATABASE_URL: url });
    assert.match(problems[0]!, /^Cannot use DATABASE_URL: /, url);
    assert.ok(!problems.join().includes("CANARY"), problems.join());
  }
  assert.ok(urlOf({ DATABASE_URL: "postgresql://u@/d?host=/run/postgresql" }));
});

Deno.test("the passwords of a URL in every spelling a text may have", () => {
  assert.deepEqual(passwordsOf("postgres://u@h/d"), []);
  assert.deepEqual(passwordsOf("not a url"), []);
  assert.deepEqual(passwordsOf("postgres://u:p%40ss@h/d").sort(), ["p%40ss", "p@ss"]);
  assert.ok(passwordsOf("postgres://u:100%@h/d").includes("100%"), "a stray % stands for itself");
  assert.ok(passwordsOf("postgres://u@/d?host=/run&password=in%20query").includes("in query"));
});

Deno.test("random parts: the URL gives back name, user and password", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 })
    .filter((one) => one.trim() === one && one !== "" && !/^(["']).*\1$/s.test(one));
  const names = text.filter((one) => one !== "." && one !== "..");
  fc.assert(
    fc.property(names, text, text, (name, user, password) => {
      const url = new URL(urlOf({ DB_NAME: name, DB_USER: user, DB_PASS: password })!);
      assert.equal(decodeURIComponent(url.username), user);
      assert.equal(decodeURIComponent(url.password), password);
      assert.equal(decodeURIComponent(url.pathname.slice(1)), name);
      assert.equal(url.host, "localhost:5432");
      assert.ok(passwordsOf(url.href).includes(password));
    }),
    { numRuns: 200 },
  );
});
