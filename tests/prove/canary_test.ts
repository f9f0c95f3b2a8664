import { PROOF } from "./canary.ts";

const { name, short, prove } = PROOF;
Deno.test(`${name}: ${short} scenarios full of refusals and slips, and no secret in any table, file, page or output`, async () =>
  void await prove(short));
