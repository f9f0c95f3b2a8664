/** Which parts of which programs are alive, and what did each fail at last? */
import { Ago, None, State, useVisit } from "./facts.tsx";
import { duration } from "./words.ts";

/** Instants are epoch ms. */
export interface Heartbeat {
  readonly name: string;
  readonly owner: string;
  readonly startedAt: number;
  readonly beatAt: number;
  /** What it does now, in a few words. */
  readonly doing: string;
  /** What went wrong last, if nothing has gone well since. */
  readonly error: { readonly message: string; readonly at: number } | null;
}

/** A part that has not shown itself for so long is stuck, or gone. */
const SILENT_MS = 180_000;

interface Part {
  readonly name: string;
  readonly does: string;
  /** Lives as long as the program. A worker lives as long as a run, a notifier as long as there is something to tell. */
  readonly always: boolean;
  /** Why there is none. */
  readonly none: string;
}

const PARTS: readonly Part[] = [
  {
    name: "scheduler",
    does: "looks at the clock each minute",
    always: true,
    none: "no program serves: start one with the command serve",
  },
  { name: "worker", does: "makes the runs", always: false, none: "no run is at work" },
  { name: "notifier", does: "sends the notices", always: false, none: "no channel is configured" },
];

/** Parts that should be there and are not. */
export function silentParts(heartbeats: readonly Heartbeat[], now: number): string[] {
  const alive = (name: string) => heartbeats.some((beat) => beat.name === name && now - beat.beatAt <= SILENT_MS);
  // A long run holds the scheduler's look at the clock: that is work.
  return PARTS.filter(({ name, always }) => always && !alive(name) && !alive("worker")).map(({ name }) => name);
}

/** @param channels notices have somewhere to go */
export function Heartbeats({ heartbeats, channels }: { heartbeats: readonly Heartbeat[]; channels: boolean }) {
  const known = PARTS.map(({ name }) => name);
  const others = [...new Set(heartbeats.map(({ name }) => name))].filter((name) => !known.includes(name));
  const parts = [...PARTS, ...others.map((name) => ({ name, does: "", always: false, none: "" }))];
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">State</th>
            <th scope="col">Last heartbeat</th>
            <th scope="col">Does</th>
            <th scope="col">Of the program</th>
            <th scope="col">Last error</th>
          </tr>
        </thead>
        <tbody>
          {parts.flatMap((part) => {
            const beats = heartbeats.filter(({ name }) => name === part.name);
            return beats.length === 0
              ? [<Absent part={part} channels={channels} />]
              : beats.map((beat) => <Row beat={beat} />);
          })}
        </tbody>
      </table>
    </div>
  );
}

function Absent({ part: { name, does, always, none }, channels }: { part: Part; channels: boolean }) {
  const why = name === "notifier" && channels ? "it has not shown itself" : none;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{always ? <State of="missing" /> : <None why={why} />}</td>
      <td>
        <None why="never" />
      </td>
      <td class="aside">{does}</td>
      <td class="aside">{why}</td>
      <td>
        <None why="nothing went wrong" />
      </td>
    </tr>
  );
}

function Row({ beat: { name, owner, startedAt, beatAt, doing, error } }: { beat: Heartbeat }) {
  const { now } = useVisit();
  const silent = now - beatAt > SILENT_MS;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <State of={error !== null ? "failed" : silent ? "silent" : "alive"} />
      </td>
      <td class="time">
        <Ago at={beatAt} />{" "}
        <span class="aside">
          up for {duration(now - startedAt)}
        </span>
      </td>
      <td>{doing}</td>
      <td class="words">{owner}</td>
      <td class="words">
        {error === null ? <None why="nothing has gone wrong since something went well" /> : (
          <>
            {error.message}{" "}
            <span class="aside">
              since <Ago at={error.at} />
            </span>
          </>
        )}
      </td>
    </tr>
  );
}
