/**
 * The program's commands one after the other, in one process and by a clock that jumps over every wait. Arguments: the
 * commands as JSON, each a list of words. Environment, folder, output and log files are those of the program itself.
 */
import { operate } from "../../src/operate.ts";
import { parseCommand } from "../../src/terminal/commands.ts";
import { readEnvironment } from "../../src/terminal/environment.ts";

const START = Date.parse("2023-07-04T06:00:00Z");
/** Between two commands: longer than anything is remembered that would keep the next from asking. */
const PAUSE_MS = 8 * 86_400_000;

let ahead = 0;
const began = Date.now();
const write = (stream: { writeSync(bytes: Uint8Array): number }) => (text: string) => {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
};
const signal = new AbortController().signal;
for (const words of JSON.parse(Deno.args[0]!) as string[][]) {
  const command = parseCommand(words, { version: "0.0.0" });
  if (command.name === "serve") throw new Error("serve does not end by itself");
  if (command.name === "print") {
    write(Deno.stdout)(command.text);
    continue;
  }
  const code = await operate(command, {
    environment: () =>
      readEnvironment({ env: Deno.env.toObject(), cwd: Deno.cwd(), readTextFile: Deno.readTextFileSync }),
    readFile: Deno.readTextFileSync,
    out: write(Deno.stdout),
    // A terminal sees progress, what collects lines sees the structured log: both in turn.
    screen: { isTTY: ahead % 2 === 0, columns: 100, write: write(Deno.stderr) },
    confirm: () => null,
    columns: 100,
    colour: false,
    version: "0.0.0",
    call: "stocks-etl",
    commit: () => null,
    now: () => START + ahead + Date.now() - began,
    sleep: (ms) => {
      ahead += Math.max(0, Math.round(ms));
      return Promise.resolve();
    },
    random: () => 0.5,
    owner: `canary:${crypto.randomUUID()}`,
    onError: (message) => write(Deno.stderr)(`${message}\n`),
    stop: signal,
    abort: signal,
  });
  write(Deno.stdout)(`\n${words.join(" ")}: exit ${code}\n`);
  ahead += PAUSE_MS + 1;
}
Deno.exit(0);
