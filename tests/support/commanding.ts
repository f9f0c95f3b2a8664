/** A vendor, a database and somebody who gives one command after the other: what tests of the commands begin with. */
import assert from "node:assert/strict";
import type pg from "pg";
import type { Machine } from "../../src/machine.ts";
import { operate } from "../../src/operate.ts";
import { parseCommand } from "../../src/terminal/commands.ts";
import { serverDatabase } from "./database.ts";
import { type FakeMachine, fakeMachine } from "./machine.ts";
import type { Vendor } from "./vendor.ts";

export const KEY = "CANARYKEY0123456";

type Command = Parameters<typeof operate>[0];

export interface Told {
  /** The exit code. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Commanding extends AsyncDisposable {
  readonly vendor: Vendor;
  readonly pool: pg.Pool;
  readonly env: Readonly<Record<string, string>>;
  /** A command, or its line; blanks inside a word of it are written as `~`. */
  done(command: Command | string, over?: Over): Promise<Told>;
}

/** What is other than usual for one command. */
interface Over {
  readonly change?: Record<string, string>;
  readonly machine?: Partial<Machine>;
}

/** Owns the vendor it is given. `env` comes on top of one symbol's daily bars. */
export async function commanding(
  vendor: Vendor,
  { env = {}, machine = {} }: { env?: Record<string, string>; machine?: Partial<Machine> } = {},
): Promise<Commanding> {
  const database = await serverDatabase();
  const whole: Record<string, string> = {
    ALPHAVANTAGE_API_KEY: KEY,
    ALPHAVANTAGE_URL: vendor.url,
    STOCK_SYMBOLS: "AAA",
    STOCK_INTERVALS: "daily",
    LOG_DIR: "none",
    DATABASE_URL: database.url,
    USER: "ann",
    ...env,
  };
  return {
    vendor,
    pool: database.db.pool,
    env: whole,
    done: (command, { change = {}, machine: other = {} } = {}) =>
      carryOut(
        typeof command === "string" ? parsed(command) : command,
        fakeMachine({ ...whole, ...change }, { ...machine, ...other }),
      ),
    [Symbol.asyncDispose]: async () => {
      await vendor.close();
      await database.close();
    },
  };
}

/** Carries out one command; its output must not hold the key, whatever happened. */
export async function carryOut(command: Command, machine: FakeMachine): Promise<Told> {
  const code = await operate(command, machine);
  const { out, err } = machine.told;
  assert.ok(!(out + err).includes(KEY), "the key was told");
  return { code, out, err };
}

function parsed(line: string): Command {
  const command = parseCommand(line.split(" ").map((word) => word.replaceAll("~", " ")), { version: "1" });
  assert.ok(command.name !== "serve" && command.name !== "print");
  return command;
}
