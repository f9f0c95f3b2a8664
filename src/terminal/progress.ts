/** How does a run in progress look: a moving bar on a terminal, a short line per series in a pipe? */
import { MultiBar, type SingleBar } from "cli-progress";
import { seriesName } from "../bar.ts";
import type { Emit, RunEvent } from "../event.ts";
import { cut, oneLine } from "./columns.ts";

/** Where progress is drawn: stderr, or what a test gives. */
export interface Screen {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): unknown;
}

export interface Progress {
  readonly emit: Emit;
  /** Takes the bar away and shows the cursor again. Also right when a run ended early; a second call does nothing. */
  close(): void;
}

/** Draws the events of a run. Nothing is drawn when `quiet`. */
export function createProgress({ screen, quiet }: { screen: Screen; quiet: boolean }): Progress {
  if (quiet) return { emit: () => {}, close: () => {} };
  return screen.isTTY ? barProgress(screen) : lineProgress(screen);
}

function lineProgress(screen: Screen): Progress {
  return {
    emit: (event) => {
      const line = progressLine(event);
      if (line !== null) screen.write(`${line}\n`);
    },
    close: () => {},
  };
}

/** The line an event is worth in a pipe, or above the bar; `null` for the small steps. */
export function progressLine(event: RunEvent): string | null {
  switch (event.type) {
    case "run-waiting":
      return `Run ${event.runId} of ${event.owner} is at work; waiting for it`;
    case "run-abandoned":
      return `Run ${event.runId} of ${event.owner} was found dead: abandoned`;
    case "series-finished": {
      const { series, status, kind, message, counts } = event.result;
      const name = seriesName(series);
      const { inserted, revised, unchanged, provisional, quarantined } = counts;
      const rows = `${inserted} new, ${revised} revised, ${unchanged} unchanged` +
        (provisional > 0 ? `, ${provisional} provisional` : "") +
        (quarantined > 0 ? `, ${quarantined} quarantined` : "");
      if (status === "stored") return `${name}: ${rows}`;
      const why = [kind, message === null ? null : oneLine(message)].filter((part) => part !== null).join(": ");
      return status === "late" ? `${name}: ${rows}; late: ${why}` : `${name}: ${status}: ${why}`;
    }
    case "run-cancelling":
      return `Run ${event.runId} is cancelled by ${oneLine(event.by)}`;
    case "reference-finished":
      return `${event.symbol === null ? "" : `${event.symbol} `}${event.form}: ${oneLine(event.message)}`;
    case "lease-lost":
      return oneLine(event.message);
    default:
      return null;
  }
}

function barProgress(screen: Screen): Progress {
  // cli-progress writes to a Node stream; these three members are all it uses of one.
  const stream = screen as unknown as NodeJS.WritableStream;
  const format = "[{bar}] {value}/{total}  {now}";
  const multi = new MultiBar({ stream, format, barsize: 24, hideCursor: true, clearOnComplete: true });
  let bar: SingleBar | null = null;
  const room = Math.max(10, screen.columns - 40);
  const say = (now: string) => bar?.update({ now: cut(oneLine(now), room) });
  return {
    emit: (event) => {
      const now = stepOf(event);
      if (event.type === "run-planned" && event.ask + event.defer > 0) {
        bar = multi.create(event.ask + event.defer, 0, { now: "" });
      }
      if (event.type === "series-finished") bar?.update(event.index);
      if (now !== null) say(now);
      const line = progressLine(event);
      // The log above a bar is only written together with one.
      if (line !== null && bar === null) screen.write(`${line}\n`);
      else if (line !== null) multi.log(`${cut(line, screen.columns - 1)}\n`);
    },
    close: () => {
      if (bar === null) return;
      // stop() forgets the lines that wait for the next redraw.
      multi.update();
      multi.stop();
      bar = null;
    },
  };
}

/** What the bar says is happening right now; `null`: as before. */
function stepOf(event: RunEvent): string | null {
  switch (event.type) {
    case "series-started":
      return seriesName(event.series);
    case "request-sent":
      return `${seriesName(event.series)}: asking${event.attempt > 1 ? `, attempt ${event.attempt}` : ""}`;
    case "request-retried":
      return `${seriesName(event.series)}: ${event.kind}, again in ${Math.ceil(event.delayMs / 1000)} s`;
    case "rows-stored":
      return `${seriesName(event.series)}: stored`;
    default:
      return null;
  }
}
