/**
 * The program's heartbeat in a process of its own, one beat per line on standard input: `{"now": …, "waitMs": …}`. Answers
 * each with a line: what the beat came to. The clock is the parent's, so that several processes meet at one due time.
 */
import { TextLineStream } from "./lines.ts";
import { openApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";

export interface Beat {
  /** What the clock shows, epoch ms. */
  readonly now: number;
  /** How long to hesitate, so that the processes meet in every order. */
  readonly waitMs: number;
}

/** The outcome of a run of its own, or why there was none. */
export type Beaten = string;

const config: Config = JSON.parse(Deno.args[0]!);
let now = 0;
const app = await openApp(config, {
  now: () => now,
  sleep: () => Promise.resolve(),
  random: () => 0.5,
  owner: `beats:${Deno.pid}:${crypto.randomUUID()}`,
  onError: () => {},
});
const signal = new AbortController().signal;
const say = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
say("ready");
const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
for await (const line of lines) {
  const beat: Beat = JSON.parse(line);
  now = beat.now;
  if (beat.waitMs > 0) await new Promise((resolve) => setTimeout(resolve, beat.waitMs));
  const report = await app.beat({ stop: signal, abort: signal, emit: () => {} });
  const beaten: Beaten = report === null
    ? "nothing owed"
    : "outcome" in report
    ? report.outcome
    : "busy" in report
    ? "busy"
    : "taken";
  say(beaten);
}
await app.close();
