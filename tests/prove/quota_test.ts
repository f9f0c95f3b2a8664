import { PROOF } from "./quota.ts";

const { name, unit, short, prove } = PROOF;
Deno.test(`${name}: ${short} ${unit} of keys with limits`, async () => void await prove(short));
