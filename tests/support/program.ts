/** The program itself, as a child process in an empty folder of its own. */

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** What a process needs of ours to start at all; nothing that could configure the program. */
const KEPT = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"];

/** Nothing is asked for beside bars. */
export const BARS_ONLY = { ACTIONS_DAYS: "0", LISTING_DAYS: "0" };

export interface Ended {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program extends AsyncDisposable {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves with the line as soon as standard error has one that matches; rejects when the program ends without it. */
  said(pattern: RegExp): Promise<string>;
  kill(signal: Deno.Signal): void;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env?: Record<string, string>;
}

/** Starts `main.ts` with these words. Ended, by pid, when the handle is disposed of. */
export function startProgram(args: readonly string[], { cwd, env = {} }: StartOptions): Program {
  const kept = Object.fromEntries(KEPT.flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)!]] : []));
  const words = ["run", "--quiet", "--no-prompt", "--no-check", "-A", MAIN, ...args];
  return startFile(Deno.execPath(), words, { cwd, env: { ...kept, NO_COLOR: "1", ...BARS_ONLY, ...env } });
}

/** Starts any executable with this environment and no other. Ended, by pid, when the handle is disposed of. */
export function startFile(file: string, args: readonly string[], { cwd, env = {} }: StartOptions): Program {
  const child = new Deno.Command(file, {
    args: [...args],
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = collect(child.stderr);
  const stdout = collect(child.stdout);
  const ended = Promise.all([child.status, stdout.done, stderr.done]).then(([{ code, signal }, out, err]) => ({
    code,
    signal,
    stdout: out,
    stderr: err,
  }));
  const kill = (signal: Deno.Signal) => {
    try {
      child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // It has ended by itself.
    }
  };
  return {
    pid: child.pid,
    ended,
    said: stderr.said,
    kill,
    [Symbol.asyncDispose]: async () => {
      kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs the program to its end. */
export async function runProgram(args: readonly string[], options: StartOptions): Promise<Ended> {
  await using program = startProgram(args, options);
  return await program.ended;
}

function collect(stream: ReadableStream<Uint8Array>) {
  let text = "";
  let over = false;
  const waiting: { pattern: RegExp; resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  const look = () => {
    for (const { pattern, resolve, reject } of waiting) {
      const line = text.split("\n").find((line) => pattern.test(line));
      if (line !== undefined) resolve(line);
      else if (over) reject(new Error(`The program ended without saying ${pattern}; it said:\n${text}`));
    }
  };
  const done = (async () => {
    for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      look();
    }
    over = true;
    look();
    return text;
  })();
  const said = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      waiting.push({ pattern, resolve, reject });
      look();
    });
  return { done, said };
}

/** An empty folder to run the program in, removed at the end. */
export async function workFolder(files: Record<string, string> = {}): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "stocks-etl-work-" });
  for (const [name, text] of Object.entries(files)) {
    const folder = `${path}/${name}`.replace(/\/[^/]*$/, "");
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
