/** How does a field of a form look, with its hint and what is wrong with it? */
import type { Child } from "hono/jsx";
import { Live } from "./facts.tsx";
import { type Field, launchAddress, type LaunchForm } from "./launch_form.ts";

/** What a field's input says of where its hint and its problem are. */
export function described(name: Field, problem: string | undefined) {
  return {
    "aria-describedby": `${name}-hint ${name}-problem`,
    ...(problem === undefined ? {} : { "aria-invalid": "true" as const }),
  };
}

export function Labelled({ name, label, problem, hint, children }: {
  name: Field;
  label: string;
  problem: string | undefined;
  hint: string;
  children: Child;
}) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {children}
      <Problem name={name} problem={problem} />
      <p class="hint" id={`${name}-hint`}>{hint}</p>
    </div>
  );
}

/** Beside its field; the script puts the newest one here while somebody types. */
export function Problem({ name, problem }: { name: Field; problem: string | undefined }) {
  return (
    <Live id={`${name}-problem`}>
      {problem === undefined ? null : <p class="problem" role="alert">{problem}</p>}
    </Live>
  );
}

/** A form that was filled in, to be sent with another button. */
export function Hidden({ form }: { form: LaunchForm }) {
  const { searchParams } = new URL(launchAddress(form), "http://localhost");
  return <>{[...searchParams].map(([name, value]) => <input type="hidden" name={name} value={value} />)}</>;
}

/** From when to when; with a range it is a backfill and not a run. */
export function RangeFields({ form, problem }: { form: LaunchForm; problem: string | undefined }) {
  const input = (name: "from" | "to") => (
    <label>
      {name === "from" ? "From" : "To"}{" "}
      <input
        type="date"
        name={name}
        value={form[name]}
        min="1990-01-01"
        {...described("range", problem)}
      />
    </label>
  );
  return (
    <fieldset aria-labelledby="range-title">
      <legend id="range-title">History</legend>
      <div class="range">
        {input("from")} {input("to")}
      </div>
      <Problem name="range" problem={problem} />
      <p class="hint" id="range-hint">
        A range makes a backfill: the sessions of these dates that are missing, in short runs beside the schedule. To is
        today if it is empty.
      </p>
    </fieldset>
  );
}
