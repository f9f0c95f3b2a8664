import { PROOF } from "./canary.ts";

const { name, short, prove } = PROOF;
Deno.test(`${name}: every refusal, fault and slip, and no secret in any table, file, page or output`, async () =>
  void await prove(short));
