/**
 * Each thing that can go wrong comes to exactly one result and one outcome: every row of docs/outcomes.md is played here.
 * `UPDATE_OUTCOMES=1` writes the tables anew.
 */
import assert from "node:assert/strict";
import { attemptsWorth } from "../../src/alphavantage/answer.ts";
import { VENDOR_BACKOFF } from "../../src/backoff.ts";
import { troubleOf } from "../../src/breaker.ts";
import { REPROBE_MS } from "../../src/entitlement.ts";
import { ingest } from "../../src/ingest.ts";
import { type AnswerKind, exitCodeOf, type FailureKind, LeaseLost, type Outcome } from "../../src/run.ts";
import { type Answer, MONDAY, NOW, options, played, type Script, world } from "../support/story.ts";

const PLACE = new URL("../../docs/outcomes.md", import.meta.url);
const HOUR = 3_600_000;

/** One way for a series to end, and how to bring it about for series A. */
interface Cause {
  readonly what: string;
  readonly script?: Script;
  readonly stopped?: boolean;
  /** Requests in one run at most, where the kind of the answer does not say it. */
  readonly tries?: number;
  /** When it is asked again, where no rest of the series says so. */
  readonly again?: string;
}

const STORED: Cause = {
  what: "Bars, up to the session that has closed",
  script: {},
  tries: 1,
  again: "when there is more to be had",
};
const MORE: readonly Cause[] = [
  { what: "Bars, and a rule of ours refuses every row", script: { answers: { A: "refused-rows" } }, tries: 1 },
];
/** No kind can be forgotten here, and none be named twice. */
const CAUSES: Record<FailureKind, Cause> = {
  stale: { what: "Bars, but not yet the session that has closed", script: { answers: { A: "late" } }, tries: 1 },
  empty: { what: "An empty object, or no rows" },
  malformed: { what: "Not JSON, cut short, another symbol or interval" },
  "bad-symbol": { what: '"Invalid API call"' },
  "unknown-notice": { what: "Words or a status nobody has seen before" },
  outage: { what: "No answer, a time-out, a web page, HTTP 5xx", again: "next run; after the second in a row 1 h" },
  burst: { what: "Too many requests at once" },
  premium: { what: "Not in this key's plan, in any form", again: `${REPROBE_MS / (24 * HOUR)} days` },
  "bad-key": { what: "The key is refused: nothing more is asked" },
  "daily-limit": { what: "The vendor's daily limit: nothing more is asked", again: "1 h, then 2, 4, 6" },
  quota: { what: "Our own daily limit, in the plan or the ledger", tries: 0, again: "00:00 UTC" },
  database: {
    what: "PostgreSQL refuses the series",
    script: { storeFails: { A: new Error("out of range") } },
    tries: 1,
  },
  cancelled: { what: "The run was stopped before the series", stopped: true, tries: 0 },
};

async function rowOf(
  { what, script, stopped, tries: known, again }: Cause,
  kind: FailureKind | null,
): Promise<string[]> {
  const given: Script = script ?? { answers: kind === null ? {} : { A: kind as Answer } };
  const play = async (symbols: string) => {
    const stop = new AbortController();
    // Stopped with A still to be begun: at the start, or when B has been asked.
    if (stopped && symbols === "A") stop.abort();
    const onAsk = () => stopped ? stop.abort() : undefined;
    const { report } = await played(symbols, { ...given, onAsk }, { stop: stop.signal });
    const result = report.results.find(({ series }) => series.symbol === "A")!;
    assert.equal(result.kind, kind, what);
    return { status: result.status, outcome: report.outcome };
  };
  const [alone, beside] = [await play("A"), await play("B,A")];
  assert.equal(alone.status, beside.status, what);
  const tries = known ?? Math.min(attemptsWorth(kind as AnswerKind), VENDOR_BACKOFF.attempts);
  return [
    what,
    kind ?? "",
    alone.status,
    ended(alone.outcome),
    ended(beside.outcome),
    String(tries),
    again ?? restOf(kind!),
  ];
}

function ended(outcome: Outcome): string {
  return `${outcome}, ${exitCodeOf(outcome)}`;
}

function restOf(kind: FailureKind): string {
  const rest = (times: number) => {
    const found = troubleOf(Array.from({ length: times }, () => ({ kind, at: NOW, brought: false })));
    return found === null ? null : (found.until - NOW) / HOUR;
  };
  if (rest(1) === null) return "next run";
  assert.equal(rest(2), 2 * rest(1)!, kind);
  return `${rest(1)} h, doubled each time up to ${rest(20)! / 24} days`;
}

async function runRows(): Promise<string[][]> {
  const gone = { storeFails: { A: new Error("gone") }, recordFails: new Error("gone for good") };
  const cases: [string, Script][] = [
    ["No series was due", { watermarks: { A: MONDAY } }],
    ["All its symbols are delisted and have been asked for since", { delisted: { A: "2018-10-24" } }],
    ["The database is gone, or an error of ours", gone],
    ["Another process found this one dead: it may write no more", { storeFails: { A: new LeaseLost(7) } }],
  ];
  const rows = await Promise.all(cases.map(async ([what, script]) => {
    const { report } = await played("A", script);
    return [what, ended(report.outcome)];
  }));
  const claim = { busy: { runId: 3, owner: "other" } };
  assert.equal(await ingest(options("A"), world({ claim }).effects), claim, "no run of ours");
  return [...rows, ["Another run is at work and does not end within its lease", "no run, 1; a tick stays owed"]];
}

const table = (heads: string[], rows: string[][]) =>
  [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
/** The formatter aligns tables. */
const plain = (text: string) => text.replace(/ +/g, " ").replace(/-{3,}/g, "---").trim();

Deno.test("docs/outcomes.md says what each thing that can happen comes to, and it is so", async () => {
  const rows = [await rowOf(STORED, null)];
  for (const [kind, cause] of Object.entries(CAUSES)) rows.push(await rowOf(cause, kind as FailureKind));
  for (const cause of MORE) rows.push(await rowOf(cause, "malformed"));
  const heads = ["what happened", "kind", "series", "run of that alone", "beside one stored", "tries", "asked again"];
  const tables = [table(heads, rows), table(["what happened", "run"], await runRows())];
  let text = await Deno.readTextFile(PLACE);
  if (Deno.env.get("UPDATE_OUTCOMES") === "1") {
    let next = 0;
    text = text.replace(/^\|.*\|\n(?:\|.*\|\n)*/gm, () => `${tables[next++]}\n`);
    await Deno.writeTextFile(PLACE, text);
  }
  const found = [...text.matchAll(/^\|.*\|\n(?:\|.*\|\n)*/gm)].map(([found]) => plain(found));
  assert.deepEqual(found, tables.map(plain));
});
