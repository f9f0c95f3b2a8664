/** Which URL answers what? The one route table. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { type ApiReads, endpointsOf } from "./api.ts";
import { addApi, API, problem } from "./api_routes.ts";
import { instanceEndpoints } from "./api_instance.ts";
import { scheduleReadEndpoints } from "./api_schedule.ts";
import { searchEndpoint } from "./api_search.ts";
import { assetAt } from "./assets.ts";
import { addDownloads } from "./downloads.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Access, createGuard, type Env } from "./guard.ts";
import { backfillPage, type BackfillReads } from "./backfill.tsx";
import { backfillsPage, type BackfillsReads } from "./backfills.tsx";
import { confirmPage } from "./confirm.tsx";
import { launchPage, type LaunchReads } from "./launch.tsx";
import { createLogIns, type Sessions, TooManyAttempts } from "./log_ins.ts";
import { documentOf } from "./layout.tsx";
import { instancePage, type InstanceReads } from "./instance.tsx";
import type { Live } from "./live.ts";
import { addMetrics, type MetricsReads } from "./metrics.ts";
import { overviewPage, type OverviewReads } from "./overview.tsx";
import { addOwn, tasteOf } from "./own.ts";
import { launchedPage } from "./queue.tsx";
import type { Health } from "../health.ts";
import { Refused, statusOfRefusal } from "../refused.ts";
import { RELEASE_PATH } from "./release.ts";
import { runPage, type RunReads } from "./run.tsx";
import { runsPage, type RunsReads } from "./runs.tsx";
import { schedulePage, type ScheduleReads } from "./schedule.tsx";
import { searchPage, type SearchReads } from "./search.tsx";
import { seriesPage, type SeriesReads } from "./series.tsx";
import { symbolsPage, type SymbolsReads } from "./symbols.tsx";
import { createThrottle, type Limits } from "./throttle.ts";
import { type Action, type Page, Refusal, type Shown, type Visit } from "./visit.ts";
import { withdrawQueuePage } from "./withdraw_queue.tsx";

/** What the pages read, one part per page. Every one is a question to the database or to the running program, never a copy. */
export interface Reads {
  readonly overview: OverviewReads;
  readonly runs: RunsReads;
  readonly run: RunReads;
  readonly launch: LaunchReads;
  readonly backfill: BackfillReads & BackfillsReads;
  readonly schedule: ScheduleReads;
  readonly instance: InstanceReads;
  readonly symbols: SymbolsReads;
  readonly series: SeriesReads;
  readonly search: SearchReads;
  readonly api: ApiReads;
  readonly metrics: MetricsReads;
  health(): Health;
  /** Rejects when the database does not answer; with a {@link Refusal}, whose message is for anybody, while it is waited for. */
  ready(): Promise<void>;
}

export interface RoutesOptions {
  readonly access: Access;
  readonly sessions: Sessions;
  readonly live: Pick<Live, "open">;
  /** Epoch ms. */
  readonly now: () => number;
  readonly version: string;
  /** What forms may ask for. */
  readonly actions?: readonly Action[];
  /** What programs may ask for beside reading. */
  readonly endpoints?: readonly Endpoint[];
  /** Log-ins that may be tried. */
  readonly attempts?: Limits;
  /** Takes secrets out of a text: also out of what a visitor's own address says. */
  readonly redact?: (text: string) => string;
  /** A page failed: for the log. */
  onError(error: Error): void;
}

const MOST_BODY = 256 * 1024;
const ATTEMPTS: Limits = { perAddress: 10, inAll: 100 };

/** A new page is a row here, and its part of {@link Reads}. */
function pagesOf(reads: Reads, actions: readonly Action[]): readonly Page[] {
  const can = (path: string) => actions.some((action) => action.path === path);
  return [
    { path: "/", tab: "Overview", show: overviewPage(reads.overview) },
    { path: "/runs", tab: "Runs", show: runsPage(reads.runs) },
    { path: "/runs/confirm", tab: null, show: confirmPage(reads.run) },
    { path: "/runs/withdraw", tab: null, show: withdrawQueuePage(reads.runs) },
    { path: "/runs/:id", tab: null, show: runPage(reads.run) },
    { path: "/schedule", tab: "Schedule", show: schedulePage(reads.schedule) },
    { path: "/symbols", tab: "Symbols", show: symbolsPage(reads.symbols) },
    {
      path: "/symbols/:symbol/:interval",
      tab: null,
      show: seriesPage(reads.series, { release: can(RELEASE_PATH) }),
    },
    { path: "/launch", tab: "Launch", show: launchPage(reads.launch) },
    { path: "/launch/:id", tab: null, show: launchedPage(reads.launch) },
    { path: "/backfills", tab: "Backfills", show: backfillsPage(reads.backfill) },
    { path: "/backfills/:id", tab: null, show: backfillPage(reads.backfill) },
    { path: "/search", tab: null, show: searchPage(reads.search) },
    { path: "/instance", tab: "Instance", show: instancePage(reads.instance) },
  ];
}

/** What programs may read. */
export function readEndpoints(reads: Reads): readonly Endpoint[] {
  return [
    ...endpointsOf(reads),
    ...scheduleReadEndpoints(reads.schedule),
    ...instanceEndpoints(reads.instance),
    searchEndpoint(reads.search),
  ];
}

export function createRoutes(reads: Reads, options: RoutesOptions): Hono<Env> {
  const { now, version, live, actions = [], endpoints = [] } = options;
  const pages = pagesOf(reads, actions);
  const app = new Hono<Env>();
  const throttle = createThrottle({ now, ...options.attempts ?? ATTEMPTS });
  const logIns = createLogIns(options.access, { sessions: options.sessions, throttle, now });
  const guard = createGuard(options.access, logIns);
  addHeaders(app, options.redact);
  app.use(guard.check);

  addHealth(app, reads, options);
  addAssets(app);
  app.get("/live", () => {
    const stream = live.open();
    if (stream === null) throw new Refusal(503, "Cannot follow: as many pages as can be are followed already");
    return stream;
  });
  addOwn(app, guard);
  addDownloads(app, reads, options);
  addApi(app, [...readEndpoints(reads), ...endpoints], options);

  const show = (context: Context<Env>, shown: Shown, status: 200 | Refusal["status"] | 500 = 200) =>
    context.html(documentOf(shown, visitOf(context, now()), { pages, version }), status);
  for (const page of pages) {
    app.get(page.path, async (context) => {
      const visit = visitOf(context, now());
      return context.html(documentOf(await page.show(visit), visit, { pages, version }));
    });
  }
  for (const { path, act } of actions) {
    app.post(path, async (context) => {
      const { to, said } = await act(visitOf(context, now()), await context.req.formData());
      // Told by the next page; in a cookie, because an address could be made up by anybody.
      const cookie = {
        path: "/",
        maxAge: 60,
        httpOnly: true,
        sameSite: "Strict",
        secure: guard.isHttps(context),
      } as const;
      setCookie(context, "said", encodeURIComponent(said.slice(0, 500)), cookie);
      return context.redirect(to, 303);
    });
  }
  app.notFound((context) => failed(context, new Refusal(404, `Cannot find "${context.req.path}"`)));
  app.onError((error, context) => failed(context, error));

  function failed(context: Context<Env>, error: Error): Response | Promise<Response> {
    const refusal = refusalOf(error);
    if (refusal === null) options.onError(error);
    const status = refusal?.status ?? 500;
    if (refusal instanceof TooManyAttempts) context.header("retry-after", String(refusal.seconds));
    const message = refusal?.message ?? "Cannot answer: the reason is in the log";
    if (context.req.path.startsWith(`${API}/`)) return problem(context, status, message);
    if (context.get("visitor") === undefined || context.req.path === "/live") {
      return context.text(`${message}\n`, status);
    }
    const title = status === 404 ? "Not found" : status === 500 ? "Failed" : "Refused";
    return show(context, {
      title,
      sentence: message,
      body: (
        <p>
          <a href="/">To the overview</a>
        </p>
      ),
    }, status);
  }
  return app;
}

function addHeaders(app: Hono<Env>, redact: RoutesOptions["redact"]): void {
  if (redact !== undefined) addRedaction(app, redact);
  app.use(secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
    // With none at all a browser says "Origin: null" of our own forms.
    referrerPolicy: "same-origin",
    xFrameOptions: "DENY",
    // Whether all of a name is https is for whoever owns the name to say.
    strictTransportSecurity: false,
  }));
  app.use(async (context, next) => {
    await next();
    if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-store");
  });
  app.use(bodyLimit({
    maxSize: MOST_BODY,
    onError: () => {
      throw new Refusal(413, `Cannot read the request: it is longer than ${MOST_BODY} bytes`);
    },
  }));
}

/** Last of all: whatever a page or an answer repeats, no secret leaves. Downloads and streams are redacted as they are made. */
function addRedaction(app: Hono<Env>, redact: (text: string) => string): void {
  app.use(async (context, next) => {
    await next();
    const { res } = context;
    if (!/^(?:text\/html|application\/(?:problem\+)?json)\b/.test(res.headers.get("content-type") ?? "")) return;
    const text = await res.text();
    context.res = new Response(redact(text), res);
  });
}

function addAssets(app: Hono<Env>): void {
  app.get("/assets/:name", (context) => {
    const asset = assetAt(context.req.path);
    if (asset === null) throw new Refusal(404, `Cannot find "${context.req.path}": reload the page`);
    context.header("cache-control", "public, max-age=31536000, immutable");
    return context.body(asset.text, 200, { "content-type": asset.type });
  });
}

function addHealth(app: Hono<Env>, reads: Reads, { onError }: RoutesOptions): void {
  addMetrics(app, reads.metrics, { onError });
  // Alive: the process serves and its scheduler beats. Does not touch the database: a restart would not mend that.
  app.get("/healthz", (context) => {
    const health = reads.health();
    return context.json(health, health.healthy ? 200 : 503);
  });
  let away = false;
  // Ready: the database answers as well.
  app.get("/readyz", async (context) => {
    try {
      await reads.ready();
      away = false;
      return context.json({ ready: true });
    } catch (error) {
      // What is waited for from the start on is in the log already, each time it was tried.
      if (error instanceof Refusal) return context.json({ ready: false, message: error.message }, 503);
      // Once an outage: probes come every few seconds.
      if (!away) onError(error instanceof Error ? error : new Error(String(error)));
      away = true;
      // Why is in the log: this page is open to whoever reaches the port.
      return context.json({ ready: false, message: "the database does not answer" }, 503);
    }
  });
}

function visitOf(context: Context<Env>, now: number): Visit {
  const { pathname, search, searchParams } = new URL(context.req.url);
  const said = getCookie(context, "said") ?? null;
  if (said !== null) deleteCookie(context, "said", { path: "/" });
  return {
    ...context.get("visitor"),
    ...tasteOf(context),
    now,
    here: pathname + search,
    params: context.req.param(),
    query: searchParams,
    said: said === null ? null : decodeURIComponent(said),
  };
}

function refusalOf(error: Error): Refusal | null {
  if (error instanceof Refusal) return error;
  if (error instanceof Refused) return new Refusal(statusOfRefusal(error), error.message);
  // What hono itself refuses, as a body that is cut short.
  return error instanceof HTTPException && error.status < 500 ? new Refusal(400, error.message) : null;
}
