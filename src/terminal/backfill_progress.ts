/** How does a backfill in progress look: one bar of its sessions on a terminal, a line for each run of it in a pipe? */
import { MultiBar, type SingleBar } from "cli-progress";
import type { BackfillView } from "../backfill.ts";
import type { RunEvent } from "../event.ts";
import { timeInWords } from "../reserve.ts";
import { backfillSentence } from "./backfill_tables.ts";
import { cut, oneLine } from "./columns.ts";
import { progressLine, type Screen } from "./progress.ts";

export interface BackfillProgress {
  emit(event: RunEvent): void;
  /** How it stands now. `slice`: a run of it has ended. */
  stands(backfill: BackfillView, options: { slice: boolean }): void;
  /** Takes the bar away; a second call does nothing. */
  close(): void;
}

export function createBackfillProgress({ screen, quiet }: { screen: Screen; quiet: boolean }): BackfillProgress {
  if (quiet) return { emit: () => {}, stands: () => {}, close: () => {} };
  return screen.isTTY ? bar(screen) : lines(screen);
}

function lines(screen: Screen): BackfillProgress {
  return {
    emit: (event) => {
      const line = worthSaying(event);
      if (line !== null) screen.write(`${line}\n`);
    },
    stands: (backfill, { slice }) => {
      if (slice) screen.write(`${backfillSentence(backfill)}\n`);
    },
    close: () => {},
  };
}

/** What went wrong on the way; that a part was stored, the figures say. */
function worthSaying(event: RunEvent): string | null {
  return event.type === "series-finished" && event.result.status === "stored" ? null : progressLine(event);
}

function bar(screen: Screen): BackfillProgress {
  // cli-progress writes to a Node stream; these three members are all it uses of one.
  const stream = screen as unknown as NodeJS.WritableStream;
  const format = "[{bar}] {percentage}% {value}/{total} sessions  {left}";
  const multi = new MultiBar({ stream, format, barsize: 24, hideCursor: true, clearOnComplete: true });
  let drawn: SingleBar | null = null;
  let left = "";
  const room = Math.max(10, screen.columns - 62);
  return {
    emit: (event) => {
      const line = worthSaying(event);
      if (line === null) return;
      if (drawn === null) screen.write(`${line}\n`);
      else multi.log(`${cut(line, screen.columns - 1)}\n`);
    },
    stands: ({ wished, held, none, requests, takesMs }) => {
      left = cut(oneLine(`${requests} requests left, ${timeInWords(takesMs)}`), room);
      drawn ??= multi.create(wished, 0, { left });
      drawn.setTotal(wished);
      drawn.update(held + none, { left });
    },
    close: () => {
      if (drawn === null) return;
      // stop() forgets the lines that wait for the next redraw.
      multi.update();
      multi.stop();
      drawn = null;
    },
  };
}
