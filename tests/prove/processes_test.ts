import { PROOF } from "./processes.ts";

const { name, short, prove } = PROOF;
Deno.test(`${name}: ${short} ticks contested by two to five processes get one run each`, async () =>
  void await prove(short));
