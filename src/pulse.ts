/** How do the parts of this program say that they live? One place, so that what any of them said is taken back at the end. */
import { endHeartbeats, type Part, recordHeartbeat } from "./postgres/heartbeats.ts";
import type { Rooms } from "./wiring.ts";

export interface Pulse {
  /** Says that a part of this process lives. `error`: why what it did last failed. Never throws. */
  beat(part: Part, doing: string, error: string | null): Promise<void>;
  /** Takes the heartbeats of this process back. Never throws. */
  end(): Promise<void>;
}

export function createPulse({ database, world: { owner, now } }: Pick<Rooms, "database" | "world">): Pulse {
  let beaten = false;
  return {
    beat: async (name, doing, error) => {
      beaten = true;
      // Who looks sees that the last beat is old; a run itself has its lease.
      await recordHeartbeat(database, { name, owner, doing, error, now: now() }).catch(() => {});
    },
    end: async () => {
      if (beaten) await endHeartbeats(database, { owner, now: now() }).catch(() => {});
    },
  };
}
