import assert from "node:assert/strict";
import { createThrottle } from "../../src/web/throttle.ts";

function at() {
  const clock = { now: 1_000_000 };
  return { clock, throttle: createThrottle({ now: () => clock.now, perAddress: 3, inAll: 5 }) };
}

Deno.test("so many a minute from one address, then a wait of what is left of it", () => {
  const { clock, throttle } = at();
  assert.deepEqual([1, 2, 3].map(() => throttle.attempt("a")), [0, 0, 0]);
  clock.now += 20_000;
  assert.equal(throttle.attempt("a"), 40_000);
  clock.now += 40_000;
  assert.equal(throttle.attempt("a"), 0);
});

Deno.test("many addresses are bounded together, but do not keep out one that has logged in", () => {
  const { throttle } = at();
  assert.equal(throttle.attempt("home"), 0);
  throttle.forgive("home");
  for (const address of ["a", "b", "c", "d"]) assert.equal(throttle.attempt(address), 0);
  assert.ok(throttle.attempt("e") > 0);
  assert.equal(throttle.attempt("home"), 0);
});

Deno.test("the addresses of one IPv6 network are one", () => {
  const { throttle } = at();
  for (const address of ["2001:db8::1", "2001:db8:0:0:9:9:9:9", "2001:db8::7%eth0"]) {
    assert.equal(throttle.attempt(address), 0);
  }
  assert.ok(throttle.attempt("2001:db8::ffff") > 0);
  assert.equal(throttle.attempt("2001:db8:0:1::1"), 0);
});

Deno.test("a clock that is put back does not lock the door for longer", () => {
  const { clock, throttle } = at();
  for (let count = 0; count < 3; count++) throttle.attempt("a");
  clock.now -= 500_000;
  assert.equal(throttle.attempt("a"), 0);
});
