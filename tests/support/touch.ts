/**
 * What may a file touch of the world around it: clock, chance, network, machine? A decision nothing, a room its own
 * piece, `main.ts` the process. Found on the blanked code of `source.ts`, so spelled access counts, text does not.
 */
import { lineAt } from "./source.ts";

/** Touched where the rule says no, because our code needs it there. */
export const EXCEPTIONS: readonly { file: string; call: string; reason: string }[] = [
  { file: "src/alphavantage/replay.ts", call: "Deno.serve", reason: "the demo's local vendor" },
  { file: "src/alphavantage/client.ts", call: "globalThis.fetch", reason: "the default of an option of that name" },
  { file: "src/telemetry.ts", call: "globalThis", reason: "where a runtime that traces registers itself" },
  { file: "src/postgres/embedded.ts", call: "globalThis.addEventListener", reason: "the engine rejects to nobody" },
  { file: "src/postgres/embedded.ts", call: "globalThis.removeEventListener", reason: "and stops listening" },
];

/** Modules of Node that compute and touch nothing else. Sockets, processes and files are Deno's here. */
const NODE = ["node:buffer", "node:crypto", "node:path", "node:util", "node:zlib"];

/** Why a room or the wiring may not import this module of Node, or `null`. */
export function nodeRefusal(path: string, specifier: string): string | null {
  return NODE.includes(specifier) || isExcepted(path, specifier) ? null : "only main.ts may, or an exception";
}

/** Each forbidden touch as one sentence. */
export function touchComplaints(path: string, { code, pure }: { code: string; pure: boolean }): string[] {
  return (pure ? touchesOfDecision(code) : touchesOfRoom(code)).flatMap(({ index, call, reason }) =>
    isExcepted(path, call) ? [] : [`${path}:${lineAt(code, index)} uses "${call}": ${reason}`]
  );
}

function isExcepted(path: string, call: string): boolean {
  return EXCEPTIONS.some((exception) => exception.file === path && exception.call === call);
}

interface Touch {
  readonly index: number;
  /** As written, without blanks. */
  readonly call: string;
  readonly reason: string;
}

/** Ways to the whole machine, the network or another clock: by no name, not even as a value. */
const TAKEN =
  /(?<![.\w$])(?:Deno|process|globalThis|self|window|eval|Function|fetch|WebSocket|EventSource|XMLHttpRequest|Worker|BroadcastChannel|localStorage|sessionStorage|indexedDB|caches|navigator|performance|crypto|setTimeout|setInterval|setImmediate|queueMicrotask)\b(?:\s*\??\.\s*\w+|\s*[[(])?/g;

/** Half of each is a decision's business; an alias or `[…]` could reach the other half. */
const HALF_PURE = /(?<![.\w$])(?:new\s+)?(Date|Math|Temporal|AbortSignal)\b(?:\s*\(\s*\)|\s*\??\.\s*\w+|\s*[[(]?)/g;
const PURE_MEMBERS: Readonly<Record<string, RegExp>> = {
  Date: /^Date\.(?:parse|UTC)$/,
  Math: /^Math\.(?!random$)\w+$/,
  Temporal: /^Temporal\.(?!Now$)\w+$/,
  AbortSignal: /^AbortSignal\.(?:any|abort)$/,
};

/** What nobody passed in: the current time, the machine's language, the machine's time zone. */
const AMBIENT =
  /\bIntl\s*\.\s*\w+\s*\(\s*\)(?:\s*\.\s*\w+\s*\(\s*\))?|\.\s*(?:format(?:ToParts)?\s*\(\s*\)|resolvedOptions\b|getTimezoneOffset\b|[gs]et(?:FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds)\b|to(?:Locale(?:Date|Time)?|Date|Time)String\b)/g;

function touchesOfDecision(code: string): Touch[] {
  const found = [
    ...[...code.matchAll(TAKEN)].filter((match) => !isKey(code, match)),
    ...[...code.matchAll(HALF_PURE)].filter((match) => !isPureHalf(code, match)),
    ...code.matchAll(AMBIENT),
  ];
  const reason = "a decision is given its effects, it does not take them";
  return found.map((match) => ({ index: match.index, call: callOf(match), reason }));
}

function callOf(match: RegExpMatchArray): string {
  return match[0].replace(/\s/g, "");
}

/** A property or parameter of that name is somebody's own: `{ fetch: send }`, `readonly fetch?: Fetch`. */
function isKey(code: string, { 0: text, index }: RegExpExecArray): boolean {
  return /^\s*\??:/.test(code.slice(index + text.length)) && /(?:[{(,;]|\breadonly)\s*$/.test(code.slice(0, index));
}

function isPureHalf(code: string, match: RegExpExecArray): boolean {
  const [name, call] = [match[1]!, callOf(match)];
  if (PURE_MEMBERS[name]!.test(call)) return true;
  if (name === "Date" && call === "newDate(") return true;
  return call === name && isType(code, match);
}

/** `at: Date)` names a type; `{ clock: Date }` and `= Date` hand the clock on. */
function isType(code: string, { 0: text, index }: RegExpExecArray): boolean {
  const [before, after] = [code.slice(0, index), code.slice(index + text.length)];
  if (!/(?:[:|&<]\s*|\b(?:as|instanceof|extends|readonly)\s+)$/.test(before)) return false;
  return !text.startsWith("Date") || !/^\s*[,}]/.test(after) || !/\{[^;(){}]*$/.test(before);
}

/** What only `main.ts` may, of everything Deno offers. */
const MAIN_ONLY =
  /^Deno\.(?:env|args|cron|serve|(?:add|remove)SignalListener|exit|exitCode|listen\w*|Command|kill|chdir)$/;
const WORLDS = /(?<![.\w$])(?:Deno|process|globalThis|self|window|eval|Function)\b(?:\s*\??\.\s*\w+|\s*[[(])?/g;

function touchesOfRoom(code: string): Touch[] {
  return [...code.matchAll(WORLDS)].filter((match) => !isKey(code, match)).flatMap((match) => {
    const call = callOf(match);
    const touch = { index: match.index, call };
    if (!call.startsWith("Deno")) return [{ ...touch, reason: "only main.ts may" }];
    if (MAIN_ONLY.test(call)) return [{ ...touch, reason: "only main.ts may" }];
    return /^Deno\.\w+$/.test(call) ? [] : [{ ...touch, reason: "Deno as a value hides which part of it is used" }];
  });
}
