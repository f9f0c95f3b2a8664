/** Is another schedule seen before it is saved, and is every change told with who made it? */
import assert from "node:assert/strict";
import { Changes, EditSchedule } from "../../src/web/schedule_edit.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW, scheduleFacts } from "../support/page.ts";

const other = { cron: "*/30 9-16 * * 1-5", timezone: "Asia/Tokyo" };
const preview = { found: { schedule: other, words: "Every 30 minutes", next: [NOW + 3_600_000] } };

Deno.test("nothing asked: the fields hold what is in force, and nothing can be saved", () => {
  const html = drawn(<EditSchedule facts={scheduleFacts()} asked={{}} preview={null} />);
  assert.match(html, /name="cron"[^>]*value="0 6 \* \* \*"/);
  assert.match(html, /name="timezone"[^>]*value="UTC"/);
  assert.match(html, /<option value="Europe\/Berlin">/);
  assert.doesNotMatch(html, /method="post"/);
});

Deno.test("a preview: in words, when it would be due, and a button that saves just that", () => {
  const html = drawn(<EditSchedule facts={scheduleFacts()} asked={{ cron: `"><script>` }} preview={preview} />);
  assert.match(wordsOf(html), /Every 30 minutes\. It would be due:.*Mon 2026-11-23 00:00/);
  assert.match(html, /action="\/schedule">.*name="cron" value="\*\/30 9-16 \* \* 1-5"/s);
  assert.match(html, /name="timezone" value="Asia\/Tokyo"/);
  assert.doesNotMatch(html, /<script>/);
});

Deno.test("the one in force is not saved again", () => {
  const facts = scheduleFacts({ schedule: other });
  const html = drawn(<EditSchedule facts={facts} asked={other} preview={preview} />);
  assert.match(wordsOf(html), /That is what is in force\./);
  assert.doesNotMatch(html, /method="post"/);
});

Deno.test("changes: who, what, from, to; none yet says what makes one", () => {
  assert.match(wordsOf(drawn(<Changes changes={[]} />)), /Nobody yet: it is as configured/);
  const changes = [
    { id: 2, at: NOW, by: "<ann>", action: "set", was: "@daily UTC", became: "@hourly UTC" },
    { id: 1, at: NOW, by: "", action: "paused", was: null, became: "paused" },
  ];
  const text = wordsOf(drawn(<Changes changes={changes} />));
  assert.match(text, /2026-11-22 14:00 &lt;ann&gt; set @daily UTC @hourly UTC/);
  assert.match(text, /–it was not kept who paused –there was nothing before paused/);
});
