import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { type Config, parseConfig, requireKey } from "../src/config.ts";
import { exampleEnvironment } from "../src/variables.ts";

const noFiles = (path: string): string => {
  throw new Error(`no file "${path}"`);
};

function accepted(env: Record<string, string | undefined>, readFile = noFiles) {
  const parsed = parseConfig(env, { readFile });
  assert.ok("config" in parsed, `refused: ${JSON.stringify("problems" in parsed && parsed.problems)}`);
  return parsed;
}

function refused(env: Record<string, string | undefined>, readFile = noFiles): string[] {
  const parsed = parseConfig(env, { readFile });
  assert.ok("problems" in parsed, "accepted");
  assert.ok(parsed.problems.length > 0);
  return parsed.problems.map((problem) => problem.message);
}

function urlOf(config: Config): string {
  assert.equal(config.database.kind, "server");
  return config.database.kind === "server" ? config.database.url : "";
}

Deno.test("nothing set: the defaults, and none of them warns", () => {
  const { config, origins, warnings } = accepted({});
  assert.deepEqual(config, {
    vendor: {
      key: null,
      url: "https://www.alphavantage.co/query",
      entitlement: null,
      extendedHours: true,
      timeoutMs: 60_000,
      perDay: 25,
      perMinute: 30,
      concurrency: 1,
      politeDelayMs: 2000,
    },
    series: [{ symbol: "IBM", interval: "30min" }, { symbol: "IBM", interval: "daily" }],
    adjusted: false,
    database: { kind: "embedded", dataDir: "data/postgres" },
    archiveDays: 400,
    schedule: { cron: "0 6 * * *", timezone: "UTC" },
    ticks: { missed: "latest", overlap: "queue" },
    retention: { runs: 400, events: 30, logs: 90 },
    logDir: "logs",
    logLevel: "info",
    logFormat: "auto",
    host: "127.0.0.1",
    port: 3000,
    email: null,
    secrets: [],
  });
  assert.deepEqual(warnings, []);
  assert.ok(Object.values(origins).every((origin) => origin === "default"));
});

Deno.test("the intraday pipeline's .env is accepted as it is", () => {
  const env = parseEnv(`# Database
DB_NAME=stocks
DB_USER=etl
DB_PASS=p@ss:w/rd%
DB_HOST=db
DB_PORT=5432
alphavantage_API_KEY=CANARYKEY1234567
EMAIL_SENDER_ADDRESS=etl.sender@gmail.com
EMAIL_SENDER_PASSWORD="abcd efgh ijkl mnop"
EMAIL_RECIPIENT_ADDRESS=me@example.org
`);
  const { config, origins, warnings } = accepted(env);
  assert.equal(config.vendor.key, "CANARYKEY1234567");
  assert.equal(origins.ALPHAVANTAGE_API_KEY, "alphavantage_API_KEY");
  assert.equal(urlOf(config), "postgresql://etl:p%40ss%3Aw%2Frd%25@db:5432/stocks");
  assert.deepEqual(config.email, {
    sender: "etl.sender@gmail.com",
    password: "abcd efgh ijkl mnop",
    recipients: ["me@example.org"],
    smtp: { host: "smtp.gmail.com", port: 587, secure: "starttls" },
  });
  assert.deepEqual(warnings, []);
});

Deno.test("the daily pipeline's .env is accepted as it is", () => {
  const env = parseEnv(`API_KEY=CANARYKEY1234567
STOCK_SYMBOLS=AAPL,MSFT,GOOG
POSTGRES_USER=stock_user
POSTGRES_PASSWORD=stock_pass
POSTGRES_DB=stock_db
POSTGRES_PORT=5432
DAG_SCHEDULE_CRON="0 * * * *"
API_POLITE_DELAY_SEC=12
`);
  const { config, origins, warnings } = accepted(env);
  assert.equal(urlOf(config), "postgresql://stock_user:stock_pass@localhost:5432/stock_db");
  assert.equal(config.schedule.cron, "0 * * * *");
  assert.equal(origins.SCHEDULE_CRON, "DAG_SCHEDULE_CRON");
  assert.equal(config.vendor.politeDelayMs, 12_000);
  assert.deepEqual(config.series.map((one) => one.symbol), ["AAPL", "AAPL", "MSFT", "MSFT", "GOOG", "GOOG"]);
  assert.deepEqual(warnings, []);
});

Deno.test(".env.example is what the table says, and used as it is it changes nothing", () => {
  const example = Deno.readTextFileSync(new URL("../.env.example", import.meta.url));
  assert.equal(
    example,
    exampleEnvironment(),
    'write it anew: deno eval \'import { exampleEnvironment } from "./src/variables.ts"; ' +
      'Deno.writeTextFileSync(".env.example", exampleEnvironment())\'',
  );
  assert.deepEqual(accepted(parseEnv(example)).config, accepted({}).config);
});

Deno.test("every problem is told at once, under the name that was given", () => {
  const problems = refused({
    DAG_SCHEDULE_CRON: "61 * * * *",
    PORT: "80a",
    STOCK_SYMBOLS: "IBM:2min,A B",
    API_TIMEOUT_SEC: "0",
    LOG_LEVEL: "loud",
    STOCK_ADJUSTED: "maybe",
    DB_NAME: "stocks",
    EMAIL_SENDER_ADDRESS: "nobody",
  });
  const expected = [
    /^Cannot use DAG_SCHEDULE_CRON: .*61/,
    /^Cannot use PORT: "80a" is not a whole number from 1 to 65535$/,
    /^Cannot use STOCK_SYMBOLS: in "IBM:2min" "2min" is not one of 1min, 5min, 15min, 30min, 60min, daily, weekly, monthly$/,
    /^Cannot use STOCK_SYMBOLS: "A B" is not a symbol$/,
    /^Cannot use API_TIMEOUT_SEC: "0" is not a whole number from 1 to 600$/,
    /^Cannot use LOG_LEVEL: "loud" is not one of debug, info, warning, error$/,
    /^Cannot use STOCK_ADJUSTED: "maybe" is not true or false$/,
    /DB_USER is missing$/,
    /^Cannot use EMAIL_SENDER_ADDRESS: "nobody" is not a mail address$/,
    /EMAIL_RECIPIENT_ADDRESS is missing$/,
  ];
  for (const pattern of expected) {
    assert.ok(problems.some((message) => pattern.test(message)), `${pattern} of ${problems}`);
  }
  assert.equal(problems.length, expected.length, problems.join("\n"));
});

Deno.test("numbers are what they look like: no hex, exponent, sign or fraction slips through", () => {
  for (const port of ["0x50", "8e1", "+80", "-1", "80.5", " ", "65536", "٣"]) {
    if (port.trim() === "") accepted({ PORT: port });
    else assert.match(refused({ PORT: port })[0]!, /^Cannot use PORT: /);
  }
  for (const delay of ["1e3", "-1", "Infinity", "NaN", "3601", "1."]) refused({ API_POLITE_DELAY_SEC: delay });
  assert.equal(accepted({ API_POLITE_DELAY_SEC: "0.2" }).config.vendor.politeDelayMs, 200);
  for (const none of ["0", "unlimited", "Unlimited"]) {
    assert.equal(accepted({ API_REQUESTS_PER_DAY: none }).config.vendor.perDay, null);
  }
  assert.equal(accepted({ ARCHIVE_DAYS: "0" }).config.archiveDays, null);
});

Deno.test("an empty value is the same as none, and quotes that docker kept are taken off", () => {
  const { config } = accepted({ ALPHAVANTAGE_API_KEY: "", DATABASE_URL: "", SCHEDULE_CRON: '"0 7 * * *"', PORT: "" });
  assert.equal(config.vendor.key, null);
  assert.equal(config.database.kind, "embedded");
  assert.equal(config.schedule.cron, "0 7 * * *");
  assert.equal(
    accepted({ ALPHAVANTAGE_API_KEY: "  ", API_KEY: "OLDNAME123456789" }).config.vendor.key,
    "OLDNAME123456789",
  );
});

Deno.test("canonical name over old name, with a warning only when they differ", () => {
  const env = { ALPHAVANTAGE_API_KEY: "NEWKEY1234567890", API_KEY: "OLDKEY1234567890", SCHEDULE_CRON: "0 7 * * *" };
  const { config, warnings } = accepted({ ...env, DAG_SCHEDULE_CRON: "0 7 * * *" });
  assert.equal(config.vendor.key, "NEWKEY1234567890");
  assert.deepEqual(warnings.map((warning) => warning.name), ["API_KEY"]);
  assert.ok(!JSON.stringify(warnings).includes("OLDKEY"), "a warning quotes a key");
});

Deno.test("secrets from files: line end taken off, blanks kept; unreadable and empty are problems", () => {
  const files: Record<string, string> = {
    "/run/key": "FILEKEY123456789\r\n",
    "/run/pass": " a b \n",
    "/run/empty": "\n",
  };
  const readFile = (path: string) => files[path] ?? noFiles(path);
  const env = { API_KEY_FILE: "/run/key", DB_NAME: "n", DB_USER: "u", DB_PASS_FILE: "/run/pass" };
  const { config, origins } = accepted(env, readFile);
  assert.equal(config.vendor.key, "FILEKEY123456789");
  assert.equal(origins.ALPHAVANTAGE_API_KEY, "API_KEY_FILE");
  assert.equal(urlOf(config), "postgresql://u:%20a%20b%20@localhost:5432/n");
  assert.match(refused({ DATABASE_URL_FILE: "/nowhere" }, readFile)[0]!, /file named by DATABASE_URL_FILE: no file/);
  assert.match(refused({ API_KEY_FILE: "/run/empty" }, readFile)[0]!, /"\/run\/empty" is empty$/);
  assert.equal(accepted({ PORT_FILE: "/nowhere" }, readFile).config.port, 3000);
});

Deno.test("which database: DATABASE_URL over DB_* over POSTGRES_*, the others named in a warning", () => {
  const url = "postgres://u:secret-in-url@h/d";
  const all = { DATABASE_URL: url, DB_NAME: "a", POSTGRES_DB: "b", POSTGRES_USER: "u", DB_USER: "u" };
  const first = accepted(all);
  assert.equal(urlOf(first.config), url);
  assert.deepEqual(first.warnings.map((warning) => warning.name), ["DB_*", "POSTGRES_*"]);
  assert.match(urlOf(accepted({ ...all, DATABASE_URL: "" }).config), /\/a$/);
  assert.match(urlOf(accepted({ ...all, DATABASE_URL: "", DB_NAME: "", DB_USER: "" }).config), /\/b$/);
});

Deno.test("database parts: half given, bad port, a service link of Kubernetes, sockets and IPv6", () => {
  assert.deepEqual(refused({ DB_PASS: "CANARY-PASSWORD", DB_HOST: "db" }), [
    "Cannot connect to a server from DB_*: DB_NAME is missing",
    "Cannot connect to a server from DB_*: DB_USER is missing",
  ]);
  const parts = { POSTGRES_DB: "d", POSTGRES_USER: "u" };
  assert.match(refused({ ...parts, POSTGRES_PORT: "tcp://10.0.0.1:5432" })[0]!, /^Cannot use POSTGRES_PORT: "tcp:/);
  assert.match(refused({ ...parts, POSTGRES_PORT: "0" })[0]!, /is not a port/);
  assert.equal(urlOf(accepted({ ...parts, POSTGRES_HOST: "::1" }).config), "postgresql://u@[::1]:5432/d");
  assert.equal(
    urlOf(accepted({ ...parts, POSTGRES_HOST: "/run/postgresql" }).config),
    "postgresql://u@/d?host=%2Frun%2Fpostgresql&port=5432",
  );
});

Deno.test("a wrong DATABASE_URL is refused without quoting it", () => {
  for (
    const url of [
      "mysql://u:CANARY-PASSWORD@h/d",
      "postgres://u:CANARY-PASSWORD/x@h:5432/d",
      "postgres://u:CANARY-PASSWORD#x@h/d",
      "postgres://u:CANARY-PASSWORD%@h/d",
      "postgres://u:12?CANARY-PASSWORD@h/d",
      "u:CANARY-PASSWORD@h/d",
    ]
  ) {
    const problems = refused({ DATABASE_URL: url });
    assert.match(problems[0]!, /^Cannot use DATABASE_URL: /, url);
    assert.ok(!problems.join().includes("CANARY"), problems.join());
  }
  accepted({ DATABASE_URL: "postgresql://u@/d?host=/run/postgresql" });
});

Deno.test("the key never travels in clear: http only to loopback, nothing hidden in the URL", () => {
  for (
    const url of ["http://127.0.0.1:8080/query", "http://localhost/q", "http://[::1]:9/q", "https://example.org/query"]
  ) {
    assert.equal(accepted({ ALPHAVANTAGE_URL: url }).config.vendor.url, url);
  }
  const wrong = [
    "http://www.alphavantage.co/query",
    "http://127.0.0.1.evil.example/query",
    "http://localhost.evil.example/query",
    "http://notlocalhost/query",
    "https://u:p@example.org/query",
    "https://example.org/query?apikey=1",
    "ftp://example.org",
    "query",
  ];
  for (const url of wrong) assert.match(refused({ ALPHAVANTAGE_URL: url })[0]!, /^Cannot use ALPHAVANTAGE_URL: /, url);
});

Deno.test("slips of the pen are told; neighbours of short names and ordinary variables are not", () => {
  const slips = {
    STOCK_SYMBOL: "IBM",
    SCHEDULE_CRONS: "x",
    alphavantage_api_key: "CANARYKEY1234567",
    DATABSE_URL: "x",
  };
  const { warnings } = accepted(slips);
  assert.deepEqual(warnings.map((warning) => warning.name).sort(), Object.keys(slips).sort());
  assert.ok(!JSON.stringify(warnings).includes("CANARY"));
  const ordinary = {
    PATH: "/bin",
    HOME: "/",
    HTTP_PORT: "1",
    APP_KEY: "k",
    DENO_DIR: "/d",
    LOGNAME: "me",
    SMTP_USER: "u",
  };
  assert.deepEqual(accepted(ordinary).warnings, []);
  assert.deepEqual(accepted({ STOCK_SYMBOL: "" }).warnings, []);
});

Deno.test("doubtful settings warn: the demo key, a placeholder, a pace the delay never allows", () => {
  const names = (env: Record<string, string>) => accepted(env).warnings.map((warning) => warning.name);
  assert.deepEqual(names({ API_KEY: "demo" }), ["ALPHAVANTAGE_API_KEY"]);
  assert.deepEqual(names({ API_KEY: "your_api_key" }), ["ALPHAVANTAGE_API_KEY"]);
  assert.deepEqual(names({ API_REQUESTS_PER_MINUTE: "75" }), ["API_REQUESTS_PER_MINUTE"]);
  assert.deepEqual(names({ API_REQUESTS_PER_MINUTE: "75", API_POLITE_DELAY_SEC: "0.8" }), []);
  assert.deepEqual(names({ API_REQUESTS_PER_MINUTE: "75", API_POLITE_DELAY_SEC: "0" }), []);
  assert.deepEqual(names({ API_CONCURRENCY: "2" }), ["API_CONCURRENCY"]);
  assert.deepEqual(names({ API_CONCURRENCY: "8", API_REQUESTS_PER_DAY: "unlimited" }), []);
});

Deno.test("mail: several recipients, TLS by port, a wrong address is a problem", () => {
  const env = { EMAIL_SENDER_ADDRESS: "a@b.org", EMAIL_RECIPIENT_ADDRESS: "x@y.org, z@y.org", SMTP_PORT: "465" };
  const { config } = accepted(env);
  assert.deepEqual(config.email?.recipients, ["x@y.org", "z@y.org"]);
  assert.equal(config.email?.smtp.secure, "tls");
  assert.equal(accepted({ ...env, SMTP_SECURE: "none" }).config.email?.smtp.secure, "none");
  assert.match(refused({ ...env, EMAIL_RECIPIENT_ADDRESS: "x@y.org;z@y.org" })[0]!, /is not a list of mail addresses$/);
  assert.match(refused({ EMAIL_SENDER_PASSWORD: "CANARY" })[0]!, /EMAIL_SENDER_ADDRESS is missing$/);
  assert.equal(accepted({ SMTP_HOST: "mail.example.org" }).config.email, null);
});

Deno.test("the secrets are known in every spelling, also when the configuration cannot be used", () => {
  const { secrets } = accepted({
    API_KEY: "CANARYKEY1234567",
    DB_NAME: "d",
    DB_USER: "u",
    DB_PASS: "p@ss w/rd",
    EMAIL_SENDER_ADDRESS: "a@b.org",
    EMAIL_RECIPIENT_ADDRESS: "a@b.org",
    EMAIL_SENDER_PASSWORD: "mail pass",
  });
  for (const secret of ["CANARYKEY1234567", "p@ss w/rd", "p%40ss%20w%2Frd", "mail pass", "mail%20pass"]) {
    assert.ok(secrets.includes(secret), secret);
  }
  assert.ok(accepted({ DATABASE_URL: "postgres://u@h/d?password=in%20query" }).secrets.includes("in query"));
  assert.ok(accepted({ DATABASE_URL: "postgres://u@h/d?password=100%25" }).secrets.includes("100%"));
  assert.deepEqual(accepted({}).secrets, []);
  const broken = parseConfig({ API_KEY: "CANARYKEY1234567", DATABASE_URL: "postgres://u:100%@h/d", PORT: "x" }, {
    readFile: () => "",
  });
  assert.ok("problems" in broken);
  for (const secret of ["CANARYKEY1234567", "100%"]) assert.ok(broken.secrets.includes(secret), secret);
});

Deno.test("a URL that cannot be used is quoted without what it may hold of keys and passwords", () => {
  const told = [
    ...refused({ ALPHAVANTAGE_URL: "https://www.alphavantage.co/query?function=X&apikey=CANARYKEY1234567" }),
    ...refused({
      SMTP_HOST: "smtp://me:CANARYPASSWORD@mail.example.com",
      EMAIL_SENDER_ADDRESS: "a@b.org",
      EMAIL_RECIPIENT_ADDRESS: "a@b.org",
    }),
  ];
  assert.equal(told.length, 2);
  assert.ok(!told.join().includes("CANARY"), told.join());
});

Deno.test("requireKey: the key, or what to do", () => {
  assert.deepEqual(requireKey(accepted({ API_KEY: "KEY0123456789ABC" }).config), { key: "KEY0123456789ABC" });
  const none = requireKey(accepted({}).config);
  assert.match("problem" in none ? none.problem.message : "", /ALPHAVANTAGE_API_KEY is not set/);
});

Deno.test("random parts: the URL gives back name, user and password, and no message holds a secret", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((one) =>
    one.trim() === one && one !== ""
  )
    .filter((one) => !/^(["']).*\1$/s.test(one));
  const names = text.filter((one) => one !== "." && one !== "..");
  fc.assert(
    fc.property(names, text, text, (name, user, password) => {
      const url = new URL(urlOf(accepted({ DB_NAME: name, DB_USER: user, DB_PASS: password }).config));
      assert.equal(decodeURIComponent(url.username), user);
      assert.equal(decodeURIComponent(url.password), password);
      assert.equal(decodeURIComponent(url.pathname.slice(1)), name);
      assert.equal(url.host, "localhost:5432");
    }),
    { numRuns: 200 },
  );
  const secret = fc.string({ unit: "grapheme-ascii", maxLength: 30 }).map((tail) => `CANARY${tail}`);
  fc.assert(
    fc.property(secret, (secret) => {
      const env = {
        API_KEY: `${secret} x`,
        DATABASE_URL: secret,
        EMAIL_SENDER_PASSWORD: secret,
        DB_PASS: secret,
        PORT: "x",
      };
      assert.ok(!refused(env).join().includes("CANARY"));
    }),
    { numRuns: 200 },
  );
});
