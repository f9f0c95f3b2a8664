import { PROOF } from "./schedule.ts";

Deno.test("two years of looking at the clock now and then find what a watcher of the clock finds", async () => {
  await PROOF.prove(PROOF.short);
});
