/** How is the schedule changed: what would another expression come to, and who has changed it before? */
import { None, Time, Token, useVisit, ZoneName } from "./facts.tsx";
import type { ChangeRow, Preview, ScheduleChange, ScheduleFacts } from "./schedule.tsx";
import { NextTicks } from "./schedule_next.tsx";

/** What was asked for, why it cannot be had, or `null`: nothing was asked. */
export type Tried<T> = { readonly found: T } | { readonly problem: string } | null;

export function EditSchedule({ facts, asked, preview }: {
  facts: ScheduleFacts;
  asked: ScheduleChange;
  preview: Tried<Preview>;
}) {
  const { role } = useVisit();
  const { schedule, overridden, configured } = facts;
  const wrong = preview !== null && "problem" in preview ? "true" : undefined;
  const described = preview === null ? undefined : "edit-said";
  return (
    <section aria-labelledby="edit-title" id="edit">
      <h2 id="edit-title">{role === "operate" ? "Change it" : "Try another"}</h2>
      <form class="filters" method="get" action="/schedule#edit" aria-label="Preview another schedule">
        <label>
          Cron{" "}
          <input
            name="cron"
            class="code"
            value={asked.cron ?? schedule.cron}
            size={18}
            maxlength={200}
            required
            autocomplete="off"
            spellcheck={false}
            aria-invalid={wrong}
            aria-describedby={described}
          />
        </label>
        <label>
          Zone{" "}
          <input
            name="timezone"
            value={asked.timezone ?? schedule.timezone}
            size={22}
            maxlength={100}
            required
            list="zones"
            autocomplete="off"
            aria-invalid={wrong}
            aria-describedby={described}
          />
        </label>
        <datalist id="zones">
          {["UTC", ...Intl.supportedValuesOf("timeZone")].map((zone) => <option value={zone} />)}
        </datalist>
        <button type="submit">Preview</button>
        <span class="aside">Minute, hour, day of month, month, weekday; or @daily. Nothing is saved yet.</span>
      </form>
      {preview !== null && (
        <div id="edit-said">
          {"problem" in preview
            ? <p class="message bad" role="alert">{preview.problem}</p>
            : <Previewed preview={preview.found} same={isSame(preview.found.schedule, schedule)} />}
        </div>
      )}
      {overridden !== null && role === "operate" && (
        <form class="act" method="post" action="/schedule/reset">
          <Token />
          <button type="submit">Reset to configured</button>
          <span class="aside">
            <code>{configured.cron}</code> {configured.timezone}
          </span>
        </form>
      )}
    </section>
  );
}

function isSame(a: Preview["schedule"], b: Preview["schedule"]): boolean {
  return a.cron === b.cron && a.timezone === b.timezone;
}

function Previewed({ preview, same }: { preview: Preview; same: boolean }) {
  const { role } = useVisit();
  const { words, schedule: { cron, timezone } } = preview;
  return (
    <>
      <p>
        <strong>{words}.</strong> {same ? "That is what is in force." : "It would be due:"}
      </p>
      {!same && <NextTicks preview={preview} testable={false} />}
      {!same && role === "operate" && (
        <form class="act" method="post" action="/schedule">
          <Token />
          <input type="hidden" name="cron" value={cron} />
          <input type="hidden" name="timezone" value={timezone} />
          <button type="submit" class="main">Save this schedule</button>
          <span class="aside">Every program on this database obeys within a minute.</span>
        </form>
      )}
    </>
  );
}

export function Changes({ changes }: { changes: readonly ChangeRow[] }) {
  if (changes.length === 0) {
    return (
      <p class="empty">
        Nobody yet: it is as configured. Whoever pauses or changes it, here or by command, gets a row.
      </p>
    );
  }
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">
              When <ZoneName />
            </th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ at, by, action, was, became }) => (
            <tr>
              <td class="time">
                <Time at={at} />
              </td>
              <td>{by === "" ? <None why="it was not kept who" /> : by}</td>
              <td>{action}</td>
              <td class="time">{was ?? <None why="there was nothing before" />}</td>
              <td class="time">{became ?? <None why="there is nothing now" />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
