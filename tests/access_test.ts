/** Is the page locked unless only this machine can reach it, and are bad passwords refused without being shown? */
import assert from "node:assert/strict";
import { isLoopback, lockProblem } from "../src/access.ts";
import { parseConfig } from "../src/config.ts";

const read = (env: Record<string, string>) => parseConfig(env, { readFile: () => "from-a-file\n" });
const NONE = { password: null, viewPassword: null, behindProxy: false };

Deno.test("this machine alone may go without a password", () => {
  for (const host of ["127.0.0.1", "127.1.2.3", "localhost", "LOCALHOST", "::1", "[::1]"]) {
    assert.ok(isLoopback(host), host);
    assert.equal(lockProblem(host, NONE), null);
  }
  for (
    const host of ["0.0.0.0", "::", "192.168.0.4", "127.0.0.1.example", "localhost.example", "my-host", "128.0.0.1"]
  ) {
    assert.ok(!isLoopback(host), host);
    assert.match(lockProblem(host, NONE)!, /UI_PASSWORD/);
    assert.equal(lockProblem(host, { ...NONE, password: "long-enough" }), null);
  }
});

Deno.test("passwords are read, also from files, and are secrets", () => {
  const parsed = read({
    UI_PASSWORD: "operate me",
    UI_VIEW_PASSWORD_FILE: "/run/secrets/view",
    UI_BEHIND_PROXY: "yes",
  });
  assert.ok("config" in parsed);
  assert.deepEqual(parsed.config.access, { password: "operate me", viewPassword: "from-a-file", behindProxy: true });
  assert.deepEqual(parsed.secrets.toSorted(), ["from-a-file", "operate me", "operate%20me"].toSorted());
});

Deno.test("a password that protects nothing is refused, and not quoted", () => {
  const wrong: [Record<string, string>, RegExp][] = [
    [{ UI_PASSWORD: "sesame" }, /UI_PASSWORD: it has fewer than 8 characters/],
    [{ UI_PASSWORD: "operating", UI_VIEW_PASSWORD: "sesame" }, /UI_VIEW_PASSWORD: it has fewer/],
    [{ UI_VIEW_PASSWORD: "sesame-open" }, /UI_PASSWORD is not set/],
    [{ UI_PASSWORD: "sesame-open", UI_VIEW_PASSWORD: "sesame-open" }, /the same as UI_PASSWORD/],
  ];
  for (const [env, expected] of wrong) {
    const parsed = read(env);
    assert.ok("problems" in parsed);
    const text = parsed.problems.map(({ message }) => message).join();
    assert.match(text, expected);
    assert.ok(!text.includes("sesame"));
  }
});
