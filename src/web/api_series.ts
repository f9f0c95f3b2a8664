/** What can a program ask about series: which there are, their bars, coverage, and what is on record of each? */
import { z } from "zod";
import { type Endpoint, endpoint, type FileAnswer, instant } from "./endpoint.ts";
import { fileName, type Format, FORMATS, type Limit, parseInstant, parseLimit } from "../extract.ts";
import {
  BARS_QUERY,
  EXPORT_QUERY,
  instantOf,
  MATRIX_QUERY,
  NO_QUERY,
  RECORDS_QUERY,
  SYMBOLS_QUERY,
  YEAR_QUERY,
} from "./query.ts";
import { matrixFilterOf } from "./coverage_matrix.tsx";
import { findSeries, type SeriesReads } from "./series.tsx";
import type { RecordPage } from "./series_records.tsx";
import { seriesOf } from "./series_words.tsx";
import { symbolsFilterOf, type SymbolsReads } from "./symbols.tsx";

const count = z.int().nonnegative();
const SERIES = z.object({ symbol: z.string(), interval: z.string() });
const decimal = z.string().describe("Decimal, exact");
const PRICES = z.object({ open: decimal, high: decimal, low: decimal, close: decimal, volume: decimal });
const run = z.int().nullable().describe("null: that run is not kept any more");

const ROW = z.object({
  series: SERIES,
  freshness: z.object({
    state: z.enum(["complete", "late", "empty"]),
    target: z.string().describe("What it should hold by now"),
    behind: count.nullable().describe("Closed sessions, weeks or months it lacks"),
  }),
  first: instant.nullable().describe("Oldest bar"),
  watermark: instant.nullable().describe("Newest settled bar"),
  newest: instant.nullable(),
  bars: count.describe("Counted up to 10000"),
  provisional: count,
  results: z.array(z.object({
    runId: z.int(),
    status: z.string(),
    kind: z.string().nullable(),
    message: z.string().nullable(),
    inserted: count,
    at: instant,
  })).describe("Newest first, ten at most"),
  entitlements: z.array(z.object({ form: z.string(), allowed: z.boolean(), learntAt: instant })),
  listing: z.object({
    name: z.string().nullable(),
    exchange: z.string().nullable(),
    assetType: z.string().nullable(),
    ipoDate: z.string().nullable(),
    delistingDate: z.string().nullable().describe("null: it is listed"),
  }).optional().describe("What the vendor's list of symbols says; absent: nothing"),
});

const CELL = z.object({
  date: z.iso.date().describe("Of the session, or the first day of the week or month"),
  presence: z.enum(["present", "provisional", "gap", "before", "ahead"]),
  bars: count,
  reason: z.string().nullable(),
});

const RESULT = z.object({
  runId: z.int(),
  status: z.string(),
  kind: z.string().nullable(),
  message: z.string().nullable(),
  requests: count,
  counts: z.object({ inserted: count, revised: count, unchanged: count, provisional: count, quarantined: count }),
  watermark: instant.nullable(),
  startedAt: instant,
  finishedAt: instant,
});
const REVISION = z.object({
  id: z.int(),
  ts: instant,
  was: PRICES,
  became: PRICES.nullable(),
  seenAt: instant,
  runId: run,
  changedBy: z.int().nullable().describe("The answer that changed it"),
});
const HELD = z.object({
  id: z.int(),
  stamp: z.string().describe("As the vendor wrote it"),
  rule: z.string(),
  raw: z.string().describe("The vendor's row, JSON"),
  firstSeenAt: instant,
  lastSeenAt: instant,
  times: count,
  runId: run,
  released: z.object({ by: z.string(), at: instant }).nullable(),
});
const ANSWER = z.object({
  id: z.int().describe("Its body, key removed: /answers/{id}/body, beside the API"),
  form: z.string(),
  receivedAt: instant,
  bytes: count,
  kept: z.boolean().describe("The body is still in the archive"),
  runId: run,
});
const REQUEST = z.object({
  id: z.int(),
  form: z.string(),
  attempt: count,
  sentAt: instant,
  kind: z.string().nullable().describe("null: never answered, but it counts"),
  httpStatus: z.int().nullable(),
  bytes: count.nullable(),
  durationMs: count.nullable(),
  message: z.string().nullable(),
  runId: run,
});

const read = { method: "GET", role: "view", body: null } as const;
const PATH = "/series/:symbol/:interval";

export function endpointsOfOneSeries(
  { symbols, series }: { symbols: SymbolsReads; series: SeriesReads },
): readonly Endpoint[] {
  return [
    endpoint({
      ...read,
      path: "/series",
      summary: "Every configured series: its freshness, bars and last results",
      query: SYMBOLS_QUERY,
      response: z.object({
        series: z.array(ROW),
        matching: count,
        counts: z.object({ complete: count, late: count, empty: count }),
      }),
      handle: async ({ query }) => {
        const { rows, ...found } = await symbols.symbols(symbolsFilterOf(query));
        return { ...found, series: rows };
      },
    }),
    endpoint({
      ...read,
      path: "/coverage",
      summary: "The newest sessions, weeks or months of every series of an interval: present, missing and why",
      query: MATRIX_QUERY.omit({ view: true }),
      response: z.object({
        interval: z.string(),
        dates: z.array(z.iso.date()),
        matching: count,
        older: z.iso.date().nullable().describe("Give it as `before` for the sessions before these"),
        rows: z.array(z.object({
          series: SERIES,
          cells: z.array(CELL.nullable()).describe("One for each date; null: its exchange is closed then"),
        })),
      }),
      handle: ({ query }) => symbols.matrix(matrixFilterOf(query)),
    }),
    endpoint({
      ...read,
      path: PATH,
      summary: "One series",
      query: NO_QUERY,
      response: ROW.extend({ intervals: z.array(z.string()), held: count.describe("Rows in quarantine") }),
      handle: ({ params }) => findSeries(series, params),
    }),
    endpoint({
      ...read,
      path: `${PATH}/bars`,
      summary:
        "Bars of a stretch of time, joined into candles where they are too many; what was revised, what is missing",
      query: BARS_QUERY,
      response: z.object({
        width: count.nullable().describe("Milliseconds a candle stands for at the most; null: each is a bar"),
        candles: z.array(PRICES.extend({ ts: instant, settled: z.boolean() })),
        revised: z.array(instant),
        gaps: z.array(CELL.extend({ from: instant.describe("Where its first bar would be") })),
      }),
      handle: ({ params, query: { from, to, points } }) =>
        series.chart(seriesOf(params), { from: instantOf(from), to: instantOf(to), points }),
    }),
    endpoint({
      ...read,
      path: `${PATH}/coverage`,
      summary: "Sessions of a year, or all weeks or months: present, missing and why",
      query: YEAR_QUERY,
      response: z.object({ year: z.int().nullable(), years: z.array(z.int()), cells: z.array(CELL) }),
      handle: ({ params, query }) => series.coverage(seriesOf(params), query.year ?? null),
    }),
    ...filesOf(series),
    ...recordsOf(series),
  ];
}

const MEDIA: Readonly<Record<Format, string>> = { csv: "text/csv", parquet: "application/vnd.apache.parquet" };

/** The bars of a series to take home, as the command `export` writes them. */
function filesOf(reads: SeriesReads): readonly Endpoint[] {
  const limit = (text: string | undefined): Limit | null => text === undefined ? null : parseLimit(text);
  return FORMATS.map((format) =>
    endpoint({
      ...read,
      path: `${PATH}/bars.${format}`,
      summary: `Its bars as a file: ${format === "csv" ? "CSV, exact decimals" : "Parquet, prices as doubles"}`,
      query: EXPORT_QUERY,
      response: z.string().meta({ format: "binary" }),
      file: MEDIA[format],
      handle: async ({ params, query: { from, to, asOf, settledOnly } }): Promise<FileAnswer> => {
        const { series } = await findSeries(reads, params);
        const instant = asOf === undefined ? null : parseInstant(asOf);
        const extract = { from: limit(from), to: limit(to), asOf: instant, settledOnly };
        return { name: fileName(series, format), pieces: reads.exported(series, { extract, format }) };
      },
    })
  );
}

function recordsOf(reads: SeriesReads): readonly Endpoint[] {
  const list = <Row>(name: string, { summary, row, key, rows }: {
    summary: string;
    row: z.ZodType;
    key: (row: Row) => number;
    rows: (series: ReturnType<typeof seriesOf>, page: RecordPage) => Promise<readonly Row[]>;
  }) =>
    endpoint({
      ...read,
      path: `${PATH}/${name}`,
      summary,
      query: RECORDS_QUERY,
      response: z.object({
        [name]: z.array(row),
        older: z.int().nullable().describe("Give it as `before` for the next page"),
      }),
      handle: async ({ params, query: { before = null, limit } }) => {
        const found = await rows(seriesOf(params), { before, limit: limit + 1 });
        const page = found.slice(0, limit);
        return { [name]: page, older: found.length > page.length ? key(page.at(-1)!) : null };
      },
    });
  const id = (row: { id: number }) => row.id;
  return [
    list("results", {
      summary: "What each run did for the series, newest first",
      row: RESULT,
      key: ({ runId }) => runId,
      rows: reads.results,
    }),
    list("revisions", {
      summary: "Settled bars that came back different",
      row: REVISION,
      key: id,
      rows: reads.revisions,
    }),
    list("quarantine", { summary: "Rows that broke a rule", row: HELD, key: id, rows: reads.quarantine }),
    list("answers", { summary: "Archived answers that gave rows", row: ANSWER, key: id, rows: reads.answers }),
    list("requests", { summary: "Requests of the ledger", row: REQUEST, key: id, rows: reads.requests }),
  ];
}
