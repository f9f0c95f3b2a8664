// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * `deno task rehearse`: does the single file install, serve, survive a kill, upgrade, and come back from a backup? Done for
 * real, from an empty folder on a root file system with nothing else in it; what was typed and answered is docs/rehearsal.md.
 */
import { join } from "node:path";
import { startServer } from "../tests/support/server.ts";
import { startCurrentVendor } from "../tests/support/market.ts";
import { Rehearsal } from "./ship/rehearsal.ts";
import { ROOT } from "./ship/program.ts";

const SYMBOLS = ["IBM", "MSFT"];
const CLEAN = `It ran in a root file system that holds a shell, the programs the launcher and these lines name, and the
libraries of Deno: no Deno, no Node, no cache, no network but this machine's own. Alpha Vantage is played by the tests' vendor.`;

async function singleFile(at: Rehearsal, vendorUrl: string, port: string): Promise<void> {
  at.chapter("Install: copy one file");
  await at.build("opt/new", "first");
  await at.sh("ls /bin /usr/bin /opt/new", { what: "everything there is" });
  await at.sh("mkdir /srv/etl && cd /srv/etl && mv /opt/new/stocks-etl . && ./stocks-etl --version");
  await at.sh("./stocks-etl demo | tail -n 30");
  at.chapter("Run and serve");
  await at.write("srv/etl/.env", [
    "ALPHAVANTAGE_API_KEY=rehearsal",
    `ALPHAVANTAGE_URL=${vendorUrl}`,
    `STOCK_SYMBOLS=${SYMBOLS.join(",")}`,
    "STOCK_INTERVALS=daily",
    "API_POLITE_DELAY_SEC=0",
    `PORT=${port}`,
  ]);
  await at.sh('./stocks-etl run --quiet; echo "exit code $?"; ls -A; ls data logs/*');
  const before = await at.sh("./stocks-etl status");
  await at.serve(/Keeping 2 series/);
  await at.fetch(`http://127.0.0.1:${port}/healthz`);
  at.chapter("kill -9, and start again");
  await at.end("SIGKILL");
  await at.serve(/Keeping 2 series/);
  await at.end("SIGTERM");
  at.same(before, await at.sh("./stocks-etl status"), "every bar is there");
  await upgrade(at, before);
  await restoreFolder(at, before);
}

async function upgrade(at: Rehearsal, before: string): Promise<void> {
  at.chapter("Upgrade: replace the file while it serves, then restart");
  await at.serve(/Keeping 2 series/);
  await at.build("opt/new", "second");
  await at.sh("mv /opt/new/stocks-etl stocks-etl && ./stocks-etl --version; ls ~/.cache/stocks-etl");
  await at.end("SIGTERM");
  at.same(before, await at.sh("./stocks-etl status"), "the new version opens the old one's database");
}

async function restoreFolder(at: Rehearsal, before: string): Promise<void> {
  at.chapter("Back up and restore the embedded database: stop, copy the folder, start");
  await at.sh("tar -czf /srv/backup.tar.gz data && rm -rf data && tar -xzf /srv/backup.tar.gz");
  at.same(before, await at.sh("./stocks-etl status"), "the restored folder is the old one");
  await at.serve(/Keeping 2 series/);
  await at.end("SIGKILL");
  await at.sh("cp -a data data.copy && rm -rf data && mv data.copy data", { what: "a copy of what a kill left" });
  at.same(before, await at.sh("./stocks-etl status"), "so is the copy of a killed program's folder");
}

async function onServer(at: Rehearsal): Promise<void> {
  at.chapter("Back up and restore a database on a server");
  await using server = await startServer({ own: true });
  const { hostname, port, username } = new URL(server.url);
  const url = (name: string) => `postgres://stocks@${hostname}:${port}/${name}`;
  const bin = server.binDir!;
  const client = (command: string) =>
    at.outside(command, {
      PATH: `${bin}:/usr/bin:/bin`,
      PGTZ: "UTC",
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
    });
  // The administrator of the server, and the program's own role: who restores is rarely who owns.
  await client("createuser stocks && createdb --owner=stocks stocks");
  await at.sh("./stocks-etl run --quiet; ./stocks-etl status", {
    env: { DATABASE_URL: url("stocks") },
    shown: "DATABASE_URL=…/stocks",
  });
  const count = "select count(*) as bars, max(ts) as newest from stock_data";
  const before = await client(`psql --username=stocks stocks -c '${count}'`);
  await client("pg_dump --username=stocks --format=custom --file=stocks.dump stocks");
  await client("dropdb stocks && createdb --owner=stocks restored");
  await client("pg_restore --role=stocks --no-owner --exit-on-error --dbname=restored stocks.dump");
  at.same(before, await client(`psql --username=stocks restored -c '${count}'`), "every bar is there");
  await at.sh("./stocks-etl run --quiet", { env: { DATABASE_URL: url("restored") }, shown: "DATABASE_URL=…/restored" });
}

async function unit(at: Rehearsal): Promise<void> {
  at.chapter("The systemd unit");
  const text = await Deno.readTextFile(join(ROOT, "docs/deploy/stocks-etl.service"));
  // The unit is looked at where the program it names is not installed.
  await Deno.writeTextFile(
    join(at.scratch, "stocks-etl.service"),
    text.replace("/usr/local/bin/stocks-etl", "/bin/true"),
  );
  await at.outside("systemd-analyze verify ./stocks-etl.service && echo accepted", {});
  await at.outside("systemd-analyze security --offline=true --no-pager ./stocks-etl.service | tail -n 1", {});
}

async function main(): Promise<number> {
  const dir = await Deno.makeTempDir({ prefix: "stocks-etl-rehearsal-" });
  await using vendor = await startCurrentVendor(SYMBOLS);
  const at = await Rehearsal.begin(dir);
  try {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = String(listener.addr.port);
    listener.close();
    await singleFile(at, vendor.url, port);
    await onServer(at);
    await unit(at);
    const document = join(ROOT, "docs/rehearsal.md");
    await Deno.writeTextFile(document, at.transcript("Rehearsal", CLEAN));
    await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", document] }).output();
    console.log("docs/rehearsal.md written: every step did what it should");
    return 0;
  } catch (error) {
    console.error(`${at.transcript("Rehearsal", CLEAN)}\n${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await at.end("SIGKILL");
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.exit(await main());
