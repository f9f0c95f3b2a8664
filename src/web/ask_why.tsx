/** Where on the page of a series is asked why a bar is missing, and answered? */
import type { Series } from "../bar.ts";
import type { Why } from "../why.ts";
import type { SeriesQuery } from "./query.ts";
import { seriesHref } from "./series_words.tsx";

/** The page with that date asked about. @param href of the page as it is */
export function whyHref(href: string, date: string): string {
  return `${href}${href.includes("?") ? "&" : "?"}why=${date}#why`;
}

/** Any date, and one sentence about it. */
export function AskWhy({ series, asked, why }: { series: Series; asked: SeriesQuery; why: Why | null }) {
  const { range, year, show } = asked;
  const kept = { range, year, show: show === "results" ? undefined : show };
  return (
    <form class="filters" id="why" method="get" action={`${seriesHref(series)}#why`} aria-label="Why is a bar missing">
      {Object.entries(kept).map(([name, value]) =>
        value !== undefined && <input type="hidden" name={name} value={String(value)} />
      )}
      <label>
        Why, on <input type="date" name="why" value={why?.date} required />
      </label>
      <button type="submit">Ask</button>
      {why !== null && <p class={why.verdict === "present" ? "answered" : "answered warn"}>{why.sentence}</p>}
    </form>
  );
}
