/** Is this password one of ours, and whose log-in is this cookie? */
import type { Throttle } from "./throttle.ts";
import { digest, randomToken, same } from "./token.ts";
import { Refusal, type Role } from "./visit.ts";

/** Where log-ins are kept. Instants are epoch ms. */
export interface Sessions {
  begin(session: { hash: string; role: Role; now: number; expiresAt: number }): Promise<void>;
  find(options: { hashes: readonly string[]; now: number }): Promise<{ hash: string; role: Role } | null>;
  end(hash: string): Promise<void>;
}

export interface Passwords {
  /** Sees and steers; `null`: no log-in is needed, so there is none. */
  readonly password: string | null;
  /** Sees only. */
  readonly viewPassword: string | null;
}

export interface LogIns {
  /** What whoever knows this password may do. @throws Refusal when it is none, or too many were tried */
  judge(password: string, address: string): Role;
  /** A new log-in. @throws Refusal as {@link LogIns.judge} does. @returns the cookie, and how long it lasts */
  begin(password: string, address: string): Promise<{ token: string; seconds: number }>;
  /** `null`: it never was, has expired, or its password has changed. */
  find(token: string): Promise<Role | null>;
  end(token: string): Promise<void>;
}

const SESSION_MS = 7 * 86_400_000;

export function createLogIns(
  { password, viewPassword }: Passwords,
  { sessions, throttle, now }: { sessions: Sessions; throttle: Throttle; now: () => number },
): LogIns {
  const known = ([["operate", password], ["view", viewPassword]] as const)
    .flatMap(([role, text]) => text === null ? [] : [{ role, text }]);
  // A changed password ends the sessions it was given: their hashes are not found any more.
  const hashesOf = (token: string) => known.map(({ text }) => digest("session", token, text));
  const judge = (given: string, address: string): Role => {
    const wait = throttle.attempt(address);
    if (wait > 0) throw new TooManyAttempts(Math.ceil(wait / 1000));
    // Every password is compared, so that the time taken does not tell which it nearly was.
    const [found] = known.filter(({ text }) => same(text, given));
    if (found === undefined) throw new Refusal(401, "Cannot log in: the password is wrong");
    throttle.forgive(address);
    return found.role;
  };
  return {
    judge,
    begin: async (given, address) => {
      const role = judge(given, address);
      // A new token for each log-in: one that was planted before is worth nothing after.
      const token = randomToken();
      const at = now();
      await sessions.begin({ hash: digest("session", token, given), role, now: at, expiresAt: at + SESSION_MS });
      return { token, seconds: SESSION_MS / 1000 };
    },
    find: async (token) => (await sessions.find({ hashes: hashesOf(token), now: now() }))?.role ?? null,
    end: async (token) => void await Promise.all(hashesOf(token).map((hash) => sessions.end(hash))),
  };
}

export class TooManyAttempts extends Refusal {
  constructor(
    /** To wait. */
    readonly seconds: number,
  ) {
    super(429, `Cannot try another password: there were too many; try again in ${seconds} s`);
  }
}
