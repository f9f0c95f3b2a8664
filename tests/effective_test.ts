import assert from "node:assert/strict";
import { type EffectiveSetting, effectiveSettings, MASK } from "../src/effective.ts";
import { VARIABLES } from "../src/variables.ts";

const options = {
  readFile: () => "filesecret",
  fromFile: ["STOCK_SYMBOLS"],
  redact: (text: string) => text.replaceAll("CANARY", "[redacted]"),
  schedule: null,
};
const one = (settings: EffectiveSetting[], name: string) => {
  const { value, origin, givenAs } = settings.find((setting) => setting.name === name)!;
  return [value, origin, givenAs];
};

Deno.test("every setting has its value and where it comes from", () => {
  const env = {
    API_KEY: "CANARY",
    STOCK_SYMBOLS: "A",
    PORT: "80",
    DB_PASS_FILE: "/run/x",
    LOG_DIR: "/CANARY",
    HOST: " ",
  };
  const settings = effectiveSettings(env, options);
  assert.deepEqual(settings.map(({ name }) => name), VARIABLES.map(({ name }) => name));
  assert.deepEqual(one(settings, "ALPHAVANTAGE_API_KEY"), [MASK, "environment", "API_KEY"]);
  assert.deepEqual(one(settings, "STOCK_SYMBOLS"), ["A", ".env", null]);
  assert.deepEqual(one(settings, "PORT"), ["80", "environment", null]);
  assert.deepEqual(one(settings, "DB_PASS"), [MASK, "file", "DB_PASS_FILE"]);
  assert.deepEqual(one(settings, "LOG_DIR"), ["/[redacted]", "environment", null]);
  assert.deepEqual(one(settings, "HOST"), ["127.0.0.1", "default", null]);
  assert.deepEqual(one(settings, "DATABASE_URL"), [null, "default", null]);
  assert.ok(!JSON.stringify(settings).includes("CANARY") && !JSON.stringify(settings).includes("filesecret"));
});

Deno.test("no secret of any variable is shown, whatever its value", () => {
  const env = Object.fromEntries(VARIABLES.filter(({ secret }) => secret).map(({ name }) => [name, "S3CRET"]));
  assert.ok(!JSON.stringify(effectiveSettings(env, options)).includes("S3CRET"));
});

Deno.test("a schedule that an operator has set wins over the environment", () => {
  const schedule = { cron: "1 1 * * *", timezone: "Asia/Tokyo" };
  const settings = effectiveSettings({ SCHEDULE_CRON: "0 0 * * *" }, { ...options, schedule });
  assert.deepEqual(one(settings, "SCHEDULE_CRON"), ["1 1 * * *", "database", null]);
  assert.deepEqual(one(settings, "SCHEDULE_TIMEZONE"), ["Asia/Tokyo", "database", null]);
});

Deno.test("a secret file that cannot be read counts as not given", () => {
  const readFile = () => {
    throw new Error("no such file");
  };
  assert.deepEqual(one(effectiveSettings({ DB_PASS_FILE: "/x" }, { ...options, readFile }), "DB_PASS"), [
    null,
    "default",
    null,
  ]);
});
