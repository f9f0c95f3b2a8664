/** A database whose connection is lost at a chosen statement, before or after the server has carried it out. */
import type pg from "pg";
import type { Database } from "../../src/postgres/connect.ts";

/** `after: true` loses only the answer: the server has done it. Happens once; later attempts go through. */
export function losingOnce(db: Database, { statement, after }: { statement: RegExp; after: boolean }): Database {
  let lost = false;
  const connect = async () => {
    const client = await db.pool.connect();
    const query = async (text: string, values?: unknown[]) => {
      const hit = !lost && statement.test(text);
      if (hit) lost = true;
      if (hit && !after) throw connectionLost();
      const result = await client.query(text, values);
      if (hit) throw connectionLost();
      return result;
    };
    const release = async (error?: Error) => {
      // A lost connection takes its open transaction with it.
      if (error !== undefined) await client.query("rollback");
      client.release();
    };
    return { query, release, on: () => {}, off: () => {} };
  };
  const query = async (text: string, values?: unknown[]) => {
    const client = await connect();
    try {
      return await client.query(text, values);
    } finally {
      await client.release();
    }
  };
  return { ...db, pool: { connect, query } as unknown as pg.Pool };
}

function connectionLost(): Error {
  return Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
}
