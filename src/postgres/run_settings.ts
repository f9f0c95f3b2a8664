/** With which settings was a run made? Kept once for all the runs that had the same. */
import type { KeptSetting } from "../kept_settings.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

/** Keeps settings that a run is about to be begun with. @returns what the run names them by */
export async function keepSettings(
  db: Database,
  { settings, now }: { settings: readonly KeptSetting[]; now: number },
): Promise<string> {
  const text = JSON.stringify(settings);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const digest = new Uint8Array(hash).toHex().slice(0, 32);
  await query(
    db,
    "insert into run_settings (digest, settings, first_seen_at) values ($1, $2, $3) on conflict (digest) do nothing",
    [digest, text, instant(now)],
  );
  return digest;
}

/** `null`: none were kept, or there is no such run. */
export async function settingsOfRun(db: Database, runId: number): Promise<KeptSetting[] | null> {
  const [row] = await query<{ settings: KeptSetting[] }>(
    db,
    "select s.settings from run r join run_settings s on s.digest = r.settings_digest where r.id = $1",
    [runId],
  );
  return row?.settings ?? null;
}

/** Removes settings first seen before `before` (epoch ms) that no run has any more. @returns how many */
export async function expireSettings(db: Database, before: number): Promise<number> {
  const rows = await query(
    db,
    `delete from run_settings s where first_seen_at < $1
       and not exists (select from run r where r.settings_digest = s.digest) returning 1`,
    [instant(before)],
  );
  return rows.length;
}
