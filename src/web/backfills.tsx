/** Which runs have asked for history on purpose, how far is each, and how does history come otherwise? */
import { Live } from "./facts.tsx";
import { Rows } from "./run_rows.tsx";
import type { RunRow, RunsReads } from "./runs.tsx";
import type { ShowPage } from "./visit.ts";
import { counted, grouped } from "./words.ts";

const MOST_ROWS = 50;

export function backfillsPage(reads: Pick<RunsReads, "runs">): ShowPage {
  return async () => {
    const any = { outcome: null, symbol: null, since: null, until: null, before: null };
    const runs = await reads.runs({ ...any, trigger: "backfill", limit: MOST_ROWS });
    return {
      title: "Backfills",
      sentence: sentenceOf(runs),
      body: (
        <>
          <Live id="backfills">
            {runs.length > 0 && (
              <>
                <Rows runs={runs} />
                <nav class="pager" aria-label="Pages of backfills">
                  <a href="/runs?trigger=backfill">All of them, with filters</a>
                </nav>
              </>
            )}
          </Live>
          <Teaching />
        </>
      ),
    };
  };
}

function sentenceOf(runs: readonly RunRow[]): string {
  const atWork = runs.find(({ outcome }) => outcome === null);
  if (atWork !== undefined) {
    const of = atWork.planned === null ? "it is planning" : `${grouped(atWork.planned)} series to be asked`;
    return `Backfill run ${atWork.id} is at work: ${of}.`;
  }
  if (runs.length === 0) return "No backfill yet: history comes with the ordinary runs.";
  const some = runs.length === MOST_ROWS ? `The last ${MOST_ROWS} backfills` : counted(runs.length, "backfill");
  return `${some}; none is at work.`;
}

function Teaching() {
  return (
    <section aria-labelledby="history-title" class="prose">
      <h2 id="history-title">How history is kept whole</h2>
      <ul>
        <li>
          A series without bars is asked for all that the key may have in one request: 100 bars or the whole history of
          daily bars, the last 30 days of intraday bars, all weeks and months.
        </li>
        <li>
          Sessions that were missed, as after some days without the program, are asked for by the next run, with the
          fewest requests that cover them; intraday holes older than 30 days month by month, where the key may.
        </li>
        <li>
          <a href="/launch?force=yes">A forced launch</a>{" "}
          asks for series that are complete as well: late corrections of the vendor then become revisions.
        </li>
        <li>Runs missed by the schedule are made up for as its policy for missed ticks says.</li>
      </ul>
      <p class="aside">
        A run over a range of dates, costed first, is not something this version can do; runs of that kind would be
        listed here.
      </p>
    </section>
  );
}
