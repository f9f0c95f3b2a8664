/** Who was told of a run, and has it arrived? */
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";

/** Messages of the notice of a run. */
export interface Told {
  /** It is decided who is told, if anybody. */
  readonly decided: boolean;
  readonly sent: number;
  readonly waiting: number;
  readonly undeliverable: number;
}

/** `null`: there is no notice of it, as of a run that is at work or was closed long ago. */
export async function toldOf(db: Database, runId: number): Promise<Told | null> {
  const [told] = await query<{ [name in keyof Told]: Told[name] }>(
    db,
    `select n.decided_at is not null as decided,
       count(*) filter (where o.state = 'sent') as sent,
       count(*) filter (where o.state = 'waiting') as waiting,
       count(*) filter (where o.state = 'undeliverable') as undeliverable
     from notice n left join outbox o on o.notice_id = n.id
     where n.run_id = $1 and n.kind = 'run' group by n.id`,
    [runId],
  );
  return told ?? null;
}
