// deno-lint-ignore-file no-console -- it says how far it is
/** How is a rehearsal carried out and written down? Each line typed is run, and what it answers goes under it. */
import { join } from "node:path";
import { compile } from "../../tests/support/shipped.ts";
import { type Program, startFile } from "../../tests/support/program.ts";
import { enter, fillRoot } from "./root.ts";

/** What the launcher needs, and what the lines of the rehearsal name. */
const PROGRAMS = [
  "/bin/sh",
  "tail",
  "gzip",
  "tar",
  "find",
  "mktemp",
  "mkdir",
  "mv",
  "rm",
  "uname",
  "df",
  "awk",
  "head",
  "ls",
  "cp",
];
const FOLDER = "/srv/etl";
const ENV = { PATH: "/usr/bin:/bin", HOME: "/srv" };

interface ShOptions {
  /** Said before it. */
  readonly what?: string;
  readonly env?: Record<string, string>;
  /** How that environment is shown. */
  readonly shown?: string;
}

/** Needs Linux and root. */
export class Rehearsal {
  #text = "";
  #serving: Program | null = null;

  private constructor(private readonly root: string, readonly scratch: string) {}

  static async begin(dir: string): Promise<Rehearsal> {
    const [root, scratch] = [join(dir, "root"), join(dir, "outside")];
    await Deno.mkdir(scratch);
    // Of Deno itself no more than its libraries: it comes in the file.
    await fillRoot(root, { programs: PROGRAMS, files: {} });
    const { stdout } = await new Deno.Command("ldd", { args: [Deno.execPath()] }).output();
    for (const [, library] of new TextDecoder().decode(stdout).matchAll(/(\/\S+) \(0x/g)) {
      await fillRoot(root, { programs: [library!] });
    }
    await Deno.mkdir(join(root, "srv"));
    return new Rehearsal(root, scratch);
  }

  chapter(title: string): void {
    console.log(`- ${title}`);
    this.#text += `\n## ${title}\n\n`;
  }

  /** Puts the file into a folder inside, of which its `--version` tells this commit. */
  async build(folder: string, commit: string): Promise<void> {
    const out = join(this.root, folder);
    const { code, stderr } = await compile(["--kind", "launcher", "--commit", commit, "--out", out]);
    if (code !== 0) throw new Error(`Cannot build the file: ${stderr}`);
    this.#put(`deno task compile --commit ${commit}`, "dist/stocks-etl, copied to /opt/new\n");
  }

  async write(path: string, lines: readonly string[]): Promise<void> {
    await Deno.writeTextFile(join(this.root, path), lines.map((line) => `${line}\n`).join(""));
    this.#put("cat .env", lines.map((line) => `${line}\n`).join(""));
  }

  /** Inside. @returns what it wrote to standard output */
  async sh(command: string, { what, env = {}, shown }: ShOptions = {}): Promise<string> {
    const cwd = await Deno.stat(join(this.root, FOLDER)).then(() => FOLDER, () => "/");
    const [program, args] = enter(this.root, ["/bin/sh", "-ec", command], { cwd, env: { ...ENV, ...env } });
    return await this.#run(`${shown === undefined ? "" : `${shown} `}${command}`, {
      program,
      args,
      cwd: "/",
      env: {},
      what,
    });
  }

  /** With this machine's own programs. */
  async outside(command: string, env: Record<string, string>): Promise<string> {
    const given = { PATH: Deno.env.get("PATH")!, ...env };
    return await this.#run(command, { program: "sh", args: ["-ec", command], cwd: this.scratch, env: given });
  }

  async serve(until: RegExp): Promise<void> {
    const [program, args] = enter(this.root, ["/bin/sh", "-ec", "exec ./stocks-etl serve"], { cwd: FOLDER, env: ENV });
    this.#serving = startFile(program, args, { cwd: "/", env: { PATH: Deno.env.get("PATH")! } });
    const line = JSON.parse(await this.#serving.said(until)).message;
    this.#put("./stocks-etl serve &", `… ${line}\n`);
  }

  async fetch(url: string): Promise<void> {
    const answer = await fetch(url);
    this.#put(`GET ${url}`, `${answer.status} ${(await answer.text()).trim()}\n`);
  }

  /** Signals the program itself, which is process 1 inside: the launcher has become it. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    if (this.#serving === null) return;
    const { pid, ended } = this.#serving;
    const children = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
    Deno.kill(Number(children.trim().split(" ")[0]), signal);
    const { code } = await ended;
    this.#serving = null;
    const how = signal === "SIGKILL" ? "serve was killed" : `serve ended, exit code ${code}`;
    this.#put(`kill -${signal.slice(3)} $(pidof stocks-etl)`, `${how}\n`);
    if (signal === "SIGTERM" && code !== 0) throw new Error(`The program ended with ${code}`);
  }

  same(before: string, after: string, what: string): void {
    if (before !== after) throw new Error(`Not the same: ${what}\n${before}\n${after}`);
    this.#text += `The same as before: ${what}.\n\n`;
  }

  /** The document. */
  transcript(title: string, preface: string): string {
    const head = `# ${title}\n\nWritten by \`deno task rehearse\` (Linux, as root), which repeats it. ${preface}\n`;
    return `${head}${this.#text}`.replace(/\n{3,}/g, "\n\n").trimEnd() + "\n";
  }

  async #run(
    typed: string,
    { program, args, cwd, env, what }: {
      program: string;
      args: string[];
      cwd: string;
      env: Record<string, string>;
      what?: string | undefined;
    },
  ): Promise<string> {
    const path = { PATH: Deno.env.get("PATH")!, ...env };
    const { code, stdout, stderr } = await startFile(program, args, { cwd, env: path }).ended;
    // Structured lines of the log are for a collector, not for a reader of this.
    const told = stderr.split("\n").filter((line) => !line.startsWith("{")).join("\n");
    this.#put(`${typed}${what === undefined ? "" : `   # ${what}`}`, `${stdout}${told}`);
    if (code !== 0) throw new Error(`"${typed}" ended with ${code}: ${stderr}`);
    return stdout;
  }

  #put(typed: string, answered: string): void {
    const lines = `$ ${typed}\n${answered}`.trimEnd().split("\n");
    this.#text += `${lines.map((line) => `    ${line}`.trimEnd()).join("\n")}\n\n`;
  }
}
