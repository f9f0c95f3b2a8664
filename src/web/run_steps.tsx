/** What can be done with this run: end it, run its series again, forget it? */
import type { SeriesResult } from "../run.ts";
import { RUN_DEEDS } from "./confirm.tsx";
import { useVisit } from "./facts.tsx";
import type { RunRow } from "./runs.tsx";

/** The form that the ticks of the series table belong to. */
export const AGAIN_FORM = "again";

/** Nothing for whoever may only look. Every step shows what it would do before it is done. */
export function RunSteps({ run, results }: { run: RunRow; results: readonly SeriesResult[] }) {
  const { role } = useVisit();
  if (role !== "operate") return null;
  if (run.outcome === null) {
    return (
      <p class="bulk">
        {run.cancel === null
          ? <a class="button" href={`/runs/confirm?do=cancel&run=${run.id}`}>Cancel…</a>
          : <a class="button" href={`/runs/confirm?do=cancel&run=${run.id}`}>Cancel by force…</a>}
      </p>
    );
  }
  const failed = results.filter(({ status }) => status !== "stored").length;
  const why = (name: string) => RUN_DEEDS.find((deed) => deed.name === name)!.refusal(run);
  const [whyNotAll, whyNotFailed] = [why("again-all"), why("again-failed")];
  return (
    <form class="bulk" id={AGAIN_FORM} method="get" action="/launch">
      <input type="hidden" name="of" value={String(run.id)} />
      <button type="submit" name="again" value="all" disabled={whyNotAll !== null} title={whyNotAll ?? undefined}>
        Re-run all {results.length > 0 && <span class="count">{results.length}</span>}
      </button>
      <button
        type="submit"
        name="again"
        value="failed"
        disabled={whyNotFailed !== null}
        title={whyNotFailed ?? undefined}
      >
        Re-run failed {failed > 0 && <span class="count">{failed}</span>}
      </button>
      <button type="submit" name="again" value="chosen" disabled={results.length === 0}>Re-run chosen</button>
      <a class="button" href={`/runs/confirm?do=forget&run=${run.id}`}>Forget…</a>
      {(whyNotFailed ?? whyNotAll) !== null && <span class="aside">{whyNotAll ?? whyNotFailed}</span>}
    </form>
  );
}
