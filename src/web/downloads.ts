/** What can be taken home: a run's events as JSON Lines, its log file as it is, what the vendor sent. */
import type { Hono } from "hono";
import type { Env } from "./guard.ts";
import { EVENTS_QUERY, readQuery } from "./query.ts";
import { eventFilterOf, findRun, type RunReads } from "./run.tsx";
import type { RecordReads } from "./series_records.tsx";
import { streamOf } from "./stream.ts";
import { idOf, Refusal } from "./visit.ts";

const PAGE = 1_000;

interface Heard {
  readonly onError: (error: Error) => void;
}

export function addDownloads(
  app: Hono<Env>,
  { run, series }: { run: RunReads; series: RecordReads },
  { onError }: Heard,
): void {
  addRunDownloads(app, run, { onError });
  app.get("/answers/:id/body", async (context) => {
    const id = idOf(context.req.param("id"), "answer");
    const found = await series.answerBody(id);
    if (found === null) throw new Refusal(404, `Cannot find answer "${id}": there is none of that number`);
    if (found.body === null) {
      throw new Refusal(404, `Cannot find the body of answer ${id}: it was dropped, it is older than ARCHIVE_DAYS`);
    }
    const name = `${found.symbol}-${found.interval}-${id}`.replace(/[^\w.-]/g, "_");
    return context.body(found.body, 200, {
      // As a file, never as a page: what the vendor wrote is nothing a browser should read.
      "content-type": "application/json; charset=utf-8",
      "content-disposition": `attachment; filename="${name}.json"`,
    });
  });
}

function addRunDownloads(app: Hono<Env>, reads: RunReads, { onError }: Heard): void {
  app.get("/runs/:id/events.jsonl", async (context) => {
    const { id } = await findRun(reads, context.req.param("id"));
    const asked = readQuery(EVENTS_QUERY, new URL(context.req.url).searchParams);
    const filter = { ...eventFilterOf(id, asked), before: null, limit: PAGE };
    const lines = linesOf(reads, { ...filter, after: asked.after ?? 0 });
    return context.body(streamOf(lines, onError), 200, {
      "content-type": "application/jsonl; charset=utf-8",
      "content-disposition": `attachment; filename="run-${id}.jsonl"`,
    });
  });
  app.get("/runs/:id/log", async (context) => {
    const run = await findRun(reads, context.req.param("id"));
    const file = await reads.logFile(run);
    if (file === null) {
      throw new Refusal(404, `Cannot find the log file of run ${run.id}: it is on another machine, or was swept away`);
    }
    return context.body(await file.text(), 200, {
      "content-type": "text/plain; charset=utf-8",
      "content-disposition": `attachment; filename="${file.name}"`,
    });
  });
}

/** Read page by page as the other end takes them: a run of a million events is never in memory. */
async function* linesOf(
  { events }: Pick<RunReads, "events">,
  filter: Parameters<RunReads["events"]>[0] & { after: number },
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  for (let after = filter.after;;) {
    const page = await events({ ...filter, after });
    after = page.at(-1)?.seq ?? after;
    const lines = page.map(({ at, ...event }) => JSON.stringify({ at: new Date(at).toISOString(), ...event }));
    if (lines.length > 0) yield encoder.encode(lines.join("\n") + "\n");
    if (page.length < PAGE) return;
  }
}
