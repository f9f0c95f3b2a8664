import { PROOF } from "./chaos.ts";

const { name, short, prove } = PROOF;
Deno.test(`${name}: ${short} series fetches while the server is restarted, cut off, locked and full`, async () =>
  void await prove(short));
