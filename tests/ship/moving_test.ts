/** The lines of docs/migrating.md for who runs both the older pipeline and this program in containers, played on a server of our own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openDatabase } from "../../src/postgres/connect.ts";
import type { Database } from "../../src/postgres/connect.ts";
import { blocksOf, hasTools, type Place, play } from "../support/documented.ts";
import { halfHours, rawOf, tableOfA, tableOfB } from "../support/older.ts";
import { startServer } from "../support/server.ts";

/** Each container has its own `POSTGRES_…`; what is mounted is where it is outside; `up` makes the schema, as `serve` does. */
const STAND_INS = `
  program() { DATABASE_URL=$NEW_URL "$DENO" run --quiet --no-check -A "$MAIN" "$@"; }
  docker() {
    case "$1 $2 $3 $4" in
      "exec old_db sh -c") shift 2; POSTGRES_USER=older POSTGRES_DB=older "$@" ;;
      "compose up "*) program migrate ;;
      "compose exec -T postgres") shift 4; POSTGRES_USER=stocks POSTGRES_DB=stocks "$@" ;;
      "compose run --rm --no-deps")
        shift 4
        [ "$1" != --volume ] || { mounted=\${2%%:*}; shift 2; }
        [ "$1" = stocks-etl ] && shift && program "\${@//\\/cdc\\//\${mounted:-}/}" ;;
      *) return 1 ;;
    esac
  }
`;

const options = { ignore: !await hasTools() };

/** Plays the lines where the older program's folder is, on a server with a database of each. */
async function moved(
  script: string,
  fill: (old: Database) => Promise<void>,
): Promise<{ told: string; bars: string[] }> {
  await using server = await startServer({ own: true });
  const url = (name: string) => server.url.replace(/\/\/[^@]+@/, `//${name}@`).replace(/\/[^/]*$/, `/${name}`);
  const opened = (at: string) => openDatabase({ kind: "server", url: at, poolSize: 2 }, { onError: () => {} });
  const admin = await opened(server.url);
  for (const name of ["older", "stocks"]) {
    await admin.pool.query(`create role ${name} superuser login`);
    await admin.pool.query(`create database ${name} owner ${name}`);
  }
  await admin.close();
  const old = await opened(url("older"));
  await fill(old).finally(() => old.close());
  const folder = await Deno.makeTempDir({ prefix: "stocks-etl-moving-" });
  try {
    await Deno.mkdir(join(folder, "cdc_"));
    await Deno.writeTextFile(join(folder, "cdc_/last_cdc.json"), '{"cdc": "2025-11-03 19:30:00"}');
    const told = await play(script, STAND_INS, placeOf(folder, { server, url: url("stocks") }));
    const db = await opened(url("stocks"));
    const { rows } = await db.pool.query(`select symbol, "interval", close from stock_data order by 1, 2, ts`);
    await db.close();
    return { told, bars: rows.map(({ symbol, interval, close }) => `${symbol} ${interval} ${close}`) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function placeOf(
  folder: string,
  { server, url }: { server: { url: string; binDir: string | null }; url: string },
): Place {
  const { hostname, port } = new URL(server.url);
  const kept = ["DENO_DIR", "HOME"].flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)!]] : []);
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const program = { DENO: Deno.execPath(), MAIN: main, NEW_URL: url, LOG_DIR: "none" };
  const path = `${server.binDir}:/usr/bin:/bin`;
  return { folder, env: { ...Object.fromEntries(kept), ...program, PATH: path, PGHOST: hostname, PGPORT: port } };
}

Deno.test("from container to container: the intraday pipeline's table and cursor file", options, async () => {
  const [lines] = await blocksOf("migrating.md", "With Docker Compose");
  const { told, bars } = await moved(
    `${lines!.trimEnd()} --yes\n`,
    (old) => tableOfA(old, halfHours("2025-11-03", 32).map((wall) => [wall, "300.25"])),
  );
  assert.match(told, /^The cursor agrees with the newest bar, 2025-11-04 00:30Z$/m);
  assert.equal(bars.length, 32);
  assert.equal(bars[0], "IBM 30min 300.2500");
});

Deno.test("from container to container: the Dagster pipeline's table, whose name is ours", options, async () => {
  const [, lines] = await blocksOf("migrating.md", "With Docker Compose");
  const { bars } = await moved(
    `${lines!.trimEnd()} --interval daily --yes\n`,
    (old) =>
      tableOfB(old, [["AAPL", "2026-02-26", rawOf("251.01")], ["IBM", "2026-02-26", rawOf("300.5")]], {
        name: "stock_data",
      }),
  );
  assert.deepEqual(bars, ["AAPL daily 251.01", "IBM daily 300.5"]);
});
