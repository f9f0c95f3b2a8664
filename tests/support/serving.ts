/** The program as its users run it, on a database and in a folder of its own, with a vendor whose newest session is the last one. */
import type { Tab } from "./browser.ts";
import { type ServerDatabase, serverDatabase } from "./database.ts";
import { startCurrentVendor } from "./market.ts";
import { type Program, startProgram, workFolder } from "./program.ts";

export interface Serving extends AsyncDisposable {
  /** Where its page is, once it serves. */
  readonly page: string;
  readonly vendor: Awaited<ReturnType<typeof startCurrentVendor>>;
  readonly db: ServerDatabase["db"];
  /** A command by a process of its own. @returns the exit code */
  command(...words: string[]): Promise<number>;
  /** Resolves when it serves so many series. */
  serve(series?: number): Promise<void>;
  /** Ends what serves. @returns its exit code; `null`: nothing was serving */
  end(signal: Deno.Signal): Promise<number | null>;
}

/** It keeps `AAA daily`, if `env` says nothing else. Nothing is started yet. */
export async function servingProgram(env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const [vendor, database, folder] = [await startCurrentVendor(["AAA"]), await serverDatabase(), await workFolder()];
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const settings = {
    ALPHAVANTAGE_API_KEY: "servekey",
    ALPHAVANTAGE_URL: vendor.url,
    API_POLITE_DELAY_SEC: "0",
    STOCK_SYMBOLS: "AAA",
    STOCK_INTERVALS: "daily",
    DATABASE_URL: database.url,
    PORT: String(port),
    ...env,
  };
  const start = (words: readonly string[]) => startProgram(words, { cwd: folder.path, env: settings });
  let program: Program | null = null;
  const end = async (signal: Deno.Signal) => {
    program?.kill(signal);
    return (await program?.ended)?.code ?? null;
  };
  return {
    page: `http://127.0.0.1:${port}`,
    vendor,
    db: database.db,
    command: async (...words) => {
      await using one = start(words);
      return (await one.ended).code;
    },
    serve: async (series = 1) => {
      program = start(["serve"]);
      await program.said(new RegExp(`Keeping ${series} series`));
    },
    end,
    [Symbol.asyncDispose]: async () => {
      await end("SIGKILL");
      await vendor.close();
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** On the log-in page. Its field has the focus only once the page was painted, which may be after it has loaded. */
export async function logIn(tab: Tab, password: string): Promise<void> {
  await tab.until("document.activeElement.id === 'password'");
  await tab.type(password);
  await tab.leadsOn(() => tab.press("Enter"));
}
