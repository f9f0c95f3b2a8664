import { PROOF } from "./holes.ts";

Deno.test("seeded holes are all found and nothing else, and healed by the fewest requests", async () => {
  await PROOF.prove(PROOF.short);
});
