/** Is the table of variables sound, and is `.env.example` made from it safe to use as it is? */
import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import { parseConfig } from "../src/config.ts";
import { exampleEnvironment, knownNames, VARIABLES } from "../src/variables.ts";

const options = { readFile: () => assert.fail("reads a file") };

Deno.test("no name means two things, old names and files included", () => {
  const names = VARIABLES.flatMap(({ name, aliases, secret }) =>
    [name, ...aliases].flatMap((one) => secret ? [one, `${one}_FILE`] : [one])
  );
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(knownNames(), new Set(names));
});

Deno.test("whatever holds a key or a password is a secret", () => {
  const secret = VARIABLES.filter((variable) => variable.secret).map(({ name }) => name);
  const sounding = VARIABLES.map(({ name }) => name).filter((name) =>
    /KEY|PASS|DATABASE_URL|TOKEN|SECRET|WEBHOOK|PING/.test(name)
  );
  assert.deepEqual(secret, sounding);
  assert.ok(VARIABLES.every((variable) => !variable.secret || variable.default === null), "a secret with a default");
});

Deno.test("the defaults the table shows are the ones in force: given, each changes nothing", () => {
  const none = parseConfig({}, options);
  assert.ok("config" in none);
  for (const { name, default: fallback } of VARIABLES) {
    if (fallback === null || /^(DB|POSTGRES)_/.test(name)) continue;
    const given = parseConfig({ [name]: fallback }, options);
    assert.ok("config" in given, name);
    assert.deepEqual(given.config, none.config, name);
  }
});

Deno.test(".env.example is what the table says; used as it is it changes nothing but what it gives a reason for", () => {
  const example = Deno.readTextFileSync(new URL("../.env.example", import.meta.url));
  assert.equal(
    example,
    exampleEnvironment(),
    "write it anew: deno task docs",
  );
  const examples = VARIABLES.flatMap(({ name, example }) => example === null ? [] : [[name, example] as const]);
  // What a free key is given: with the program's own default its runs would never be complete.
  assert.deepEqual(examples.map(([name, { value }]) => [name, value]), [["STOCK_INTERVALS", "daily"]]);
  for (const [name, { value, why }] of examples) assert.ok(example.includes(`# ${why}\n${name}=${value}\n`), name);
  const differing = Object.fromEntries(examples.map(([name, { value }]) => [name, value]));
  const [used, differs, none] = [parseEnv(example), differing, {}].map((env) => parseConfig(env, options));
  assert.ok("config" in used! && "config" in differs! && "config" in none!);
  assert.deepEqual(used.config, differs.config);
  assert.notDeepEqual(used.config, none.config);
  assert.deepEqual(used.warnings, []);
});

Deno.test(".env.example is read by a shell as it is read by us", async () => {
  const path = new URL("../.env.example", import.meta.url).pathname;
  const { stdout, success } = await new Deno.Command("sh", {
    args: ["-c", 'set -a; . "$1"; env -0', "sh", path],
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH")! },
  }).output();
  assert.ok(success);
  const sourced = Object.fromEntries(
    new TextDecoder().decode(stdout).split("\0").filter((line) => line !== "").map((line) => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
  for (const [name, value] of Object.entries(parseEnv(exampleEnvironment()))) assert.equal(sourced[name], value, name);
});
