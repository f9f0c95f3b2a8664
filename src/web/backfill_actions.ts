/** What do the forms about backfills do: begin, pause, resume, cancel? Each does what a command does. */
import type { BackfillView } from "../backfill.ts";
import { Refused } from "../refused.ts";
import type { LaunchReads } from "./launch.tsx";
import { visitorName } from "./launch_actions.ts";
import { type BackfillWish, judgeLaunch, launchAddress, launchFormOf } from "./launch_form.ts";
import { type Action, idOf } from "./visit.ts";

/** What an operator may do with backfills. Each throws Refused when it cannot be done. */
export interface BackfillSteps {
  start(by: string, wish: BackfillWish): Promise<BackfillView>;
  pause(by: string, id: number): Promise<BackfillView>;
  resume(by: string, id: number): Promise<BackfillView>;
  cancel(by: string, id: number): Promise<BackfillView>;
}

export function backfillActions(
  steps: BackfillSteps,
  reads: Pick<LaunchReads, "configured">,
): readonly Action[] {
  return [
    {
      path: "/backfills",
      act: async (visit, given) => {
        const form = launchFormOf(given);
        const { wish, backfill } = judgeLaunch(form, (await reads.configured()).series);
        const back = launchAddress(form);
        if (wish !== null) return { to: back, said: "Not begun: a backfill needs a range of dates." };
        if (backfill === null) return { to: back, said: "Not begun: see what is said beside the fields." };
        try {
          const { id } = await steps.start(visitorName(visit), backfill);
          return { to: `/backfills/${id}`, said: `Backfill ${id} has begun.` };
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          return { to: back, said: error.message };
        }
      },
    },
    step("pause", steps.pause, "is paused"),
    step("resume", steps.resume, "goes on"),
    step("cancel", steps.cancel, "is cancelled; what is stored stays"),
  ];
}

function step(name: string, act: (by: string, id: number) => Promise<BackfillView>, said: string): Action {
  return {
    path: `/backfills/:id/${name}`,
    act: async (visit) => {
      const id = idOf(visit.params["id"], "backfill");
      try {
        await act(visitorName(visit), id);
        return { to: `/backfills/${id}`, said: `Backfill ${id} ${said}.` };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        return { to: error.reason === "unknown" ? "/backfills" : `/backfills/${id}`, said: error.message };
      }
    },
  };
}
