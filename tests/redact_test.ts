import assert from "node:assert/strict";
import { createRedactor } from "../src/redact.ts";

const KEY = 'AB12+cd/34=5&67"8';

Deno.test("a secret goes in every spelling, and only it", () => {
  const redact = createRedactor([KEY, ""]);
  const bytes = [...new TextEncoder().encode(KEY)].map((byte) => `%${byte.toString(16).toUpperCase()}`).join("");
  for (
    const spelling of [
      KEY,
      KEY.toLowerCase(),
      KEY.toUpperCase(),
      encodeURIComponent(KEY),
      encodeURIComponent(KEY).toLowerCase(),
      new URL(`http://h/?k=${encodeURIComponent(KEY)}`).search.slice(3),
      new URLSearchParams({ k: KEY }).toString().slice(2),
      bytes,
      JSON.stringify(KEY).slice(1, -1),
      KEY.replaceAll("&", "&#38;").replaceAll('"', "&#34;"),
    ]
  ) {
    assert.equal(redact(`before ${spelling} after ${spelling}`), "before [redacted] after [redacted]", spelling);
  }
  assert.equal(redact("AB12 cd 34"), "AB12 cd 34");
});

Deno.test("one escaped character in the middle does not save the rest", () => {
  const redact = createRedactor([KEY]);
  const units = Array.from(KEY, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const inJson = JSON.stringify(KEY).slice(1, -1);
  for (
    const spelling of [
      units.join(""),
      units.join("").toUpperCase().replaceAll("\\U", "\\u"),
      `${units[0]}${inJson.slice(1)}`,
      `${inJson.slice(0, 1)}${units[1]}${inJson.slice(2)}`,
      JSON.stringify(inJson).slice(1, -1),
      `&#x41;&#066;${KEY.slice(2)}`,
      `%41${KEY.slice(1)}`,
      KEY.replace("&", "&amp;").replace('"', "&quot;"),
    ]
  ) {
    assert.equal(redact(`before ${spelling} after`), "before [redacted] after", spelling);
  }
  assert.equal(redact(KEY.slice(1)), KEY.slice(1));
  const accented = createRedactor(["Schlüssel & Brücke"]);
  const form = new URLSearchParams({ s: "Schlüssel & Brücke" }).toString();
  assert.equal(accented(`Schl\\u00fcssel &amp; Br%c3%bccke ${form}`), "[redacted] s=[redacted]");
});

Deno.test("of two secrets that begin alike the longer leaves no tail", () => {
  const redact = createRedactor(["SECRETKEY", "SECRETKEY-AND-MORE"]);
  assert.equal(redact("SECRETKEY-AND-MORE SECRETKEY"), "[redacted] [redacted]");
});

Deno.test("a short secret goes where its place names it and spares ordinary text", () => {
  const redact = createRedactor(["demo"]);
  const words = "The **demo** API key is for demo purposes; a democracy";
  assert.equal(redact(words), words);
  assert.equal(redact("http://h/query?symbol=IBM&apikey=demo&x=1"), "http://h/query?symbol=IBM&apikey=[redacted]&x=1");
  assert.equal(redact("http://h/query?apikey=demographics"), "http://h/query?apikey=demographics");
  assert.equal(redact("We have detected your API key as DEMO and"), "We have detected your API key as [redacted] and");
  assert.equal(redact("postgres://app:demo@host/db"), "postgres://app:[redacted]@host/db");
});

Deno.test("with no secret the text stays as it is", () => {
  assert.equal(createRedactor([])("apikey="), "apikey=");
  assert.equal(createRedactor([" ", ""])("a b"), "a b");
});

Deno.test("a secret made of pattern characters is taken literally", () => {
  assert.equal(createRedactor([".*.*.*.*"])("abc .*.*.*.* def"), "abc [redacted] def");
});
