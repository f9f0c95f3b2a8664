/**
 * How does a letter look in a mail program? Tables and inline styles, because many know nothing else; light, dark and as
 * narrow as a phone. Nothing is loaded from anywhere: an image would be blocked, so the bar is made of table cells.
 */
import type { Letter, LetterTable, Section, Tone } from "./letter.ts";

/** Dark text on light, each at least 4.5 : 1 on its ground. */
const INK: Readonly<Record<Tone, string>> = { good: "#1a7f37", warn: "#8a5a00", bad: "#b42318", plain: "#1f2328" };
const FILL: Readonly<Record<Tone, string>> = { good: "#2da44e", warn: "#d4a017", bad: "#d1242f", plain: "#8c959f" };

/** Programs that know dark say so here; those that do not, show the inline colours. */
const STYLE = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background: #0d1117 !important; }
  .card { background: #161b22 !important; border-color: #30363d !important; }
  .plain { color: #e6edf3 !important; } .soft { color: #9da7b3 !important; }
  .good { color: #56d364 !important; } .warn { color: #e3b341 !important; } .bad { color: #ff7b72 !important; }
  .line { border-color: #30363d !important; } a { color: #79c0ff !important; }
}
@media (max-width: 480px) { .page { padding: 0 !important; } .card { padding: 12px !important; border: 0 !important; } }
`;
const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CELL = "padding:4px 10px 4px 0;vertical-align:top;font-size:13px;line-height:1.4";

/** A whole document, UTF-8. */
export function htmlOf(letter: Letter): string {
  const { subject, tone, lead, sections, links, foot } = letter;
  const body = [
    `<p class="${tone}" style="margin:0 0 12px;font-size:18px;line-height:1.35;font-weight:600;color:${INK[tone]}">${
      escaped(lead)
    }</p>`,
    barOf(letter.shares ?? []),
    ...sections.map(sectionOf),
    links.length === 0
      ? ""
      : `<p style="margin:20px 0 0;font-size:14px">${
        links.map(({ title, href }) => linkOf(title, href)).join(" &nbsp;·&nbsp; ")
      }</p>`,
    foot.length === 0
      ? ""
      : `<p class="soft" style="margin:16px 0 0;font-size:12px;line-height:1.5;color:#59636e">${
        foot.map(escaped).join("<br>")
      }</p>`,
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<title>${escaped(subject)}</title><style>${STYLE}</style></head>
<body class="page" style="margin:0;padding:16px;background:#f6f8fa;${FONT}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="table-layout:fixed;border-collapse:separate"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:680px;table-layout:fixed;border-collapse:separate">
<tr><td class="card plain" style="padding:20px;background:#ffffff;border:1px solid #d1d9e0;border-radius:8px;color:#1f2328;overflow-wrap:anywhere;word-break:break-word;${FONT}">
${body.filter((part) => part !== "").join("\n")}
</td></tr></table></td></tr></table></body></html>
`;
}

function sectionOf({ title, lines = [], table }: Section): string {
  const heading = `<h2 class="plain" style="margin:20px 0 6px;font-size:15px;color:#1f2328">${escaped(title)}</h2>`;
  const said = lines.length === 0
    ? ""
    : `<ul style="margin:0 0 8px;padding-left:18px;font-size:14px;line-height:1.5">${
      lines.map((line) => `<li>${escaped(line)}</li>`).join("")
    }</ul>`;
  return heading + said + (table === undefined ? "" : tableOf(table));
}

/** Four short columns fit a phone; what is long stands below its row. */
function tableOf({ headings, rows }: LetterTable): string {
  const head = headings.map((heading) =>
    `<th class="soft line" align="left" style="${CELL};white-space:nowrap;font-weight:600;color:#59636e;border-bottom:1px solid #d1d9e0">${
      escaped(heading)
    }</th>`
  );
  const body = rows.map(({ cells, note, tone, href }) => {
    const edge = note === null ? ";border-bottom:1px solid #eaeef2" : "";
    const written = cells.map((cell, column) => {
      const ink = column === 1 ? tone : "plain";
      const text = column === 0 && href !== null ? linkOf(cell, href) : escaped(cell);
      const wrap = column === 1 ? ";white-space:nowrap" : "";
      return `<td class="${ink} line" style="${CELL};color:${INK[ink]}${wrap}${edge}">${text}</td>`;
    });
    const below = note === null
      ? ""
      : `<tr><td class="soft line" colspan="${cells.length}" style="padding:0 0 6px;font-size:12px;line-height:1.4;color:#59636e;border-bottom:1px solid #eaeef2">${
        escaped(note)
      }</td></tr>`;
    return `<tr>${written.join("")}</tr>${below}`;
  });
  const rest = `<thead><tr>${head.join("")}</tr></thead><tbody>${body.join("\n")}</tbody>`;
  return `<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;width:100%">${rest}</table>`;
}

/** A bar of cells, each as wide as its share, with its legend in words. */
function barOf(shares: NonNullable<Letter["shares"]>): string {
  const all = shares.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return "";
  const cells = shares.filter(({ count }) => count > 0).map(({ count, tone }) =>
    `<td height="10" width="${Math.max(1, Math.round(100 * count / all))}%" style="background:${
      FILL[tone]
    };font-size:0;line-height:10px">&nbsp;</td>`
  );
  const legend = shares.map(({ name, count, tone }) =>
    `<span style="color:${FILL[tone]}">■</span> ${count} ${escaped(name)}`
  );
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse"><tr>${
    cells.join("")
  }</tr></table><p class="soft" style="margin:4px 0 0;font-size:12px;color:#59636e">${legend.join(" &nbsp; ")}</p>`;
}

function linkOf(title: string, href: string): string {
  return `<a href="${escaped(href)}" style="color:#0969da">${escaped(title)}</a>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => ENTITIES[one]!);
}
