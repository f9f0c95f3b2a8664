import assert from "node:assert/strict";
import { createLogIns, TooManyAttempts } from "../../src/web/log_ins.ts";
import { createThrottle } from "../../src/web/throttle.ts";
import { LOCKED, memorySessions, NOW } from "../support/page.ts";

const PASSWORD = LOCKED.password;

function at(passwords: Parameters<typeof createLogIns>[0] = LOCKED, sessions = memorySessions()) {
  const throttle = createThrottle({ now: () => NOW, perAddress: 3, inAll: 9 });
  return { sessions, logIns: createLogIns(passwords, { sessions, throttle, now: () => NOW }) };
}

Deno.test("each password has its role, any other none", () => {
  const { logIns } = at();
  assert.equal(logIns.judge(PASSWORD, "a"), "operate");
  assert.equal(logIns.judge(LOCKED.viewPassword, "a"), "view");
  for (const wrong of ["", PASSWORD.slice(1), `${PASSWORD} `, PASSWORD.toUpperCase()]) {
    assert.throws(() => at().logIns.judge(wrong, "a"), /the password is wrong/);
  }
});

Deno.test("a log-in is found by its cookie alone, and not after its end", async () => {
  const { logIns, sessions } = at();
  const { token } = await logIns.begin(LOCKED.viewPassword, "a");
  assert.equal(await logIns.find(token), "view");
  assert.equal(await logIns.find([...sessions.rows.keys()][0]!), null, "what the table holds is no cookie");
  assert.equal(await at({ ...LOCKED, viewPassword: "changed-since" }, sessions).logIns.find(token), null);
  await logIns.end(token);
  assert.equal(await logIns.find(token), null);
});

Deno.test("after too many even the right one waits", () => {
  const { logIns } = at();
  for (let count = 0; count < 3; count++) assert.throws(() => logIns.judge("wrong", "a"), /wrong/);
  assert.throws(() => logIns.judge(PASSWORD, "a"), (error: TooManyAttempts) => error.seconds === 60);
});
