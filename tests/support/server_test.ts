import assert from "node:assert/strict";
import pg from "pg";
import { startServer } from "./server.ts";

/** Another process that starts a server of its own, prints its url and data directory, and waits to be killed. */
function inChild(env: Record<string, string>): Deno.ChildProcess {
  const code = `import { startServer } from "${import.meta.resolve("./server.ts")}";
    import pg from "pg";
    const server = await startServer();
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { rows: [row] } = await client.query("show data_directory");
    await client.end();
    console.log(JSON.stringify({ url: server.url, dir: row.data_directory }));
    setTimeout(() => {}, 600_000);`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", code],
    env: { TEST_DATABASE_URL: "", TEST_POSTGRES: "", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Waits for a fact, at most ten seconds. */
async function until(fact: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    if (await fact()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`waited in vain until ${what}`);
}

Deno.test("a server of our own keeps its data and address over both kinds of restart, and is gone after stop", async () => {
  const server = await startServer({ own: true });
  const url = server.url;
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  pool.on("error", () => {});
  try {
    await pool.query("create table kept (n int)");
    for (const [rows, how] of [[1, "fast"], [2, "immediate"]] as const) {
      await pool.query("insert into kept values (1)");
      await server.restart(how);
      const { rows: found } = await pool.query("select count(*)::int as n from kept");
      assert.equal(found[0].n, rows, how);
    }
    assert.equal(server.url, url);
  } finally {
    await pool.end();
    await server.stop();
  }
  await server.stop();
  assert.equal(await answers(url), false);
});

Deno.test("two servers started at once are two servers", async () => {
  await using stack = new AsyncDisposableStack();
  const [a, b] = await Promise.all([startServer({ own: true }), startServer({ own: true })]);
  stack.use(a);
  stack.use(b);
  assert.notEqual(a.url, b.url);
  assert.deepEqual([await answers(a.url), await answers(b.url)], [true, true]);
});

Deno.test("a killed test process leaves no server and no data behind", async () => {
  await using child = inChild({});
  const [line] = await Array.fromAsync(firstLine(child.stdout));
  const { url, dir } = JSON.parse(line!);
  assert.equal(await answers(url), true);
  assert.equal(await exists(dir), true);
  child.kill("SIGKILL");
  await until(async () => !await answers(url), "the server was gone");
  await until(async () => !await exists(dir), "its data was gone");
});

async function* firstLine(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    const end = text.indexOf("\n");
    if (end >= 0) return yield text.slice(0, end);
  }
  throw new Error(`The child ended without a line: "${text}"`);
}

for (
  const [what, env, expected] of [
    ["an unknown way", { TEST_POSTGRES: "docker" }, /TEST_POSTGRES is "docker", not "url", "local" or "npm"/],
    ["a url asked for but not given", { TEST_POSTGRES: "url" }, /TEST_DATABASE_URL is empty/],
    [
      "a given server that is not there",
      { TEST_DATABASE_URL: "postgres://nobody@127.0.0.1:1/x" },
      /Cannot use the server of TEST_DATABASE_URL: .*ECONNREFUSED/,
    ],
  ] as const
) {
  Deno.test(`never a silent skip: ${what} is an error that says so`, async () => {
    await using child = inChild(env);
    const { success, stderr } = await child.output();
    assert.equal(success, false);
    assert.match(new TextDecoder().decode(stderr), expected);
  });
}
