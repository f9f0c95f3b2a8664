/** Random numbers that can be repeated: TEST_SEED in the environment, else a new seed, which the test must print. */

/** A uniform generator over [0, 1) (mulberry32). */
export function seededRandom(): { random: () => number; seed: number } {
  const given = Number(Deno.env.get("TEST_SEED"));
  const seed = Number.isInteger(given) && given > 0 ? given : crypto.getRandomValues(new Uint32Array(1))[0]!;
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { random, seed };
}
