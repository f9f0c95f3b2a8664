/**
 * How does `serve` come to its database? By waiting: after a reboot it may not be up yet, and a user, a password or a database
 * that is not there yet is found as soon as somebody has made it, also where nothing would start the program again.
 */
import type { App } from "./app.ts";
import type { Log } from "./log.ts";
import { awayOf } from "./postgres/away.ts";
import { explain } from "./postgres/explain.ts";
import { isTransient } from "./postgres/transaction.ts";
import type { World } from "./wiring.ts";

/** Comes back by itself. */
const SOON_MS = 5_000;
/** Somebody must do something first, and each try is a failed log-in in the server's log. */
const LATER_MS = 30_000;

/**
 * Opens until it opens.
 *
 * @param options.onWait what may be said of what is waited for; `null`: nothing any more
 * @throws Error when waiting would not help, or a stop ends it
 */
export async function openPatiently(
  open: () => Promise<App>,
  { stop, sleep, log, onWait }: {
    stop: AbortSignal;
    sleep: World["sleep"];
    log: Pick<Log, "message">;
    onWait: (reason: string | null) => void;
  },
): Promise<App> {
  for (;;) {
    try {
      const app = await open();
      onWait(null);
      return app;
    } catch (error) {
      const away = awayOf(error);
      // A rival that migrates holds a lock: the database is there, and it passes too.
      const passes = away?.passes ?? isTransient(error instanceof Error ? error.cause ?? error : error);
      if (stop.aborted || (away === null && !passes)) throw error;
      onWait(away?.reason ?? "the database is busy");
      const again = passes
        ? `trying again in ${SOON_MS / 1000} s`
        : `trying again in ${LATER_MS / 1000} s; settings are read at the next start only`;
      log.message(passes ? "warning" : "error", `${explain(error)}; ${again}`);
      await sleep(passes ? SOON_MS : LATER_MS, stop);
    }
  }
}
