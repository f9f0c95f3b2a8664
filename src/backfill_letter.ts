/** What does the message of a backfill say that has ended, or has stopped by itself? How far it came, then series by series. */
import { type BackfillView, type SeriesProgress, shareDone } from "./backfill.ts";
import { seriesName } from "./bar.ts";
import { type Circumstances, standing } from "./digest.ts";
import { counted, grouped, type Letter, type LetterRow, minute, subjectLine, type Tone } from "./letter.ts";

export interface BackfillFacts extends Circumstances {
  readonly backfill: BackfillView;
  /** The first of its series. */
  readonly series: readonly SeriesProgress[];
}

const ROWS = 60;
const TONES: Readonly<Record<SeriesProgress["state"], Tone>> = {
  complete: "good",
  open: "plain",
  refused: "warn",
  failed: "bad",
};

export function backfillLetter({ backfill, series, pageUrl, ...circumstances }: BackfillFacts): Letter {
  const { id, state, wished, held, none, reason, from, to, askedBy, askedAt, note } = backfill;
  const found = `${grouped(held)} of ${counted(wished, "session")} are there`;
  const words = state === "paused" ? "stopped" : state;
  // What is in order says nothing: the figures do.
  const loud = series.filter((one) => one.state !== "complete" || one.reason !== null);
  const left = backfill.series - Math.min(loud.length, ROWS);
  return {
    subject: subjectLine(`backfill ${id} ${words}: ${found}`),
    tone: state === "complete" ? "good" : state === "partial" ? "warn" : "bad",
    lead: `Backfill ${id} ${words}: ${found}${none === 0 ? "" : `, the vendor has none of ${grouped(none)}`}` +
      (reason === null ? "" : `; ${reason}`),
    sections: [
      ...(loud.length === 0 ? [] : [{
        title: "Series",
        ...(left > 0 ? { lines: [`${counted(left, "series", "series")} more`] } : {}),
        table: { headings: ["series", "state", "done"], rows: loud.slice(0, ROWS).map((one) => rowOf(one, pageUrl)) },
      }]),
    ],
    links: pageUrl === null ? [] : [{ title: `Backfill ${id}`, href: `${pageUrl}/backfills/${id}` }],
    foot: [
      `From ${from} to ${to}, asked for by ${askedBy}, ${minute(askedAt)}${note === null ? "" : `: ${note}`}`,
      ...(state === "complete" ? [] : [`Go on with it: stocks-etl backfill resume ${id}`]),
      ...standing({ ...circumstances, pageUrl }),
    ],
  };
}

function rowOf(one: SeriesProgress, pageUrl: string | null): LetterRow {
  const { series, state, reason } = one;
  return {
    cells: [seriesName(series), state, `${(shareDone(one) * 100).toFixed(1)} %`],
    note: reason,
    tone: TONES[state],
    href: pageUrl === null ? null : `${pageUrl}/symbols/${encodeURIComponent(series.symbol)}/${series.interval}`,
  };
}

/** A backfill for programs. Instants as ISO 8601. */
export function factsOfBackfill({ backfill, series, pageUrl }: BackfillFacts): Record<string, unknown> {
  const { askedAt, finishedAt, restUntil: _, troubles: __, takesMs: ___, names: ____, lastRun, ...rest } = backfill;
  const iso = (ms: number | null) => ms === null ? null : new Date(ms).toISOString();
  return {
    backfill: { ...rest, askedAt: iso(askedAt), finishedAt: iso(finishedAt), lastRun: lastRun?.id ?? null },
    series: series.map(({ series: of, waitUntil, ...one }) => ({ ...of, ...one, waitUntil: iso(waitUntil) })),
    url: pageUrl === null ? null : `${pageUrl}/backfills/${backfill.id}`,
  };
}
