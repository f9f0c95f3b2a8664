/**
 * Secrets as canaries: a key, a database password and a mail password go through everything the program does and everything
 * a vendor may say back. Then every table, file, page and output is searched for each of them, in every spelling.
 */
import assert from "node:assert/strict";
import { embeddedDir, serverDatabase } from "../support/database.ts";
import { BARS_ONLY, type Program, runProgram, startProgram, workFolder } from "../support/program.ts";
import { type Fault, notice, NOTICES, row, sampleRows, startVendor, type Vendor } from "../support/vendor.ts";
import { startMailbox } from "../support/mailbox.ts";
import { startReceiver } from "../support/receiver.ts";
import { filesUnder, spellingsOf, tablesOf } from "./haystack.ts";
import type { Proof } from "./main.ts";

/** With every character that some format writes in another way, and plain. */
const KEYS = ["Canary\"K&y<7>'+%/=x", "CANARYKEY0123456"];
const DB_PASSWORD = "CanaryDbPass:/@77&x";
const SMTP_PASSWORD = "Canary<Smtp>Pass 99";
const SIGNING = "Canary&Signing'Key 7";
const HOOK_TOKEN = "T0CANARY/B0HOOK/7xyz";

/** A place in which a secret may turn up. */
interface Text {
  readonly place: string;
  readonly text: string;
}

async function prove(count: number): Promise<Record<string, number>> {
  const seen = { scenarios: 0, "vendor requests": 0, texts: 0, characters: 0, hits: 0 };
  for (let index = 0; index < count; index++) {
    const key = KEYS[index % 2]!;
    const { texts, requests } = await playScenario({ key, engine: index % 4 < 2 ? "server" : "embedded" });
    const needles = [key, DB_PASSWORD, SMTP_PASSWORD, SIGNING, HOOK_TOKEN].flatMap((secret) => spellingsOf(secret));
    for (const { place, text } of texts) {
      const lower = text.toLowerCase();
      for (const { needle, spelling } of needles) {
        const at = lower.indexOf(needle);
        assert.ok(at < 0, `${place} holds a secret, ${spelling}: …${text.slice(Math.max(0, at - 200), at + 60)}…`);
      }
      seen.characters += text.length;
    }
    seen.scenarios += 1;
    seen["vendor requests"] += requests;
    seen.texts += texts.length;
  }
  return seen;
}

export const PROOF: Proof = { name: "canary", unit: "scenarios", short: 1, long: 8, prove };

async function playScenario(
  { key, engine }: { key: string; engine: "server" | "embedded" },
): Promise<{ texts: Text[]; requests: number }> {
  await using vendor = await startVendor();
  const login = { user: "etl@example.com", password: SMTP_PASSWORD };
  await using mailbox = await startMailbox({ login });
  // Repeats whatever it is given, as it came and as it was sent.
  const repeat = ({ password }: { password: string }) => `refused ${password} ${btoa(password)}`;
  await using strict = await startMailbox({ login: { ...login, password: "another" }, refusal: repeat });
  await using receiver = await startReceiver();
  await using forgetful = await startReceiver();
  const slack = `${forgetful.url}/${HOOK_TOKEN}`;
  forgetful.failAll({ status: 404, body: `no service at ${slack} for ${SIGNING}` });
  const faults = faultsFor(key);
  const symbols = [...faults.keys()];
  vendor.answerBy(({ symbol }) => faults.get(symbol ?? "") ?? null);
  const rows = sampleRows("daily", { count: 30, until: "2023-07-03" });
  vendor.bars({ symbol: "BAD", interval: "daily" }, [...rows, row("2023-06-31", "1.0000")]);
  await using place = engine === "server" ? await serverDatabase() : await embeddedDir();
  await using folder = await workFolder();
  const env = {
    ...environmentOf({ key, vendor, symbols: [...symbols, "GOOD", "BAD"] }),
    SMTP_PORT: String(mailbox.port),
    SLACK_WEBHOOK_URL: slack,
    WEBHOOK_URL: `${receiver.url}/${HOOK_TOKEN}`,
    WEBHOOK_SECRET: SIGNING,
    PING_URL: `${receiver.url}/ping/${HOOK_TOKEN}`,
  } as Record<string, string>;
  if ("url" in place) env.DATABASE_URL = withPassword(place.url);
  else env.DATA_DIR = place.path.replace(/\/database$/, "/data");
  const options = { cwd: folder.path, env };
  const texts: Text[] = [];
  const told = ({ stdout, stderr }: { stdout: string; stderr: string }, where: string) =>
    texts.push({ place: `standard output of ${where}`, text: stdout }, {
      place: `standard error of ${where}`,
      text: stderr,
    });

  told(await playCommands(commandsFor(symbols), options), "the commands");
  const refused = { SMTP_PORT: String(strict.port) };
  for (const { words, change } of [...slips(key), { words: ["notify", "test"], change: refused }]) {
    const ended = await runProgram(words, { ...options, env: { ...env, ...change } });
    assert.notEqual(ended.code, 0, `"${words.join(" ")}" went well: ${ended.stdout}`);
    told(ended, words.join(" "));
  }
  texts.push(...await playService(options));
  for (const { raw, text, html, log, subject } of mailbox.mails) {
    texts.push({ place: "a mail", text: [raw, subject, text, html, log].join("\n") });
  }
  for (const { body } of receiver.received) texts.push({ place: "a webhook", text: body });
  assert.ok(mailbox.mails.length > symbols.length && receiver.received.length > symbols.length, "nobody was told");
  assert.ok(strict.connections() > 0 && mailbox.mails.some(({ log }) => log !== null));
  assert.ok(vendor.requests.length > symbols.length, "the vendor was not asked");
  // The check of the way to the vendor sends no key.
  const sent = new Set(vendor.requests.map(({ parameters }) => parameters["apikey"]));
  assert.deepEqual([...sent].filter((one) => one !== undefined), [key]);
  texts.push(...await filesUnder(folder.path));
  assert.ok(texts.some(({ place }) => place.includes("/logs/")), "no log file was written");
  if ("db" in place) texts.push(...await tablesOf(place.db.pool));
  else texts.push(...await filesUnder(env.DATA_DIR!));
  const answered = texts.some(({ text }) => text.includes("[redacted]"));
  assert.ok(answered, "nothing was ever redacted: the canaries did not sing");
  return { texts, requests: vendor.requests.length };
}

function environmentOf({ key, vendor, symbols }: { key: string; vendor: Vendor; symbols: string[] }) {
  const env: Record<string, string> = {
    ALPHAVANTAGE_API_KEY: key,
    ...BARS_ONLY,
    ALPHAVANTAGE_URL: vendor.url,
    API_TIMEOUT_SEC: "1",
    API_POLITE_DELAY_SEC: "0",
    API_REQUESTS_PER_MINUTE: "6000",
    API_REQUESTS_PER_DAY: "0",
    STOCK_SYMBOLS: symbols.join(","),
    STOCK_INTERVALS: "daily",
    SCHEDULE_CRON: "* * * * *",
    LOG_LEVEL: "debug",
    EMAIL_SENDER_ADDRESS: "etl@example.com",
    EMAIL_RECIPIENT_ADDRESS: "me@example.com",
    EMAIL_SENDER_PASSWORD: SMTP_PASSWORD,
    EMAIL_ON: "always",
    SMTP_HOST: "127.0.0.1",
    SMTP_SECURE: "none",
  };
  return env;
}

function withPassword(text: string): string {
  const url = new URL(text);
  url.password = encodeURIComponent(DB_PASSWORD);
  return url.href;
}

/** What the vendor may say, by the symbol it says it to: every notice, every fault, and the key in every place. */
function faultsFor(key: string): Map<string, Fault> {
  const faults = new Map<string, Fault>();
  for (const { number } of NOTICES) faults.set(`N${number.replace(/\W/g, "")}`, notice(number));
  const plain = [
    "empty",
    "html-503",
    "refused-accept",
    "http-429",
    "redirect",
    "truncated-json",
    "wrong-symbol",
    "reset",
  ];
  for (const fault of [...plain, "reset-mid-body", "stalled-body", "gzip"] as Fault[]) {
    faults.set(`F${String(fault).replace(/\W/g, "").toUpperCase()}`, fault);
  }
  const escaped = Array.from(key, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
  const inJson = JSON.stringify(key).slice(1, -1);
  const echoes = [
    inJson,
    escaped,
    `${escaped.slice(0, 6)}${inJson.slice(1)}`,
    encodeURIComponent(key),
    inJson.toLowerCase(),
  ];
  for (const [index, echo] of echoes.entries()) {
    const say = (place: string, body: string, more = {}) => faults.set(`E${index}${place}`, { body, ...more });
    say("NOTE", `{"Note": "Your key ${echo} has been seen"}`);
    // The key lies across the place where a long message is cut.
    say("LONG", `{"Information": "${"x".repeat(992)}${echo} and more"}`);
    say("NAME", `{"${echo}": "is the name of the notice"}`);
    say("META", `{"Meta Data": {"2. Symbol": "${echo}"}, "Time Series (Daily)": {"2023-07-03": {}}}`);
    say("PAGE", `<html><body>No such key: ${echo}</body></html>`, { status: 503, contentType: "text/html" });
    say("ROWS", answerWith(`E${index}ROWS`, echo));
  }
  return faults;
}

/** A good answer in which the key stands wherever a text may: refused rows are kept as they came. */
function answerWith(symbol: string, echo: string): string {
  const good = '{"1. open": "1.0", "2. high": "1.0", "3. low": "1.0", "4. close": "1.0", "5. volume": "1"}';
  return `{"Meta Data": {"1. Information": "for ${echo}", "2. Symbol": "${symbol}", "3. Last Refreshed": "${echo}",
    "5. Time Zone": "US/Eastern"}, "Time Series (Daily)": {"2023-07-03": ${good},
    "2023-06-30": {"1. open": "${echo}", "2. high": "1.0", "3. low": "1.0", "4. close": "1.0", "5. volume": "1"},
    "2023-06-29": {"${echo}": "1.0"}, "2023-06-28": "${echo}", "${echo}": ${good}}}`;
}

/** One run per fault, because some end a run; all the views in between. */
function commandsFor(symbols: readonly string[]): string[][] {
  const notices = [["notify", "status"], ["notify", "status", "--json"], ["mail", "preview", "--out", "preview.eml"]];
  const views = [...notices, ["plan"], ["plan", "--json"], ["status"], ["status", "--json"], ["check"], ["migrate"], [
    "help",
  ]];
  const runs = symbols.map((symbol) => ["run", "--symbols", symbol]);
  return [["run", "--symbols", "GOOD,BAD"], ...runs, ...views, ["run", "--quiet"]];
}

/** Secrets where they do not belong. */
function slips(key: string): { words: string[]; change: Record<string, string> }[] {
  const slip = (words: string[], change: Record<string, string> = {}) => ({ words, change });
  return [
    slip([key]),
    slip(["run", `--apikey=${key}`]),
    slip(["run", "--symbols", key]),
    slip(["check", DB_PASSWORD], { DATABASE_URL: withPassword("postgres://me@127.0.0.1:9/none") }),
    slip(["run"], { SCHEDULE_CRON: key, STOCK_INTERVALS: key, STOCK_SYMBOLS: `A B,${key}`, PORT: key, LOG_LEVEL: key }),
    slip(["plan"], { ALPHAVANTAGE_URL: `https://example.com/query?apikey=${encodeURIComponent(key)}` }),
    slip(["status"], { DATABASE_URL: withPassword("postgres://me@127.0.0.1:9/none") }),
    slip(["status"], { DATABASE_URL: `postgres://me:${DB_PASSWORD}@127.0.0.1:9/none` }),
    slip(["check"], { DATABASE_URL: `mysql://me:${encodeURIComponent(DB_PASSWORD)}@127.0.0.1:9/none` }),
    slip(["run"], { SMTP_HOST: SMTP_PASSWORD, EMAIL_SENDER_ADDRESS: SMTP_PASSWORD }),
  ];
}

async function playCommands(
  commands: readonly string[][],
  { cwd, env }: { cwd: string; env: Record<string, string> },
): Promise<{ stdout: string; stderr: string }> {
  const program = new URL("./victim_commands.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", program, JSON.stringify(commands)],
    cwd,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const ended = { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  assert.equal(code, 0, ended.stderr);
  return ended;
}

/** The service with its pages, asked for what there is and what there is not. */
async function playService({ cwd, env }: { cwd: string; env: Record<string, string> }): Promise<Text[]> {
  const port = freePort();
  const key = env.ALPHAVANTAGE_API_KEY!;
  const page = `http://127.0.0.1:${port}`;
  const program: Program = startProgram(["serve"], { cwd, env: { ...env, PORT: String(port) } });
  try {
    await program.said(/Keeping \d+ series/);
    const texts: Text[] = [];
    const asked = [
      "/",
      "/healthz",
      "/readyz",
      "/metrics",
      "/nowhere",
      `/nowhere?apikey=${encodeURIComponent(key)}`,
      `/?key=${encodeURIComponent(key)}`,
    ];
    for (const path of asked) {
      const response = await fetch(page + path);
      const headers = [...response.headers].map((header) => header.join(": ")).join("\n");
      texts.push({ place: `page ${asked.indexOf(path)} of the service`, text: `${headers}\n${await response.text()}` });
    }
    program.kill("SIGTERM");
    const { code, stdout, stderr } = await program.ended;
    assert.equal(code, 0, stderr);
    return [...texts, { place: "standard output of serve", text: stdout }, {
      place: "its standard error",
      text: stderr,
    }];
  } finally {
    await program[Symbol.asyncDispose]();
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
