import assert from "node:assert/strict";
import { loginDocument } from "../../src/web/login.tsx";
import { visit } from "../support/page.ts";

Deno.test("one labelled field, what was wrong beside it, and nothing of the program behind it", () => {
  const text = loginDocument({ ...visit(), back: `/runs?"><script>`, problem: "the password is wrong" });
  assert.match(text, /<label for="password">/);
  assert.match(text, /autocomplete="current-password"/);
  assert.match(text, /role="alert">the password is wrong/);
  assert.doesNotMatch(text, /<script>|<nav|\/runs"/);
  assert.doesNotMatch(loginDocument({ ...visit(), back: "/", problem: null }), /role="alert"/);
});
