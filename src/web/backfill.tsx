/** What was wished with this backfill, how far is each of its series, and which runs have worked on it? */
import type { Child } from "hono/jsx";
import type { BackfillView, SeriesProgress } from "../backfill.ts";
import { Outlook, percent, ProgressBar, SeriesTable, Steps } from "./backfill_rows.tsx";
import { Live, State, Time } from "./facts.tsx";
import { Rows } from "./run_rows.tsx";
import type { RunRow } from "./runs.tsx";
import { idOf, Refusal, type ShowPage } from "./visit.ts";
import { counted, grouped } from "./words.ts";

export interface BackfillReads {
  /** `null`: there is none of that number. */
  backfill(id: number): Promise<BackfillView | null>;
  /** How its series stand, in the order given. */
  series(id: number, options: { limit: number }): Promise<readonly SeriesProgress[]>;
  /** The runs that worked on it, newest first. */
  runs(id: number, options: { limit: number }): Promise<readonly RunRow[]>;
}

export const MOST_SERIES = 200;
const LAST_RUNS = 20;

/** @throws Refusal when there is no such backfill */
export async function findBackfill(
  reads: Pick<BackfillReads, "backfill">,
  text: string | undefined,
): Promise<BackfillView> {
  const backfill = await reads.backfill(idOf(text, "backfill"));
  if (backfill === null) throw new Refusal(404, `Cannot find backfill ${text}: there is none of that number`);
  return backfill;
}

export function backfillPage(reads: BackfillReads): ShowPage {
  return async ({ params }) => {
    const backfill = await findBackfill(reads, params["id"]);
    const { id } = backfill;
    const [series, runs] = await Promise.all([
      reads.series(id, { limit: MOST_SERIES }),
      reads.runs(id, { limit: LAST_RUNS }),
    ]);
    return {
      title: `Backfill ${id}`,
      sentence: <Standing backfill={backfill} />,
      body: (
        <>
          <Live id="backfill">
            <p class="whole">
              <ProgressBar of={backfill} label={`Backfill ${id}`} />
            </p>
            <div class="bulk">
              <Steps backfill={backfill} />
            </div>
            <Facts backfill={backfill} />
          </Live>
          <section aria-labelledby="series-title">
            <h2 id="series-title">Series</h2>
            <Live id="series">
              <SeriesTable series={series} />
              {backfill.series > series.length && (
                <p class="aside">and {grouped(backfill.series - series.length)} more</p>
              )}
            </Live>
          </section>
          <section aria-labelledby="runs-title">
            <h2 id="runs-title">Its runs</h2>
            <Live id="runs">
              {runs.length === 0 ? <p class="empty">None has worked on it yet.</p> : <Rows runs={runs} />}
            </Live>
          </section>
        </>
      ),
    };
  };
}

function Standing({ backfill }: { backfill: BackfillView }) {
  const { state, wished, held } = backfill;
  return (
    <>
      {grouped(held)} of {counted(wished, "session")} are there. <State of={state} />{" "}
      <Outlook backfill={backfill} said />
    </>
  );
}

function Facts({ backfill }: { backfill: BackfillView }) {
  const { from, to, askedAt, askedBy, note, none, refused, failed, requests, finishedAt } = backfill;
  const lacks = ([
    ["The vendor has none of", none],
    ["Not entitled to", refused],
    ["Asked for in vain", failed],
  ] as const).filter(([, count]) => count > 0);
  const facts: readonly (readonly [string, Child])[] = [
    ["From", from],
    ["To", to],
    ["Done", percent(backfill)],
    ["Requests left", grouped(requests)],
    ...lacks.map(([name, count]) => [name, counted(count, "session")] as const),
    [
      "Asked for",
      <>
        <Time at={askedAt} zone /> by {askedBy}
      </>,
    ],
    ["Ended", <Time at={finishedAt} zone none="it has not" />],
    ...(note === null ? [] : [["Note", <span class="words">“{note}”</span>] as const]),
  ];
  return (
    <dl class="facts">
      {facts.map(([name, fact]) => (
        <div>
          <dt>{name}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  );
}
