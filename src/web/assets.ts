/** Which files does a page bring along? Embedded, and named by their content: a browser keeps them for ever and is never out of date. */
import { createHash } from "node:crypto";
import chart from "./assets/chart.js" with { type: "text" };
import icon from "./assets/icon.svg" with { type: "text" };
// Of the npm package of that name, which hides this file; `deno task assets` brings it anew. Its licence notice is its head.
import charts from "./assets/lightweight-charts.js" with { type: "text" };
import script from "./assets/page.js" with { type: "text" };
import style from "./assets/style.css" with { type: "text" };

export interface Asset {
  readonly href: string;
  readonly type: string;
  readonly text: string;
}

function asset(name: string, type: string, text: string): Asset {
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return { href: `/assets/${name.replace(".", `.${digest}.`)}`, type, text };
}

export const ASSETS = {
  style: asset("style.css", "text/css; charset=utf-8", style),
  script: asset("page.js", "text/javascript; charset=utf-8", script),
  /** Only on pages with a chart, the foreign one first. */
  charts: asset("lightweight-charts.js", "text/javascript; charset=utf-8", charts),
  chart: asset("chart.js", "text/javascript; charset=utf-8", chart),
  icon: asset("icon.svg", "image/svg+xml", icon),
} as const satisfies Record<string, Asset>;

/** The asset at this path; `null`: there is none, or not any more. */
export function assetAt(path: string): Asset | null {
  return Object.values(ASSETS).find(({ href }) => href === path) ?? null;
}
