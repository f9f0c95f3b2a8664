/** Does each variable get the value that was given for it, under whatever name, and is every slip of the pen told? */
import assert from "node:assert/strict";
import { findSettings, type Settings } from "../src/setting.ts";

const FILES: Record<string, string> = {
  "/run/key": "FILEKEY123456789\r\n",
  "/run/pass": " a b \n",
  "/run/quoted": '"q"\n',
  "/run/empty": "\n",
};

function find(env: Record<string, string | undefined>): Settings {
  return findSettings(env, (path) => FILES[path] ?? assert.fail(`no file "${path}"`));
}

Deno.test("nothing given: no value, every origin the default, nothing to say", () => {
  const { values, origins, problems, warnings } = find({});
  assert.deepEqual([values, problems, warnings], [{}, [], []]);
  assert.ok(Object.values(origins).every((origin) => origin === "default"));
});

Deno.test("an empty value is the same as none: an old name behind it counts", () => {
  const { values, origins } = find({
    ALPHAVANTAGE_API_KEY: "  ",
    API_KEY: "OLDNAME123456789",
    PORT: "",
    HOST: undefined,
  });
  assert.deepEqual(values, { ALPHAVANTAGE_API_KEY: "OLDNAME123456789" });
  assert.deepEqual([origins["ALPHAVANTAGE_API_KEY"], origins["PORT"]], ["API_KEY", "default"]);
});

Deno.test("quotes that docker kept are taken off a setting, and left on a secret", () => {
  const { values } = find({ SCHEDULE_CRON: '"0 7 * * *"', HOST: " '::1' ", LOG_DIR: '"', DB_PASS: '"quoted"' });
  assert.deepEqual(values, { SCHEDULE_CRON: "0 7 * * *", HOST: "::1", LOG_DIR: '"', DB_PASS: '"quoted"' });
});

Deno.test("a secret keeps its blanks and loses its line end, as a value and from a file", () => {
  assert.equal(find({ DB_PASS: " a b \r\n" }).values["DB_PASS"], " a b ");
  const { values, origins } = find({ API_KEY_FILE: " /run/key ", DB_PASS_FILE: "/run/pass" });
  assert.deepEqual(values, { ALPHAVANTAGE_API_KEY: "FILEKEY123456789", DB_PASS: " a b " });
  assert.equal(origins["ALPHAVANTAGE_API_KEY"], "API_KEY_FILE");
  assert.equal(find({ DB_PASS_FILE: "/run/quoted" }).values["DB_PASS"], '"q"');
});

Deno.test("a file that is not there or empty is a problem; only secrets come from files", () => {
  const { problems } = find({ DATABASE_URL_FILE: "/nowhere", API_KEY_FILE: "/run/empty" });
  assert.deepEqual(problems.map(({ name }) => name).sort(), ["API_KEY_FILE", "DATABASE_URL_FILE"]);
  const told = problems.map(({ message }) => message).join("\n");
  assert.match(told, /Cannot read the file named by DATABASE_URL_FILE: no file "\/nowhere"/);
  assert.match(told, /Cannot use API_KEY_FILE: file "\/run\/empty" is empty/);
  assert.equal(find({ PORT_FILE: "/nowhere" }).values["PORT"], undefined);
});

Deno.test("canonical name over old name over file, with a warning only when they differ", () => {
  const env = { ALPHAVANTAGE_API_KEY: "NEWKEY1234567890", API_KEY: "OLDKEY1234567890", API_KEY_FILE: "/run/key" };
  const { values, warnings } = find({ ...env, SCHEDULE_CRON: "0 7 * * *", DAG_SCHEDULE_CRON: '"0 7 * * *"' });
  assert.equal(values["ALPHAVANTAGE_API_KEY"], "NEWKEY1234567890");
  assert.deepEqual(warnings.map(({ name }) => name), ["API_KEY", "API_KEY_FILE"]);
  assert.doesNotMatch(JSON.stringify(warnings), /OLDKEY|NEWKEY|FILEKEY/, "a warning quotes a key");
});

Deno.test("slips of the pen are told, without their value", () => {
  const slips = {
    STOCK_SYMBOL: "IBM",
    SCHEDULE_CRONS: "x",
    alphavantage_api_key: "CANARYKEY1234567",
    DATABSE_URL: "postgres://u:CANARY@h/d",
  };
  const { warnings, values } = find(slips);
  assert.deepEqual(values, {});
  assert.deepEqual(warnings.map(({ name }) => name).sort(), Object.keys(slips).sort());
  assert.match(warnings.find(({ name }) => name === "STOCK_SYMBOL")!.message, /did you mean STOCK_SYMBOLS\?$/);
  assert.ok(!JSON.stringify(warnings).includes("CANARY"));
});

Deno.test("neighbours of short names, ordinary variables and empty slips are nobody's mistake", () => {
  const ordinary = {
    PATH: "/bin",
    HOME: "/",
    HTTP_PORT: "1",
    APP_KEY: "k",
    DENO_DIR: "/d",
    LOGNAME: "me",
    SMTP_USER: "u",
  };
  assert.deepEqual(find({ ...ordinary, STOCK_SYMBOL: "" }).warnings, []);
});
