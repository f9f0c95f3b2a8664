/** What is the log file of a run called, and which file is one? Written by log.ts, swept by log_sweep.ts. */

export interface RunFileName {
  /** The folder: `2026-01`, in UTC, of the run's start. */
  readonly month: string;
  /** `run-7-20260102T060000Z.log`. */
  readonly name: string;
}

const MONTH = /^\d{4}-(?:0[1-9]|1[0-2])$/;
const NAME = /^run-\d{1,16}-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z\.log$/;

/** @param run `at`: its start, epoch ms */
export function runFile({ runId, at }: { runId: number; at: number }): RunFileName {
  const iso = new Date(at).toISOString();
  return { month: iso.slice(0, 7), name: `run-${runId}-${iso.replace(/\.\d+/, "").replace(/[-:]/g, "")}.log` };
}

/** Whether a folder is one that holds run files. */
export function isMonth(folder: string): boolean {
  return MONTH.test(folder);
}

/** When the run of a file began, epoch ms; `null`: the file is none of ours. */
export function startOf({ month, name }: RunFileName): number | null {
  const [, year, mon, day, hour, minute, second] = NAME.exec(name) ?? [];
  const start = Date.parse(`${year}-${mon}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(start) || month !== `${year}-${mon}` ? null : start;
}
