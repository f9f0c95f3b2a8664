/**
 * Composition root: environment → configuration → command. The only reader of the process's environment, arguments,
 * clock and signals, and the only caller of Deno.cron, Deno.serve and Deno.exit.
 */
import { setTimeout as delay } from "node:timers/promises";
import manifest from "./deno.json" with { type: "json" };
import { graceOf, type Machine } from "./src/machine.ts";
import type { Service } from "./src/service.ts";
import { parseCommand } from "./src/terminal/commands.ts";
import { findCommit } from "./src/terminal/commit.ts";
import { readEnvironment } from "./src/terminal/environment.ts";
import { columnsOf, writerTo } from "./src/terminal/output.ts";

const GRACE_MS = graceOf(Deno.env.toObject());
const LAST_RESORT_MS = 1_500; // to write down that the run was given up

const [stop, abort] = [new AbortController(), new AbortController()];
const stderr = writerTo(Deno.stderr, () => {});
const machine: Machine = {
  environment: () =>
    readEnvironment({ env: Deno.env.toObject(), cwd: Deno.cwd(), readTextFile: Deno.readTextFileSync }),
  readFile: Deno.readTextFileSync,
  out: writerTo(Deno.stdout, (found) => stderr(`stocks-etl: warning: Cannot write the output: ${found}\n`)),
  screen: { isTTY: Deno.stderr.isTerminal(), columns: columnsOf(Deno.stderr), write: stderr },
  confirm: (question) => Deno.stdin.isTerminal() && Deno.stderr.isTerminal() ? confirm(question) : null,
  columns: columnsOf(Deno.stdout),
  colour: Deno.stdout.isTerminal() && !Deno.noColor,
  version: manifest.version,
  call: Deno.env.get("STOCKS_ETL_FILE") ?? (Deno.build.standalone ? Deno.execPath() : "npx -y deno@2.9.6 task"),
  commit: () => findCommit({ env: Deno.env.toObject(), dir: import.meta.dirname, readTextFile: Deno.readTextFileSync }),
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
  random: Math.random,
  owner: `${Deno.hostname()}:${Deno.pid}:${crypto.randomUUID().slice(0, 8)}`,
  onError: (message) => stderr(`stocks-etl: warning: ${message}\n`),
  stop: stop.signal,
  abort: abort.signal,
};

// Windows knows no SIGTERM, and throws.
for (const signal of ["SIGINT", "SIGHUP", Deno.build.os === "windows" ? "SIGBREAK" : "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    const graceMs = stop.signal.aborted ? 0 : GRACE_MS;
    stop.abort();
    Deno.unrefTimer(setTimeout(() => abort.abort(), graceMs));
    // A database that does not answer hears no signal. The lease tells the next start about the run.
    Deno.unrefTimer(setTimeout(() => Deno.exit(1), graceMs + LAST_RESORT_MS));
  });
}

// What only prints loads no more than it prints: each room is loaded when a command needs it.
const command = parseCommand(Deno.args, { version: manifest.version });
if (command.name === "print") {
  machine.out(command.text);
  Deno.exit(command.exitCode);
}
if (command.name !== "serve") {
  const { operate } = await import("./src/operate.ts");
  Deno.exit(await operate(command, machine));
}

const prepared = import("./src/service.ts").then(({ prepareService }) => prepareService(command, machine));
// Registered before anything is awaited: Deno Deploy looks for crons at the top level only. A failed beat is not retried
// by Deno (its default, five times, would spend the day's quota): the tick stays owed in the database instead.
Deno.cron("heartbeat", "* * * * *", { backoffSchedule: [], signal: stop.signal }, async () => {
  await (await prepared)?.beat();
});
const service = await prepared;
if (service === null) Deno.exit(2);
const server = listen(service);
Deno.exit(await service.untilStopped(() => server.shutdown()));

function listen({ hostname, port, listening, cannotListen, fetch }: Service): Deno.HttpServer {
  try {
    return Deno.serve({ hostname, port, onListen: listening }, fetch);
  } catch (error) {
    Deno.exit(cannotListen(error));
  }
}
