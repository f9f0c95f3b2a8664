/**
 * The container image as far as it can be tried without an engine: the linter, the flags, and (on Linux, as root) each step
 * of the Dockerfile in a root file system of its own, then the result started as the engine would start it.
 */
import assert from "node:assert/strict";
import { validate } from "npm:dockerfile-utils@0.16.3";
import { enter } from "../../tools/ship/root.ts";
import { flagsOf, ROOT } from "../../tools/ship/program.ts";
import { type Image, instructionsOf, replayImage } from "../support/image.ts";
import { type Program, startFile } from "../support/program.ts";

const DOCKERFILE = await Deno.readTextFile(`${ROOT}Dockerfile`);
const said = (name: string) => instructionsOf(DOCKERFILE).findLast((one) => one.name === name)?.value ?? "";

Deno.test("Dockerfile: no linter's complaint, pinned bases, a user, a signal, and the task's flags less what it may write", async () => {
  assert.deepEqual(validate(DOCKERFILE), []);
  assert.notDeepEqual(validate("FROM a\nCOPPY a b\n"), []);
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const flags = flagsOf(tasks.serve.command).map((flag) => flag === "--allow-write" ? "--allow-write=/state" : flag);
  assert.deepEqual(JSON.parse(said("ENTRYPOINT")), ["deno", "run", ...flags, "/app/main.js"]);
  // `exec` leaves the entry point out: the document has it whole, but for what only serving needs.
  const needed = JSON.parse(said("ENTRYPOINT")).filter((word: string) => !/^--(v8-flags|unstable-cron)\b/.test(word));
  assert.deepEqual(await execLine(), [...needed, "check"]);
  assert.deepEqual([said("USER"), said("STOPSIGNAL"), said("EXPOSE")], ["1993:1993", "SIGTERM", "3000"]);
  for (const { name, value } of instructionsOf(DOCKERFILE)) {
    if (name === "FROM") {
      assert.match(value, new RegExp(`:(distroless-)?${Deno.version.deno.replaceAll(".", "\\.")}\\b`));
    }
  }
});

Deno.test("Dockerfile: what is made for another processor runs nothing of that processor's, which V8 would not survive in QEMU", async () => {
  let builds = "";
  for (const { name, value } of instructionsOf(DOCKERFILE)) {
    if (name === "FROM") builds = value;
    if (name === "RUN") assert.match(builds, /^--platform=\$BUILDPLATFORM /, `RUN ${value}`);
  }
  // Then the release needs neither an emulator nor a container with all rights that installs one.
  const release = await Deno.readTextFile(`${ROOT}.github/workflows/release.yml`);
  assert.match(release, /--platform linux\/amd64,linux\/arm64/);
  assert.doesNotMatch(release, /binfmt|qemu|--privileged/);
});

const OUTSIDE = { cwd: "/", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } };

function start(
  { root, entrypoint, inside }: Image,
  words: readonly string[],
  env: Record<string, string> = {},
): Program {
  const [program, args] = enter(root, [...entrypoint, ...words], { ...inside, env: { ...inside.env, ...env } });
  return startFile(program, args, OUTSIDE);
}

async function isHealthy({ root, health, inside }: Image, env: Record<string, string>): Promise<number> {
  const [program, args] = enter(root, health, { ...inside, env: { ...inside.env, ...env } });
  await using probe = startFile(program, args, OUTSIDE);
  return (await probe.ended).code;
}

/** What docs/deploy.md hands to `kubectl exec`, as words. */
async function execLine(): Promise<string[]> {
  const text = (await Deno.readTextFile(`${ROOT}docs/deploy.md`)).replace(/\\\n */g, "");
  return /^ {4}kubectl exec deploy\/stocks-etl -- (.+)$/m.exec(text)![1]!.split(" ");
}

/** The process that is 1 inside. */
async function first({ pid }: Program): Promise<number> {
  return Number((await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).trim().split(" ")[0]);
}

/** Root of a container may lack the right to mount: then there is no root file system of one's own. */
async function mayEnter(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const args = ["--mount", "--pid", "--fork", "mount", "-t", "proc", "proc", "/proc"];
  const options = { args, stdout: "null", stderr: "null" } as const;
  return await new Deno.Command("unshare", options).output().then(({ success }) => success, () => false);
}

Deno.test({
  name: "Dockerfile: its steps, then demo and serve: no shell, not root, nothing written but the volume (Linux, root)",
  ignore: !await mayEnter(),
  fn: async () => {
    const dir = await Deno.makeTempDir({ prefix: "stocks-etl-image-" });
    try {
      const image = await replayImage(dir, { denoDir: await denoDir() });
      for (const shell of ["bin/sh", "bin/bash", "bin/env"]) {
        await assert.rejects(Deno.stat(`${image.root}/${shell}`), Deno.errors.NotFound);
      }
      for (const [path, written] of [["/state/x", true], ["/app/x", false], ["/x", false]] as const) {
        const script = `Deno.writeTextFileSync("${path}", "")`;
        const writes = { ...image, health: ["deno", "eval", "--no-config", "--no-lock", script] };
        assert.equal(await isHealthy(writes, {}) === 0, written, path);
      }
      await using demo = start(image, ["demo"]);
      const played = await demo.ended;
      assert.equal(played.code, 0, played.stderr);
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const port = String(listener.addr.port);
      listener.close();
      assert.notEqual(await isHealthy(image, { PORT: port }), 0, "nobody serves");
      await using open = start(image, image.command, { PORT: port });
      const refused = await open.ended;
      assert.deepEqual([refused.code, /UI_PASSWORD is not set/.test(refused.stderr)], [2, true], refused.stderr);
      await using program = start(image, image.command, { PORT: port, UI_PASSWORD: "image password" });
      await program.said(/Keeping 2 series in embedded, in \\?"\/state\/data/);
      assert.equal(await isHealthy(image, { PORT: port }), 0);
      Deno.kill(await first(program), image.stopSignal as Deno.Signal);
      const { code, stderr } = await program.ended;
      assert.equal(code, 0, stderr);
      await using check = startFile(...enter(image.root, await execLine(), image.inside), OUTSIDE);
      const { stdout } = await check.ended;
      assert.match(stdout, /database .*"\/state\/data/);
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
