/**
 * Composition root: environment → configuration → command. The only reader of the process's environment, arguments,
 * clock and signals, and the only caller of Deno.cron, Deno.serve and Deno.exit.
 */
import { setTimeout as delay } from "node:timers/promises";
import manifest from "./deno.json" with { type: "json" };
import type { Machine } from "./src/machine.ts";
import { operate } from "./src/operate.ts";
import { prepareService, type Service } from "./src/service.ts";
import { parseCommand } from "./src/terminal/commands.ts";
import { readEnvironment } from "./src/terminal/environment.ts";

/** Docker sends SIGKILL ten seconds after SIGTERM. */
const GRACE_MS = 8_000;

const [stop, abort] = [new AbortController(), new AbortController()];
const machine: Machine = {
  environment: () =>
    readEnvironment({ env: Deno.env.toObject(), cwd: Deno.cwd(), readTextFile: Deno.readTextFileSync }),
  readFile: Deno.readTextFileSync,
  out: write(Deno.stdout),
  screen: { isTTY: Deno.stderr.isTerminal(), columns: columnsOf(Deno.stderr), write: write(Deno.stderr) },
  columns: columnsOf(Deno.stdout),
  colour: Deno.stdout.isTerminal() && !Deno.noColor,
  version: manifest.version,
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, { signal }),
  random: Math.random,
  owner: `${Deno.hostname()}:${Deno.pid}:${crypto.randomUUID().slice(0, 8)}`,
  onError: (message) => void machine.screen.write(`stocks-etl: warning: ${message}\n`),
  stop: stop.signal,
  abort: abort.signal,
};

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    if (stop.signal.aborted) abort.abort();
    stop.abort();
    Deno.unrefTimer(setTimeout(() => abort.abort(), GRACE_MS));
  });
}

const command = parseCommand(Deno.args, { version: manifest.version });
if (command.name !== "serve") Deno.exit(await operate(command, machine));

const service = prepareService(command, machine);
if (service === null) Deno.exit(2);
// Registered before anything is awaited: Deno Deploy looks for crons at the top level only. A failed beat is not retried
// by Deno (its default, five times, would spend the day's quota): the tick stays owed in the database instead.
Deno.cron("heartbeat", "* * * * *", { backoffSchedule: [], signal: stop.signal }, service.beat);
const server = listen(service);
Deno.exit(await service.untilStopped(() => server.shutdown()));

function listen({ hostname, port, listening, cannotListen, fetch }: Service): Deno.HttpServer {
  try {
    return Deno.serve({ hostname, port, onListen: listening }, fetch);
  } catch (error) {
    Deno.exit(cannotListen(error));
  }
}

/** Whoever reads us may have heard enough (`| head`): that is no failure of ours. */
function write(stream: { writeSync(bytes: Uint8Array): number }): (text: string) => void {
  return (text) => {
    const bytes = new TextEncoder().encode(text);
    try {
      for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  };
}

/** A pipe has no edge: what reads it wants the texts whole. */
function columnsOf(stream: { isTerminal(): boolean }): number {
  return stream.isTerminal() ? Deno.consoleSize().columns : 200;
}
