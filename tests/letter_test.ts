import assert from "node:assert/strict";
import { counted, grouped, type Letter, names, slackOf, subjectLine, textOf } from "../src/letter.ts";

const LETTER: Letter = {
  subject: "[stocks-etl] partial",
  tone: "warn",
  lead: "Run 7: partial",
  shares: [{ name: "stored", count: 2, tone: "good" }, { name: "late", count: 1, tone: "warn" }],
  sections: [
    { title: "New problems", lines: ["the vendor <is> down & out"] },
    {
      title: "Series",
      table: {
        headings: ["series", "outcome"],
        rows: [
          { cells: ["IBM daily", "late"], note: "not yet", tone: "warn", href: "https://x.example/ibm" },
          { cells: ["A 5min", "stored"], note: null, tone: "good", href: null },
        ],
      },
    },
  ],
  links: [{ title: "Run 7", href: "https://x.example/runs/7?a=1&b=2" }],
  foot: ["Quota: 0 of 25 requests left today"],
};

Deno.test("as text it can be read without HTML", () => {
  assert.equal(
    textOf(LETTER),
    `Run 7: partial

2 stored, 1 late

NEW PROBLEMS
  the vendor <is> down & out

SERIES
  series     outcome
  IBM daily  late
    not yet
  A 5min     stored

Run 7: https://x.example/runs/7?a=1&b=2

Quota: 0 of 25 requests left today
`,
  );
});

Deno.test("for Slack its marks are escaped, so that nobody's words ring a channel", () => {
  const text = slackOf({ ...LETTER, lead: "<!channel> & <https://evil.example|click>" });
  assert.match(text, /^\*\[stocks-etl\] partial\*\n&lt;!channel&gt; &amp; &lt;https:\/\/evil\.example\|click&gt;\n/);
  assert.match(
    text,
    /\*New problems\*\n• the vendor &lt;is&gt; down &amp; out\n\*Series\*\n• IBM daily · late · not yet\n/,
  );
  assert.match(text, /<https:\/\/x\.example\/runs\/7\?a=1&amp;b=2\|Run 7>$/);
});

Deno.test("for Slack it is short, and the link stays", () => {
  const rows = Array.from({ length: 40 }, (_, index) => ({
    cells: [`S${index} daily`, "failed"],
    note: "x".repeat(300),
    tone: "bad" as const,
    href: null,
  }));
  const text = slackOf({ ...LETTER, sections: [{ title: "Series", table: { headings: [], rows } }] });
  assert.ok(text.length <= 3_600, `${text.length}`);
  assert.match(text, /…\n<https:[^>]*\|Run 7>$/);
  const short = rows.map((row) => ({ ...row, note: null }));
  assert.match(
    slackOf({ ...LETTER, sections: [{ title: "Series", table: { headings: [], rows: short } }] }),
    /… and 25 more/,
  );
});

Deno.test("a subject is one short line that says whose it is", () => {
  assert.equal(subjectLine("a\r\nBcc: x\0y"), "[stocks-etl] a Bcc: x y");
  assert.equal(subjectLine("x".repeat(500)).length, 150);
});

Deno.test("counts and names in words", () => {
  assert.equal(counted(1, "request"), "1 request");
  assert.equal(counted(2_000, "series", "series"), "2,000 series");
  assert.equal(grouped(1_234_567), "1,234,567");
  assert.equal(names(["A", "B"]), "A, B");
  assert.equal(names(["A", "B", "C", "D"], 2), "A, B and 2 more");
});
