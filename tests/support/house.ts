/**
 * The rules of the house as functions from files to complaints: who may import whom, who may touch the world, how long
 * things may be. `tests/house_test.ts` holds the tree against them.
 */
import { posix } from "node:path";
import { blocksOf, codeOf, importsOf, lineAt } from "./source.ts";

/** Path from the project's root, with `/`, to text. */
export type Tree = ReadonlyMap<string, string>;

/** Open the rooms and hand their functions to the stories: may import everything in `src/`. */
const WIRING = [
  "app",
  "wiring",
  "operate",
  "service",
  "demo",
  "examine",
  "home_view",
  "machine",
  "heartbeat",
  "housekeeping",
  "replay",
];
/** One run and one notification, told from top to bottom; every effect is an argument. */
const STORIES = ["ingest", "ingest_series", "notify"];
/** Rooms of one file; every folder of `src/` is a room too. */
const ROOM_FILES = ["log", "log_sweep"];

/** Each library belongs to one place. */
const LIBRARIES: Record<string, readonly string[]> = {
  "src/config.ts": ["zod"],
  "src/schedule.ts": ["croner"],
  "src/log.ts": ["@logtape"],
  "src/alphavantage/": ["zod"],
  "src/postgres/": ["pg", "@electric-sql/pglite"],
  "src/smtp/": ["nodemailer"],
  "src/terminal/": ["commander", "cli-progress"],
  "src/web/": ["hono", "htmx.org", "lightweight-charts"],
};

/** Only `main.ts` reads the environment, listens and exits. `process` would be a way around it. */
const MAIN_ONLY =
  /\bDeno\s*\.\s*(?:env|args|cron|serve|addSignalListener|exit)\b|\bprocess\s*\.\s*(?:env|argv|exit|on)\b/g;
export const EXCEPTIONS: readonly { file: string; call: string; reason: string }[] = [
  { file: "src/alphavantage/replay.ts", call: "Deno.serve", reason: "the demo's local vendor" },
];

/** What a decision must be given, not take: the clock, chance, the network, the machine. */
const IMPURE = [
  /\bDeno\b/g,
  /\bprocess\s*\./g,
  /\bDate\s*\.\s*now\b/g,
  /\bnew\s+Date\s*(?:\(\s*\)|(?![\s(]))/g,
  /\bTemporal\s*\.\s*Now\b/g,
  /\bperformance\s*\./g,
  /\bMath\s*\.\s*random\b/g,
  /\bcrypto\s*\./g,
  /(?<![.\w])fetch\s*\(/g,
  /(?<![.\w])(?:setTimeout|setInterval|queueMicrotask)\b/g,
  /\bglobalThis\b/g,
];

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
  if (WIRING.includes(name)) return "wiring";
  if (STORIES.includes(name)) return "story";
  return ROOM_FILES.includes(name) ? `room ${name}` : "pure";
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
  if (kind === null) return complaints;
  const code = codeOf(text);
  return [
    ...complaints,
    ...importComplaints(path, { kind, text, code }),
    ...callComplaints(path, { kind, code }),
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
    return kind === "pure" || kind === "story" ? "a pure file imports pure files only" : null;
  }
  const owners = Object.keys(LIBRARIES).filter((owner) =>
    LIBRARIES[owner]!.some((library) => specifier === library || specifier.startsWith(`${library}/`))
  );
  if (owners.some((owner) => path.startsWith(owner))) return null;
  return owners.length === 0 ? "no place in the house owns this library" : `it belongs to ${owners.join(", ")}`;
}

function callComplaints(path: string, { kind, code }: { kind: Kind; code: string }): string[] {
  const complaints: string[] = [];
  const find = (pattern: RegExp, why: (call: string) => string | null) => {
    for (const match of code.matchAll(pattern)) {
      const call = match[0].replace(/\s/g, "");
      const reason = why(call);
      if (reason !== null) complaints.push(`${path}:${lineAt(code, match.index)} uses "${call}": ${reason}`);
    }
  };
  if (kind === "pure" || kind === "story") {
    for (const pattern of IMPURE) find(pattern, () => "a decision is given its effects, it does not take them");
    return complaints;
  }
  if (kind === "main") return complaints;
  find(MAIN_ONLY, (call) => {
    const excepted = EXCEPTIONS.some((exception) => exception.file === path && exception.call === call);
    return excepted ? null : "only main.ts may";
  });
  find(/[=(,]\s*Deno\b(?!\s*\.)/g, () => "Deno as a value hides which part of it is used");
  return complaints;
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

/** A class, an interface or a table of values may be long; whatever else is long is a function or inside one. */
function isFunction(header: string): boolean {
  if (header.endsWith("=>") || /\)\s*(:[^=]*)?$/.test(header)) return true;
  return !/^(export\s+)?(default\s+)?(declare\s+)?(abstract\s+)?(class|interface|enum|type|namespace)\b|[=(\[,:?|&]$|\b(return|satisfies)$/
    .test(header);
}

/** Forward-only files, numbered without holes, each known to the one ordered list. */
function migrationComplaints(tree: Tree): string[] {
  const names = [...tree.keys()].filter((path) => /^sql\/.*\.sql$/.test(path) && path !== "sql/schema.sql").sort();
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

/** These look at the whole program; every other `tests/a/b_test.ts` tests `src/a/b.ts`. */
const WHOLE_PROGRAM = ["app", "house", "kill", "main"];

function mirrorComplaints(tree: Tree): string[] {
  return [...tree.keys()].flatMap((path) => {
    const [, tested] = /^tests\/(.+)_test\.tsx?$/.exec(path) ?? [];
    if (tested === undefined || /^(support|prove)\//.test(tested) || WHOLE_PROGRAM.includes(tested)) return [];
    const mirrored = tree.has(`src/${tested}.ts`) || tree.has(`src/${tested}.tsx`);
    return mirrored ? [] : [`${path}: there is no src/${tested}.ts for it to test`];
  });
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
