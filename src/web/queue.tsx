/** Which runs have been asked for by hand, how does each stand, and why does it wait? */
import { type Series, seriesName } from "../bar.ts";
import type { Outcome } from "../run.ts";
import { Ago, Live, State, Time, Token, useVisit } from "./facts.tsx";
import { idOf, Refusal, type ShowPage } from "./visit.ts";
import { counted } from "./words.ts";

/** Instants are epoch ms. */
export interface LaunchRow {
  readonly id: number;
  readonly series: readonly Series[];
  readonly force: boolean;
  /** The run whose series are run again. */
  readonly ofRun: number | null;
  readonly note: string | null;
  readonly askedBy: string;
  readonly askedAt: number;
  readonly state: "queued" | "running" | "served" | "withdrawn" | "failed";
  /** Why it waits, was withdrawn or has failed. */
  readonly reason: string | null;
  /** Oldest first. */
  readonly runs: readonly { readonly id: number; readonly outcome: Outcome | null }[];
}

export interface QueueReads {
  launch(id: number): Promise<LaunchRow | null>;
  /** The newest first, those with an id below `before`. */
  launches(options: { limit: number; before?: number }): Promise<readonly LaunchRow[]>;
  /** Those that have no run yet, the next one first. */
  waiting(): Promise<readonly LaunchRow[]>;
}

/** One launch: `/launch/7`. */
export function launchedPage(reads: QueueReads): ShowPage {
  return async ({ params }) => {
    const id = idOf(params["id"], "launch");
    const launch = await reads.launch(id);
    if (launch === null) throw new Refusal(404, `Cannot find launch ${id}: there is none of that number`);
    return {
      title: `Launch ${id}`,
      sentence: <Standing launch={launch} />,
      body: (
        <Live id="launch">
          <Launches launches={[launch]} />
        </Live>
      ),
    };
  };
}

function Standing({ launch: { state, reason, runs } }: { launch: LaunchRow }) {
  const last = runs.at(-1);
  switch (state) {
    case "queued":
      return <>Queued: it {reason}.</>;
    case "running":
      return (
        <>
          <a href={`/runs/${last?.id}`}>Run {last?.id}</a> of it is at work. <State of="running" />
        </>
      );
    case "served":
      return (
        <>
          <a href={`/runs/${last?.id}`}>Run {last?.id}</a> has served it.{" "}
          {last?.outcome != null && <State of={last.outcome} />}
        </>
      );
    default:
      return <>It is {state}: {reason}.</>;
  }
}

const MOST_NAMES = 4;

/** `IBM daily, MSFT daily and 7 more`. */
export function seriesInShort(series: readonly Series[]): string {
  const names = series.slice(0, MOST_NAMES).map(seriesName).join(", ");
  return series.length > MOST_NAMES ? `${names} and ${series.length - MOST_NAMES} more` : names;
}

export function Launches({ launches }: { launches: readonly LaunchRow[] }) {
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Launch</th>
            <th scope="col">State</th>
            <th scope="col">Series</th>
            <th scope="col">Asked</th>
            <th scope="col">Why it waits, what came of it</th>
          </tr>
        </thead>
        <tbody>{launches.map((launch) => <Row launch={launch} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ launch }: { launch: LaunchRow }) {
  const { id, series, force, ofRun, note, askedBy, askedAt, state } = launch;
  return (
    <tr>
      <th scope="row">
        <a href={`/launch/${id}`}>{id}</a>
      </th>
      <td>
        <State of={state} />
      </td>
      <td title={series.map(seriesName).slice(0, 200).join(", ")}>
        {counted(series.length, "series", "series")}
        <span class="aside">{` ${seriesInShort(series)}${force ? ", forced" : ""}`}</span>
        {ofRun !== null && (
          <span class="aside">
            , again from <a href={`/runs/${ofRun}`}>run {ofRun}</a>
          </span>
        )}
      </td>
      <td>
        <Ago at={askedAt} />{" "}
        <span class="aside">
          by {askedBy}, <Time at={askedAt} precision="second" zone />
        </span>
        {note !== null && <span class="note">“{note}”</span>}
      </td>
      <td class="words">
        <Fate launch={launch} />
      </td>
    </tr>
  );
}

function Fate({ launch: { id, state, reason, runs } }: { launch: LaunchRow }) {
  const { role } = useVisit();
  return (
    <>
      {runs.map((run) => (
        <>
          <a href={`/runs/${run.id}`}>Run {run.id}</a> <State of={run.outcome ?? "running"} />
          {" "}
        </>
      ))}
      {reason}
      {state === "queued" && role === "operate" && (
        <form method="post" action={`/launch/${id}/withdraw`} class="inline">
          <Token />
          <button type="submit">Withdraw</button>
        </form>
      )}
    </>
  );
}
