/** The program as its users run it: a child process, a server database, a vendor on this machine. */
import assert from "node:assert/strict";
import { serverDatabase } from "./support/database.ts";
import { startMailbox } from "./support/mailbox.ts";
import { startCurrentVendor } from "./support/market.ts";
import { runProgram, startProgram, workFolder } from "./support/program.ts";
import { notice, type Vendor } from "./support/vendor.ts";

const KEY = "CANARYKEY0123456";

function settings(vendor: Vendor, url: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    ALPHAVANTAGE_API_KEY: KEY,
    ALPHAVANTAGE_URL: vendor.url,
    API_POLITE_DELAY_SEC: "0",
    API_REQUESTS_PER_MINUTE: "6000",
    API_REQUESTS_PER_DAY: "0",
    STOCK_SYMBOLS: "AAA,BBB,CCC",
    STOCK_INTERVALS: "daily",
    DATABASE_URL: url,
    ...more,
  };
}

async function stage({ symbols = ["AAA", "BBB", "CCC"] } = {}) {
  const vendor = await startCurrentVendor(symbols);
  const database = await serverDatabase();
  const folder = await workFolder();
  return {
    vendor,
    db: database.db,
    url: database.url,
    cwd: folder.path,
    count: async (sql: string) => Number((await database.db.pool.query(`select count(*) from ${sql}`)).rows[0].count),
    outcomes: async () =>
      (await database.db.pool.query("select outcome from run order by id")).rows.map(({ outcome }) => outcome),
    [Symbol.asyncDispose]: async () => {
      await vendor.close();
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("run: new bars, then nothing due; the exit code is 0 both times", async () => {
  await using at = await stage();
  const env = settings(at.vendor, at.url);
  const first = await runProgram(["run"], { cwd: at.cwd, env });
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /Run 1 complete in .*: 3 of 3 series stored, 300 new bars, 3 requests/);
  const second = await runProgram(["run"], { cwd: at.cwd, env });
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stdout, /nothing due/);
  assert.equal(at.vendor.requests.length, 3);
  assert.equal(await at.count("stock_data where settled"), 300);
  assert.deepEqual(await at.outcomes(), ["complete", "nothing-due"]);
});

Deno.test("run: structured lines on stderr and a log file per run under logs/YYYY-MM", async () => {
  await using at = await stage();
  const { stderr } = await runProgram(["run"], { cwd: at.cwd, env: settings(at.vendor, at.url) });
  const lines = stderr.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(lines.length > 5);
  const month = new Date().toISOString().slice(0, 7);
  const [file] = await Array.fromAsync(Deno.readDir(`${at.cwd}/logs/${month}`), ({ name }) => name);
  assert.match(file!, /^run-1-\d{8}T\d{6}Z\.log$/);
  const logged = await Deno.readTextFile(`${at.cwd}/logs/${month}/${file}`);
  assert.match(logged.trim().split("\n").at(-1)!, /complete/);
});

Deno.test("run: the exit code tells partial, deferred and failed apart from green", async () => {
  const cases: [string, (parameters: Record<string, string>) => ReturnType<typeof notice> | null, number, string][] = [
    ["one unknown symbol", ({ symbol }) => symbol === "BBB" ? notice("2") : null, 3, "partial"],
    ["a daily limit", ({ symbol }) => symbol === "BBB" ? notice("6") : null, 3, "deferred"],
    ["a refused key", () => notice("1"), 1, "failed"],
  ];
  await Promise.all(cases.map(async ([name, answer, code, outcome]) => {
    await using at = await stage();
    at.vendor.answerBy(answer);
    const ended = await runProgram(["run"], { cwd: at.cwd, env: settings(at.vendor, at.url) });
    assert.equal(ended.code, code, `${name}: ${ended.stdout}${ended.stderr}`);
    assert.deepEqual(await at.outcomes(), [outcome], name);
  }));
});

Deno.test("wrong words, wrong settings and a missing key end with 2 and one message each", async () => {
  await using folder = await workFolder();
  const { path: cwd } = folder;
  const cases: [string[], Record<string, string>, RegExp][] = [
    [["rnu"], {}, /unknown command "rnu"/],
    [["run", "--intervals", "2min"], {}, /"2min" is not one of 1min/],
    [["run"], {}, /ALPHAVANTAGE_API_KEY is not set/],
    [["run"], { API_KEY: KEY, STOCK_SYMBOLS: "A B", PORT: "x" }, /PORT[\s\S]*"A B" is not a symbol/],
    [["run", "--symbols", "MSFT"], { API_KEY: KEY }, /configured are IBM/],
    [["serve"], { SCHEDULE_CRON: "0 0 30 2 *" }, /SCHEDULE_CRON/],
    [["status"], { DATABASE_URL: `mysql://u:${KEY}@h/d` }, /DATABASE_URL/],
    [["run", `--apikey=${KEY}`], { API_KEY: KEY }, /unknown option/],
    [[KEY], { API_KEY: KEY }, /unknown command/],
    [["check", "--x"], { API_KEY: KEY, SCHEDULE_CRON: KEY }, /unknown option/],
    [["run"], { API_KEY: KEY, SCHEDULE_CRON: KEY }, /SCHEDULE_CRON/],
  ];
  await Promise.all(cases.map(async ([args, env, message]) => {
    const ended = await runProgram(args, { cwd, env });
    assert.equal(ended.code, 2, `${args}: ${ended.stderr}`);
    assert.match(ended.stderr, message);
    assert.doesNotMatch(ended.stderr, /\bat .*\.ts:\d+/, "a stack trace is no message");
    assert.ok(!(ended.stderr + ended.stdout).includes(KEY));
    assert.equal(ended.stdout, "");
  }));
});

Deno.test("a database that is not there: exit 1, where it was looked for, and no password", async () => {
  await using at = await stage();
  const env = settings(at.vendor, "postgres://me:SECRETPASSWORD@127.0.0.1:9/none");
  const ended = await runProgram(["run"], { cwd: at.cwd, env });
  assert.equal(ended.code, 1);
  assert.match(ended.stderr, /127\.0\.0\.1:9/);
  assert.ok(!ended.stderr.includes("SECRETPASSWORD"));
});

Deno.test("SIGTERM while the vendor is silent ends the run within the grace, cancelled, and closes it", async () => {
  await using at = await stage();
  at.vendor.fail("silent");
  await using program = startProgram(["run"], { cwd: at.cwd, env: settings(at.vendor, at.url) });
  await at.vendor.arrived(1);
  const asked = Date.now();
  program.kill("SIGTERM");
  const { code } = await program.ended;
  assert.equal(code, 1);
  assert.ok(Date.now() - asked < 10_000, `took ${Date.now() - asked} ms`);
  assert.deepEqual(await at.outcomes(), ["cancelled"]);
  assert.equal(at.vendor.requests.length, 1);
});

Deno.test("a second signal does not wait for the grace", async () => {
  await using at = await stage();
  at.vendor.fail("silent");
  await using program = startProgram(["run"], { cwd: at.cwd, env: settings(at.vendor, at.url) });
  await at.vendor.arrived(1);
  const asked = Date.now();
  program.kill("SIGINT");
  program.kill("SIGTERM");
  await program.ended;
  assert.ok(Date.now() - asked < 4_000, `took ${Date.now() - asked} ms`);
  assert.deepEqual(await at.outcomes(), ["cancelled"]);
});

Deno.test("two runs at once: the second waits for the first and then finds nothing due", async () => {
  await using at = await stage();
  const env = settings(at.vendor, at.url);
  at.vendor.fail("stalled-body");
  await using first = startProgram(["run"], { cwd: at.cwd, env: { ...env, API_TIMEOUT_SEC: "3" } });
  await at.vendor.arrived(1);
  await using second = startProgram(["run"], { cwd: at.cwd, env });
  await second.said(/waiting/i);
  assert.equal((await first.ended).code, 0);
  const ended = await second.ended;
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(await at.outcomes(), ["complete", "nothing-due"]);
});

Deno.test("check finds the stock_data of another program, and says how to keep it", async () => {
  await using at = await stage();
  await at.db.pool.query("drop schema public cascade; create schema public");
  await at.db.pool.query("create table stock_data (symbol text, ts timestamptz)");
  const ended = await runProgram(["check"], { cwd: at.cwd, env: settings(at.vendor, at.url) });
  assert.equal(ended.code, 1, ended.stdout);
  assert.match(
    ended.stdout,
    /fail +database .* another program made\n.*alter table stock_data rename to stock_data_old/,
  );
  const run = await runProgram(["run"], { cwd: at.cwd, env: settings(at.vendor, at.url) });
  assert.equal(run.code, 1);
  assert.match(run.stderr, /stock_data/);
  await at.db.pool.query("alter table stock_data rename to stock_data_old");
  assert.equal((await runProgram(["run"], { cwd: at.cwd, env: settings(at.vendor, at.url) })).code, 0);
});

Deno.test("a reader that has heard enough (| head) is no failure", async () => {
  await using at = await stage();
  const env = settings(at.vendor, at.url);
  const main = new URL("../main.ts", import.meta.url).pathname;
  const pipe = `set -o pipefail; "$DENO" run --quiet --no-check -A "$MAIN" plan | true`;
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-c", pipe],
    cwd: at.cwd,
    env: { ...env, DENO: Deno.execPath(), MAIN: main },
  }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.equal(code, 0);
});

Deno.test("the .env file of either old pipeline is accepted by check as it stands", async () => {
  await using at = await stage();
  // In the place of Gmail.
  const login = { user: "etl@example.com", password: "app password" };
  await using mailbox = await startMailbox({ login });
  const mail = { SMTP_HOST: "127.0.0.1", SMTP_PORT: String(mailbox.port), SMTP_SECURE: "none" };
  const { hostname, port, username, password, pathname } = new URL(at.url);
  const database = pathname.slice(1);
  const intraday = [
    `DB_NAME=${database}`,
    `DB_USER=${username}`,
    `DB_PASS=${password || "none"}`,
    `DB_HOST=${hostname}`,
    `DB_PORT=${port}`,
    `alphavantage_API_KEY=${KEY}`,
    "EMAIL_SENDER_ADDRESS=etl@example.com",
    "EMAIL_SENDER_PASSWORD=app password",
    "EMAIL_RECIPIENT_ADDRESS=me@example.com",
  ];
  const dagster = [
    `API_KEY="${KEY}"`,
    "STOCK_SYMBOLS=AAPL,MSFT",
    `POSTGRES_USER=${username}`,
    `POSTGRES_PASSWORD=${password || "none"}`,
    `POSTGRES_DB=${database}`,
    `POSTGRES_HOST=${hostname}`,
    `POSTGRES_PORT=${port}`,
    "DAG_SCHEDULE_CRON=0 6 * * *",
    "API_POLITE_DELAY_SEC=12",
  ];
  for (
    const [name, lines, found] of [["Config/.env", intraday, /2 series of 1 symbol/], [
      ".env",
      dagster,
      /4 series of 2/,
    ]] as const
  ) {
    await using folder = await workFolder({ [name]: `${lines.join("\n")}\n` });
    const ended = await runProgram(["check"], { cwd: folder.path, env: { ALPHAVANTAGE_URL: at.vendor.url, ...mail } });
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, found);
    assert.match(ended.stdout, new RegExp(database));
    assert.match(ended.stdout, /\nReady\n/);
  }
  assert.ok(at.vendor.requests.every(({ parameters }) => parameters["apikey"] === undefined), "check spends no quota");
});

const ROOT = new URL("../", import.meta.url);

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: { readonly specifier: string };
    readonly npmPackage?: string;
    readonly isDynamic?: boolean;
  }[];
}

/** Everything `main.ts` imports, or what it imports does, before any `import()` is reached. */
async function loadedAtOnce(): Promise<Set<string>> {
  const command = new Deno.Command(Deno.execPath(), { args: ["info", "--json", "main.ts"], cwd: ROOT, stdin: "null" });
  const { modules, redirects = {} } = JSON.parse(new TextDecoder().decode((await command.output()).stdout)) as {
    modules: Module[];
    redirects?: Record<string, string>;
  };
  const known = new Map(modules.map((module) => [module.specifier, module]));
  const loaded = new Set<string>();
  const load = (specifier: string) => {
    const place = redirects[specifier] ?? specifier;
    if (loaded.has(place)) return;
    loaded.add(place);
    for (const { code, isDynamic } of known.get(place)?.dependencies ?? []) {
      if (code !== undefined && !isDynamic) load(code.specifier);
    }
  };
  load(new URL("main.ts", ROOT).href);
  return loaded;
}

Deno.test("before a command is known, its reader and its library are loaded, and no room", async () => {
  const loaded = [...await loadedAtOnce()].map((specifier) => specifier.replace(ROOT.href, ""));
  const ours = loaded.filter((specifier) => specifier.startsWith("src/") && !specifier.startsWith("src/terminal/"));
  assert.deepEqual(ours.sort(), [
    "src/bar.ts",
    "src/calendar.ts",
    "src/extract.ts",
    "src/holidays.ts",
    "src/hosting.ts",
    "src/machine.ts",
    "src/selection.ts",
  ]);
  const libraries = loaded.filter((specifier) => specifier.startsWith("npm:"));
  assert.deepEqual(libraries.map((specifier) => /npm:\/?(@?[^@]+)/.exec(specifier)?.[1]), ["commander"]);
});

Deno.test("help and the version are printed and end with 0, whatever the environment", async () => {
  await using folder = await workFolder();
  const env = { DATABASE_URL: "nonsense", PORT: "-1" };
  const help = await runProgram(["--help"], { cwd: folder.path, env });
  assert.deepEqual([help.code, help.stderr], [0, ""]);
  assert.match(help.stdout, /^Usage: stocks-etl .*Exit codes: 0 complete/s);
  const version = await runProgram(["--version"], { cwd: folder.path, env });
  assert.deepEqual([version.code, version.stderr], [0, ""]);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});
