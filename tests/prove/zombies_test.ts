import { PROOF } from "./zombies.ts";

const { name, short, prove } = PROOF;
Deno.test(`${name}: ${short} processes asleep beyond their lease write nothing when they wake`, async () =>
  void await prove(short));
