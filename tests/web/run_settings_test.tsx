/** Does a run's page tell its settings from those of now? */
import assert from "node:assert/strict";
import { compareSettings } from "../../src/kept_settings.ts";
import { RunSettings } from "../../src/web/run_settings.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";

const setting = (name: string, value: string | null, origin: "default" | ".env" = "default") => ({
  name,
  value,
  origin,
});
const draw = (settings: Parameters<typeof RunSettings>[0]["settings"]) => drawn(<RunSettings settings={settings} />);

Deno.test("what is another now stands out, then and now side by side, as text", () => {
  const html = draw(compareSettings(
    [setting("STOCK_SYMBOLS", "<b>IBM</b>", ".env"), setting("PORT", "3000"), setting("OLD", "x")],
    [setting("STOCK_SYMBOLS", "MSFT"), setting("PORT", "3000"), setting("NEW", null)],
  ));
  assert.match(wordsOf(html), /2 settings are another now\./);
  assert.match(
    html,
    /<tr class="differs"><th scope="row"><code>STOCK_SYMBOLS<\/code><\/th><td class="words">&lt;b&gt;IBM&lt;\/b&gt;<\/td><td>\.env<\/td><td class="words"><ins>MSFT<\/ins>/,
  );
  assert.match(wordsOf(html), /OLD x default –there is no such setting any more/);
  assert.match(wordsOf(html), /All 3, of which 1 given/);
  assert.match(wordsOf(html), /PORT 3000 default the same/);
});

Deno.test("nothing has changed; nothing was kept", () => {
  assert.match(wordsOf(draw(compareSettings([setting("A", "1")], [setting("A", "1")]))), /The same as now\./);
  assert.match(wordsOf(draw(null)), /None were kept with this run; those of now are on Instance/);
});
