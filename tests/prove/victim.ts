/**
 * The program's heartbeat in a process that dies, or falls asleep, at a given point: the n-th time it is about to send a
 * statement or a request, or has just got its answer. The points are found by wrapping the driver and fetch of this
 * process, so the program itself knows nothing of them. Prints each point it passes when asked to.
 */
import { Writable } from "node:stream";
import pg from "pg";
import type { Config } from "../../src/config.ts";
import { openApp } from "../../src/app.ts";

export interface Orders {
  readonly config: Config;
  /** The clock stands here, epoch ms. */
  readonly now: number;
  /** Die at this point, counted from 0; `null`: live, and print the points. */
  readonly dieAt: number | null;
  /** SIGSTOP: only asleep; it says so on standard output, and lives on when somebody wakes it. */
  readonly signal: "SIGKILL" | "SIGTERM" | "SIGSTOP";
  readonly leaseMs?: number;
  /** Afterwards what is waiting is sent. */
  readonly notify?: boolean;
}

const orders: Orders = JSON.parse(Deno.args[0]!);
const stop = new AbortController();
Deno.addSignalListener("SIGTERM", () => stop.abort());

let passed = 0;
const names: string[] = [];

function point(name: string): void {
  names.push(name);
  if (passed++ !== orders.dieAt) return;
  if (orders.signal === "SIGSTOP") Deno.stdout.writeSync(new TextEncoder().encode("asleep\n"));
  Deno.kill(Deno.pid, orders.signal);
}

/** `insert into run`: enough of a statement to tell it from the others. */
function labelOf(statement: unknown): string {
  const text = typeof statement === "string" ? statement : String((statement as { text?: string }).text ?? "");
  const words = text.replace(/--.*$/gm, "").replace(/["\s]+/g, " ").trim().toLowerCase();
  const target = /\b(?:into|update|from) ([a-z_]+)/.exec(words)?.[1] ?? "";
  return `${words.split(" ").slice(0, 2).join(" ")}${target === "" ? "" : ` … ${target}`}`;
}

type Query = (...args: unknown[]) => unknown;
const prototype = pg.Client.prototype as unknown as { query: Query };
const query = prototype.query;
prototype.query = function (this: unknown, ...args: unknown[]) {
  const label = labelOf(args[0]);
  point(`before ${label}`);
  const result = query.apply(this, args);
  if (result instanceof Promise) return result.finally(() => point(`after ${label}`));
  if (result instanceof Writable) {
    const { end } = result as { end: Query };
    result.end = function (this: unknown, ...data: unknown[]) {
      const ended = end.apply(this, data);
      point(`amid ${label}`);
      return ended;
    } as typeof result.end;
    result.once("finish", () => point(`after ${label}`));
  }
  return result;
};

const { fetch } = globalThis;
globalThis.fetch = async (...args) => {
  point("before request");
  const response = await fetch(...args);
  point("after headers");
  return response;
};

const app = await openApp(orders.config, {
  now: () => orders.now,
  sleep: (_ms, signal) => signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(),
  random: () => 0.5,
  owner: `victim:${Deno.pid}:${crypto.randomUUID()}`,
  leaseMs: orders.leaseMs,
  onError: () => {},
});
await app.beat({ stop: stop.signal, abort: stop.signal, emit: (event) => point(`event ${event.type}`) });
point("after beat");
if (orders.notify) await app.notifier.pass({ stop: stop.signal, abort: stop.signal, look: true });
await app.close();
if (orders.dieAt === null) await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(names)));
Deno.exit(0);
