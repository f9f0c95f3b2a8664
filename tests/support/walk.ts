/** One walk through the pages in a browser: a step for each thing people are used to, by its number in docs/web.md. */
import assert from "node:assert/strict";
import type { Tab } from "./browser.ts";
import type { Serving } from "./serving.ts";

export interface Walk {
  readonly tab: Tab;
  readonly at: Serving;
  /** Opens a page of the program. */
  go(path: string): Promise<void>;
  /** Clicks what leads to another page. */
  follow(selector: string): Promise<void>;
  /** What a part of the page says; of the whole page when no part is named. */
  text(selector?: string): Promise<string>;
  /** Fails unless the part says all of this. */
  sees(selector: string, ...patterns: readonly RegExp[]): Promise<void>;
  /** Path and query. */
  here(): Promise<string>;
}

/** The number in docs/web.md, what somebody does, how. */
export type Step = readonly [row: string, does: string, (walk: Walk) => Promise<void>];

export function walkOn(tab: Tab, at: Serving): Walk {
  const text = (selector = "body") =>
    tab.evaluate<string>(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? "(nothing there)"`);
  return {
    tab,
    at,
    text,
    go: (path) => tab.goto(at.page + path),
    follow: (selector) => tab.leadsOn(() => tab.click(selector)),
    sees: async (selector, ...patterns) => {
      const found = await text(selector);
      for (const pattern of patterns) assert.match(found, pattern, `${selector} does not say ${pattern}`);
    },
    here: () => tab.evaluate<string>("location.pathname + location.search"),
  };
}

/** A condition for `until`: the part says this. */
export function says(selector: string, text: string): string {
  return `document.querySelector(${JSON.stringify(selector)})?.innerText.includes(${JSON.stringify(text)})`;
}
