/**
 * Where do events and messages go: structured lines on stderr, and a file per run in `logs/YYYY-MM/`?
 * A log that cannot be written never stops a run. Secrets are taken out here, at the last step before the write.
 *
 * LogTape formats the lines, but is neither configured globally (two logs in one process would be one) nor given the
 * files: its own file sink flushes the disk for every line, and hides the full disk that we must notice.
 */
import { compareLogLevel, jsonLinesFormatter, type LogRecord, type TextFormatter } from "@logtape/logtape";
import { getPrettyFormatter } from "@logtape/pretty";
import type { Emit, RunEvent } from "./event.ts";
import { runFile, type RunFileName } from "./log_name.ts";
import { describeEvent, type Description, type Level } from "./narration.ts";

export interface LogOptions {
  /** Folder of the run files; `null`: none. Made when it is needed. */
  readonly dir: string | null;
  /** Least severe line written. */
  readonly level: Level;
  /**
   * The same for stderr alone; default: `level`. `none` where a progress display has the screen: it tells the events
   * itself, and a line in between would tear it.
   */
  readonly stderrLevel?: Level | "none";
  /** Lines on stderr. Run files hold JSON lines always. */
  readonly format: "json" | "pretty";
  /** Takes every secret out of a text. */
  readonly redact: (text: string) => string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Writes a finished line to stderr, its end included; default: the process's own. */
  readonly write?: (line: string) => void;
  /** No run file grows beyond; default 16 MiB. */
  readonly maxFileBytes?: number;
}

export interface Log {
  /** Writes the event; `run-started` opens the run's file, `run-finished` closes it. Never throws. */
  readonly emit: Emit;
  /** Writes a line that belongs to no event, also into the file of the run in progress. Never throws. */
  message(level: Level, text: string, properties?: Description["properties"]): void;
  /** The file of the run in progress; `null` when there is none. */
  readonly path: string | null;
  /** Closes the file of a run that did not end. */
  close(): void;
}

/** Longer texts are cut: a vendor's page of HTML is not what a log is for. */
const MAX_TEXT = 4_000;

/** Opens the log. Touches neither disk nor stderr until there is something to write. */
export function openLog(options: LogOptions): Log {
  const { dir, level, stderrLevel = level, redact, now, write = writeStderr } = options;
  const format = options.format === "json" ? jsonLinesFormatter : PRETTY;
  let file: RunFile | null = null;

  const put = (description: Description, { onStderr = stderrLevel }: { onStderr?: Level | "none" } = {}) => {
    // Before the text is cut as well as after: a cut secret would not be recognised any more.
    const record = recordOf({ ...description, message: redact(description.message) }, now());
    if (onStderr !== "none" && compareLogLevel(record.level, onStderr) >= 0) {
      quietly(() => write(redact(format(record))));
    }
    if (file === null || compareLogLevel(record.level, level) < 0) return;
    const failure = file.write(redact(jsonLinesFormatter(record)));
    if (failure === null) return;
    const path = file.path;
    closeFile();
    warn(`Cannot write log file "${path}": ${failure}; the run goes on without it`);
  };
  /** Always on stderr: otherwise nobody would know that the file is missing. */
  const warn = (message: string) =>
    put({ level: "warning", message, properties: { event: "log-file" } }, { onStderr: "warning" });
  const closeFile = () => {
    file?.close();
    file = null;
  };
  const openFile = (event: RunEvent & { type: "run-started" }) => {
    closeFile();
    if (dir === null) return;
    const opened = openRunFile(runFile(event), { dir, maxBytes: options.maxFileBytes ?? 16 * 1024 * 1024 });
    if (typeof opened !== "string") file = opened;
    else warn(`Cannot open a log file in "${dir}": ${opened}; the run goes on without it`);
  };
  return {
    emit: (event) => {
      if (event.type === "run-started") openFile(event);
      put(describeEvent(event));
      if (event.type === "run-finished") closeFile();
    },
    message: (level, text, properties = {}) => put({ level, message: text, properties }),
    get path() {
      return file?.path ?? null;
    },
    close: closeFile,
  };
}

interface RunFile {
  readonly path: string;
  /** `null`, or why nothing more can be written. */
  write(line: string): string | null;
  close(): void;
}

function openRunFile(
  { month, name }: RunFileName,
  { dir, maxBytes }: { dir: string; maxBytes: number },
): RunFile | string {
  const folder = `${dir}/${month}`;
  const path = `${folder}/${name}`;
  try {
    Deno.mkdirSync(folder, { recursive: true });
    const handle = Deno.openSync(path, { create: true, append: true });
    let room = maxBytes;
    return {
      path,
      write: (line) => {
        const bytes = new TextEncoder().encode(line);
        room -= bytes.length;
        if (room < 0) return `it has reached ${maxBytes} bytes`;
        try {
          writeAll(handle, bytes);
          return null;
        } catch (error) {
          return reasonOf(error);
        }
      },
      close: () => quietly(() => handle.close()),
    };
  } catch (error) {
    return reasonOf(error);
  }
}

const PRETTY: TextFormatter = getPrettyFormatter({
  timestamp: (ts: number) => new Date(ts).toISOString().slice(11, 19) + "Z",
  icons: false,
  colors: false,
  wordWrap: false,
  categoryWidth: 5,
  categorySeparator: ".",
});

/** One line, and no control character of a vendor's text reaches a terminal. */
function recordOf({ level, message, properties }: Description, timestamp: number): LogRecord {
  // deno-lint-ignore no-control-regex
  const line = message.replace(/[\x00-\x1f\x7f-\x9f]+/g, " ");
  const text = line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT)}…` : line;
  return { category: ["etl"], level, message: [text], rawMessage: text, timestamp, properties };
}

function writeStderr(line: string): void {
  writeAll(Deno.stderr, new TextEncoder().encode(line));
}

function writeAll(handle: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += handle.writeSync(bytes.subarray(done));
}

/** A closed stderr (`| head`) is no reason to end a run. */
function quietly(action: () => void): void {
  try {
    action();
  } catch {
    // There is no place left to say it.
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
