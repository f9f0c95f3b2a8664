/** Which URL answers what? The one route table. */
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { HomePage, type HomeView } from "./home.tsx";

/** Is the program doing its job? `message` says what is wrong, for whoever is woken by it. */
export interface Health {
  readonly healthy: boolean;
  readonly message: string;
  /** When the scheduler last looked at the clock, ISO 8601; `null`: not yet. */
  readonly lastBeat: string | null;
  readonly version: string;
}

/** What the pages read. Every one is a question to the database or to the running program, never a copy. */
export interface Reads {
  health(): Health;
  /** Rejects when the database does not answer. */
  ready(): Promise<void>;
  home(): Promise<HomeView>;
  /** A page failed: for the log. */
  onError(error: Error): void;
}

export function createRoutes(reads: Reads): Hono {
  const app = new Hono();
  app.use(secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], baseUri: ["'none'"] },
    referrerPolicy: "no-referrer",
  }));
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
  });

  // Alive: the process serves and its scheduler beats. Does not touch the database: a restart would not mend that.
  app.get("/healthz", (context) => {
    const health = reads.health();
    return context.json(health, health.healthy ? 200 : 503);
  });
  // Ready: the database answers as well.
  app.get("/readyz", async (context) => {
    try {
      await reads.ready();
      return context.json({ ready: true });
    } catch (error) {
      reads.onError(error instanceof Error ? error : new Error(String(error)));
      // Why is in the log: this page is open to whoever reaches the port.
      return context.json({ ready: false, message: "the database does not answer" }, 503);
    }
  });
  app.get("/", async (context) => context.html(`<!doctype html>${HomePage(await reads.home())}`));

  app.notFound((context) => context.text(`Cannot find "${context.req.path}"; pages: /, /healthz, /readyz\n`, 404));
  app.onError((error, context) => {
    reads.onError(error);
    return context.text("Cannot show this page: the reason is in the log\n", 500);
  });
  return app;
}
