/**
 * How long does the program that serves take for each of its pages when its database has years of runs, events and bars?
 * Rows are made on the server, all alike; a page is timed from the request to its last byte, on this machine.
 */
import type { ServerDatabase } from "../tests/support/database.ts";
import { median } from "./figures.ts";
import { freePort, startServing } from "./start.ts";

/** `BENCH_RUNS=1000000` for the million of the goal, with 50 events, 5 results and 100 bars for each. */
const RUNS = Number(Deno.env.get("BENCH_RUNS") ?? 20_000);
const EVENTS_PER_RUN = 50;
const BARS_PER_RUN = 100;
const ROUNDS = 40;
const FILL_MS = 3 * 3_600_000;
const SYMBOLS = Array.from({ length: 40 }, (_, index) => `S${String(index).padStart(2, "0")}`);
const INTERVALS = ["daily", "60min"];

const PAGES = [
  "/",
  "/runs",
  "/runs?outcome=failed",
  "/runs?symbol=S07",
  "/runs?before={half}",
  "/runs/{last}",
  "/schedule",
  "/schedule?state=skipped",
  "/symbols",
  "/symbols?view=coverage",
  "/search?q=S07",
  "/symbols/S07/daily",
  "/symbols/S07/60min",
  "/launch?symbols=S01,S02&intervals=daily",
  "/backfills",
  "/instance",
  "/metrics",
  "/api/v1/runs",
  "/api/v1/status",
  "/api/v1/series/S07/daily/bars",
];

/** Lines of: page, median, 95 of 100, what it weighs. */
export async function measurePages({ url }: Pick<ServerDatabase, "url">): Promise<string[][]> {
  const port = freePort();
  const stop = await startServing(port, {
    DATABASE_URL: url,
    STOCK_SYMBOLS: SYMBOLS.join(","),
    STOCK_INTERVALS: INTERVALS.join(","),
    SCHEDULE_CRON: "0 6 1 1 *",
    LOG_DIR: "none",
    NO_COLOR: "1",
  });
  try {
    const rows: string[][] = [];
    for (const page of PAGES) {
      const path = page.replace("{half}", String(RUNS / 2)).replace("{last}", String(RUNS));
      const times: number[] = [];
      let weight = 0;
      for (let round = 0; round <= ROUNDS; round++) {
        const began = performance.now();
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        const body = await response.arrayBuffer();
        if (!response.ok) throw new Error(`Cannot trust this round: ${path} answered ${response.status}`);
        // The first is a warm-up: of the program that has just started, not of the page.
        if (round > 0) times.push(performance.now() - began);
        weight = body.byteLength;
      }
      times.sort((a, b) => a - b);
      const slowest = times[Math.ceil(times.length * 0.95) - 1]!;
      rows.push([
        path,
        `${Math.round(median(times))} ms`,
        `${Math.round(slowest)} ms`,
        `${Math.round(weight / 1024)} kB`,
      ]);
    }
    return rows;
  } finally {
    await stop();
  }
}

/** How much there is, in words. */
export function sizeOfPages(): string {
  const millions = (count: number) => `${(count / 1e6).toLocaleString("en")} M`;
  return `${millions(RUNS)} runs, ${millions(RUNS * EVENTS_PER_RUN)} events, ${millions(RUNS * BARS_PER_RUN)} bars`;
}

/** Makes what the pages are measured over, in an empty database. A million runs take an hour. */
export async function fillPages(db: ServerDatabase["db"]): Promise<void> {
  const end = "date_trunc('minute', now())";
  const at = `${end} - (${RUNS} - n) * interval '1 minute'`;
  const symbol = (place: string) => `'S' || lpad(((${place}) % ${SYMBOLS.length})::text, 2, '0')`;
  const status = "case when n % 10 = 3 and place = 0 then 'failed' else 'stored' end";
  const runs = `generate_series(1, ${RUNS}) as n`;
  await sql(
    db,
    `insert into schedule (name, cron, timezone, evaluated_to, updated_at)
       values ('ingest', '0 6 1 1 *', 'UTC', now(), now());
     insert into tick (schedule, due_at, state, "trigger", reason, noticed_at)
       select 'ingest', ${at}, case when n % 50 = 0 then 'skipped' else 'requested' end, 'schedule',
         case when n % 50 = 0 then 'another run was at work' end, ${at} from ${runs};
     insert into run ("trigger", tick_id, owner, lease_until, started_at, finished_at, outcome, planned, series, stored,
         failed, requests, inserted)
       select 'schedule', n, 'bench', ${at}, ${at}, ${at} + interval '20 s',
         case when n % 10 = 3 then 'partial' when n % 1000 = 7 then 'failed' else 'complete' end, 5, 5, 4, 1, 5, 500
       from ${runs};
     insert into series_result (run_id, symbol, "interval", status, kind, requests, inserted, revised, unchanged,
         provisional, quarantined, started_at, finished_at)
       select n, ${symbol("n * 5 + place")}, case when n % 2 = 0 then 'daily' else '60min' end, ${status},
         case when n % 10 = 3 and place = 0 then 'outage' end, 1, 100, 0, 0, 0, 0, ${at}, ${at} + interval '2 s'
       from ${runs}, generate_series(0, 4) as place;
     insert into request (run_id, key_hash, symbol, "interval", form, attempt, sent_at, finished_at, kind, http_status,
         bytes, duration_ms)
       select n, 'bench', ${symbol("n * 5 + place")}, 'daily', 'TIME_SERIES_DAILY compact', 1, ${at},
         ${at} + interval '1 s', 'bars', 200, 20000, 900
       from ${runs}, generate_series(0, 4) as place;
     insert into run_event (run_id, seq, at, type, level, symbol, "interval", message, data)
       select n, seq, ${at} + seq * interval '0.3 s', 'request-sent', case when seq % 25 = 0 then 'warning' else 'info' end,
         ${symbol("seq")}, 'daily', 'Asked for a compact answer', '{}'
       from ${runs}, generate_series(1, ${EVENTS_PER_RUN}) as seq`,
  );
  // Of each symbol twenty years of days, and the rest as hours.
  const hours = Math.floor(RUNS * BARS_PER_RUN / SYMBOLS.length);
  const bars = `select 'S' || lpad(s::text, 2, '0'), kind, stamp, 100.25, 101.5, 99.75, 100.5, 1000, true`;
  await sql(
    db,
    `insert into stock_data (symbol, "interval", ts, open, high, low, close, volume, settled)
       ${bars} from generate_series(0, ${SYMBOLS.length - 1}) as s, lateral (
         select 'daily' as kind, day as stamp from generate_series(timestamptz '2006-11-01Z', ${end}, '1 day') as day
         where extract(isodow from day) < 6
         union all select '60min', date_trunc('hour', ${end}) - hour * interval '1 hour'
         from generate_series(1, ${hours}) as hour
       ) as made`,
  );
  // As autovacuum would have left it.
  await db.pool.query({ text: "vacuum analyze", query_timeout: FILL_MS } as { text: string });
}

/** Takes longer than any statement of the program may: the server's limit and the driver's are lifted for it. */
async function sql(db: ServerDatabase["db"], text: string): Promise<void> {
  await db.pool.query(
    { text: `begin; set local statement_timeout = 0; ${text}; commit`, query_timeout: FILL_MS } as { text: string },
  );
}
