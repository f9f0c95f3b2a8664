/** The pages on a stage of object literals: what they read, who looks, and what a browser would send. */
import type { RunRow } from "../../src/web/runs.tsx";
import { createRoutes, type Reads, type RoutesOptions } from "../../src/web/routes.tsx";
import type { Sessions } from "../../src/web/log_ins.ts";
import { totalsOf } from "../../src/run.ts";
import type { Visit } from "../../src/web/visit.ts";

export const NOW = Date.parse("2026-11-22T14:00:00Z");

export function visit(change: Partial<Visit> = {}): Visit {
  return {
    role: "operate",
    by: "open",
    token: "t",
    now: NOW,
    here: "/",
    params: {},
    query: new URLSearchParams(),
    zone: { choice: "utc", name: "UTC", unknown: false },
    theme: "auto",
    said: null,
    ...change,
  };
}

export function run(id: number, change: Partial<RunRow> = {}): RunRow {
  return {
    id,
    trigger: "schedule",
    tickId: null,
    outcome: "complete",
    message: null,
    owner: "vm:1:abc",
    startedAt: NOW - 3_600_000,
    finishedAt: NOW - 3_590_000,
    planned: 2,
    totals: totalsOf([]),
    ...change,
  };
}

export function reads(change: Partial<Reads> = {}): Reads {
  const quota = { perDay: 25, usedToday: 3, blockedUntil: null };
  return {
    overview: {
      overview: ({ from, to }) =>
        Promise.resolve({
          standing: { series: 2, complete: 2, due: 0, waiting: 0, refused: 0 },
          late: [],
          quota,
          nextTick: NOW + 3_600_000,
          timeline: { from, to, runs: [], ticks: [], next: [] },
          incidents: [],
        }),
    },
    runs: { runs: () => Promise.resolve([]), counts: () => Promise.resolve({}) },
    run: {
      run: (id) => Promise.resolve(id === 1 ? run(1) : null),
      results: () => Promise.resolve([]),
      events: () => Promise.resolve([]),
      levels: () => Promise.resolve({}),
      spanEvents: () => Promise.resolve([]),
      tickDueAt: () => Promise.resolve(null),
      logFile: () => Promise.resolve(null),
    },
    api: { states: () => Promise.resolve([]), plan: () => Promise.resolve({ now: NOW, entries: [], quota }) },
    health: () => ({ healthy: true, message: "ok", lastBeat: null, version: "1.2.3" }),
    ready: () => Promise.resolve(),
    ...change,
  };
}

/** Log-ins kept in memory. */
export function memorySessions(): Sessions & { readonly rows: Map<string, "view" | "operate"> } {
  const rows = new Map<string, "view" | "operate">();
  return {
    rows,
    begin: ({ hash, role }) => Promise.resolve(void rows.set(hash, role)),
    find: ({ hashes }) => {
      const hash = hashes.find((hash) => rows.has(hash));
      return Promise.resolve(hash === undefined ? null : { hash, role: rows.get(hash)! });
    },
    end: (hash) => Promise.resolve(void rows.delete(hash)),
  };
}

export const OPEN = { password: null, viewPassword: null, behindProxy: false, host: "127.0.0.1", port: 3000 };
export const LOCKED = { ...OPEN, host: "0.0.0.0", password: "operate-password", viewPassword: "viewing-password" };

export function routes(change: Partial<RoutesOptions> = {}, changedReads: Partial<Reads> = {}) {
  const errors: string[] = [];
  const app = createRoutes(reads(changedReads), {
    access: OPEN,
    sessions: memorySessions(),
    live: { open: () => new Response("") },
    now: () => NOW,
    version: "1.2.3",
    onError: (error) => errors.push(error.message),
    ...change,
  });
  return { app, errors, client: (address = "192.0.2.1") => clientOf(app, address) };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Keeps cookies as a browser does, and sends what it is told to. */
function clientOf(app: ReturnType<typeof createRoutes>, address: string) {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers({ host: "127.0.0.1:3000", ...Object.fromEntries(new Headers(init.headers)) });
    if (cookies.size > 0) headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await app.request(path, { redirect: "manual", ...init, headers }, { address });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === "" || /max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const tokenIn = async (path: string) => /name="token" value="(\w+)"/.exec((await send(path)).text)?.[1] ?? "";
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    send(path, {
      method: "POST",
      body: new URLSearchParams(fields).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: "http://127.0.0.1:3000",
        "sec-fetch-site": "same-origin",
        ...headers,
      },
    });
  return {
    cookies,
    send,
    tokenIn,
    post,
    logIn: async (password: string) =>
      await post("/login", { token: await tokenIn("/login"), password, back: "/runs" }),
  };
}
