/** What is on record of a series: results, revisions, quarantine, answers, requests; one list at a time, newest first. */
import type { Child } from "hono/jsx";
import type { Rule, Series } from "../bar.ts";
import type { FailureKind, RowCounts, SeriesStatus } from "../run.ts";
import { Scroll, ZoneName } from "./facts.tsx";
import type { RECORDS, SeriesQuery } from "./query.ts";
import { AnswerCells, HeldCells, RequestCells, ResultCells, RevisionCells } from "./record_cells.tsx";
import { seriesHref } from "./series_words.tsx";

/** Rows with a key below `before` (`null`: from the newest), `limit` at most, newest first. */
export interface RecordPage {
  readonly before: number | null;
  readonly limit: number;
}

export interface Prices {
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

/** Instants are epoch ms, in all of these. */
export interface RevisionRow {
  readonly id: number;
  readonly ts: number;
  readonly was: Prices;
  /** `null`: the bar is not there any more. */
  readonly became: Prices | null;
  readonly seenAt: number;
  readonly runId: number | null;
  readonly changedBy: number | null;
}

export interface HeldRow {
  readonly id: number;
  readonly stamp: string;
  readonly rule: Rule;
  /** JSON. */
  readonly raw: string;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly times: number;
  readonly runId: number | null;
  /** `null`: it is still held. */
  readonly released: { readonly by: string; readonly at: number } | null;
}

export interface AnswerRow {
  readonly id: number;
  readonly form: string;
  readonly receivedAt: number;
  readonly bytes: number;
  /** The body is still in the archive. */
  readonly kept: boolean;
  readonly runId: number | null;
}

export interface RequestRow {
  readonly id: number;
  readonly form: string;
  readonly attempt: number;
  readonly sentAt: number;
  readonly kind: string | null;
  readonly httpStatus: number | null;
  readonly bytes: number | null;
  readonly durationMs: number | null;
  readonly message: string | null;
  readonly runId: number | null;
}

export interface ResultRow {
  readonly runId: number;
  readonly status: SeriesStatus;
  readonly kind: FailureKind | null;
  readonly message: string | null;
  readonly requests: number;
  readonly counts: RowCounts;
  readonly watermark: number | null;
  readonly startedAt: number;
  readonly finishedAt: number;
}

export interface RecordReads {
  /** `before`: a run. */
  results(series: Series, page: RecordPage): Promise<readonly ResultRow[]>;
  revisions(series: Series, page: RecordPage): Promise<readonly RevisionRow[]>;
  quarantine(series: Series, page: RecordPage): Promise<readonly HeldRow[]>;
  answers(series: Series, page: RecordPage): Promise<readonly AnswerRow[]>;
  requests(series: Series, page: RecordPage): Promise<readonly RequestRow[]>;
  /** What the vendor sent, key removed; `body` is `null` when it was dropped by age. */
  answerBody(id: number): Promise<{ symbol: string; interval: string; body: string | null } | null>;
}

interface List<Row> {
  key(row: Row): number;
  /** A heading that is a number of things begins with `#`. */
  readonly heads: readonly Child[];
  cells(row: Row, context: { readonly series: Series; readonly release: boolean }): Child;
  readonly empty: Child;
}

const PAGE = 25;

/** The list the address asks for. */
export async function Records({ reads, series, asked, release }: {
  reads: RecordReads;
  series: Series;
  asked: Pick<SeriesQuery, "show" | "before">;
  release: boolean;
}): Promise<Child> {
  const list = LISTS[asked.show] as List<unknown>;
  const found: readonly unknown[] = await reads[asked.show](series, { before: asked.before ?? null, limit: PAGE + 1 });
  const rows = found.slice(0, PAGE);
  const href = (before: number | null) =>
    `${seriesHref(series)}?show=${asked.show}${before === null ? "" : `&before=${before}`}#records-title`;
  if (rows.length === 0) return <p class="empty">{list.empty}</p>;
  return (
    <>
      <Scroll label="Records">
        <table>
          <thead>
            <tr>
              {list.heads.map((head) =>
                typeof head === "string" && head.startsWith("#")
                  ? <th scope="col" class="number">{head.slice(1)}</th>
                  : <th scope="col">{head}</th>
              )}
            </tr>
          </thead>
          <tbody>{rows.map((row) => <tr>{list.cells(row, { series, release })}</tr>)}</tbody>
        </table>
      </Scroll>
      <nav class="pager" aria-label={`Pages of ${asked.show}`}>
        {asked.before !== undefined && <a href={href(null)}>Newest</a>}
        {found.length > rows.length && <a href={href(list.key(rows.at(-1)!))}>Older</a>}
      </nav>
    </>
  );
}

/** The heading of a column of times. */
function Zoned({ children }: { children?: Child }) {
  return (
    <>
      {children} <ZoneName />
    </>
  );
}

const RESULTS: List<ResultRow> = {
  key: ({ runId }) => runId,
  heads: [
    "Run",
    "Result",
    <Zoned>Ended</Zoned>,
    "#New",
    "#Revised",
    "#Unchanged",
    "#Provisional",
    "#Quarantined",
    "#Requests",
    "#Took",
    "What it says",
  ],
  cells: (row) => <ResultCells row={row} />,
  empty: "No run has asked for it yet.",
};
const REVISIONS: List<RevisionRow> = {
  key: ({ id }) => id,
  heads: ["Bar", "Open", "High", "Low", "Close", "Volume", <Zoned>Seen</Zoned>, "Run"],
  cells: (row, { series }) => <RevisionCells series={series} row={row} />,
  empty: "No settled bar has ever come back different.",
};
const QUARANTINE: List<HeldRow> = {
  key: ({ id }) => id,
  heads: ["Stamp", "Rule", "The vendor's row", "#Times", <Zoned>Last seen</Zoned>, "Run", "Released"],
  cells: (row, { release }) => <HeldCells row={row} release={release} />,
  empty: "No row has broken a rule.",
};
const ANSWERS: List<AnswerRow> = {
  key: ({ id }) => id,
  heads: ["Answer", <Zoned>Received</Zoned>, "Form", "#Bytes", "Run", "Body, key removed"],
  cells: (row) => <AnswerCells row={row} />,
  empty: "No answer with rows is in the archive.",
};
const REQUESTS: List<RequestRow> = {
  key: ({ id }) => id,
  heads: [
    "Request",
    <Zoned>Sent</Zoned>,
    "Form",
    "#Attempt",
    "Answer",
    "#HTTP",
    "#Bytes",
    "#Took",
    "Run",
    "What it says",
  ],
  cells: (row) => <RequestCells row={row} />,
  empty: "The vendor has not been asked for it.",
};
const LISTS = {
  results: RESULTS,
  revisions: REVISIONS,
  quarantine: QUARANTINE,
  answers: ANSWERS,
  requests: REQUESTS,
} satisfies { [Name in typeof RECORDS[number]]: List<never> };
