/** What does the main job look like? `demo` plays it on recorded real answers: no key, no network, no server. */
import { RECORDED_AT, RECORDED_SERIES, type Replay, startReplay } from "./alphavantage/replay.ts";
import { type App, openApp } from "./app.ts";
import { NO_NOTICES } from "./channels.ts";
import type { Config } from "./config.ts";
import type { RunReport } from "./ingest.ts";
import { lookOf, type Machine } from "./machine.ts";
import { exitCodeOf } from "./run.ts";
import { createProgress } from "./terminal/progress.ts";
import { renderPlan, renderStatus, renderSummary } from "./terminal/tables.ts";
import type { World } from "./wiring.ts";

/** Plays the demo and returns the exit code of its first run. */
export async function playDemo({ dir }: { dir: string | null }, machine: Machine): Promise<number> {
  const tell = (text: string) => machine.out(`${text}\n`);
  const look = lookOf(machine);
  tell("The main job on answers recorded from Alpha Vantage on 2023-07-03, replayed on this machine.");
  tell(
    `The clock is set to that evening. Opening an embedded PostgreSQL ${
      dir === null ? "in memory" : `in "${dir}"`
    } …\n`,
  );
  const replay = startReplay();
  const world = thatEvening(machine);
  let app: App | null = null;
  try {
    app = await openApp(configOf(replay, dir), world);
    const first = await runOnce(app, machine);
    tell(renderSummary(first, look));
    tell("What the database holds now:\n");
    tell(renderStatus(await app.states(RECORDED_SERIES), { ...look, nextTick: null }));
    tell("A second pass, at once. Its plan:\n");
    tell(renderPlan(await app.plan(RECORDED_SERIES), look));
    const asked = replay.requests();
    tell(renderSummary(await runOnce(app, machine), look));
    tell(`${replay.requests() - asked} requests in the second pass: no request that cannot bring new bars.\n`);
    tell(hint(dir, machine));
    return exitCodeOf(first.outcome);
  } finally {
    await app?.close();
    await replay.close();
  }
}

async function runOnce(app: App, machine: Machine): Promise<RunReport> {
  const progress = createProgress({ screen: machine.screen, quiet: false });
  try {
    const report = await app.run({
      series: RECORDED_SERIES,
      trigger: "manual",
      tickId: null,
      patient: true,
      emit: progress.emit,
      stop: machine.stop,
      abort: machine.abort,
    });
    if ("outcome" in report) return report;
    throw new Error("Cannot play the demo: another run holds its database");
  } finally {
    progress.close();
  }
}

/** This machine with its clock set to just after the recordings were made. */
function thatEvening(machine: World): World {
  const shift = RECORDED_AT - machine.now();
  return {
    now: () => machine.now() + shift,
    sleep: (ms, signal) => machine.sleep(ms, signal),
    random: () => machine.random(),
    owner: machine.owner,
    onError: (message) => machine.onError(message),
  };
}

function configOf(replay: Replay, dir: string | null): Config {
  return {
    vendor: {
      key: "recorded",
      url: replay.url,
      entitlement: null,
      extendedHours: true,
      timeoutMs: 10_000,
      perDay: 25,
      perMinute: 600,
      concurrency: 1,
      politeDelayMs: 0,
    },
    series: RECORDED_SERIES,
    adjusted: false,
    reference: { actionsDays: null, listingDays: null },
    database: { kind: "embedded", dataDir: dir === null ? null : `${dir}/postgres` },
    archiveDays: null,
    schedule: { cron: "0 6 * * *", timezone: "UTC" },
    ticks: { missed: "latest", overlap: "queue" },
    retention: { runs: null, events: null, logs: null },
    logDir: null,
    logLevel: "warning",
    logFormat: "auto",
    host: "127.0.0.1",
    port: 3000,
    access: { password: null, viewPassword: null, behindProxy: false },
    email: null,
    notices: NO_NOTICES,
    secrets: [],
  };
}

function hint(dir: string | null, { call }: Pick<Machine, "call">): string {
  return [
    "What next?",
    "  1. A free key: https://www.alphavantage.co/support/#api-key",
    `  2. In a file .env here: ALPHAVANTAGE_API_KEY=… and STOCK_SYMBOLS=IBM,MSFT (every setting: ${call} config)`,
    `  3. ${call} check    is everything in order?`,
    `     ${call} run      one run now`,
    `     ${call} serve    on a schedule, with a page on port 3000`,
    dir === null
      ? `  To keep the demo's database: ${call} demo --dir demo-data`
      : `  To look into it again: DATA_DIR=${dir} STOCK_SYMBOLS=TSLA,VZ ${call} status`,
    "",
  ].join("\n");
}
