/** Which history has been asked for on purpose, how far is each, and how does history come otherwise? */
import type { BackfillView } from "../backfill.ts";
import { BackfillRows } from "./backfill_rows.tsx";
import { Live } from "./facts.tsx";
import { BACKFILLS_QUERY, readQuery } from "./query.ts";
import type { ShowPage } from "./visit.ts";
import { counted } from "./words.ts";

export interface BackfillsReads {
  /** The newest first, those with an id below `before`. */
  backfills(options: { limit: number; before?: number }): Promise<readonly BackfillView[]>;
}

export function backfillsPage(reads: BackfillsReads): ShowPage {
  return async ({ query }) => {
    const { before, limit } = readQuery(BACKFILLS_QUERY, query);
    const backfills = await reads.backfills({ limit, ...(before === undefined ? {} : { before }) });
    return {
      title: "Backfills",
      sentence: sentenceOf(backfills),
      body: (
        <>
          <p class="bulk">
            <a class="button" href="/launch#range-title">Begin a backfill…</a>
          </p>
          <section aria-label="Backfills">
            <Live id="backfills">
              {backfills.length === 0
                ? (
                  <p class="empty">
                    None yet. Choose series and a range of dates on <a href="/launch">Launch</a>, or:{" "}
                    <code>stocks-etl backfill --symbols IBM --intervals 1min --from 2004-01-01</code>
                  </p>
                )
                : <BackfillRows backfills={backfills} />}
              <nav class="pager" aria-label="Pages of backfills">
                {before !== undefined && <a href="/backfills">Newest</a>}
                {backfills.length === limit && <a href={`/backfills?before=${backfills.at(-1)!.id}`}>Older</a>}
                {backfills.length > 0 && <a href="/runs?trigger=backfill">Their runs</a>}
              </nav>
            </Live>
          </section>
          <Teaching />
        </>
      ),
    };
  };
}

function sentenceOf(backfills: readonly BackfillView[]): string {
  const running = backfills.filter(({ state }) => state === "running");
  const [first] = running;
  if (first !== undefined) {
    const left = running.reduce((sum, { requests }) => sum + requests, 0);
    const which = running.length === 1 ? `Backfill ${first.id} is` : `${running.length} backfills are`;
    return `${which} running: ${counted(left, "request")} left.`;
  }
  if (backfills.length === 0) return "No backfill yet: history comes with the ordinary runs.";
  return `${counted(backfills.length, "backfill")}; none is running.`;
}

function Teaching() {
  return (
    <section aria-labelledby="history-title" class="prose">
      <h2 id="history-title">How history is kept whole</h2>
      <ul>
        <li>
          A backfill asks for what is missing of a range of dates and for nothing else, the newest first, with the
          fewest requests. It is worked on in short runs while nothing else is due; what the schedule will still need of
          the day's requests is left to it.
        </li>
        <li>Several backfills take turns. Stopped or killed, each goes on where it was.</li>
        <li>
          A month the vendor has no bars of is asked for once more at most, and then said to be so. What this key may
          not ask for is said as well: such a backfill ends partial.
        </li>
        <li>
          Without one, a series without bars is asked for all that the key may have in one request, and sessions that
          were missed come with the next run.
        </li>
        <li>
          <a href="/launch?force=yes">A forced launch</a>{" "}
          asks for series that are complete as well: late corrections of the vendor then become revisions.
        </li>
      </ul>
    </section>
  );
}
