import { PROOF } from "./vendor.ts";

const { name, unit, short, prove } = PROOF;
Deno.test(`${name}: ${short} ${unit} to a vendor of which three in ten go wrong`, async () => void await prove(short));
