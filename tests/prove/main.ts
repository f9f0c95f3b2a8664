// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * `deno task prove [name [count]]`: the long form of the proofs whose short forms run with the tests. Without a name it
 * lists them. Prints the figures as a table row, with seed and time; a proof that fails ends with its error and code 1.
 */
import { startServer } from "../support/server.ts";

/** One promise, tested by breaking it. Each file of this folder that holds one exports it as `PROOF`. */
export interface Proof {
  readonly name: string;
  /** What the count counts. */
  readonly unit: string;
  readonly short: number;
  readonly long: number;
  /** Rejects with the seed and the case at fault. Returns what was seen, by name. */
  prove(count: number): Promise<Readonly<Record<string, string | number>>>;
}

async function proofs(): Promise<Map<string, Proof>> {
  const found = new Map<string, Proof>();
  for await (const { name } of Deno.readDir(new URL(".", import.meta.url))) {
    if (!/^[a-z_]+\.ts$/.test(name) || name === "main.ts" || name.startsWith("victim")) continue;
    if (name.endsWith("_test.ts")) continue;
    const module: { PROOF?: Proof; PROOFS?: readonly Proof[] } = await import(new URL(name, import.meta.url).href);
    for (const proof of module.PROOFS ?? (module.PROOF === undefined ? [] : [module.PROOF])) {
      found.set(proof.name, proof);
    }
  }
  return found;
}

if (import.meta.main) {
  const [name, count] = Deno.args;
  const known = await proofs();
  const proof = known.get(name ?? "");
  if (proof === undefined) {
    for (const { name, unit, short, long } of known.values()) console.log(`${name}: ${short} ${unit}, long ${long}`);
    Deno.exit(name === undefined ? 0 : 2);
  }
  const wanted = count === undefined ? proof.long : Number(count);
  if (!Number.isSafeInteger(wanted) || wanted < 1) {
    console.error(
      `Cannot prove "${proof.name}" with a count of "${count}": give a whole number of ${proof.unit} from 1 on`,
    );
    Deno.exit(2);
  }
  await using server = await startServer();
  Deno.env.set("TEST_DATABASE_URL", server.url);
  const started = performance.now();
  try {
    const figures = await proof.prove(wanted);
    const seconds = Math.round((performance.now() - started) / 1000);
    const told = Object.entries({ ...figures, seconds }).map(([key, value]) => `${key} ${value}`).join(" · ");
    console.log(`| ${proof.name} | ${told} |`);
  } catch (error) {
    console.error(error);
    await server.stop();
    Deno.exit(1);
  }
  await server.stop();
  Deno.exit(0);
}
