/** What does the database say of itself: its version and its clock? */
import type { Database } from "./connect.ts";

/** Version as the server writes it, and its clock in epoch ms. */
export async function serverFacts({ pool }: Database): Promise<{ version: string; now: number }> {
  const { rows: [row] } = await pool.query<{ version: string; now: string }>(
    "select current_setting('server_version') as version, extract(epoch from clock_timestamp()) * 1000 as now",
  );
  return { version: row!.version.split(" ")[0]!, now: Number(row!.now) };
}
