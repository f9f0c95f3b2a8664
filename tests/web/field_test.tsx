/** Do fields say what belongs in them and what is wrong, to the eye and to a screen reader? */
import assert from "node:assert/strict";
import { described, Hidden, Labelled, RangeFields } from "../../src/web/field.tsx";
import { launchFormOf } from "../../src/web/launch_form.ts";
import { drawn, wordsOf } from "../support/draw.tsx";

const form = (address: string) => launchFormOf(new URLSearchParams(address));

Deno.test("a field with its hint, and with what is wrong", () => {
  const field = (problem: string | undefined) =>
    drawn(<Labelled name="note" label="Note" problem={problem} hint="why">{null}</Labelled>);
  assert.match(field(undefined), /<label for="note">Note<\/label>.*id="note-hint">why/s);
  assert.doesNotMatch(field(undefined), /role="alert"/);
  assert.match(field("too long"), /role="alert">too long/);
  assert.deepEqual(described("note", "too long")["aria-invalid"], "true");
});

Deno.test("the range keeps what was typed, and says what it makes", () => {
  const html = drawn(<RangeFields form={form("from=2004-01-01")} problem="2004-01-01 is after 2003-01-01" />);
  assert.match(html, /name="from" value="2004-01-01"/);
  assert.match(html, /aria-invalid="true"/);
  assert.match(wordsOf(html), /is after .* A range makes a backfill/);
});

Deno.test("a form that was filled in is sent whole, and as text", () => {
  const html = drawn(<Hidden form={form("symbols=IBM&note=%22%3E%3Cscript%3E&force=yes")} />);
  assert.match(html, /name="symbols" value="IBM"/);
  assert.match(html, /name="force" value="yes"/);
  assert.doesNotMatch(html, /<script>/);
});
