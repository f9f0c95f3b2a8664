import { PROOF } from "./backfill.ts";

const { name, unit, short, prove } = PROOF;
Deno.test(`${name}: ${short} ${unit} of one-minute bars, interrupted`, async () => void await prove(short));
