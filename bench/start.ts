/** How long until the program has answered: its help, and a service on a server's migrated database? */
import type { ServerDatabase } from "../tests/support/database.ts";
import { duration, interleaved, timeRatio } from "./figures.ts";

const ROOT = new URL("../", import.meta.url);
/** As the tasks of deno.json start it. */
const PROGRAM = ["run", "--quiet", "--no-prompt", "-A", "main.ts"];
const ROUNDS = 9;

export async function measureStart({ url }: ServerDatabase): Promise<string[][]> {
  const times = await interleaved({
    floor: () => ended(["eval", "1"]),
    help: () => ended([...PROGRAM, "--help"]),
    version: () => ended([...PROGRAM, "--version"]),
    serve: () => readyOnce(url),
  }, { rounds: ROUNDS });
  return [
    ["deno eval 1, the floor", duration(times.floor), "1"],
    ["--help", duration(times.help), timeRatio(times.help, times.floor)],
    ["--version", duration(times.version), timeRatio(times.version, times.floor)],
    ["serve, until /readyz is 200", duration(times.serve), timeRatio(times.serve, times.floor)],
  ];
}

async function ended(args: string[]): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null", env: { NO_COLOR: "1" } });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`Cannot run "deno ${args.join(" ")}": ${new TextDecoder().decode(stderr)}`);
}

/** Killed once it is ready: how it stops is not what is measured. */
async function readyOnce(url: string): Promise<void> {
  const env = { DATABASE_URL: url, STOCK_SYMBOLS: "IBM", STOCK_INTERVALS: "daily", LOG_DIR: "none", NO_COLOR: "1" };
  const kill = await startServing(freePort(), env);
  await kill();
}

/** The program on a port of this machine, ready. @returns what kills it */
export async function startServing(port: number, env: Record<string, string>): Promise<() => Promise<void>> {
  const program = new Deno.Command(Deno.execPath(), {
    args: [...PROGRAM, "serve", "--host", "127.0.0.1", "--port", String(port)],
    cwd: ROOT,
    env,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const kill = async () => {
    program.kill("SIGKILL");
    await program.status;
  };
  const deadline = performance.now() + 30_000;
  while (!await answers(`http://127.0.0.1:${port}/readyz`)) {
    if (performance.now() > deadline) {
      await kill();
      throw new Error("Cannot measure the service: it is not ready after 30 s");
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return kill;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
