/** Does the tree keep the rules of the house, and would each rule notice if it did not? */
import assert from "node:assert/strict";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { complaintsOf, type Tree, UNTESTED } from "./support/house.ts";
import { blocksOf, codeOf, importsOf } from "./support/source.ts";
import { EXCEPTIONS } from "./support/touch.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
/** Not ours: made, fetched, or the vendor's own bytes. */
const FOREIGN = ["/.git", "/node_modules", "/data", "/logs", "/dist", "/coverage", "/.cache", "/bench/.venv"];

async function treeOf(dir: string, tree = new Map<string, string>()): Promise<Map<string, string>> {
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(dir)) {
    const path = `${dir}/${name}`;
    const place = `/${relative(ROOT, path)}`;
    if (isSymlink || FOREIGN.includes(place) || place === "/.env") continue;
    if (isDirectory) await treeOf(path, tree);
    else tree.set(place.slice(1), await Deno.readTextFile(path));
  }
  return tree;
}

Deno.test("the tree keeps the rules of the house", async () => {
  const tree = await treeOf(ROOT);
  assert.ok(tree.size > 20 && tree.has("src/bar.ts"), "the tree was not found");
  assert.deepEqual(complaintsOf(tree), []);
});

Deno.test("every exception is still needed", async () => {
  const tree = await treeOf(ROOT);
  for (const { file, call } of EXCEPTIONS) assert.ok(tree.get(file)?.includes(call), `${file} does not use ${call}`);
  for (const path of Object.keys(UNTESTED)) assert.ok(tree.has(path), `there is no ${path}`);
});

const HEAD = "/** Which question? */\n";
/** One file, and the test that a file of `src/` has. */
const file = (path: string, text: string): Tree => {
  const test = path.replace(/^src\/(.+)\.tsx?$/, "tests/$1_test.ts");
  return new Map([[path, HEAD + text], ...(test === path ? [] : [[test, ""] as const])]);
};
const long = (lines: number, { before, after }: { before: string; after: string }) =>
  `${before}\n${"  step();\n".repeat(lines)}${after}\n`;
const secret = ["..", "shared"].join("/");
const registry = ["registry", "npmjs", "org"].join(".");

/** Each breaks one rule: what is wrong, the tree, what the complaint must say. */
const BROKEN: [string, Tree, RegExp][] = [
  ["pure imports a room", file("src/plan.ts", 'import { a } from "./web/page.ts";'), /pure files only/],
  [
    "pure imports a room's type",
    file("src/plan.ts", 'import type { A } from "./postgres/bars.ts";'),
    /pure files only/,
  ],
  ["pure re-exports a room", file("src/plan.ts", 'export * from "./log.ts";'), /pure files only/],
  ["pure imports a room later", file("src/plan.ts", 'const a = await import("./app.ts");'), /pure files only/],
  ["pure imports a story", file("src/plan.ts", 'import { a } from "./ingest.ts";'), /pure files only/],
  ["pure imports a library", file("src/plan.ts", 'import { z } from "zod";'), /belongs to src\/config/],
  ["pure imports the machine", file("src/plan.ts", 'import { join } from "node:path";'), /pure files only/],
  ["story imports a room", file("src/ingest.ts", 'import { a } from "./postgres/bars.ts";'), /story imports pure/],
  ["room imports a room", file("src/web/page.ts", 'import { a } from "../postgres/bars.ts";'), /its own files only/],
  ["room imports a story", file("src/web/page.ts", 'import { a } from "../ingest.ts";'), /its own files only/],
  ["room imports the app", file("src/web/page.ts", 'import { a } from "../app.ts";'), /its own files only/],
  ["room imports the log", file("src/web/page.ts", 'import { a } from "../log.ts";'), /its own files only/],
  ["room imports another's library", file("src/web/page.ts", 'import pg from "pg";'), /belongs to src\/postgres/],
  ["room imports an unknown library", file("src/web/page.ts", 'import a from "left-pad";'), /no place/],
  ["room imports by URL", file("src/web/page.ts", 'import a from "npm:hono@4";'), /no place/],
  ["room imports tests", file("src/web/page.ts", 'import a from "../../tests/support/vendor.ts";'), /outside src/],
  ["only postgres reads sql", file("src/web/page.ts", 'import a from "../../sql/schema.sql";'), /outside src/],
  ["an import is computed", file("src/web/page.ts", "await import(name);"), /computed/],
  ["an import is half computed", file("src/web/page.ts", 'await import("./" + name);'), /computed/],
  ["main imports a room", file("main.ts", 'import { a } from "./src/postgres/bars.ts";'), /main.ts imports what/],
  ["pure reads the clock", file("src/plan.ts", "const now = Date.now();"), /Date\.now/],
  ["pure reads the clock by Date", file("src/plan.ts", "const now = new Date();"), /newDate\(\)/],
  ["pure reads the clock by Temporal", file("src/plan.ts", "const now = Temporal.Now.instant();"), /Temporal/],
  ["pure throws dice", file("src/plan.ts", "const dice = Math.random();"), /Math\.random/],
  ["pure measures", file("src/plan.ts", "const t = performance.now();"), /performance/],
  ["pure makes an id", file("src/plan.ts", "const id = crypto.randomUUID();"), /crypto/],
  ["pure fetches", file("src/plan.ts", "await fetch(url);"), /fetch/],
  ["pure waits", file("src/plan.ts", "setTimeout(done, 1);"), /setTimeout/],
  ["pure asks Node", file("src/plan.ts", "const a = process.pid;"), /process/],
  ["pure goes around", file("src/plan.ts", 'const a = globalThis["fetch"];'), /globalThis/],
  ["pure touches Deno in a template", file("src/plan.ts", "const a = `${Deno.pid}`;"), /Deno/],
  ["a story touches Deno", file("src/notify.ts", "const { env } = Deno;"), /Deno/],
  ["a room reads the environment", file("src/web/page.ts", 'Deno.env.get("X");'), /Deno\.env.*only main/],
  ["a room listens", file("src/web/page.ts", "Deno.serve(handler);"), /Deno\.serve.*only main/],
  ["a room exits", file("src/web/page.ts", "Deno\n  .exit(1);"), /Deno\.exit.*only main/],
  ["a room exits as Node does", file("src/web/page.ts", "process.exit(1);"), /process\.exit.*only main/],
  ["a room hides Deno", file("src/web/page.ts", "const { env } = Deno;"), /hides/],
  ["the app schedules", file("src/app.ts", 'Deno.cron("a", "* * * * *", run);'), /Deno\.cron.*only main/],
  ["pure destructures the clock", file("src/plan.ts", "const { now } = Date;"), /Date/],
  ["pure spells the clock", file("src/plan.ts", 'const now = Date["now"]();'), /Date\[/],
  ["pure chains the clock", file("src/plan.ts", "const now = Date?.now();"), /Date\?\.now/],
  ["pure renames the clock", file("src/plan.ts", "const D = Date;"), /Date/],
  ["pure hands the clock on", file("src/plan.ts", "plan({ clock: Date, b });"), /Date/],
  ["pure calls the clock", file("src/plan.ts", "const now = Date();"), /Date\(\)/],
  ["pure makes a date without parentheses", file("src/plan.ts", "const now = new Date;"), /newDate/],
  ["pure reads this machine's time zone", file("src/plan.ts", "const hour = new Date(ms).getHours();"), /getHours/],
  [
    "pure formats this instant",
    file("src/plan.ts", "const now = Intl.DateTimeFormat().format();"),
    /Intl\.DateTimeFormat\(\)/,
  ],
  [
    "pure formats this instant with a format it has",
    file("src/plan.ts", "const now = format.format();"),
    /\.format\(\)/,
  ],
  [
    "pure formats in this machine's language",
    file("src/plan.ts", "const now = new Date(ms).toLocaleString();"),
    /toLocaleString/,
  ],
  ["pure destructures chance", file("src/plan.ts", "const { random } = Math;"), /Math/],
  ["pure spells chance", file("src/plan.ts", 'const dice = Math["random"]();'), /Math\[/],
  ["pure destructures Temporal", file("src/plan.ts", "const { Now } = Temporal;"), /Temporal/],
  ["pure renames the network", file("src/plan.ts", "const f = fetch;"), /fetch/],
  ["pure chooses the network", file("src/plan.ts", "const f = a ? fetch : b;"), /fetch/],
  ["pure waits by a signal", file("src/plan.ts", "const limit = AbortSignal.timeout(1);"), /AbortSignal\.timeout/],
  ["pure goes around by self", file("src/plan.ts", 'self["fetch"](url);'), /self\[/],
  ["pure goes around by window", file("src/plan.ts", "window.fetch(url);"), /window\.fetch/],
  ["pure goes around by eval", file("src/plan.ts", 'eval("Date.now()");'), /eval/],
  ["pure goes around by Function", file("src/plan.ts", 'new Function("return Deno")();'), /Function/],
  ["pure opens a socket", file("src/plan.ts", "const a = new WebSocket(url);"), /WebSocket/],
  ["pure remembers", file("src/plan.ts", "localStorage.a = 1;"), /localStorage/],
  ["pure waits by name", file("src/plan.ts", "const wait = setTimeout;"), /setTimeout/],
  ["a room spells exit", file("src/web/page.ts", 'Deno["exit"](1);'), /Deno\[.*hides/],
  ["a room chains exit", file("src/web/page.ts", "Deno?.exit(1);"), /Deno\?\.exit.*hides/],
  [
    "a room reaches Deno by globalThis",
    file("src/web/page.ts", 'globalThis["Deno"].exit(1);'),
    /globalThis\[.*only main/,
  ],
  ["a room reaches Deno by self", file("src/web/page.ts", "self.Deno.exit(1);"), /self\.Deno.*only main/],
  ["a room renames Deno", file("src/web/page.ts", "const { a, d = Deno } = {};"), /hides/],
  ["a room evaluates", file("src/web/page.ts", 'eval("Deno.exit()");'), /only main/],
  ["a room renames process", file("src/web/page.ts", "const p = process;"), /process.*only main/],
  ["a room listens to a socket", file("src/web/page.ts", "Deno.listen({ port: 1 });"), /Deno\.listen.*only main/],
  ["a room starts a program", file("src/web/page.ts", 'new Deno.Command("rm");'), /Deno\.Command.*only main/],
  ["a room ends a program", file("src/web/page.ts", "Deno.kill(1);"), /Deno\.kill.*only main/],
  [
    "a room imports Node's process",
    file("src/web/page.ts", 'import { pid } from "node:process";'),
    /node:process.*only main/,
  ],
  [
    "a room imports Node's server",
    file("src/web/page.ts", 'import { createServer } from "node:http";'),
    /node:http.*only main/,
  ],
  ["a room imports Node's sockets", file("src/web/page.ts", 'import net from "node:net";'), /node:net.*only main/],
  ["a room imports Node's files later", file("src/web/page.ts", 'await import("node:fs");'), /node:fs.*only main/],
  ["a file is too long", file("src/plan.ts", "a();\n".repeat(300)), /301 lines, 300/],
  ["main is too long", file("main.ts", "a();\n".repeat(80)), /81 lines, 80/],
  [
    "a function is too long",
    file("src/plan.ts", long(70, { before: "export function plan(a: { b: string }): A<{ c: 1 }> {", after: "}" })),
    /:2 has a function of 72 lines/,
  ],
  ["an arrow is too long", file("src/plan.ts", long(70, { before: "const f = (a) => {", after: "};" })), /72 lines/],
  [
    "a method is too long",
    file("src/web/page.ts", `class A {\n${long(70, { before: "  async #b(c = {}) {", after: "  }" })}}\n`),
    /:3 has a function of 72 lines/,
  ],
  ["a name says nothing", file("tests/support/utils.ts", ""), /"utils" says nothing/],
  [
    "no opening comment",
    new Map([["src/plan.ts", "export const a = 1;\n"], ["tests/plan_test.ts", ""]]),
    /does not open with a comment/,
  ],
  ["a test tests nothing", file("tests/web/page_test.ts", ""), /there is no src\/web\/page\.ts/],
  ["a folder tests nothing", file("tests/web/page/long_test.ts", ""), /there is no src\/web\/page\/long\.ts/],
  ["nobody tests it", new Map([["src/web/page.tsx", HEAD]]), /there is no tests\/web\/page_test\.ts/],
  ["an exception outlived", file("src/event.ts", ""), /it needs no exception/],
  ["a test is too long", new Map([["tests/main_test.ts", "a();\n".repeat(301)]]), /301 lines, 300/],
  ["a migration is not listed", new Map([["sql/0001_initial.sql", ""]]), /does not list it/],
  ["a migration is missing", new Map([["sql/0002_more.sql", ""]]), /must be named sql\/0001_/],
  ["a document names this machine", new Map([["README.md", `see ${secret}/x`]]), /README\.md:1 names this machine/],
  [
    "a document names a registry",
    new Map([["README.md", `\nhttps://${registry}/x`]]),
    /README\.md:2 names a package reg/,
  ],
];

for (const [what, tree, expected] of BROKEN) {
  Deno.test(`noticed: ${what}`, () => {
    const complaints = complaintsOf(tree);
    assert.equal(complaints.length, what.startsWith("a migration is missing") ? 2 : 1, complaints.join("\n"));
    assert.match(complaints[0]!, expected);
  });
}

const SOUND: [string, Tree][] = [
  [
    "what is only said",
    file("src/plan.ts", "// Deno.env\nconst a = 'Date.now()'; const b = /Deno.exit/; /* fetch( */"),
  ],
  ["a date of a number", file("src/plan.ts", "const a = new Date(ms); const b = deps.fetch(a);")],
  ["a room's own files", file("src/web/page.tsx", 'import a from "./a.ts"; import { b } from "../plan.ts";')],
  ["subpaths of a library", file("src/web/page.tsx", 'import a from "hono/basic-auth";')],
  ["sql as text", file("src/postgres/migrate.ts", 'import a from "../../sql/0001_a.sql" with { type: "text" };')],
  ["sql that is run by hand", new Map([["sql/by_hand/tidy.sql", ""]])],
  ["a long table", file("src/plan.ts", long(100, { before: "export const A = {", after: "};" }))],
  ["a long class", file("src/web/a.ts", long(100, { before: "export class A extends B {", after: "}" }))],
  [
    "a date of somebody's",
    file("src/plan.ts", "function a(at: Date): Date | null { return at instanceof Date ? at : null; }"),
  ],
  ["what is given under a global's name", file("src/plan.ts", "interface A { readonly fetch: Fetch; crypto?: B }")],
  ["the pure half", file("src/plan.ts", "Math.max(Date.UTC(1), Date.parse(a)); AbortSignal.any([a]);")],
  ["a format with a zone", file("src/plan.ts", 'new Intl.DateTimeFormat("en", { timeZone }).format(ts);')],
  ["a signal's type", file("src/plan.ts", "function a({ b }: { b: AbortSignal }, c: AbortSignal, d?: AbortSignal) {}")],
  ["a room's files", file("src/web/page.ts", "Deno.readTextFile(a); let b: Deno.FsFile; Deno.errors.NotFound;")],
  ["a tool of Node's", file("src/web/page.ts", 'import { parseEnv } from "node:util";')],
  ["main is the process", file("main.ts", 'import process from "node:process"; Deno.exit(process.pid);')],
  ["a test in the folder of its file", new Map([["src/plan.ts", HEAD], ["tests/plan/year_test.ts", ""]])],
  ["the app opens rooms", file("src/app.ts", 'import a from "./web/routes.ts"; import b from "./ingest.ts";')],
];

for (const [what, tree] of SOUND) {
  Deno.test(`not held against anybody: ${what}`, () => assert.deepEqual(complaintsOf(tree), []));
}

Deno.test("migrations are listed in order", () => {
  const imports = ["0002_b", "0001_a"].map((name) => `import x from "../../sql/${name}.sql" with { type: "text" };`);
  const tree = new Map([["sql/0001_a.sql", ""], ["sql/0002_b.sql", ""], [
    "src/postgres/migrate.ts",
    HEAD + imports.join("\n"),
  ], ["tests/postgres/migrate_test.ts", ""]]);
  assert.deepEqual(complaintsOf(tree), ["src/postgres/migrate.ts: lists the migrations out of order"]);
});

Deno.test("the scanner tells code from text", () => {
  assert.equal(codeOf("a(\"{\", '}') // {"), "a(\" \", ' ')     ");
  assert.equal(codeOf("s.replace(/[/{]\\//g, x / 2 / y) {"), "s.replace(/      /g, x / 2 / y) {");
  assert.equal(codeOf("`a{${b({ c: `}` })}}` {"), "`   {b({ c: ` ` })} ` {");
  assert.equal(codeOf("<p>Don't {x} </p>"), "<p>Don't {x} </p>");
  assert.deepEqual(importsOf("import a, {\n b } from \"./x.ts\";\nexport { c } from './y.ts';"), [
    { specifier: "./x.ts", line: 1 },
    { specifier: "./y.ts", line: 3 },
  ]);
  assert.deepEqual(blocksOf("function a() {\n  if (b) {\n  }\n}").map(({ line, lines }) => [line, lines]), [[2, 2], [
    1,
    4,
  ]]);
});
