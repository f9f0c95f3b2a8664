// deno-lint-ignore-file no-console -- the list of survivors is what it is for
/**
 * Mutants: one small wrong at a time is done to a decision, in a copy of the tree, and its tests are run. A mutant that no
 * test notices survives and is listed. Long only: `deno task prove mutants [at most so many]`; MUTANTS_OF=src/due.ts for
 * one file. A mutant that is killed by a time limit, or that cannot be loaded, is counted apart.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { seededRandom } from "../support/random.ts";
import type { Proof } from "./main.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The tests of each file, list by list: the next list is asked only of what survives the one before. A decision's own
 * tests must notice; that a test of the whole program would have noticed as well does not count.
 */
const TARGETS: Record<string, readonly (readonly string[])[]> = {
  "src/alphavantage/answer.ts": [["alphavantage/answer"]],
  "src/plan.ts": [["plan", "plan/"], ["coverage"]],
  "src/coverage.ts": [["coverage"], ["plan"]],
  "src/holes.ts": [["holes"], ["coverage"]],
  "src/healing.ts": [["healing"], ["plan", "plan/"]],
  "src/ingest_gaps.ts": [["ingest_gaps"]],
  "src/why.ts": [["why"], ["gaps"]],
  "src/entitlement.ts": [["entitlement"], ["holes", "coverage"]],
  "src/breaker.ts": [["breaker"]],
  "src/publication.ts": [["publication"]],
  "src/due.ts": [["due"], ["plan", "coverage"]],
  "src/bar.ts": [["bar"], ["alphavantage/series", "due"]],
  "src/schedule.ts": [["schedule/", "schedule"]],
  "src/zone.ts": [["zone"], ["schedule"]],
  "src/missed.ts": [["missed"]],
  "src/ingest.ts": [["ingest", "ingest/"]],
  "src/ingest_series.ts": [["ingest_series"], ["ingest", "ingest/"]],
  "src/postgres/bars.ts": [["postgres/bars", "postgres/bars/"], [
    "postgres/answers",
    "postgres/transaction",
    "postgres/quarantine",
    "postgres/copy",
    "postgres/gaps",
    "postgres/backfill_answers",
    "postgres/holder",
  ]],
  "src/postgres/compare.ts": [["postgres/compare"], ["postgres/bars", "postgres/bars/"]],
  "src/postgres/stored.ts": [["postgres/stored"], ["postgres/bars", "postgres/bars/"]],
  "src/postgres/copy.ts": [["postgres/copy"], ["postgres/bars", "postgres/bars/"]],
  "src/postgres/tuples.ts": [["postgres/tuples"], ["postgres/copy"]],
  "src/postgres/given.ts": [["postgres/given"], ["postgres/compare"]],
  "src/postgres/silent.ts": [["postgres/silent"]],
};

/** Mutants at work at once, each in a copy of its own. */
const AT_ONCE = 2;
const WANTED = 0.85;

/** The whole proof: enough for every file on two busy cores. */
const LIMIT_MS = 4 * 3_600_000;

type Fate = "killed" | "survived" | "invalid" | "timeout";

interface Mutant {
  readonly path: string;
  /** The file as it was when the proof began: it may be worked on meanwhile. */
  readonly original: string;
  readonly mutation: Mutation;
}

async function prove(count: number): Promise<Record<string, string | number>> {
  const { random, seed } = seededRandom();
  const deadline = performance.now() + LIMIT_MS;
  const all = (await Promise.all(targets().map(mutantsOf))).flat();
  const tried = all.length <= count ? all : all.toSorted(() => random() - 0.5).slice(0, count);
  const fates = new Map(tried.map(({ path }) => [path, { killed: 0, survived: 0, invalid: 0, timeout: 0 }]));
  const todo = tried.toReversed();
  using stop = stopBySignal();
  const work = async () => {
    await using tree = await copyOfTree();
    const limits = new Map<string, number[]>();
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      stop.signal.throwIfAborted();
      assert.ok(performance.now() < deadline, `${todo.length + 1} are left after ${LIMIT_MS / 3_600_000} hours`);
      const { path, mutation } = next;
      if (!limits.has(path)) limits.set(path, await timeSound(tree.path, path));
      const fate = await fateOf(next, { tree: tree.path, limits: limits.get(path)!, signal: stop.signal });
      fates.get(path)![fate] += 1;
      if (fate !== "killed") console.log(`${fate} ${path}:${mutation.line}  ${mutation.was}  →  ${mutation.is}`);
    }
    // Tests that fail now, without a mutation, may have failed all along: their kills would be worth nothing.
    for (const path of limits.keys()) await timeSound(tree.path, path);
  };
  // What ends one ends the others, and all are still, their copies gone, before it is told.
  await Promise.all(Array.from({ length: AT_ONCE }, () => work().catch(stop.abort)));
  stop.signal.throwIfAborted();
  const ratios = [...fates].map(([path, { killed, survived, timeout }]) => {
    const dead = killed + timeout;
    assert.ok(dead + survived > 0, `Cannot judge the tests of "${path}": none of its mutants could be loaded`);
    return [path, dead / (dead + survived)] as const;
  });
  for (const [path, fate] of fates) console.log(`${path}: ${JSON.stringify(fate)}`);
  const weak = ratios.filter(([, ratio]) => ratio < WANTED).map(([path]) => path);
  assert.deepEqual(weak, [], `fewer than ${WANTED * 100} % of their mutants are killed`);
  const total = (fate: Fate) => [...fates.values()].reduce((sum, one) => sum + one[fate], 0);
  const percent = ratios.map(([path, ratio]) => [path.replace("src/", ""), `${Math.floor(ratio * 100)} %`]);
  const totals = { killed: total("killed"), timeouts: total("timeout"), survived: total("survived") };
  return { mutants: tried.length, ...totals, invalid: total("invalid"), ...Object.fromEntries(percent), seed };
}

export const PROOF: Proof = { name: "mutants", unit: "mutants", short: 0, long: 100_000, prove };

function targets(): string[] {
  const known = Object.keys(TARGETS);
  const only = Deno.env.get("MUTANTS_OF");
  assert.ok(
    only === undefined || known.includes(only),
    `Cannot make mutants of MUTANTS_OF="${only}": no tests are named for it here; name one of ${known.join(", ")}`,
  );
  return only === undefined ? known : [only];
}

async function mutantsOf(path: string): Promise<Mutant[]> {
  const original = await Deno.readTextFile(join(ROOT, path));
  const mutations = mutationsOf(original, { sql: path.startsWith("src/postgres/") });
  assert.ok(mutations.length > 0, `Cannot make mutants of "${path}": nothing in it can be changed`);
  return mutations.map((mutation) => ({ path, original, mutation }));
}

/** The first list that notices decides. */
async function fateOf(
  { path, original, mutation }: Mutant,
  { tree, limits, signal }: { tree: string; limits: readonly number[]; signal: AbortSignal },
): Promise<Fate> {
  await Deno.writeTextFile(join(tree, path), mutation.text);
  try {
    for (const [index, tests] of TARGETS[path]!.entries()) {
      const fate = await runTests(tests, { tree, limitMs: limits[index]!, signal });
      if (fate !== "survived") return fate;
    }
    return "survived";
  } finally {
    await Deno.writeTextFile(join(tree, path), original);
  }
}

/** How long a mutant's tests may take, list by list: several times what they take when nothing is wrong. */
async function timeSound(tree: string, path: string): Promise<number[]> {
  const limits: number[] = [];
  for (const tests of TARGETS[path]!) {
    const started = performance.now();
    const fate = await runTests(tests, { tree, limitMs: 300_000 });
    assert.equal(fate, "survived", `the tests of ${path} fail without a mutation`);
    limits.push(20_000 + 5 * (performance.now() - started));
  }
  return limits;
}

async function runTests(
  names: readonly string[],
  { tree, limitMs, signal }: { tree: string; limitMs: number; signal?: AbortSignal },
): Promise<Fate> {
  if (names.length === 0) return "survived";
  const files = names.map((name) => name.endsWith("/") ? `tests/${name}` : `tests/${name}_test.ts`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--quiet", "--no-prompt", "--no-check", "--fail-fast", "-A", ...files],
    cwd: tree,
    // The embedded engine takes a second to begin, and runs the same statements.
    env: { NO_COLOR: "1", TEST_SEED: "7", TEST_ENGINE: "server" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // A group of its own: a process that a test began would outlive it, and keep its output open for ever.
    detached: true,
  }).spawn();
  const late = AbortSignal.timeout(limitMs);
  const end = () => {
    try {
      Deno.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself in this very moment.
    }
  };
  for (const one of [late, signal]) one?.addEventListener("abort", end);
  const { success, stdout, stderr } = await child.output();
  for (const one of [late, signal]) one?.removeEventListener("abort", end);
  if (late.aborted) return "timeout";
  if (success) {
    assert.match(new TextDecoder().decode(stdout), /[1-9]\d* passed/, `${files.join(", ")} hold no test`);
    return "survived";
  }
  return /could not be parsed|SyntaxError/.test(new TextDecoder().decode(stderr)) ? "invalid" : "killed";
}

/** Ctrl-C ends the tests at work as well, though they are in groups of their own. */
function stopBySignal(): Disposable & { signal: AbortSignal; abort: (reason: unknown) => void } {
  const stop = new AbortController();
  const end = () => stop.abort(new Error("stopped by a signal"));
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, end);
  return {
    signal: stop.signal,
    abort: (reason) => stop.abort(reason),
    [Symbol.dispose]: () => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.removeSignalListener(signal, end);
    },
  };
}

async function copyOfTree(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "stocks-etl-mutant-" });
  const parts = ["src", "tests", "sql", "main.ts", "deno.json", "deno.lock"].map((part) => join(ROOT, part));
  const { success } = await new Deno.Command("cp", { args: ["-r", ...parts, path] }).output();
  assert.ok(success, "Cannot copy the tree");
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
