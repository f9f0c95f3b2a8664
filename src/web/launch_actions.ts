/** What do the forms about runs do: launch, withdraw, cancel, run again, forget? Each does what a command does. */
import type { Again } from "../launch.ts";
import { Refused } from "../refused.ts";
import { chosenRuns } from "./confirm.tsx";
import type { LaunchReads } from "./launch.tsx";
import { judgeLaunch, launchAddress, launchFormOf, type LaunchWish } from "./launch_form.ts";
import type { LaunchRow } from "./queue.tsx";
import { type Action, idOf, type Visit } from "./visit.ts";
import { withdrawnLaunches } from "./withdraw_queue.tsx";
import { counted } from "./words.ts";

/** What an operator may do with runs. Each throws Refused when it cannot be done. */
export interface RunSteps {
  /** Queues a run, and waits a moment for it to begin. */
  launch(by: string, wish: LaunchWish): Promise<LaunchRow>;
  withdraw(by: string, launchId: number): Promise<LaunchRow>;
  cancel(by: string, runId: number, options: { force: boolean }): Promise<void>;
  forget(by: string, runId: number): Promise<void>;
}

/** Who does it, as the records of it say. */
export function visitorName({ by, role }: Pick<Visit, "by" | "role">): string {
  return by === "open" ? "the page" : by === "session" ? `a log-in to ${role} (page)` : "a program (API)";
}

/** Where a launch is shown: its run, or its place among those that wait. */
export function placeOf({ id, runs }: LaunchRow): { to: string; said: string } {
  const run = runs.at(-1)?.id;
  if (run !== undefined) return { to: `/runs/${run}`, said: `Launch ${id} has begun: this is its run.` };
  return { to: `/launch/${id}`, said: `Launch ${id} is queued.` };
}

export function launchActions(steps: RunSteps, reads: Pick<LaunchReads, "configured">): readonly Action[] {
  return [
    {
      path: "/runs",
      act: async (visit, given) => {
        const form = launchFormOf(given);
        const { wish, backfill } = judgeLaunch(form, (await reads.configured()).series);
        const back = launchAddress(form);
        if (backfill !== null) return { to: back, said: "Not launched: with a range of dates it is a backfill." };
        if (wish === null) return { to: back, said: "Not launched: see what is said beside the fields." };
        try {
          return placeOf(await steps.launch(visitorName(visit), wish));
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          return { to: back, said: error.message };
        }
      },
    },
    {
      path: "/launch/:id/withdraw",
      act: async (visit) => {
        const id = idOf(visit.params["id"], "launch");
        const to = `/launch/${id}`;
        try {
          await steps.withdraw(visitorName(visit), id);
          return { to, said: `Launch ${id} is withdrawn.` };
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          return { to, said: error.message };
        }
      },
    },
    ...bulkActions(steps),
  ];
}

/** What is done with several runs or launches at once. */
function bulkActions(steps: RunSteps): readonly Action[] {
  return [
    {
      path: "/runs/withdraw",
      act: (visit, form) =>
        each(withdrawnLaunches(form), (id) => steps.withdraw(visitorName(visit), id), {
          noun: ["launch", "launches"],
          done: (count) => `${count} withdrawn.`,
          one: () => "/runs?outcome=queued",
          several: "/runs?outcome=queued",
        }),
    },
    {
      path: "/runs/cancel",
      act: (visit, form) => {
        const force = form.get("force") !== null;
        return each(chosenRuns(form), (id) => steps.cancel(visitorName(visit), id, { force }), {
          done: (count) => `${count} asked to end: it obeys within seconds.`,
          one: (id) => `/runs/${id}`,
          several: "/runs",
        });
      },
    },
    {
      path: "/runs/again",
      act: (visit, form) => {
        const [again, force] = [againOf(form), form.get("force") !== null];
        const wish = (runId: number) => ({ series: null, of: { runId, again }, force, note: null });
        return each(chosenRuns(form), (id) => steps.launch(visitorName(visit), wish(id)), {
          done: (count) => `${count} launched again.`,
          one: () => "/runs?outcome=queued",
          several: "/runs?outcome=queued",
        });
      },
    },
    {
      path: "/runs/forget",
      act: (visit, form) =>
        each(chosenRuns(form), (id) => steps.forget(visitorName(visit), id), {
          done: (count) => `${count} forgotten; bars and the ledger of requests stay.`,
          one: () => "/runs",
          several: "/runs",
        }),
    },
  ];
}

function againOf(form: FormData): Again {
  return form.get("do") === "again-failed" ? "failed" : "all";
}

/** One after the other; what is refused for one does not keep the others from being done. */
async function each(
  ids: readonly number[],
  step: (id: number) => Promise<unknown>,
  { noun = ["run", "runs"], done, one, several }: {
    noun?: readonly [string, string];
    done: (count: string) => string;
    one: (id: number) => string;
    several: string;
  },
): Promise<{ to: string; said: string }> {
  const refused: string[] = [];
  for (const id of ids) {
    try {
      await step(id);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused.push(error.message);
    }
  }
  const count = ids.length - refused.length;
  const said = [...(count > 0 ? [done(counted(count, ...noun))] : []), ...refused].join(" ");
  return { to: ids.length === 1 && count === 1 ? one(ids[0]!) : several, said };
}
