/** Is every page framed the same: a way past the navigation, where we are, when it was true? */
import assert from "node:assert/strict";
import { documentOf } from "../../src/web/layout.tsx";
import { visit } from "../support/page.ts";

const FRAME = {
  version: "1.2.3",
  pages: [{ path: "/", tab: "Overview" }, { path: "/runs", tab: "Runs" }, { path: "/runs/:id", tab: null }],
};
const page = (change: Parameters<typeof visit>[0] = {}) =>
  documentOf({ title: "Run 7", sentence: "It is well.", body: "body" }, visit(change), FRAME);

Deno.test("skip link, landmarks, one heading, and the tab we are in", () => {
  const text = page({ here: "/runs/7?x=1" });
  assert.match(text, /<a class="skip" href="#main">/);
  assert.match(text, /<main id="main"/);
  assert.match(text, /<nav class="tabs" aria-label="Pages">/);
  assert.equal(text.match(/<h1>/g)?.length, 1);
  assert.deepEqual([...text.matchAll(/href="([^"]+)" aria-current="page"/g)].map(([, to]) => to), ["/runs"]);
  assert.doesNotMatch(text, /\/runs\/:id/);
});

Deno.test("as of when, in which zone; and it says so when the zone is not known", () => {
  assert.match(page(), /as of.*14:00:00.*UTC/s);
  assert.match(
    page({ zone: { choice: "exchange", name: "America/New_York", unknown: false } }),
    /09:00:00<\/time> EST/,
  );
  assert.match(page({ zone: { choice: "local", name: "UTC", unknown: true } }), /has not said where it is/);
  assert.doesNotMatch(page(), /has not said where it is/);
});

Deno.test("whoever is logged in can log out; the theme is the visitor's", () => {
  assert.match(page({ by: "session", role: "view" }), /action="\/logout"[\s\S]*Logged in to see\./);
  assert.doesNotMatch(page(), /logout/);
  assert.match(page({ theme: "dark" }), /data-theme="dark"/);
});
