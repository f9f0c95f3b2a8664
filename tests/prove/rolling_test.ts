import { PROOF } from "./rolling.ts";

const { name, short, prove } = PROOF;
Deno.test(`${name}: two programs on one database are replaced ${short} times, no tick is missed or doubled`, async () =>
  void await prove(short));
