import { PROOFS } from "./histories.ts";

for (const { name, unit, short, prove } of PROOFS) {
  Deno.test(`${name}: ${short} ${unit} of a series as a model has them, in any order`, async () => {
    await prove(short);
  });
}
