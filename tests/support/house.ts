/**
 * The rules of the house as functions from files to complaints: who may import whom, who may touch the world, how long
 * things may be. `tests/house_test.ts` holds the tree against them.
 */
import { posix } from "node:path";
import { blocksOf, codeOf, importsOf, lineAt } from "./source.ts";
import { nodeRefusal, touchComplaints } from "./touch.ts";

/** Path from the project's root, with `/`, to text. */
export type Tree = ReadonlyMap<string, string>;

/** Open the rooms and hand their functions to the stories: may import everything in `src/`. */
const WIRING = [
  "app",
  "wiring",
  "operate",
  "service",
  "opening",
  "absent",
  "demo",
  "examine",
  "pages",
  "machine",
  "heartbeat",
  "housekeeping",
  "gap_search",
  "inquire",
  "operate_gaps",
  "replay",
  "replay_command",
  "hold",
  "kept_file",
  "load_survey",
  "load",
  "load_command",
  "import_command",
  "import_old",
  "import_survey",
  "old_source",
  "steer",
  "steer_schedule",
  "release",
  "pulse",
  "worker",
  "operate_steering",
  "notifier",
  "notice_facts",
  "notice_commands",
  "notify_loop",
  "backfill_look",
  "backfill_work",
  "steer_backfill",
  "operate_backfill",
  "export_command",
  "formats",
  "reference_work",
  "operate_symbols",
];
/** One run, one slice of a backfill, one notification, told from top to bottom; every effect is an argument. */
const STORIES = ["ingest", "ingest_series", "ingest_gaps", "ingest_reference", "notify", "backfill_slice"];
/** Rooms of one file; every folder of `src/` is a room too. */
const ROOM_FILES = ["log", "log_sweep", "telemetry", "whole_file"];

/** Each library belongs to one place. */
const LIBRARIES: Record<string, readonly string[]> = {
  "src/config.ts": ["zod"],
  "src/schedule.ts": ["croner"],
  "src/schedule_words.ts": ["cronstrue"],
  "src/log.ts": ["@logtape"],
  "src/alphavantage/": ["zod"],
  "src/parquet/": ["hyparquet", "hyparquet-writer"],
  "src/postgres/": ["pg", "pg-copy-streams", "@electric-sql/pglite"],
  "src/smtp/": ["nodemailer"],
  "src/terminal/": ["commander", "cli-progress"],
  "src/web/": ["hono", "zod", "lightweight-charts"],
};

const BANNED_NAMES = ["utils", "util", "helpers", "helper", "types", "common", "misc", "manager", "index", "shared"];
const FILE_LINES = 300;
const MAIN_LINES = 80;
const FUNCTION_LINES = 70;

type Kind = "main" | "wiring" | "story" | "pure" | `room ${string}`;

function kindOf(path: string): Kind | null {
  if (path === "main.ts") return "main";
  const [, first, rest] = /^src\/([^/]+)(\/.+)?$/.exec(path) ?? [];
  if (first === undefined) return null;
  if (rest !== undefined) return `room ${first}`;
  const name = first.replace(/\.tsx?$/, "");
  if (WIRING.includes(name) || name.startsWith("pages_")) return "wiring";
  if (STORIES.includes(name)) return "story";
  return ROOM_FILES.includes(name) ? `room ${name}` : "pure";
}

/** Given everything it needs, the effects included. */
function isDecision(kind: Kind): boolean {
  return kind === "pure" || kind === "story";
}

/** Everything wrong with the tree, one sentence each. */
export function complaintsOf(tree: Tree): string[] {
  const complaints = [...migrationComplaints(tree), ...mirrorComplaints(tree)];
  for (const [path, text] of tree) {
    complaints.push(...mentionComplaints(path, text));
    if (/\.tsx?$/.test(path)) complaints.push(...codeComplaints(path, text));
  }
  return complaints;
}

function codeComplaints(path: string, text: string): string[] {
  const name = posix.basename(path).replace(/\.tsx?$/, "");
  const complaints = BANNED_NAMES.includes(name) ? [`${path}: the name "${name}" says nothing`] : [];
  const kind = kindOf(path);
  if (kind === null) return [...complaints, ...testSizeComplaints(path, text)];
  const code = codeOf(text);
  return [
    ...complaints,
    ...importComplaints(path, { kind, text, code }),
    ...(kind === "main" ? [] : touchComplaints(path, { code, pure: isDecision(kind) })),
    ...sizeComplaints(path, { kind, code }),
    ...(/^(#!.*\n)?\s*(\/\*|\/\/)/.test(text) ? [] : [`${path}: does not open with a comment saying what it answers`]),
  ];
}

function importComplaints(path: string, { kind, text, code }: { kind: Kind; text: string; code: string }): string[] {
  return importsOf(text, code).flatMap(({ specifier, line }) => {
    const reason = specifier === null ? "which module is computed" : refusal(path, { kind, specifier });
    return reason === null ? [] : [`${path}:${line} imports "${specifier ?? "…"}": ${reason}`];
  });
}

/** Why this file may not import that, or `null`. */
function refusal(path: string, { kind, specifier }: { kind: Kind; specifier: string }): string | null {
  if (!specifier.startsWith(".")) return libraryRefusal(path, { kind, specifier });
  const target = posix.join(posix.dirname(path), specifier);
  if (target === "deno.json") return null;
  if (kind === "main") {
    const allowed = kindOf(target) === "wiring" || target === "src/config.ts" || target.startsWith("src/terminal/");
    return allowed ? null : "main.ts imports what opens the rooms, config and terminal only";
  }
  const to = kindOf(target);
  if (target.startsWith("sql/") && kind === "room postgres") return null;
  if (to === null || to === "main") return "it is outside src/";
  if (kind === "wiring" || to === kind && kind.startsWith("room ")) return null;
  if (kind === "story") return to === "pure" || to === "story" ? null : "a story imports pure files only";
  if (kind === "pure") return to === "pure" ? null : "a pure file imports pure files only";
  return to === "pure" ? null : "a room imports pure files and its own files only";
}

function libraryRefusal(path: string, { kind, specifier }: { kind: Kind; specifier: string }): string | null {
  if (specifier.startsWith("node:")) {
    if (kind === "main") return null;
    return isDecision(kind) ? "a pure file imports pure files only" : nodeRefusal(path, specifier);
  }
  const owners = Object.keys(LIBRARIES).filter((owner) =>
    LIBRARIES[owner]!.some((library) => specifier === library || specifier.startsWith(`${library}/`))
  );
  if (owners.some((owner) => path.startsWith(owner))) return null;
  return owners.length === 0 ? "no place in the house owns this library" : `it belongs to ${owners.join(", ")}`;
}

function sizeComplaints(path: string, { kind, code }: { kind: Kind; code: string }): string[] {
  const complaints: string[] = [];
  const lines = code.trimEnd().split("\n").length;
  const most = kind === "main" ? MAIN_LINES : FILE_LINES;
  if (lines > most) complaints.push(`${path}: ${lines} lines, ${most} are allowed`);
  for (const block of blocksOf(code)) {
    if (block.lines <= FUNCTION_LINES || !isFunction(block.header)) continue;
    complaints.push(`${path}:${block.line} has a function of ${block.lines} lines, ${FUNCTION_LINES} are allowed`);
  }
  return complaints;
}

function testSizeComplaints(path: string, text: string): string[] {
  const lines = text.trimEnd().split("\n").length;
  return path.startsWith("tests/") && lines > FILE_LINES ? [`${path}: ${lines} lines, ${FILE_LINES} are allowed`] : [];
}

/** A class, an interface or a table of values may be long; whatever else is long is a function or inside one. */
function isFunction(header: string): boolean {
  if (header.endsWith("=>") || /\)\s*(:[^=]*)?$/.test(header)) return true;
  return !/^(export\s+)?(default\s+)?(declare\s+)?(abstract\s+)?(class|interface|enum|type|namespace)\b|[=(\[,:?|&]$|\b(return|satisfies)$/
    .test(header);
}

/** Forward-only files, numbered without holes, each known to the one ordered list. */
function migrationComplaints(tree: Tree): string[] {
  const names = [...tree.keys()].filter((path) => /^sql\/[^/]*\.sql$/.test(path) && path !== "sql/schema.sql").sort();
  const list = tree.get("src/postgres/migrate.ts") ?? "";
  const listed = importsOf(list).flatMap(({ specifier }) => specifier?.match(/sql\/.+\.sql$/)?.[0] ?? []);
  const complaints = names.flatMap((name, index) => {
    const number = String(index + 1).padStart(4, "0");
    const named = new RegExp(`^sql/${number}_[a-z0-9_]+\\.sql$`).test(name);
    return [
      ...(named ? [] : [`${name}: the migration at this place must be named sql/${number}_….sql`]),
      ...(listed.includes(name) ? [] : [`${name}: src/postgres/migrate.ts does not list it`]),
    ];
  });
  const ordered = listed.toSorted().every((name, index) => name === listed[index]);
  return ordered ? complaints : [...complaints, "src/postgres/migrate.ts: lists the migrations out of order"];
}

/** These look at the whole program; every other `tests/a/b_test.ts`, or any test in `tests/a/b/`, tests `src/a/b.ts`. */
const WHOLE_PROGRAM = ["app", "docs", "house", "kill", "main", "readme"];

/** Files without a test of their own, and why none is missing. */
export const UNTESTED: Readonly<Record<string, string>> = {
  "src/effects.ts": "types only",
  "src/event.ts": "types only",
  "src/postgres/connect.ts": "opens one of two engines: every test of the room goes through it",
  "src/wiring.ts": "hands the rooms to the story of a run: tests/app_test.ts and tests/app/ are its tests",
};

function mirrorComplaints(tree: Tree): string[] {
  const paths = [...tree.keys()];
  const tests = paths.flatMap((path) => /^tests\/(.+)_test\.tsx?$/.exec(path)?.[1] ?? []);
  const homeless = tests.flatMap((test) => {
    if (/^(support|prove|browser|ship)\//.test(test) || WHOLE_PROGRAM.includes(test)) return [];
    const places = [test, posix.dirname(test)].flatMap((place) => [`src/${place}.ts`, `src/${place}.tsx`]);
    return places.some((place) => tree.has(place))
      ? []
      : [`tests/${test}_test.ts: there is no ${places[0]} for it to test`];
  });
  const untested = paths.flatMap((path) => {
    const [, name] = /^src\/(.+)\.tsx?$/.exec(path) ?? [];
    if (name === undefined) return [];
    const tested = tests.some((test) => test === name || test.startsWith(`${name}/`));
    if (tested && path in UNTESTED) return [`${path}: has a test now, it needs no exception`];
    return tested || path in UNTESTED ? [] : [`${path}: there is no tests/${name}_test.ts`];
  });
  return [...homeless, ...untested];
}

/** Built from parts, so that this file does not mention what no file may mention. */
const MENTIONS = [
  {
    pattern: new RegExp(["\\.\\./shared", "/work/(?:main|shared)", "\\.librar[y]\\b"].join("|"), "g"),
    what: "this machine",
  },
  {
    pattern: /\bregistry\.[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b|\b(?:npmjs|yarnpkg)\.(?:com|org)\b|\bjsr\.io\b/g,
    what: "a package registry",
  },
];

function mentionComplaints(path: string, text: string): string[] {
  return MENTIONS.flatMap(({ pattern, what }) =>
    Array.from(text.matchAll(pattern), (match) => `${path}:${lineAt(text, match.index)} names ${what}: "${match[0]}"`)
  );
}
