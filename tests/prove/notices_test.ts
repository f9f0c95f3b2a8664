import { PROOFS } from "./notices.ts";

for (const { name, unit, short, prove } of PROOFS) {
  Deno.test(`${name}: ${short} ${unit}`, async () => void await prove(short));
}
