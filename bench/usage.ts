/** What did a piece of work cost: time on the wall, processor time here, processor time in the database server? */
import process from "node:process";
import type { Database } from "../src/postgres/connect.ts";

/** All in ms. `serverMs`: `null` where it cannot be known (not Linux, or the server is elsewhere). */
export interface Usage {
  readonly ms: number;
  readonly clientMs: number;
  readonly serverMs: number | null;
}

/** A meter for work on the server that `db` is connected to. */
export async function usageMeter({ pool }: Database): Promise<(work: () => unknown) => Promise<Usage>> {
  const { rows: [row] } = await pool.query("select pg_backend_pid() as pid");
  const postmaster = (await statOf(row.pid))?.parent ?? null;
  return async (work) => {
    const serverBefore = await serverTime(postmaster);
    const clientBefore = process.cpuUsage();
    const started = performance.now();
    await work();
    const ms = performance.now() - started;
    const { user, system } = process.cpuUsage(clientBefore);
    const serverAfter = await serverTime(postmaster);
    const serverMs = serverBefore === null || serverAfter === null ? null : serverAfter - serverBefore;
    return { ms, clientMs: (user + system) / 1_000, serverMs };
  };
}

/** Of every process of the server that is there. What a connection cost that has ended is not in it. */
async function serverTime(postmaster: number | null): Promise<number | null> {
  if (postmaster === null) return null;
  let total = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    const stat = /^\d+$/.test(name) ? await statOf(Number(name)) : null;
    if (stat?.parent === postmaster) total += stat.ms;
  }
  return total;
}

/** The kernel counts in hundredths of a second. */
const TICK_MS = 10;

async function statOf(pid: number): Promise<{ parent: number; ms: number } | null> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ").map(Number);
  return { parent: fields[1]!, ms: (fields[11]! + fields[12]!) * TICK_MS };
}
