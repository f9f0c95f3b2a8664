/** What does the button beside a quarantined row do, and what may a program ask for? What the command `release` does. */
import { z } from "zod";
import { type Endpoint, endpoint } from "./endpoint.ts";
import { NO_QUERY } from "./query.ts";
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

/** The same for a program. */
export function releaseEndpoint({ release }: ReleaseActions): Endpoint {
  return endpoint({
    method: "POST",
    role: "operate",
    path: RELEASE_PATH,
    summary: "Store a quarantined row that is right",
    query: NO_QUERY,
    body: z.strictObject({
      choice: z.int().min(1).max(999_999).optional().describe("Of a stamp sent twice: which of its rows, from 1"),
    }),
    response: z.object({ said: z.string().describe("What became of it") }),
    handle: async ({ params, body: { choice } }) => {
      const id = idOf(params["id"], "row in quarantine");
      return { said: await release("a program (API)", choice === undefined ? { id } : { id, choice }) };
    },
  });
}
