/** How do runs look in a table, and how are some of them chosen? */
import { RUN_DEEDS } from "./confirm.tsx";
import { Ago, None, State, Time, useVisit, ZoneName } from "./facts.tsx";
import type { RunRow } from "./runs.tsx";
import { duration, grouped } from "./words.ts";

/** A table of runs; with `choose` they can be ticked, in the form around it. */
export function Rows({ runs, choose = false }: { runs: readonly RunRow[]; choose?: boolean }) {
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
            <th scope="col">Outcome</th>
            <th scope="col">Trigger</th>
            <th scope="col">
              Started <ZoneName />
            </th>
            <th scope="col" class="number">Took</th>
            <th scope="col" class="number">Series stored</th>
            <th scope="col" class="number">New bars</th>
            <th scope="col" class="number">Requests</th>
            <th scope="col">What it says</th>
          </tr>
        </thead>
        <tbody>{runs.map((run) => <Row run={run} choose={choose} />)}</tbody>
      </table>
    </div>
  );
}

/** Whoever may, chooses runs and what to do with them; nothing is done before it has been shown with which. */
export function ChosenRuns({ runs }: { runs: readonly RunRow[] }) {
  const { role } = useVisit();
  if (role !== "operate") return <Rows runs={runs} />;
  return (
    <form method="get" action="/runs/confirm" data-bulk="">
      <Rows runs={runs} choose />
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

function Row({ run, choose }: { run: RunRow; choose: boolean }) {
  const { now } = useVisit();
  const { id, totals, startedAt, finishedAt, outcome } = run;
  const open = outcome === null;
  return (
    <tr>
      {choose && (
        <td>
          <input
            type="checkbox"
            name="run"
            value={String(id)}
            aria-label={`Choose run ${id}`}
            data-able={RUN_DEEDS.filter(({ refusal }) => refusal(run) === null).map(({ name }) => name).join(" ")}
          />
        </td>
      )}
      <th scope="row">
        <a href={`/runs/${id}`}>{id}</a>
      </th>
      <td>
        <State of={outcome ?? "running"} />
      </td>
      <td>{run.trigger}</td>
      <td class="time">
        <Time at={startedAt} />{" "}
        <span class="aside">
          <Ago at={startedAt} />
        </span>
      </td>
      <td class="number">{duration((finishedAt ?? now) - startedAt)}</td>
      <td class="number">{open ? <None why="not closed yet" /> : `${totals.stored} of ${totals.series}`}</td>
      <td class="number">{open ? <None why="not closed yet" /> : grouped(totals.inserted)}</td>
      <td class="number">{open ? <None why="not closed yet" /> : grouped(totals.requests)}</td>
      <td class="words">{run.message ?? ""}</td>
    </tr>
  );
}
