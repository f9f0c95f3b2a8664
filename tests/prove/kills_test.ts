import { PROOFS } from "./kills.ts";

for (const { name, unit, short, prove } of PROOFS) {
  Deno.test(`${name}: ${short} ${unit} of a scheduled run, point by point`, async () => void await prove(short));
}
