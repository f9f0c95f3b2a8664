/** What would a backfill over these dates cost, and may it begin? */
import type { BackfillCost } from "../backfill.ts";
import { paceInWords, SeriesTable } from "./backfill_rows.tsx";
import { Token, useVisit } from "./facts.tsx";
import { Hidden } from "./field.tsx";
import type { LaunchForm } from "./launch_form.ts";
import { counted, grouped } from "./words.ts";

const MOST_ROWS = 100;

/** `A backfill sends 252 requests for 5,264 missing sessions: about 12 days at 25 requests a day.` */
export function costSentence({ total, allowance, takesMs }: BackfillCost): string {
  const { wished, held, requests, refused } = total;
  const not = refused === 0 ? "" : ` This key may not ask for ${counted(refused, "session")}.`;
  if (requests === 0) {
    return `A backfill sends no request: ${grouped(held)} of ${counted(wished, "session")} are there.${not}`;
  }
  const missing = counted(wished - held - refused, "missing session");
  return `A backfill sends ${counted(requests, "request")} for ${missing}: ${paceInWords(takesMs, allowance)}.${not}`;
}

export function BackfillPreview({ cost, form }: { cost: BackfillCost; form: LaunchForm }) {
  const { role } = useVisit();
  return (
    <>
      {role === "operate"
        ? (
          <form method="post" action="/backfills" class="go">
            <Token />
            <Hidden form={form} />
            <button type="submit" class="primary">Begin the backfill</button>
            <span class="aside">
              It is worked on while nothing else is due, and can be paused and cancelled at any time.
            </span>
          </form>
        )
        : <p class="empty">This log-in may only look: it cannot begin a backfill.</p>}
      <SeriesTable series={cost.series.slice(0, MOST_ROWS)} />
      {cost.series.length > MOST_ROWS && (
        <p class="aside">and {counted(cost.series.length - MOST_ROWS, "series", "series")} more</p>
      )}
    </>
  );
}
