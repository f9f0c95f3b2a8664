/** What would a run of these series cost, and may it begin? */
import type { BackfillCost } from "../backfill.ts";
import { INTERVALS, type Series } from "../bar.ts";
import type { Again } from "../launch.ts";
import type { Plan } from "../plan.ts";
import { Refused } from "../refused.ts";
import { BackfillPreview, costSentence } from "./backfill_preview.tsx";
import { Live, Token, useVisit } from "./facts.tsx";
import { described, Hidden, Labelled, Problem, RangeFields } from "./field.tsx";
import {
  type BackfillWish,
  type Field,
  judgeLaunch,
  type LaunchForm,
  launchFormOf,
  type LaunchWish,
} from "./launch_form.ts";
import { PlanPreview, planSentence } from "./plan_preview.tsx";
import { Launches, type QueueReads } from "./queue.tsx";
import type { ShowPage } from "./visit.ts";
import { counted } from "./words.ts";

export interface LaunchReads extends QueueReads {
  /** What is kept without being named, and why no request can be sent; `null`: it can. */
  configured(): Promise<{ readonly series: readonly Series[]; readonly problem: string | null }>;
  plan(series: readonly Series[], options: { force: boolean }): Promise<Plan>;
  /** @throws Refused when there are none */
  seriesAgain(runId: number, again: Again): Promise<readonly Series[]>;
  /** What a backfill would come to. Asks nobody. @throws Refused */
  cost(wish: BackfillWish): Promise<BackfillCost>;
}

type Problems = Readonly<Partial<Record<Field, string>>>;

const LAST_LAUNCHES = 8;

export function launchPage(reads: LaunchReads): ShowPage {
  return async ({ query }) => {
    const form = launchFormOf(query);
    const [{ series: configured, problem }, waiting, latest] = await Promise.all([
      reads.configured(),
      reads.waiting(),
      reads.launches({ limit: LAST_LAUNCHES }),
    ]);
    const { plan, cost, problems } = await previewOf(reads, { form, configured });
    return {
      title: "Launch",
      sentence: cost !== null
        ? costSentence(cost)
        : plan !== null
        ? planSentence(plan)
        : "Not a run yet: see what is said beside the fields.",
      body: (
        <>
          {problem !== null && <p class="message">{problem}</p>}
          <div class="launch">
            <Form form={form} problems={problems} configured={configured} />
            <section aria-labelledby="preview-title">
              <h2 id="preview-title">What it would do</h2>
              <Live id="preview">
                {cost !== null
                  ? <BackfillPreview cost={cost} form={form} />
                  : plan !== null
                  ? <Preview plan={plan} form={form} waiting={waiting.length} />
                  : <p class="empty">Nothing can be told before the fields are right.</p>}
              </Live>
            </section>
          </div>
          <Presets />
          <section aria-labelledby="launches-title">
            <h2 id="launches-title">Launches</h2>
            <Live id="launches">
              {latest.length === 0
                ? (
                  <p class="empty">
                    None yet. A launch is a run asked for here, by <code>stocks-etl launch</code>{" "}
                    or through the API; it waits its turn when another run is at work.
                  </p>
                )
                : <Launches launches={latest} />}
            </Live>
          </section>
        </>
      ),
    };
  };
}

async function previewOf(
  reads: LaunchReads,
  { form, configured }: { form: LaunchForm; configured: readonly Series[] },
): Promise<{ plan: Plan | null; cost: BackfillCost | null; problems: Problems }> {
  const { problems, wish, backfill } = judgeLaunch(form, configured);
  try {
    if (backfill !== null) return { plan: null, cost: await reads.cost(backfill), problems };
    if (wish === null) return { plan: null, cost: null, problems };
    return { plan: await reads.plan(await seriesOf(reads, wish), wish), cost: null, problems };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const field = backfill === null ? "of" : "range";
    return { plan: null, cost: null, problems: { [field]: error.message } };
  }
}

/** @throws Refused when an earlier run is meant that has none */
export async function seriesOf(
  reads: Pick<LaunchReads, "seriesAgain">,
  { series, of }: LaunchWish,
): Promise<readonly Series[]> {
  return series ?? await reads.seriesAgain(of!.runId, of!.again);
}

function Preview({ plan, form, waiting }: { plan: Plan; form: LaunchForm; waiting: number }) {
  const { role } = useVisit();
  const waits = waiting === 0 ? "" : ` ${counted(waiting, "launch", "launches")} wait before it.`;
  return (
    <>
      {role === "operate"
        ? (
          <form method="post" action="/runs" class="go">
            <Token />
            <Hidden form={form} />
            <button type="submit" class="primary">Launch</button>
            <span class="aside">
              It starts at once, or waits its turn when a run is at work.{waits}
            </span>
          </form>
        )
        : <p class="empty">This log-in may only look: it cannot launch.{waits}</p>}
      <PlanPreview plan={plan} />
    </>
  );
}

function Form({ form, problems, configured }: {
  form: LaunchForm;
  problems: Problems;
  configured: readonly Series[];
}) {
  return (
    <form class="fields" method="get" action="/launch" data-preview="">
      {form.of === ""
        ? <Choice form={form} problems={problems} configured={configured} />
        : <Earlier form={form} problems={problems} />}
      <label class="choice">
        <input type="checkbox" name="force" value="yes" checked={form.force} /> Force{" "}
        <span class="aside">
          ask every series, also one that is complete, resting, premium or not yet published; the quota is kept
        </span>
      </label>
      {form.of === "" && <RangeFields form={form} problem={problems.range} />}
      <Labelled
        name="note"
        label="Note"
        problem={problems.note}
        hint="Kept with the launch; who reads it later knows why."
      >
        <input id="note" name="note" value={form.note} autocomplete="off" {...described("note", problems.note)} />
      </Labelled>
      <p>
        <button type="submit">Preview</button> <a href="/launch">Clear</a>
      </p>
    </form>
  );
}

function Choice({ form, problems, configured }: {
  form: LaunchForm;
  problems: Problems;
  configured: readonly Series[];
}) {
  return (
    <>
      <Labelled
        name="symbols"
        label="Symbols"
        problem={problems.symbols}
        hint={`With commas between. Empty: all ${counted(configured.length, "series", "series")} that are configured.`}
      >
        <input
          id="symbols"
          name="symbols"
          value={form.symbols}
          placeholder={[...new Set(configured.map(({ symbol }) => symbol))].slice(0, 3).join(", ")}
          autocomplete="off"
          spellcheck={false}
          {...described("symbols", problems.symbols)}
        />
      </Labelled>
      <fieldset aria-describedby="intervals-hint intervals-problem">
        <legend>Intervals</legend>
        <div class="choices">
          {INTERVALS.map((interval) => (
            <label>
              <input
                type="checkbox"
                name="intervals"
                value={interval}
                checked={form.intervals.includes(interval)}
              />{" "}
              {interval}
            </label>
          ))}
        </div>
        <Problem name="intervals" problem={problems.intervals} />
        <p class="hint" id="intervals-hint">None ticked: those configured.</p>
      </fieldset>
    </>
  );
}

/** The series of a run again. */
function Earlier({ form, problems }: { form: LaunchForm; problems: Problems }) {
  const options = [["all", "all of them"], ["failed", "those it did not store"]] as const;
  return (
    <fieldset aria-describedby="of-problem">
      <legend>
        Series of <a href={`/runs/${form.of}`}>run {form.of}</a> again
      </legend>
      <input type="hidden" name="of" value={form.of} />
      {form.series.length > 0
        ? (
          <>
            <input type="hidden" name="again" value="chosen" />
            {form.series.map((name) => (
              <label>
                <input type="checkbox" name="series" value={name} checked /> {name}
              </label>
            ))}
          </>
        )
        : options.map(([again, label]) => (
          <label>
            <input
              type="radio"
              name="again"
              value={again}
              checked={(form.again === "failed") === (again === "failed")}
            />{" "}
            {label}
          </label>
        ))}
      <Problem name="of" problem={problems.of} />
      <p class="hint">
        <a href="/launch">Choose series instead</a>
      </p>
    </fieldset>
  );
}

function Presets() {
  return (
    <section aria-labelledby="presets-title">
      <h2 id="presets-title">Presets</h2>
      <p class="hint">
        The address of this page holds the whole form: a bookmark keeps it, a link hands it on. With script, presets are
        saved here as well, in this browser.
      </p>
      <div id="presets" hidden>
        <ul class="presets"></ul>
        <form class="filters">
          <label>
            Name <input name="name" size={16} maxlength={60} autocomplete="off" required />
          </label>
          <button type="submit">Save this form</button>
        </form>
      </div>
    </section>
  );
}
