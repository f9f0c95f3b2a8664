/** Why can an operator's wish not be carried out, and is that the wish's fault or the state's? */

/** `invalid`: it makes no sense. `unknown`: it is about something that is not there. `conflict`: not in this state. */
export type RefusalReason = "invalid" | "unknown" | "conflict";

/** A wish that is not carried out; the message is for the operator. Nothing was changed. */
export class Refused extends Error {
  override readonly name = "Refused";
  constructor(readonly reason: RefusalReason, message: string) {
    super(message);
  }
}

/** Process exit code: 2 when the command line was wrong, 1 when it was right and could not be done. */
export function exitCodeOfRefusal({ reason }: Refused): 1 | 2 {
  return reason === "conflict" ? 1 : 2;
}

/** HTTP status. */
export function statusOfRefusal({ reason }: Refused): 400 | 404 | 409 {
  return reason === "invalid" ? 400 : reason === "unknown" ? 404 : 409;
}
