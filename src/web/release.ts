/** What does the button beside a quarantined row do? What the command `release` does. */
import { type Action, idOf, ownPath, Refusal } from "./visit.ts";

export interface ReleaseActions {
  /**
   * Stores a quarantined row that the operator judges right.
   *
   * @param asked.choice of a stamp the vendor sent twice: which of its rows, from 1
   * @returns what became of it, in a sentence
   * @throws Refusal when it cannot be released
   */
  release(by: string, asked: { readonly id: number; readonly choice?: number }): Promise<string>;
}

export const RELEASE_PATH = "/quarantine/:id/release";

export function releaseAction({ release }: ReleaseActions): Action {
  return {
    path: RELEASE_PATH,
    act: async ({ params, by }, form) => {
      const id = idOf(params["id"], "row in quarantine");
      const given = form.get("choice");
      if (given !== null && !/^\d{1,6}$/.test(String(given))) {
        throw new Refusal(400, `Cannot read choice "${String(given)}": it is the number of a row`);
      }
      const said = await release(`page (${by})`, given === null ? { id } : { id, choice: Number(given) });
      return { to: ownPath(form.get("back")), said };
    },
  };
}
