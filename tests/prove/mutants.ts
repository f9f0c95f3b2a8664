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

/** The tests of each file, the quickest first: the second list is asked only of what survives the first. */
const TARGETS: Record<string, readonly [readonly string[], readonly string[]]> = {
  "src/alphavantage/answer.ts": [["alphavantage/answer", "alphavantage/client"], ["app/answer", "app"]],
  "src/plan.ts": [["plan", "coverage"], ["ingest", "ingest/"]],
  "src/coverage.ts": [["coverage", "plan"], ["ingest"]],
  "src/breaker.ts": [["breaker", "plan"], []],
  "src/publication.ts": [["publication", "plan"], []],
  "src/due.ts": [["due", "plan", "coverage"], []],
  "src/bar.ts": [["bar", "alphavantage/series"], ["due"]],
  "src/schedule.ts": [["schedule", "zone"], []],
  "src/zone.ts": [["zone", "schedule"], []],
  "src/missed.ts": [["missed", "schedule"], []],
  "src/ingest.ts": [["ingest", "ingest/"], ["app", "app/"]],
  "src/ingest_series.ts": [["ingest_series", "ingest"], ["app", "app/"]],
  "src/postgres/bars.ts": [["postgres/bars"], ["postgres/answers", "app"]],
};

/** Mutants at work at once, each in a copy of its own. */
const AT_ONCE = 2;
const WANTED = 0.85;

type Fate = "killed" | "survived" | "invalid" | "timeout";

async function prove(count: number): Promise<Record<string, string | number>> {
  const { random, seed } = seededRandom();
  const only = Deno.env.get("MUTANTS_OF");
  const targets = Object.keys(TARGETS).filter((path) => only === undefined || path === only);
  assert.ok(targets.length > 0, `"${only}" is none of ${Object.keys(TARGETS).join(", ")}`);
  const all: { path: string; mutation: Mutation }[] = [];
  for (const path of targets) {
    const text = await Deno.readTextFile(join(ROOT, path));
    all.push(...mutationsOf(text, { sql: path.startsWith("src/postgres/") }).map((mutation) => ({ path, mutation })));
  }
  const todo = all.length <= count ? [...all] : all.toSorted(() => random() - 0.5).slice(0, count);
  todo.reverse();
  const fates = new Map(targets.map((path) => [path, { killed: 0, survived: 0, invalid: 0, timeout: 0 }]));
  const limits = new Map<string, number>();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    await using tree = await copyOfTree();
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { path, mutation } = next;
      if (!limits.has(path)) limits.set(path, await timeSound(tree.path, path));
      const fate = await fateOf(next, { tree: tree.path, limitMs: limits.get(path)! });
      fates.get(path)![fate] += 1;
      if (fate === "survived") console.log(`${path}:${mutation.line}  ${mutation.was}  →  ${mutation.is}`);
    }
  }));
  const ratios = [...fates].map(([path, { killed, survived, timeout }]) => {
    const dead = killed + timeout;
    return [path, dead + survived === 0 ? 1 : dead / (dead + survived)] as const;
  });
  for (const [path, fate] of fates) console.log(`${path}: ${JSON.stringify(fate)}`);
  const weak = ratios.filter(([, ratio]) => ratio < WANTED).map(([path]) => path);
  assert.deepEqual(weak, [], `fewer than ${WANTED * 100} % of their mutants are killed`);
  const total = (fate: Fate) => [...fates.values()].reduce((sum, one) => sum + one[fate], 0);
  const percent = ratios.map(([path, ratio]) => [path.replace("src/", ""), `${Math.floor(ratio * 100)} %`]);
  const totals = { killed: total("killed"), timeouts: total("timeout"), survived: total("survived") };
  return { mutants: all.length, ...totals, invalid: total("invalid"), ...Object.fromEntries(percent), seed };
}

export const PROOF: Proof = { name: "mutants", unit: "mutants", short: 0, long: 100_000, prove };

async function fateOf(
  { path, mutation }: { path: string; mutation: Mutation },
  { tree, limitMs }: { tree: string; limitMs: number },
): Promise<Fate> {
  const original = await Deno.readTextFile(join(ROOT, path));
  await Deno.writeTextFile(join(tree, path), mutation.text);
  try {
    const [quick, slow] = TARGETS[path]!;
    const fate = await runTests(quick, { tree, limitMs });
    return fate === "survived" && slow.length > 0 ? await runTests(slow, { tree, limitMs: 4 * limitMs }) : fate;
  } finally {
    await Deno.writeTextFile(join(tree, path), original);
  }
}

/** How long a mutant's tests may take: several times what they take when nothing is wrong. */
async function timeSound(tree: string, path: string): Promise<number> {
  const started = performance.now();
  for (const tests of TARGETS[path]!) {
    const fate = await runTests(tests, { tree, limitMs: 300_000 });
    assert.equal(fate, "survived", `the tests of ${path} fail without a mutation`);
  }
  return 20_000 + 5 * (performance.now() - started);
}

async function runTests(names: readonly string[], { tree, limitMs }: { tree: string; limitMs: number }): Promise<Fate> {
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
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limitMs);
  const { success, stdout, stderr } = await child.output();
  clearTimeout(timer);
  if (late) return "timeout";
  if (success) {
    assert.match(new TextDecoder().decode(stdout), /[1-9]\d* passed/, `${files.join(", ")} hold no test`);
    return "survived";
  }
  return /could not be parsed|SyntaxError/.test(new TextDecoder().decode(stderr)) ? "invalid" : "killed";
}

async function copyOfTree(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "stocks-etl-mutant-" });
  const parts = ["src", "tests", "sql", "main.ts", "deno.json", "deno.lock"].map((part) => join(ROOT, part));
  const { success } = await new Deno.Command("cp", { args: ["-r", ...parts, path] }).output();
  assert.ok(success, "Cannot copy the tree");
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
