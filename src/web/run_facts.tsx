/** What is there to know of one run at a glance? */
import type { Child } from "hono/jsx";
import { None, State, Time } from "./facts.tsx";
import type { RunRow } from "./runs.tsx";
import { duration, grouped } from "./words.ts";

const COUNTS = ["inserted", "revised", "unchanged", "provisional", "quarantined", "requests"] as const;
const NAMES = { inserted: "new" } as const satisfies Partial<Record<typeof COUNTS[number], string>>;

/** Who asked for it, when it began and ended, what it counted. */
export function Facts({ run, dueAt, again, now }: {
  run: RunRow;
  dueAt: number | null;
  /** The runs that ran its series again. */
  again: readonly RunRow[];
  now: number;
}) {
  const facts: readonly (readonly [string, Child])[] = [
    [
      "Trigger",
      <Cause run={run} dueAt={dueAt} />,
    ],
    ["Started", <Time at={run.startedAt} precision="second" zone />],
    ["Ended", <Time at={run.finishedAt} precision="second" zone none="it is running" />],
    ["Took", duration((run.finishedAt ?? now) - run.startedAt)],
    ["Due series", run.planned === null ? <None why="no plan yet" /> : grouped(run.planned)],
    ...COUNTS.map((count) =>
      [
        titled(count in NAMES ? NAMES[count as keyof typeof NAMES] : count),
        run.outcome === null ? <None why="not closed yet" /> : grouped(run.totals[count]),
      ] as const
    ),
    ...(run.cancel === null ? [] : [
      [
        run.cancel.force ? "Cancel by force" : "Cancel asked",
        <>
          <Time at={run.cancel.at} precision="second" zone /> by {run.cancel.by}
        </>,
      ] as const,
    ]),
    ...(again.length === 0 ? [] : [
      [
        "Run again as",
        again.map(({ id, outcome }) => (
          <>
            <a href={`/runs/${id}`}>run {id}</a> <State of={outcome ?? "running"} />
            {" "}
          </>
        )),
      ] as const,
    ]),
    ["Process", <span class="words">{run.owner}</span>],
  ];
  return (
    <>
      {run.message !== null && <p class={`message ${run.outcome === "failed" ? "bad" : ""}`}>{run.message}</p>}
      <dl class="facts">
        {facts.map(([name, fact]) => (
          <div>
            <dt>{name}</dt>
            <dd>{fact}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** Why there was a run, with links to what asked for it. */
function Cause({ run, dueAt }: { run: RunRow; dueAt: number | null }) {
  return (
    <>
      {run.trigger}
      {dueAt !== null && (
        <>
          , <Tick id={run.tickId} dueAt={dueAt} />
        </>
      )}
      {run.launchId !== null && (
        <>
          , <a href={`/launch/${run.launchId}`}>launch {run.launchId}</a>
        </>
      )}
      {run.backfillId !== null && (
        <>
          , <a href={`/backfills/${run.backfillId}`}>backfill {run.backfillId}</a>
        </>
      )}
      {run.ofRun !== null && (
        <>
          , again from <a href={`/runs/${run.ofRun}`}>run {run.ofRun}</a>
        </>
      )}
    </>
  );
}

/** Leads to the list of ticks that begins with this one. */
function Tick({ id, dueAt }: { id: number | null; dueAt: number }) {
  return (
    <a href={`/schedule?before=${new Date(dueAt + 1).toISOString()}#tick-${id}`}>
      tick of <Time at={dueAt} zone />
    </a>
  );
}

function titled(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}
