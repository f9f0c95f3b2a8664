/** What the documents say can be run, is run: their SQL on both engines; what their dashboard and alerts ask for is measured. */
import assert from "node:assert/strict";
import { INTERVALS } from "../src/bar.ts";
import { parseCommand } from "../src/terminal/commands.ts";
import { renderPlan, renderStatus } from "../src/terminal/tables.ts";
import { familiesOf } from "../src/metrics.ts";
import type { Database } from "../src/postgres/connect.ts";
import { migrate, MIGRATIONS } from "../src/postgres/migrate.ts";
import { dividend, storeActions } from "./support/actions.ts";
import { withDatabases } from "./support/database.ts";
import { measured } from "./support/measured.ts";
import { bar, nextRun, NOW, startRun, store } from "./support/stored.ts";

const read = (path: string) => Deno.readTextFile(new URL(`../docs/${path}`, import.meta.url));
const statements = [...(await read("sql.md")).matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql]) => sql!.trim());

/** As much of the vendor's layout as the view of raw rows looks at. */
function bodyOf(days: string[]): string {
  const rows = Object.fromEntries(days.map((day) => [day, { "4. close": "1.0" }]));
  return JSON.stringify({ "Meta Data": {}, "Time Series (Daily)": rows });
}

/** Some days of two symbols: daily, adjusted, half-hours with an evening, one revision, one row in quarantine. */
async function fill(db: Database): Promise<void> {
  const run = await startRun(db);
  const days = ["2026-02-23", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"];
  const adjusted = { adjustedClose: "0.9", dividendAmount: "0", splitCoefficient: "1" };
  for (const symbol of ["IBM", "AAPL"]) {
    const daily = days.map((day, index) => bar(day, String(index + 1), adjusted));
    const body = bodyOf(days);
    await store(db, run, { series: { symbol, interval: "daily" }, bars: daily, body, now: NOW - 86_400_000 * 2 });
  }
  const times = ["14:30", "15:00", "15:30", "20:30", "23:30"];
  const halfHours = days.slice(0, 4).flatMap((day) => times.map((time) => bar(`${day}T${time}Z`, "2")));
  const rejects = [{ stamp: "2026-02-27 10:00:00", rule: "zero-price", raw: {} } as const];
  await store(db, run, { bars: [...halfHours, bar("2026-02-27T14:30Z", "3")], rejects });
  const next = await nextRun(db, run);
  await store(db, next, {
    series: { symbol: "IBM", interval: "daily" },
    bars: [bar("2026-02-26", "4.5", adjusted)],
    body: bodyOf(["2026-02-26"]),
  });
  await storeActions(db, next, { dividends: [dividend("2026-02-25", "0.1")] });
  await db.pool.query(
    "insert into request (key_hash, symbol, \"interval\", form, attempt, sent_at) values ('k', 'IBM', 'daily', 'F', 1, $1)",
    [new Date(NOW).toISOString()],
  );
}

withDatabases("every statement of docs/sql.md runs and finds something", async (db) => {
  await fill(db);
  assert.ok(statements.length >= 15);
  for (const statement of statements) {
    const { rows } = await db.pool.query(statement).catch((error) => assert.fail(`${error.message}\n${statement}`));
    assert.ok(rows.length > 0, statement);
  }
});

Deno.test("every link of the documents leads somewhere", async () => {
  const names = await Array.fromAsync(Deno.readDir(new URL("../docs/", import.meta.url)), ({ name }) => name);
  for (const path of names.filter((name) => name.endsWith(".md"))) {
    for (const [, target] of (await read(path)).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      await Deno.stat(new URL(`../docs/${target}`, import.meta.url));
    }
  }
});

Deno.test("no command an operator copies is torn over two lines", async () => {
  const torn = (text: string) =>
    text.split("\n\n").flatMap((one) => one.match(/`[^`]+`/g) ?? []).filter((one) => /\n/.test(one));
  assert.deepEqual(torn("Back up:\n`docker compose exec\n--format=custom`."), [
    "`docker compose exec\n--format=custom`",
  ]);
  for (const path of ["deploy.md", "operations.md"]) assert.deepEqual(torn(await read(path)), [], path);
});

withDatabases(
  "an older program on a newer schema says what docs/deploy.md says it does, and changes nothing",
  async (db) => {
    const older = MIGRATIONS.slice(0, -1);
    const before = await db.pool.query("select * from schema_migration order by version");
    const { message } = await migrate(db, { migrations: older }).then(
      () => assert.fail("it went on"),
      (error) => error,
    );
    const [, said] = /^ {4}(Cannot use the database: .+)$/m.exec(await read("deploy.md"))!;
    const numbers = /\d+/g;
    assert.equal(message.replace(numbers, "N"), said!.replace(numbers, "N"));
    assert.deepEqual((await db.pool.query("select * from schema_migration order by version")).rows, before.rows);
  },
);

Deno.test("a daily schedule that fails, and one that has never succeeded, set off an alert", async () => {
  const alerts = await read("monitoring/alerts.yml");
  const of = (name: string) => new RegExp(`- alert: ${name}\n +expr: (.+)\n(?: +for: (.+)\n)?`).exec(alerts)!.slice(1);
  assert.match(of("StocksEtlRunsFail")[0]!, / >= 1$/);
  // Without a success there is no sample, and an age of nothing is nothing: it has to be asked for by its absence.
  const build = { version: "1", runtime: "Deno", engine: "server" };
  const failing = { ...measured(), facts: { ...measured().facts!, lastRuns: { partial: NOW } } };
  const never = familiesOf(build, failing);
  const success = never.find(({ name }) => name === "stocks_etl_last_success_timestamp_seconds")!;
  assert.deepEqual(success.samples, [{ value: null }]);
  const [expression, wait] = of("StocksEtlNeverSuccess");
  assert.equal(expression, "max(stocks_etl_database_up) == 1 unless max(stocks_etl_last_success_timestamp_seconds)");
  assert.equal(wait, "26h", "the first tick of a daily schedule may be a day away");
});

/** Names of what is measured, with the labels each has. */
function known(): Map<string, Set<string>> {
  const build = { version: "1", runtime: "Deno", engine: "server" };
  const { state, freshness } = measured().series[0]!;
  const series = INTERVALS.map((interval) => ({ state: { ...state, series: { symbol: "IBM", interval } }, freshness }));
  return new Map(
    familiesOf(build, { ...measured(), series }).map(({ name, type, samples }) => [
      type === "info" ? `${name}_info` : name,
      new Set(
        samples.flatMap(({ labels }) => Object.entries(labels ?? {}).map(([label, value]) => `${label}=${value}`)),
      ),
    ]),
  );
}

/** Everything an expression asks for that is not measured. */
function unmeasured(expression: string): string[] {
  const names = known();
  return [...expression.matchAll(/\b(stocks_etl_\w+)(?:\{([^}]*)\})?/g)].flatMap(([, name, matchers = ""]) => {
    const labels = names.get(name!);
    if (labels === undefined) return [name!];
    return [...matchers.matchAll(/(\w+)(=~|!=|=)"([^"]*)"/g)].flatMap(([, label, operator, value]) => {
      if (label === "job") return [];
      const values = operator === "=~" ? value!.split("|") : [value];
      return values.filter((one) => !labels.has(`${label}=${one}`)).map((one) => `${name}{${label}="${one}"}`);
    });
  });
}

Deno.test("the dashboard and the alerts ask for nothing that is not measured", async () => {
  assert.deepEqual(unmeasured('max(stocks_etl_nothing) + stocks_etl_runs_last_day{outcome=~"failed|lost",job="x"}'), [
    "stocks_etl_nothing",
    'stocks_etl_runs_last_day{outcome="lost"}',
  ]);
  const { panels } = JSON.parse(await read("monitoring/dashboard.json")) as {
    panels: { title: string; targets: { expr: string }[] }[];
  };
  const asked = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  assert.ok(asked.length >= 15);
  const alerts = await read("monitoring/alerts.yml");
  const expressions = [...alerts.matchAll(/^ +expr: (.+)$/gm)].map(([, expr]) => expr!);
  assert.equal(expressions.length, [...alerts.matchAll(/- alert: /g)].length);
  for (const expression of [...asked, ...expressions]) assert.deepEqual(unmeasured(expression), [], expression);
});

/** Several programs on one database tell the same of it: added up as they come, every number would be told once by each. */
const ADDED_TWICE = /\bsum(?: by \([^)]*\) )?\((?!max by \()/;

Deno.test("a second program on the same database doubles no number, and one of two that is gone is not called all of them", async () => {
  for (const twice of ["sum by (freshness) (stocks_etl_series)", "sum(stocks_etl_series)"]) {
    assert.match(twice, ADDED_TWICE);
  }
  const { panels } = JSON.parse(await read("monitoring/dashboard.json")) as {
    panels: { targets: { expr: string }[] }[];
  };
  const alerts = await read("monitoring/alerts.yml");
  const expressions = [
    ...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...[...alerts.matchAll(/^ +expr: (.+)$/gm)].map(([, expr]) => expr!),
  ];
  for (const expression of expressions) assert.doesNotMatch(expression, ADDED_TWICE);
  const of = (name: string) => new RegExp(`- alert: ${name}\n +expr: (.+)\n`).exec(alerts)?.[1];
  assert.equal(of("StocksEtlDown"), 'max(up{job="stocks-etl"}) == 0 or absent(up{job="stocks-etl"})');
  assert.equal(of("StocksEtlOneDown"), 'count(up{job="stocks-etl"} == 0) and max(up{job="stocks-etl"}) == 1');
});

Deno.test("docs/monitoring.md lists every measurement, and none that there is not", async () => {
  const text = await read("monitoring.md");
  const listed = new Set([...text.matchAll(/`(stocks_etl_\w+)[`{]/g)].map(([, name]) => name));
  assert.deepEqual([...listed].sort(), [...known().keys()].sort());
});

/** What was typed into the program in the transcript, each as its words. */
function typedIn(transcript: string): string[][] {
  const lines = transcript.split("\n").filter((line) => /^ {4}\$ /.test(line));
  return lines.flatMap((line) =>
    [...line.matchAll(/\.\/stocks-etl ([^|;&]+)/g)].map(([, words]) => words!.trim().split(/\s+/))
  );
}

/** The headings of a table, without what its rows make of their widths. */
const headingsOf = (line: string) => line.trim().split(/ {2,}/);

Deno.test("the rehearsal's transcript shows a healthy day, with the commands and tables of today", async () => {
  const transcript = await read("rehearsal.md");
  const typed = typedIn(transcript);
  assert.ok(typed.length >= 10, "nothing typed was found");
  for (const words of typed) {
    const { name } = parseCommand(words, { version: "1" });
    assert.notEqual(name, "usage", `"${words.join(" ")}" is no command any more: deno task rehearse`);
  }
  const quota = { perDay: 25, usedToday: 0, blockedUntil: null };
  const now = [
    renderStatus([], { colour: false, nextTick: null }),
    renderPlan({ entries: [], heals: [], quota, now: NOW }, { colour: false }),
  ].map((text) => headingsOf(text.split("\n")[0]!).join(" | "));
  const shown = transcript.split("\n").filter((line) => /^ {4}series {2}/.test(line)).map(headingsOf);
  assert.ok(shown.length >= 5, "no table was found");
  for (const headings of shown) {
    assert.ok(now.includes(headings.join(" | ")), `${headings.join(" | ")} is no table of today: deno task rehearse`);
  }
  assert.doesNotMatch(transcript, /malformed|failed|warning|ERROR/);
  for (const [, known, all] of transcript.matchAll(/Beside bars: (\d+) of (\d+) known/g)) assert.equal(known, all);
});
