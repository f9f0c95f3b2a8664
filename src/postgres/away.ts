/**
 * Is a failure the database's being out of reach, so that waiting for it helps, and a restart of the program does not? And
 * what may be said of it to whoever asks?
 */
import { errorCode, isTransient } from "./transaction.ts";

export interface Away {
  /** For anybody: it names no place, no user and no password. */
  readonly reason: string;
  /** It comes back by itself, as after a restart; else somebody must do something. */
  readonly passes: boolean;
}

/** Deeper than this nothing is looked for. */
const MOST = 5;
/** Transient as well, but said by a server that is there, of our own session. */
const OWN_SESSION = /^(?:40001|40P01|55P03|25P03|57P05)$/;

/** `null`: the database is there, and something else is wrong. Looks at the causes of the error too. */
export function awayOf(error: unknown): Away | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < MOST; at = at.cause, depth++) {
    const code = errorCode(at) ?? "";
    if (/^28/.test(code)) return { reason: "the database refuses the user or password", passes: false };
    if (code === "3D000") return { reason: "the database does not exist", passes: false };
    if (isTransient(at) && !OWN_SESSION.test(code) || isMissingSocket(at)) {
      return { reason: "the database does not answer", passes: true };
    }
  }
  return null;
}

/** A server that is not running has no socket's file. Any other file that is missing has nothing to do with it. */
function isMissingSocket(error: Error): boolean {
  return errorCode(error) === "ENOENT" && (error as { syscall?: unknown }).syscall === "connect";
}
