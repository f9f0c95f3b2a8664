/** What can go wrong between a program and its PostgreSQL server, each as something to do to it. */
import pg from "pg";
import type { Proxy } from "../support/proxy.ts";
import type { TestServer } from "../support/server.ts";

export interface Fault {
  readonly name: string;
  /** Resolves when it is over. */
  act(): Promise<void>;
}

export interface Trouble extends AsyncDisposable {
  readonly options: Options;
  readonly disk: Disk | null;
  /** The errors that statements of this process have met, by SQLSTATE or socket code. */
  met(): Record<string, number>;
}

interface Options {
  readonly server: TestServer;
  /** Of the database to trouble, past the proxy. */
  readonly url: string;
  readonly proxy: Proxy;
  readonly random: () => number;
  /** How long a statement may take. */
  readonly limitMs: number;
}

/** A small disk that can be filled. */
interface Disk extends AsyncDisposable {
  fill(): Promise<void>;
  clear(): Promise<void>;
}

export async function startTrouble(options: Options): Promise<Trouble> {
  const errors = countErrors();
  await admin(options.url, (client) => client.query(TRAPS));
  const disk = await smallDisk(options.url);
  return {
    options,
    disk,
    met: () => Object.fromEntries([...errors.counts].sort()),
    [Symbol.asyncDispose]: async () => {
      errors.stop();
      await disk?.[Symbol.asyncDispose]();
    },
  };
}

/** Each a few hundred milliseconds to a few seconds long, and over by itself. */
export function faultsOf({ options, disk }: Trouble): Fault[] {
  const { server, url, proxy, random, limitMs } = options;
  const between = (least: number, most: number) => wait(least + random() * (most - least));
  const restart = (how: "fast" | "immediate") => async () => {
    await between(0, 60);
    proxy.cut({ all: how === "immediate" });
    await server.restart(how);
    await between(0, 2_000);
    proxy.mend();
  };
  const arm = (trap: "fail" | "crawl", statements: number) =>
    admin(url, (client) => client.query(`alter sequence chaos_${trap} restart with ${-statements}`));
  const faults: Fault[] = [
    { name: "restarts", act: restart("fast") },
    { name: "crashes", act: restart("immediate") },
    {
      name: "terminated",
      act: async () => {
        await between(0, 60);
        await admin(url, (client) =>
          client.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()`,
          ));
      },
    },
    { name: "half-open", act: async () => (await between(0, 60), proxy.silence()) },
    { name: "cut", act: async () => (await between(0, 60), proxy.cut()) },
    { name: "serialization", act: async () => void await arm("fail", 1 + Math.floor(random() * 4)) },
    { name: "slow", act: async () => void await arm("crawl", 1) },
    {
      name: "locked",
      act: async () => {
        const table = ["stock_data", "run", "request", "series_result"][Math.floor(random() * 4)]!;
        await admin(url, async (client) => {
          await client.query("begin");
          await client.query(`lock table ${table} in access exclusive mode`);
          await between(limitMs / 10, limitMs * 1.5);
          await client.query("rollback");
        });
      },
    },
  ];
  if (disk === null) return faults;
  return [...faults, {
    name: "disk full",
    act: async () => {
      await disk.fill();
      await between(200, 1_000);
      await disk.clear();
    },
  }];
}

/**
 * While their sequence is below zero, statements fail as in a conflict, or take longer than they may. A sequence does not
 * go back with the transaction, so each trap is sprung as often as it was armed.
 */
const TRAPS = `
  create sequence chaos_fail minvalue -100 start with 0;
  create sequence chaos_crawl minvalue -100 start with 0;
  create function chaos() returns trigger language plpgsql as $$
  declare n bigint := nextval('chaos_fail');
  begin
    if n < 0 and n % 2 = 0 then raise 'could not serialize access' using errcode = '40001'; end if;
    if n < 0 then raise 'deadlock detected' using errcode = '40P01'; end if;
    if nextval('chaos_crawl') < 0 then perform pg_sleep(60); end if;
    return null;
  end $$;
  create trigger chaos after insert or update on stock_data for each statement execute function chaos();
  create trigger chaos after insert or update on request for each statement execute function chaos();
  create trigger chaos after insert or update on run for each statement execute function chaos();`;

/** Work on a connection of its own; a server that is just starting is waited for. */
async function admin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    try {
      await client.connect();
      return await work(client);
    } catch (error) {
      if (attempt === 50) throw error;
      await wait(100);
    } finally {
      await client.end().catch(() => {});
    }
  }
}

/** The bars move to a disk of a few megabytes in memory. `null`: only root may make one. */
async function smallDisk(url: string): Promise<Disk | null> {
  if (Deno.uid() !== 0 || Deno.build.os !== "linux") return null;
  const dir = await Deno.makeTempDir({ prefix: "stocks-etl-disk-", dir: "/tmp" });
  const { rows: [place] } = await admin(
    url,
    (client) => client.query("select current_setting('data_directory') as data, current_database() as database"),
  );
  const { uid } = await Deno.stat(place.data);
  if (!(await run("mount", ["-t", "tmpfs", "-o", `size=24m,mode=0700,uid=${uid}`, "tmpfs", dir]))) {
    await Deno.remove(dir);
    return null;
  }
  await Deno.mkdir(`${dir}/space`);
  await Deno.chown(`${dir}/space`, uid, null);
  await admin(url, async (client) => {
    await client.query(`create tablespace chaos location '${dir}/space'`);
    await client.query("alter table stock_data set tablespace chaos");
    await client.query("alter index stock_data_pkey set tablespace chaos");
  });
  const filler = `${dir}/filler`;
  return {
    fill: async () => {
      using file = await Deno.open(filler, { create: true, write: true });
      const block = new Uint8Array(65_536);
      for (let size = block.length; size > 512; size = Math.floor(size / 2)) {
        try {
          for (;;) await file.write(block.subarray(0, size));
        } catch {
          // Full, but for less than this.
        }
      }
    },
    clear: () => Deno.remove(filler),
    [Symbol.asyncDispose]: async () => {
      const maintenance = new URL(url);
      maintenance.pathname = "/postgres";
      await admin(maintenance.href, async (client) => {
        await client.query(`drop database ${place.database} with (force)`);
        await client.query("drop tablespace chaos");
      });
      await run("umount", ["-l", dir]);
      await Deno.remove(dir);
    },
  };
}

async function run(program: string, args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(program, { args, stdout: "null", stderr: "null" }).output();
  return success;
}

type Query = (this: unknown, ...args: unknown[]) => unknown;

/** Looks over the driver's shoulder, so that a proof can say which errors the program really met. */
function countErrors(): { counts: Map<string, number>; stop: () => void } {
  const counts = new Map<string, number>();
  const note = (error: unknown) => {
    const { code, message = "" } = error as { code?: string; message?: string };
    const name = code ?? message.split(/[:,(]/)[0]!.trim();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  const prototype = pg.Client.prototype as unknown as { query: Query };
  const query = prototype.query;
  prototype.query = function (...args) {
    const last = args.at(-1);
    if (typeof last === "function") {
      args[args.length - 1] = (error: unknown, ...rest: unknown[]) => {
        if (error) note(error);
        return last(error, ...rest);
      };
    }
    const result = query.apply(this, args);
    if (result instanceof Promise) result.catch(note);
    return result;
  };
  return { counts, stop: () => void (prototype.query = query) };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
