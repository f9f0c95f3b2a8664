/** Is every setting there with its value and origin, and no secret; every step of the schema with its time? */
import assert from "node:assert/strict";
import { type EffectiveSetting, MASK } from "../../src/effective.ts";
import { Migrations, Settings } from "../../src/web/instance_settings.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";
import { NOW } from "../support/page.ts";

const setting = (change: Partial<EffectiveSetting>): EffectiveSetting => ({
  name: "A",
  group: "One",
  description: "What it is, `exactly`.",
  value: "1",
  secret: false,
  origin: "default",
  givenAs: null,
  ...change,
});

Deno.test("by group, what was given open and told where from", () => {
  const html = drawn(
    <Settings
      settings={[
        setting({ name: "KEY", value: MASK, secret: true, origin: "file", givenAs: "KEY_FILE" }),
        setting({ name: "CRON", value: "<@daily>", origin: "database" }),
        setting({ group: "Two", value: null }),
      ]}
    />,
  );
  const text = wordsOf(html);
  assert.match(text, /^2 of 3 are given/);
  assert.match(text, /KEY •••••• file as KEY_FILE What it is, exactly\. CRON &lt;@daily&gt; database/);
  assert.match(text, /Two 1.*A –not given, and there is no default default/);
  assert.match(html, /<details class="group" open="">.*<details class="group">/s);
});

Deno.test("the steps of the schema", () => {
  const text = wordsOf(drawn(<Migrations migrations={[{ version: 1, name: "0001_initial", appliedAt: NOW }]} />));
  assert.match(text, /1 0001_initial 2026-11-22 14:00:00/);
});
