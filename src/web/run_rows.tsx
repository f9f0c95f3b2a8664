/** How do runs look in a table, which columns does somebody want to see, and how are some runs chosen? */
import type { Child } from "hono/jsx";
import { RUN_DEEDS } from "./confirm.tsx";
import { Ago, None, State, Time, Token, useVisit, ZoneName } from "./facts.tsx";
import { RunMenu } from "./run_menu.tsx";
import type { RunRow } from "./runs.tsx";
import { RUN_COLUMNS, type RunColumn } from "./settings.ts";
import { duration, grouped } from "./words.ts";

/** Where a list of runs leads that has only those with this outcome or trigger. */
export type FilterHref = (
  change: { outcome: NonNullable<RunRow["outcome"]> | "running" } | Pick<RunRow, "trigger">,
) => string;

interface RowsProps {
  readonly runs: readonly RunRow[];
  /** They can be ticked, in the form around it. */
  readonly choose?: boolean;
  readonly filterHref?: FilterHref;
}

const CLASSES: Partial<Record<RunColumn, string>> = {
  started: "time",
  took: "number",
  stored: "number",
  inserted: "number",
  requests: "number",
  message: "words",
};

export function Rows({ runs, choose = false, filterHref }: RowsProps) {
  const columns = useColumns();
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {choose && (
              <th scope="col">
                <span class="away">Chosen</span>
              </th>
            )}
            <th scope="col">Run</th>
            {columns.map(({ name, label }) => (
              <th scope="col" class={CLASSES[name] === "number" ? "number" : undefined}>
                {label}
                {name === "started" && (
                  <>
                    {" "}
                    <ZoneName />
                  </>
                )}
              </th>
            ))}
            <th scope="col">
              <span class="away">More</span>
            </th>
          </tr>
        </thead>
        <tbody>{runs.map((run) => <Row {...{ run, choose, filterHref }} />)}</tbody>
      </table>
    </div>
  );
}

function useColumns() {
  const { hiddenColumns } = useVisit();
  return RUN_COLUMNS.filter(({ name }) => !hiddenColumns.includes(name));
}

/** Whoever may, chooses runs and what to do with them; nothing is done before it has been shown with which. */
export function ChosenRuns({ runs, filterHref }: Pick<RowsProps, "runs" | "filterHref">) {
  const { role } = useVisit();
  if (role !== "operate") return <Rows runs={runs} filterHref={filterHref} />;
  return (
    <form method="get" action="/runs/confirm" data-bulk="">
      <Rows runs={runs} filterHref={filterHref} choose />
      <p class="bulk">
        With the chosen runs:
        {RUN_DEEDS.map(({ name, label, refusal }) => (
          <button type="submit" name="do" value={name}>
            {label} <span class="count">{runs.filter((run) => refusal(run) === null).length}</span>
          </button>
        ))}
      </p>
    </form>
  );
}

function Row({ run, choose, filterHref }: { run: RunRow; choose: boolean; filterHref: FilterHref | undefined }) {
  const { now } = useVisit();
  const columns = useColumns();
  return (
    <tr>
      {choose && (
        <td>
          <input
            type="checkbox"
            name="run"
            value={String(run.id)}
            aria-label={`Choose run ${run.id}`}
            data-able={RUN_DEEDS.filter(({ refusal }) => refusal(run) === null).map(({ name }) => name).join(" ")}
          />
        </td>
      )}
      <th scope="row">
        <a href={`/runs/${run.id}`}>{run.id}</a>
      </th>
      {columns.map(({ name }) => <td class={CLASSES[name]}>{cellOf(name, { run, now, filterHref })}</td>)}
      <td>
        <RunMenu run={run} />
      </td>
    </tr>
  );
}

function cellOf(
  column: RunColumn,
  { run, now, filterHref }: { run: RunRow; now: number; filterHref: FilterHref | undefined },
): Child {
  const { totals, startedAt, finishedAt, outcome, trigger, message } = run;
  const closed = (told: string) => outcome === null ? <None why="not closed yet" /> : told;
  switch (column) {
    case "outcome":
      return (
        <Filtering href={filterHref?.({ outcome: outcome ?? "running" })}>
          <State of={outcome ?? "running"} />
        </Filtering>
      );
    case "trigger":
      return <Filtering href={filterHref?.({ trigger })}>{trigger}</Filtering>;
    case "started":
      return (
        <>
          <Time at={startedAt} />{" "}
          <span class="aside">
            <Ago at={startedAt} />
          </span>
        </>
      );
    case "took":
      return duration((finishedAt ?? now) - startedAt);
    case "stored":
      return closed(`${totals.stored} of ${totals.series}`);
    case "inserted":
      return closed(grouped(totals.inserted));
    case "requests":
      return closed(grouped(totals.requests));
    case "message":
      return message ?? "";
  }
}

function Filtering({ href, children }: { href: string | undefined; children?: Child }) {
  if (href === undefined) return <>{children}</>;
  return <a class="quiet" href={href} title="Only runs like this">{children}</a>;
}

/** Which columns there are to see; kept for this visitor alone. */
export function ColumnChoice() {
  const { here, hiddenColumns } = useVisit();
  return (
    <details class="column-choice" id="columns">
      <summary>Columns</summary>
      <form method="post" action="/settings" class="filters">
        <Token />
        <input type="hidden" name="back" value={here} />
        <input type="hidden" name="choice" value="columns" />
        {RUN_COLUMNS.map(({ name, label }) => (
          <label>
            <input type="checkbox" name="column" value={name} checked={!hiddenColumns.includes(name)} /> {label}
          </label>
        ))}
        <button type="submit">Show these</button>
      </form>
    </details>
  );
}
