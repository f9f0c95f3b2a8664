import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

/** What `deno task prove mutants …` says when it ends badly, and its exit code. */
async function refused(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<[code: number, said: string]> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "-A", MAIN, "mutants", ...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { code, stderr } = await command.output();
  return [code, new TextDecoder().decode(stderr)];
}

Deno.test("a count that is none is refused before anything is begun", async () => {
  for (const count of ["many", "0"]) {
    assert.deepEqual(await refused([count]), [
      2,
      `Cannot prove "mutants" with a count of "${count}": give a whole number of mutants from 1 on\n`,
    ]);
  }
});

Deno.test("a file without tests of its own is refused, with the names of those that have some", async () => {
  const [code, said] = await refused([], { MUTANTS_OF: "src/plan.tsx" });
  assert.equal(code, 1);
  assert.match(said, /Cannot make mutants of MUTANTS_OF="src\/plan\.tsx": .* name one of .*src\/plan\.ts,/);
});
