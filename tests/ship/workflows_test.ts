/** Do GitHub's files say what GitHub accepts, and does a release let nothing out before all of it has been tried? */
import assert from "node:assert/strict";
import { validateWorkflow } from "npm:@action-validator/core@0.6.0";
import { parse } from "npm:yaml@2.9.1";

const ROOT = new URL("../../", import.meta.url);
const text = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const manifest = JSON.parse(await text("deno.json"));

// deno-lint-ignore no-explicit-any -- documents of other programs
type Document = any;

/** A tag can be moved to other code; a commit cannot. */
const PINNED = /^ +- uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

Deno.test("GitHub: the workflows are valid, pin what they use, and run what there is", async () => {
  for await (const { name } of Deno.readDir(new URL(".github/workflows/", ROOT))) {
    const source = await text(`.github/workflows/${name}`);
    assert.deepEqual(validateWorkflow(source).errors, [], name);
    for (const [line] of source.matchAll(/^.*- uses: .*$/gm)) assert.match(line, PINNED);
    const { jobs, permissions }: Document = parse(source);
    assert.deepEqual(permissions, { contents: "read" });
    for (const job of Object.values<Document>(jobs)) {
      if (job.uses !== undefined) {
        await Deno.stat(new URL(job.uses, ROOT));
        continue;
      }
      assert.ok(job["timeout-minutes"] > 0);
      for (const { uses, run = "", with: given } of job.steps) {
        if (/setup-deno/.test(uses)) assert.equal(given["deno-version"], Deno.version.deno);
        assert.doesNotMatch(run, /\$\{\{/, "what GitHub puts in is code: hand it over by env");
        for (const [, task] of run.matchAll(/deno task (\w+)/g)) assert.ok(task! in manifest.tasks, task);
      }
    }
  }
  assert.notDeepEqual(validateWorkflow("on: push\njobs:\n  a:\n    stepz: []\n").errors, []);
});

Deno.test("Dependabot raises every pin there is, but no major version of the database", async () => {
  const { updates }: Document = parse(await text(".github/dependabot.yml"));
  const of = (name: string) => updates.find((one: Document) => one["package-ecosystem"] === name);
  assert.deepEqual(updates, ["deno", "github-actions", "docker", "docker-compose"].map(of));
  assert.deepEqual(of("docker-compose").ignore, [
    { "dependency-name": "postgres", "update-types": ["version-update:semver-major"] },
  ]);
});

/** What one step writes down of the programs it starts, each by a stand-in that writes its arguments. */
async function played(script: string, env: Record<string, string>): Promise<string[]> {
  const stand = (name: string) => `${name}() { echo "${name} $*" >&3; }`;
  const prelude = `exec 3>&1; ${["gh", "docker"].map(stand).join("; ")};`;
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-e", "-c", `${prelude}\n${script}`],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", GH_TOKEN: "t", GITHUB_ACTOR: "me", IMAGE: "ghcr.io/Us/Stocks", ...env },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("a release is checked, made, started and pushed in this order; latest comes last and is no pre-release", async () => {
  const { jobs }: Document = parse(await text(".github/workflows/release.yml"));
  const checks: Document = parse(await text(".github/workflows/checks.yml"));
  assert.equal(jobs.checks.uses, "./.github/workflows/checks.yml");
  assert.ok("workflow_call" in checks.on);
  assert.deepEqual(
    Object.entries<Document>(jobs).map(([name, { needs = [] }]) => [name, [needs].flat()]),
    [["checks", []], ["build", ["checks"]], ["start", ["build"]], ["image", ["start"]], ["publish", [
      "start",
      "image",
    ]]],
  );
  const script = (job: string) => jobs[job].steps.map(({ run = "" }: Document) => run);
  for (const job of ["build", "start", "image"]) assert.doesNotMatch(script(job).join("\n"), /latest/, job);
  const published = async (TAG: string) =>
    (await Promise.all(script("publish").map((one: string) => played(one, { TAG })))).flat().filter((line) =>
      line !== ""
    );
  assert.deepEqual(await published("v1.2.3"), [
    "gh release edit v1.2.3 --draft=false --latest",
    "docker login ghcr.io --username me --password-stdin",
    "docker buildx imagetools create --tag ghcr.io/us/stocks:latest ghcr.io/us/stocks:1.2.3",
  ]);
  assert.deepEqual(await published("v1.2.3-rc.1"), ["gh release edit v1.2.3-rc.1 --draft=false --prerelease"]);
});

Deno.test("a release's files have names GitHub keeps, and each is in the checksums", async () => {
  const { jobs }: Document = parse(await text(".github/workflows/release.yml"));
  const steps: string[] = jobs.build.steps.map(({ run = "" }: Document) => run);
  const at = (pattern: RegExp) => steps.findIndex((run) => pattern.test(run));
  const copies = steps[at(/^cp /)]!.trim().split("\n").map((line) => line.split(" ").slice(1));
  for (const [source] of copies.map((words) => words.slice(0, -1))) await Deno.stat(new URL(source!, ROOT));
  assert.deepEqual(copies, [
    [".env.example", "dist/env.example"],
    ["docs/deploy/stocks-etl.service", "sql/by_hand/partition_by_symbol.sql", "dist/"],
  ]);
  assert.ok(at(/^cp /) < at(/sha256sum/) && at(/sha256sum/) < at(/gh release create/));
  assert.match(steps[at(/gh release create/)]!, /--generate-notes dist\/\*$/, "from dist/ alone");
});

Deno.test("who fetches some files of a release can check them by the line of docs/shipping.md, and sees one that was changed", async () => {
  const { jobs }: Document = parse(await text(".github/workflows/release.yml"));
  const make: string = jobs.build.steps.find(({ name }: Document) => name === "Checksums").run;
  const [, check] = /^ {4}(sha256sum --check .+)$/m.exec(await text("docs/shipping.md")) ?? [];
  assert.ok(check !== undefined, "no line to copy");
  const dir = await Deno.makeTempDir({ prefix: "stocks-etl-sums-" });
  const run = (script: string) =>
    new Deno.Command("bash", { args: ["-e", "-c", script], cwd: dir, stdout: "null", stderr: "null" }).output();
  try {
    await Deno.writeTextFile(`${dir}/stocks-etl-linux-x64`, "program");
    await Deno.writeTextFile(`${dir}/stocks-etl-windows-x64.exe`, "another");
    assert.ok((await run(make)).success);
    await Deno.remove(`${dir}/stocks-etl-windows-x64.exe`);
    assert.ok((await run(check)).success, "only what was fetched is looked at");
    await Deno.writeTextFile(`${dir}/stocks-etl-linux-x64`, "Program");
    assert.ok(!(await run(check)).success);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
