import assert from "node:assert/strict";
import {
  FLAPPING_MS,
  type Incident,
  isNews,
  type Look,
  type Problem,
  problemsOf,
  review,
  seenByRun,
} from "../src/incident.ts";
import type { SeriesResult } from "../src/run.ts";
import { failed, result } from "./support/finished.ts";

const START = Date.parse("2026-11-02T06:00:00Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What is stored between looks, as the database keeps it. */
function world() {
  let known: Incident[] = [];
  let ids = 0;
  return {
    get all() {
      return known;
    },
    /** @returns the news as words, `opened vendor` and the like */
    look(
      at: number,
      problems: readonly Problem[],
      { healed = [] as string[], sees = (_key: string): boolean => true } = {},
    ): string[] {
      const look: Look = { at, problems, sees, healed: (series) => healed.includes(series) };
      const visible = known.filter(({ recoveredAt, quietUntil }) => recoveredAt === null || (quietUntil ?? 0) > at);
      const { changed, news } = review(visible, look);
      for (const one of changed) {
        const id = one.id ?? ++ids;
        known = [...known.filter((old) => old.id !== id), { ...one, id }];
      }
      const keys = new Set(known.filter(({ recoveredAt }) => recoveredAt === null).map(({ key }) => key));
      assert.equal(keys.size, known.filter(({ recoveredAt }) => recoveredAt === null).length, "one open row per key");
      const words = (["opened", "reminded", "recovered"] as const).flatMap((word) =>
        news[word].map(({ key }) => `${word} ${key}`)
      );
      assert.equal(isNews(news), words.length > 0);
      return words;
    },
    run(at: number, results: readonly SeriesResult[]): string[] {
      const healed = results.filter(({ status }) => status === "stored").map((one) =>
        `${one.series.symbol} ${one.series.interval}`
      );
      return this.look(at, problemsOf({ outcome: "partial", message: null }, results), { healed, sees: seenByRun });
    },
  };
}

const problem = (key: string, ...series: string[]): Problem => ({ key, title: key, detail: null, series });

for (const [everyMs, name] of [[DAY, "daily"], [HOUR, "hourly"], [10 * 60_000, "every ten minutes"]] as const) {
  Deno.test(`three days of outage, looked at ${name}: one mail, two reminders, one recovery`, () => {
    const at = world();
    const told: string[] = [];
    for (let now = START; now < START + 3 * DAY; now += everyMs) told.push(...at.look(now, [problem("vendor", "A")]));
    told.push(...at.look(START + 3 * DAY, [], { healed: ["A"] }));
    assert.deepEqual(told, ["opened vendor", "reminded vendor", "reminded vendor", "recovered vendor"]);
  });
}

Deno.test("runs that begin some seconds earlier than yesterday are a day apart all the same", () => {
  const at = world();
  at.look(START, [problem("a", "A")]);
  assert.deepEqual(at.look(START + DAY - 40_000, [problem("a", "A")]), ["reminded a"]);
  assert.deepEqual(at.look(START + 2 * DAY - 70_000, [problem("a", "A")]), ["reminded a"]);
});

Deno.test("a day nobody looked at is not made up for", () => {
  const at = world();
  at.look(START, [problem("a", "A")]);
  assert.deepEqual(at.look(START + 5 * DAY, [problem("a", "A")]), ["reminded a"]);
  assert.deepEqual(at.look(START + 5 * DAY + HOUR, [problem("a", "A")]), []);
  assert.deepEqual(at.look(START + 6 * DAY, [problem("a", "A")]), ["reminded a"]);
});

Deno.test("five hundred series that fail for one reason are one problem, told once", () => {
  const at = world();
  const results = Array.from({ length: 500 }, (_, index) => failed(`S${index} daily`, "outage"));
  assert.deepEqual(at.run(START, results), ["opened vendor"]);
  assert.equal(at.all[0]!.series.length, 500);
  assert.deepEqual(at.run(START + HOUR, [failed("S1 daily", "burst"), failed("S999 daily", "outage")]), []);
  assert.equal(at.all[0]!.series.length, 501);
});

Deno.test("it is over when the last of its series is in order, not before", () => {
  const at = world();
  at.run(START, [failed("A daily", "outage"), failed("B daily", "outage")]);
  assert.deepEqual(at.run(START + HOUR, [result("A daily")]), []);
  assert.deepEqual(at.all[0]!.series, ["B daily"]);
  assert.deepEqual(at.run(START + 2 * HOUR, []), [], "not asked is not healed");
  assert.deepEqual(at.run(START + 3 * HOUR, [result("B daily")]), ["recovered vendor"]);
  assert.deepEqual(at.run(START + 4 * HOUR, [result("B daily")]), []);
});

Deno.test("a series that fails in another way has another problem", () => {
  const at = world();
  at.run(START, [failed("A daily", "outage")]);
  assert.deepEqual(at.run(START + HOUR, [failed("A daily", "malformed")]), ["opened malformed", "recovered vendor"]);
});

Deno.test("slips of single series are problems of their own", () => {
  const at = world();
  assert.deepEqual(at.run(START, [failed("A daily", "bad-symbol"), failed("B 5min", "premium")]), [
    "opened bad-symbol A daily",
    "opened premium B 5min",
  ]);
  assert.deepEqual(at.run(START + HOUR, [failed("A daily", "bad-symbol"), failed("C daily", "bad-symbol")]), [
    "opened bad-symbol C daily",
  ]);
});

Deno.test("what waits for quota or was stopped is no problem", () => {
  const deferred = result("A daily", { status: "deferred", kind: "quota" });
  const stopped = result("B daily", { status: "cancelled", kind: "cancelled" });
  assert.deepEqual(problemsOf({ outcome: "deferred", message: null }, [deferred, stopped]), []);
});

Deno.test("a run that failed or died as a whole is a problem until the next one ends", () => {
  const [died] = problemsOf({ outcome: "abandoned", message: "found by x" }, []);
  assert.deepEqual(died, { key: "run", title: "a run died", detail: "found by x", series: [] });
  assert.equal(problemsOf({ outcome: "failed", message: "no disk" }, [])[0]!.title, "a run failed");
  const [series] = problemsOf({ outcome: "failed", message: null }, [failed("A daily", "outage")]);
  assert.equal(series!.key, "vendor", "its series say why");
  const at = world();
  assert.deepEqual(at.look(START, [died!], { sees: seenByRun }), ["opened run"]);
  assert.deepEqual(at.look(START + HOUR, [], { sees: (key) => !seenByRun(key) }), [], "the clock does not know");
  assert.deepEqual(at.look(START + HOUR, [], { sees: seenByRun }), ["recovered run"]);
});

Deno.test("a run begun before the clock saw the problem may end it: never over before it began", () => {
  const at = world();
  at.look(START, [problem("bars", "A")]);
  at.look(START - 10_000, [], { healed: ["A"] });
  assert.equal(at.all[0]!.recoveredAt, START);
});

Deno.test("a problem that comes and goes every hour is told four times a day, not forty-eight", () => {
  const at = world();
  const told: string[] = [];
  for (let hour = 0; hour < 24; hour++) {
    const problems = hour % 2 === 0 ? [problem("vendor", "A")] : [];
    told.push(...at.look(START + hour * HOUR, problems, { healed: problems.length === 0 ? ["A"] : [] }));
  }
  assert.ok(told.length <= 8, told.join());
  assert.equal(told.filter((one) => one.startsWith("opened")).length, told.length / 2);
  assert.ok(at.all.some(({ returns }) => returns > 0));
});

Deno.test("one that came back and stays is told when its flapping is over", () => {
  const at = world();
  at.look(START, [problem("a", "A")]);
  at.look(START + HOUR, [], { healed: ["A"] });
  assert.deepEqual(at.look(START + 2 * HOUR, [problem("a", "A")]), []);
  assert.deepEqual(at.look(START + HOUR + FLAPPING_MS - 1, [problem("a", "A")]), []);
  assert.deepEqual(at.look(START + HOUR + FLAPPING_MS, [problem("a", "A")]), ["opened a"]);
  assert.equal(at.all.length, 1);
  assert.equal(at.all[0]!.returns, 1);
});

Deno.test("long after its end the same problem is a new one", () => {
  const at = world();
  at.look(START, [problem("a", "A")]);
  at.look(START + HOUR, [], { healed: ["A"] });
  assert.deepEqual(at.look(START + 2 * DAY, [problem("a", "A")]), ["opened a"]);
  assert.equal(at.all.length, 2);
});
