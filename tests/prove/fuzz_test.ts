import { PROOF } from "./fuzz.ts";

Deno.test("20,000 hurt bodies: none throws or hangs, no bad bar comes out, no good row stays behind", async () => {
  await PROOF.prove(PROOF.short);
});
