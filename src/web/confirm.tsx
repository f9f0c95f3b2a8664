/** What would be done with these runs, and with which of them can it not be? Asked before anything is done. */
import { Live, State, Token } from "./facts.tsx";
import type { RunRow } from "./runs.tsx";
import { Refusal, type ShowPage } from "./visit.ts";
import { counted } from "./words.ts";

/** Something that can be done with runs. */
export interface RunDeed {
  readonly name: "cancel" | "again-all" | "again-failed" | "forget";
  readonly label: string;
  /** Where it is posted. */
  readonly path: string;
  /** Why it cannot be done with this run; `null`: it can. */
  refusal(run: RunRow): string | null;
  /** What becomes of the runs it is done with. */
  readonly effect: string;
}

const atWork = ({ outcome }: RunRow) => outcome === null ? "it is at work" : null;
const ended = ({ outcome }: RunRow) => outcome === null ? null : `it ended ${outcome}`;
const allStored = (run: RunRow) =>
  atWork(run) ?? (run.outcome === "complete" || run.outcome === "nothing-due" ? "nothing failed in it" : null);

/** In the order of the buttons. */
export const RUN_DEEDS: readonly RunDeed[] = [
  {
    name: "cancel",
    label: "Cancel",
    path: "/runs/cancel",
    refusal: ended,
    effect: "No further series is begun; what is stored stays. The series under way is finished first.",
  },
  {
    name: "again-all",
    label: "Re-run all",
    path: "/runs/again",
    refusal: (run) => atWork(run) ?? (run.outcome === "nothing-due" ? "nothing was due in it" : null),
    effect: "A launch for each of them, with all its series. What is complete by then is not asked again.",
  },
  {
    name: "again-failed",
    label: "Re-run failed",
    path: "/runs/again",
    refusal: allStored,
    effect: "A launch for each of them, with the series it did not store.",
  },
  {
    name: "forget",
    label: "Forget",
    path: "/runs/forget",
    refusal: atWork,
    effect: "Their results and events are removed for good. Bars, revisions, answers and the ledger of requests stay.",
  },
];

/** A form sends as many as a page of runs has. */
export const MOST_CHOSEN = 200;

export interface ConfirmReads {
  run(id: number): Promise<RunRow | null>;
}

/** The runs that were ticked. @throws Refusal when none was, or too many */
export function chosenRuns(given: Pick<URLSearchParams | FormData, "getAll">): number[] {
  const ids = [...new Set(given.getAll("run").map(String))];
  const wrong = ids.find((id) => !/^\d{1,15}$/.test(id));
  if (wrong !== undefined) throw new Refusal(400, `Cannot choose run ${JSON.stringify(wrong)}: it is not a number`);
  if (ids.length === 0) throw new Refusal(400, "Cannot do this: no run was chosen; go back and tick some");
  if (ids.length > MOST_CHOSEN) {
    throw new Refusal(400, `Cannot do this: ${ids.length} runs were chosen, ${MOST_CHOSEN} are the most at once`);
  }
  return ids.map(Number);
}

export function confirmPage(reads: ConfirmReads): ShowPage {
  return async ({ query, role }) => {
    const deed = RUN_DEEDS.find(({ name }) => name === query.get("do"));
    if (deed === undefined) {
      const known = RUN_DEEDS.map(({ name }) => name).join(", ");
      throw new Refusal(400, `Cannot do "${query.get("do") ?? ""}" with runs: known are ${known}`);
    }
    if (role !== "operate") throw new Refusal(403, "Cannot change anything: this log-in may only look");
    const ids = chosenRuns(query);
    const found = await Promise.all(ids.map(async (id) => ({ id, run: await reads.run(id) })));
    const judged = found.map(({ id, run }) => ({
      id,
      run,
      why: run === null ? "there is none of that number" : deed.refusal(run),
    }));
    const able = judged.filter(({ why }) => why === null);
    return {
      title: `${deed.label}?`,
      sentence: `${deed.label} ${able.length} of ${counted(ids.length, "chosen run")}?`,
      body: (
        <>
          <p>{able.length === 0 ? "With none of them can it be done." : deed.effect}</p>
          <Live id="chosen">
            <Chosen judged={judged} />
          </Live>
          {able.length > 0 && <Sure deed={deed} ids={able.map(({ id }) => id)} />}
        </>
      ),
    };
  };
}

function Chosen({ judged }: { judged: readonly { id: number; run: RunRow | null; why: string | null }[] }) {
  return (
    <ul class="chosen">
      {judged.map(({ id, run, why }) => (
        <li>
          <a href={`/runs/${id}`}>Run {id}</a> {run !== null && <State of={run.outcome ?? "running"} />}
          {why !== null && <span class="aside">{` left alone: ${why}`}</span>}
        </li>
      ))}
    </ul>
  );
}

function Sure({ deed, ids }: { deed: RunDeed; ids: readonly number[] }) {
  return (
    <form method="post" action={deed.path} class="sure">
      <Token />
      <input type="hidden" name="do" value={deed.name} />
      {ids.map((id) => <input type="hidden" name="run" value={String(id)} />)}
      {deed.name === "cancel" && (
        <label class="tick">
          <input type="checkbox" name="force" value="yes" /> Force{" "}
          <span class="aside">give up the request under way as well; it may have been charged by then</span>
        </label>
      )}
      {deed.name.startsWith("again") && (
        <label class="tick">
          <input type="checkbox" name="force" value="yes" /> Force{" "}
          <span class="aside">ask every series, also one that is complete, resting or premium</span>
        </label>
      )}
      <p>
        <button type="submit" class={deed.name === "forget" || deed.name === "cancel" ? "danger" : "primary"}>
          {deed.label} {counted(ids.length, "run")}
        </button>{" "}
        <a href="/runs">Leave everything as it is</a>
      </p>
    </form>
  );
}
