/** Is the commit found where it can be, and never made up? */
import assert from "node:assert/strict";
import { findCommit } from "../../src/terminal/commit.ts";

const HASH = "0123456789abcdef0123456789abcdef01234567";
const find = (files: Record<string, string>, env: Record<string, string> = {}, dir: string | undefined = "/app") =>
  findCommit({
    env,
    dir,
    readTextFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Deno.errors.NotFound(path);
      return text;
    },
  });

Deno.test("what the build says wins over the folder; nonsense says nothing", () => {
  const files = { "/app/.git/HEAD": `${HASH}\n` };
  assert.equal(find(files, { GIT_COMMIT: "ABCDEF1" }), "abcdef1");
  for (const nonsense of ["", "main", "<script>", "abc"]) assert.equal(find(files, { GIT_COMMIT: nonsense }), HASH);
});

Deno.test("a branch, a packed one, a second working tree", () => {
  const branch = { "/app/.git/HEAD": "ref: refs/heads/main\n" };
  assert.equal(find({ ...branch, "/app/.git/refs/heads/main": `${HASH}\n` }), HASH);
  assert.equal(find({ ...branch, "/app/.git/packed-refs": `# pack\n${HASH} refs/heads/main\n` }), HASH);
  const tree = {
    "/app/.git": "gitdir: /repo/.git/worktrees/a\n",
    "/repo/.git/worktrees/a/HEAD": "ref: refs/heads/x\n",
  };
  const common = { "/repo/.git/worktrees/a/commondir": "../..\n", "/repo/.git/worktrees/a/../../refs/heads/x": HASH };
  assert.equal(find({ ...tree, ...common }), HASH);
});

Deno.test("without a repository, or with a broken one, it is not known", () => {
  assert.equal(find({}), null);
  assert.equal(find({ "/app/.git/HEAD": "ref: refs/heads/main\n" }), null);
  assert.equal(find({ "/app/.git/HEAD": "what is this" }), null);
  assert.equal(findCommit({ env: {}, dir: undefined, readTextFile: () => HASH }), null);
});
