import assert from "node:assert/strict";
import { Gantt } from "../../src/web/gantt.tsx";
import type { Span } from "../../src/web/spans.ts";
import { drawn } from "../support/draw.tsx";

const draw = (spans: readonly Span[], status: string | null = "stored", to = 10_000) =>
  drawn(
    <Gantt
      rows={[{ name: "IBM daily", spans, status, href: "/runs/7#log", chosen: false }]}
      stretch={{ from: 0, to }}
      start={0}
      running={status === null}
      zoomHref={({ from, to }) => `/zoom/${from}-${to}`}
    />,
  );

Deno.test("a bar per phase, as long as it took, with its attempt and what came of it", () => {
  const text = draw([{ phase: "fetch", from: 1_000, to: 3_000, attempt: 2, said: "burst <b>" }]);
  assert.match(
    text,
    /class="span fetch"><title>IBM daily: asked 2\.0 s, attempt 2\nburst &lt;b&gt;<\/title><rect x="10.000%"[^>]* width="20.000%"/,
  );
  assert.match(text, /<li class="good" title="stored"><a href="\/runs\/7#log">IBM daily/);
});

Deno.test("what goes on reaches to the end; the shortest can be seen", () => {
  assert.match(
    draw([{ phase: "store", from: 9_000, to: null, attempt: null, said: null }], null),
    /class="span store open"[\s\S]*x="90.000%"[^>]* width="10.000%"/,
  );
  assert.match(draw([{ phase: "wait", from: 0, to: 0, attempt: 1, said: null }]), /width="0.400%"/);
});

Deno.test("seconds for a short run, times of day for a long one", () => {
  assert.match(draw([]), />0 s<.*\+2 s</s);
  assert.match(draw([], "stored", 7_200_000), />00:30</);
});

Deno.test("a time leads closer, to where the next one begins; a row leads to its events", () => {
  const text = draw([]);
  assert.match(text, /<a href="\/zoom\/2000-4000" aria-label="Look closer from \+2 s">/);
  assert.match(draw([], "stored", 7_200_000), /<a href="\/zoom\/1800000-3600000"/);
  assert.match(text, /<a href="\/runs\/7#log" tabindex="-1" aria-label="Events of IBM daily">/);
});
