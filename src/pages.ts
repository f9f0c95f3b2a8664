/** What do the pages read? Their questions, answered by the database and the running program. A page with much to ask has a file of its own. */
import type { App } from "./app.ts";
import { overviewReads } from "./pages_overview.ts";
import { runReads, runsReads } from "./pages_runs.ts";
import { beginSession, endSession, findSession } from "./postgres/sessions.ts";
import type { Sessions } from "./web/log_ins.ts";
import type { Health, Reads } from "./web/routes.tsx";

/** `opened` is awaited by each question: a page asked for while the database comes up waits for it. */
export function readsOf(opened: Promise<App>, { health }: { health: () => Health }): Reads {
  return {
    overview: overviewReads(opened),
    runs: runsReads(opened),
    run: runReads(opened),
    api: {
      states: async () => {
        const app = await opened;
        return await app.states(app.config.series);
      },
      plan: async () => {
        const app = await opened;
        return await app.plan(app.config.series);
      },
    },
    health,
    ready: async () => void await (await opened).database.pool.query("select 1"),
  };
}

/** Where log-ins are kept. */
export function sessionsOf(opened: Promise<App>): Sessions {
  return {
    begin: async (session) => await beginSession((await opened).database, session),
    find: async (options) => await findSession((await opened).database, options),
    end: async (hash) => await endSession((await opened).database, hash),
  };
}
