import assert from "node:assert/strict";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { type Config, parseConfig, requireKey } from "../src/config.ts";

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
    reference: { actionsDays: 7, listingDays: 7 },
    access: { password: null, viewPassword: null, behindProxy: false },
    email: null,
    notices: {
      on: "problem",
      summary: { cron: "0 7 * * *", timezone: "UTC" },
      slackUrl: null,
      webhook: null,
      pingUrl: null,
      pageUrl: null,
    },
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
    user: "etl.sender@gmail.com",
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

Deno.test("notices: each channel by itself, a wrong address is a problem that does not quote it", () => {
  const { config } = accepted({
    EMAIL_ON: "Always",
    EMAIL_SUMMARY_AT: "7:30",
    SCHEDULE_TIMEZONE: "Europe/Berlin",
    SLACK_WEBHOOK_URL: "https://hooks.example/T0/B0/x",
    WEBHOOK_URL: "http://127.0.0.1:9/hook",
    WEBHOOK_SECRET_FILE: "/run/secret",
    PING_URL: "https://hc.example/uuid",
    PAGE_URL: "https://etl.example.com/",
  }, () => "signing key\n");
  assert.deepEqual(config.notices, {
    on: "always",
    summary: { cron: "30 7 * * *", timezone: "Europe/Berlin" },
    slackUrl: "https://hooks.example/T0/B0/x",
    webhook: { url: "http://127.0.0.1:9/hook", secret: "signing key" },
    pingUrl: "https://hc.example/uuid",
    pageUrl: "https://etl.example.com",
  });
  for (const name of ["SLACK_WEBHOOK_URL", "WEBHOOK_URL", "PING_URL"]) {
    const [told] = refused({ [name]: "CANARY://hooks" });
    assert.equal(told, `Cannot use ${name}: it is not an http or https URL`);
  }
  assert.match(refused({ EMAIL_ON: "sometimes" })[0]!, /"sometimes" is not one of always, change, problem, never$/);
  assert.match(refused({ EMAIL_SUMMARY_AT: "25:00" })[0]!, /"25:00" is not a time of day like 07:00, or none$/);
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

Deno.test("no message holds a secret, whatever is wrong and wherever it was put", () => {
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
