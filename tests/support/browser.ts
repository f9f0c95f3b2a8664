/**
 * A real headless Chromium, spoken to over its own protocol. A driver from npm would be 14 MB that every `deno task` of
 * every newcomer downloads, for the few commands these tests need.
 */
import { join } from "node:path";
import { chromiumPath } from "./chromium.ts";

/** Nothing but our own page: no updates, no services, no first-run pages. */
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-extensions",
  "--password-store=basic",
  "--remote-debugging-port=0",
];
const PATIENCE_MS = 20_000;

type Params = Record<string, unknown>;

export interface Tab {
  /** Console errors, exceptions and refusals of the Content-Security-Policy, as they came. */
  readonly problems: string[];
  /** Every address asked for. */
  readonly requests: string[];
  /** Resolves when the page and what it brings along have loaded. */
  goto(url: string): Promise<void>;
  /** The value of an expression in the page; promises are awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Resolves when the expression is true. */
  until(expression: string): Promise<void>;
  /** Clicks what the selector finds, with a real mouse. */
  click(selector: string): Promise<void>;
  type(text: string): Promise<void>;
  press(key: "Tab" | "Enter" | "Escape" | "Space"): Promise<void>;
  screenshot(
    path: string,
    options?: { width?: number; height?: number; dark?: boolean; whole?: boolean },
  ): Promise<void>;
  send(method: string, params?: Params): Promise<Params>;
  /** Loads a page after `action`, as a click on a link does. */
  leadsOn(action: () => Promise<void>): Promise<void>;
}

export interface Browser extends AsyncDisposable {
  /** A tab with cookies of its own. */
  open(options?: { script?: boolean }): Promise<Tab>;
}

export async function startBrowser(): Promise<Browser> {
  const path = await chromiumPath();
  const profile = await Deno.makeTempDir({ prefix: "stocks-etl-chromium-" });
  const child = new Deno.Command(path, {
    args: [...FLAGS, `--user-data-dir=${profile}`, "about:blank"],
    env: { HOME: profile, XDG_CONFIG_HOME: join(profile, "config"), XDG_CACHE_HOME: join(profile, "cache") },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const dispose = async () => {
    try {
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await child.status;
    await removePatiently(profile);
  };
  try {
    const connection = await connect(await addressIn(child.stderr));
    return {
      open: (options) => openTab(connection, options),
      [Symbol.asyncDispose]: async () => {
        connection.close();
        await dispose();
      },
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Its children may still be writing when it is gone. */
async function removePatiently(dir: string): Promise<void> {
  for (let attempt = 1;; attempt++) {
    try {
      return await Deno.remove(dir, { recursive: true });
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function addressIn(stderr: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const found = Promise.withResolvers<string>();
  (async () => {
    for await (const chunk of stderr.pipeThrough(new TextDecoderStream())) {
      text = (text + chunk).slice(-10_000);
      const address = /DevTools listening on (ws:\S+)/.exec(text)?.[1];
      if (address !== undefined) found.resolve(address);
    }
    found.reject(new Error(`Cannot start Chromium; it said:\n${text}`));
  })();
  return await found.promise;
}

interface Connection {
  send(method: string, params?: Params, sessionId?: string): Promise<Params>;
  on(listener: (method: string, params: Params, sessionId: string | undefined) => void): void;
  close(): void;
}

async function connect(address: string): Promise<Connection> {
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`Cannot connect to Chromium at "${address}"`));
  });
  const waiting = new Map<number, PromiseWithResolvers<Params>>();
  const listeners: Parameters<Connection["on"]>[0][] = [];
  let last = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error, method, params, sessionId } = JSON.parse(data);
    if (id === undefined) {
      for (const listener of listeners) listener(method, params, sessionId);
      return;
    }
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (error === undefined) resolve(result);
    else reject(new Error(`Chromium refused a command: ${error.message}`));
  };
  socket.onclose = () => {
    for (const { reject } of waiting.values()) reject(new Error("Chromium has gone"));
  };
  return {
    send: (method, params = {}, sessionId) => {
      const answer = Promise.withResolvers<Params>();
      waiting.set(++last, answer);
      socket.send(JSON.stringify({ id: last, method, params, sessionId }));
      return answer.promise;
    },
    on: (listener) => void listeners.push(listener),
    close: () => {
      waiting.clear();
      socket.close();
    },
  };
}

async function openTab(connection: Connection, { script = true }: { script?: boolean } = {}): Promise<Tab> {
  const { browserContextId } = await connection.send("Target.createBrowserContext");
  const { targetId } = await connection.send("Target.createTarget", { url: "about:blank", browserContextId });
  const attached = await connection.send("Target.attachToTarget", { targetId, flatten: true });
  const sessionId = String(attached["sessionId"]);
  const send: Tab["send"] = (method, params) => connection.send(method, params, sessionId);
  const [problems, requests] = [[] as string[], [] as string[]];
  let loaded = Promise.withResolvers<void>();
  connection.on((method, params, session) => {
    if (session !== sessionId) return;
    if (method === "Page.loadEventFired") loaded.resolve();
    if (method === "Network.requestWillBeSent") {
      const { url } = params["request"] as { url: string };
      // The browser's own icons, as of a field for dates: nobody is asked for them.
      if (!url.startsWith("data:")) requests.push(url);
    }
    const problem = problemIn(method, params);
    if (problem !== null) problems.push(problem);
  });
  for (const domain of ["Page", "Runtime", "Network", "Log"]) await send(`${domain}.enable`);
  if (!script) await send("Emulation.setScriptExecutionDisabled", { value: true });
  const leadsOn = async (action: () => Promise<void>) => {
    loaded = Promise.withResolvers();
    await action();
    await inTime(loaded.promise, "a page to load");
  };
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: T }).value;
  };
  const key = async (type: string, params: Params) => await send("Input.dispatchKeyEvent", { type, ...params });
  return {
    problems,
    requests,
    send,
    leadsOn,
    evaluate,
    goto: (url) => leadsOn(async () => void await send("Page.navigate", { url })),
    until: async (expression) => {
      const deadline = Date.now() + PATIENCE_MS;
      // A page that is being left has no answer.
      while (!await evaluate(`Boolean(${expression})`).catch(() => false)) {
        if (Date.now() > deadline) {
          const text = await evaluate<string>("document.body.innerText").catch(String);
          throw new Error(`Cannot see ${expression} within ${PATIENCE_MS} ms; the page:\n${text}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    },
    click: async (selector) => {
      const { x, y } = await evaluate<{ x: number; y: number }>(
        `(() => { const e = document.querySelector(${JSON.stringify(selector)}); e.scrollIntoView({ block: "center" });
          const r = e.getBoundingClientRect(); return { x: r.x + r.width / 2, y: r.y + r.height / 2 }; })()`,
      );
      for (const type of ["mousePressed", "mouseReleased"]) {
        await send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
      }
    },
    type: async (text) => void await send("Input.insertText", { text }),
    press: async (name) => {
      const { code, text } = KEYS[name];
      const params = { key: name === "Space" ? " " : name, code: name, windowsVirtualKeyCode: code };
      await key("keyDown", text === null ? params : { ...params, text });
      await key("keyUp", params);
    },
    screenshot: async (path, { width = 1280, height = 800, dark = false, whole = true } = {}) => {
      await send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
      const features = [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }];
      await send("Emulation.setEmulatedMedia", { features });
      const { data } = await send("Page.captureScreenshot", { format: "png", captureBeyondViewport: whole });
      await Deno.writeFile(path, Uint8Array.fromBase64(String(data)));
    },
  };
}

const KEYS = {
  Tab: { code: 9, text: null },
  Enter: { code: 13, text: "\r" },
  Escape: { code: 27, text: null },
  Space: { code: 32, text: " " },
} as const;

function problemIn(method: string, params: Params): string | null {
  if (method === "Runtime.exceptionThrown") return JSON.stringify(params["exceptionDetails"]);
  if (method === "Runtime.consoleAPICalled" && params["type"] === "error") return JSON.stringify(params["args"]);
  if (method !== "Log.entryAdded") return null;
  const entry = params["entry"] as { level: string; text: string; url?: string };
  return entry.level === "error" ? `${entry.text} ${entry.url ?? ""}` : null;
}

async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Cannot wait any longer for ${what}`)), PATIENCE_MS);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
