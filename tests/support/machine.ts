/** A machine of object literals for the commands: what they print is kept, and nothing of it is real but the clock. */
import type { Machine } from "../../src/machine.ts";
import { BARS_ONLY } from "./program.ts";

export interface FakeMachine extends Machine {
  /** Standard output and standard error so far. */
  readonly told: { out: string; err: string };
}

export function fakeMachine(values: Record<string, string> = {}, change: Partial<Machine> = {}): FakeMachine {
  const told = { out: "", err: "" };
  return {
    told,
    environment: () => ({ values: { ...BARS_ONLY, ...values }, file: null, fromFile: [] }),
    readFile: (path) => {
      throw new Error(`no file "${path}"`);
    },
    out: (text) => void (told.out += text),
    screen: { isTTY: false, columns: 100, write: (text) => void (told.err += text) },
    confirm: () => null,
    columns: 100,
    colour: false,
    version: "1.2.3",
    call: "stocks-etl",
    commit: () => null,
    now: Date.now,
    sleep: (_, signal) => signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(),
    random: () => 0.5,
    owner: `test:${crypto.randomUUID()}`,
    onError: () => {},
    stop: new AbortController().signal,
    abort: new AbortController().signal,
    ...change,
  };
}
