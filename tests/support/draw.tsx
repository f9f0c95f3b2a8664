/** A part of a page as the text a browser gets. */
import type { Child } from "hono/jsx";
import { Visiting } from "../../src/web/facts.tsx";
import type { Shown, Visit } from "../../src/web/visit.ts";
import { visit } from "./page.ts";

export function drawn(part: Child, change: Partial<Visit> = {}): string {
  return String(<Visiting value={visit(change)}>{part}</Visiting>);
}

/** What a page says, its tags left out. */
export function said({ title, sentence, body }: Shown, change: Partial<Visit> = {}): string {
  return [title, sentence, body].map((part) => wordsOf(drawn(part, change))).join("\n");
}

export function wordsOf(html: string): string {
  return html.replace(/<title>.*?<\/title>/gs, "").replace(/<\/(?:td|th|li|p|dd|dt|div|option|h2|a|tr)>/g, " ").replace(
    /<[^>]+>/g,
    "",
  )
    .replace(/\s+/g, " ").trim();
}
