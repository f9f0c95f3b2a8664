/** Is a key sent encrypted, or not off this machine? */
import assert from "node:assert/strict";
import { vendorUrl } from "../src/vendor_url.ts";

Deno.test("https anywhere, http only here, and nothing that hides a secret", () => {
  assert.equal(vendorUrl("https://example.com/query"), "https://example.com/query");
  for (const here of ["http://127.0.0.1:9/q", "http://localhost/q", "http://[::1]:8/q"]) {
    assert.equal(vendorUrl(here), here);
  }
  const wrong = [
    "http://example.com/q",
    "http://127.0.0.1.example.com/",
    "https://me:pw@example.com/",
    "https://a/?apikey=k",
    "ftp://a/",
    "x",
  ];
  for (const url of wrong) assert.equal(vendorUrl(url), null, url);
});
