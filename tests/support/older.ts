/** The tables of both older programs, as those programs make and fill them. */
import type { Database } from "../../src/postgres/connect.ts";

/** A: one symbol, half hours, New York's wall clock written by a session in UTC; the first version had no key. */
export async function tableOfA(
  { pool }: Pick<Database, "pool">,
  rows: readonly (readonly [wall: string, close: string])[],
  { name = "stocks_data" } = {},
): Promise<void> {
  await pool.query(
    `create table if not exists ${name} (trade_timestamp_utc timestamptz not null, symbol varchar(20) not null,
       open decimal(10, 4) not null, high decimal(10, 4) not null, low decimal(10, 4) not null,
       close decimal(10, 4) not null, volume bigint not null)`,
  );
  await pool.query(
    `insert into ${name} select (wall || 'Z')::timestamptz, 'IBM', close, close, close, close, 100
     from unnest($1::text[], $2::text[]::float8[]) as given (wall, close)`,
    [rows.map(([wall]) => wall), rows.map(([, close]) => close)],
  );
}

/** B: many symbols, days; what the vendor's row lacks is 0 in the columns, the row itself is kept. */
export async function tableOfB(
  { pool }: Pick<Database, "pool">,
  rows:
    readonly (readonly [symbol: string, date: string, raw: Readonly<Record<string, string>> | null, close?: string])[],
  { name = "stock_data_old" } = {},
): Promise<void> {
  await pool.query(
    `create table if not exists ${name} (id serial primary key, symbol text not null, ts timestamptz not null,
       open numeric, high numeric, low numeric, close numeric, volume bigint, raw jsonb, unique (symbol, ts))`,
  );
  for (const [symbol, date, raw, close] of rows) {
    const price = (key: string) => Number(raw?.[key] ?? close ?? 0);
    const prices = ["1. open", "2. high", "3. low", "4. close"].map(price);
    await pool.query(
      `insert into ${name} (symbol, ts, open, high, low, close, volume, raw)
       values ($1, ($2 || 'Z')::timestamptz, $3::float8, $4::float8, $5::float8, $6::float8, $7, $8)`,
      [symbol, date, ...prices, Number(raw?.["6. volume"] ?? 0), raw === null ? null : JSON.stringify(raw)],
    );
  }
}

/** The vendor's row of a day. */
export function rawOf(close: string, volume = "1000"): Record<string, string> {
  return { "1. open": close, "2. high": close, "3. low": close, "4. close": close, "6. volume": volume };
}

/** Half hours of New York's trading, from 04:00 on: `count` stamps from the day on, weekends left out. */
export function halfHours(day: string, count: number): string[] {
  const walls: string[] = [];
  for (let at = Date.parse(`${day}T04:00:00Z`); walls.length < count; at += 1_800_000) {
    const [date, time] = new Date(at).toISOString().slice(0, 19).split("T") as [string, string];
    const open = time >= "04:00" && time < "20:00" && ![0, 6].includes(new Date(at).getUTCDay());
    if (open) walls.push(`${date} ${time}`);
  }
  return walls;
}
