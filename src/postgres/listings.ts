/** Which symbols are listed, since when, and until when were the others? The vendor's list of US symbols, as it last was. */
import type pg from "pg";
import type { Listing } from "../reference.ts";
import type { Database } from "./connect.ts";
import { Implausible } from "./reference.ts";
import { query } from "./transaction.ts";

/** Rows of one statement. */
const BATCH = 2_000;

/** What is known of a symbol. */
export interface Listed extends Listing {
  /** `listed` wins: a ticker that was used again is listed. */
  readonly state: "listed" | "delisted";
}

/**
 * Makes the table hold these rows of the one kind, listed or delisted, in the caller's transaction. What is the same is not
 * written.
 *
 * @throws Implausible when it is less than half of what was there: that is a list cut short, and would make strangers of most
 */
export async function writeListings(
  client: pg.PoolClient,
  { delisted, listings, answerId }: { delisted: boolean; listings: readonly Listing[]; answerId: number },
): Promise<{ changed: number }> {
  const kind = delisted ? "delisting_date < 'infinity'" : "delisting_date = 'infinity'";
  const { rows: [{ stored }] } = await client.query(`select count(*) as stored from listing where ${kind}`);
  if (listings.length === 0) throw new Implausible("it lists no symbol");
  if (listings.length < stored / 2) {
    throw new Implausible(`it has ${listings.length} symbols where the last had ${stored}`);
  }
  const days = listings.map(({ delistingDate }) => delistingDate ?? "infinity");
  const { rowCount: gone } = await client.query(
    `delete from listing where ${kind} and (symbol, delisting_date) not in (
       select symbol, day from unnest($1::text[], $2::date[]) as given (symbol, day))`,
    [listings.map(({ symbol }) => symbol), days],
  );
  let changed = gone ?? 0;
  for (let start = 0; start < listings.length; start += BATCH) {
    const rows = listings.slice(start, start + BATCH);
    changed += await writeBatch(client, { rows, days: days.slice(start, start + BATCH), answerId });
  }
  return { changed };
}

async function writeBatch(
  client: pg.PoolClient,
  { rows, days, answerId }: { rows: readonly Listing[]; days: readonly string[]; answerId: number },
): Promise<number> {
  const { rowCount } = await client.query(
    `insert into listing as old (symbol, delisting_date, name, exchange, asset_type, ipo_date, answer_id)
     select symbol, delisting_date, name, exchange, asset_type, ipo_date, $7
     from unnest($1::text[], $2::date[], $3::text[], $4::text[], $5::text[], $6::date[])
       as given (symbol, delisting_date, name, exchange, asset_type, ipo_date)
     on conflict (symbol, delisting_date) do update set name = excluded.name, exchange = excluded.exchange,
       asset_type = excluded.asset_type, ipo_date = excluded.ipo_date, answer_id = excluded.answer_id
     where (old.name, old.exchange, old.asset_type, old.ipo_date)
       is distinct from (excluded.name, excluded.exchange, excluded.asset_type, excluded.ipo_date)`,
    [
      rows.map(({ symbol }) => symbol),
      days,
      rows.map(({ name }) => name),
      rows.map(({ exchange }) => exchange),
      rows.map(({ assetType }) => assetType),
      rows.map(({ ipoDate }) => ipoDate),
      answerId,
    ],
  );
  return rowCount ?? 0;
}

/** What is known of these symbols; those of which nothing is known are not among them. */
export function listingsOf(db: Database, symbols: readonly string[]): Promise<Listed[]> {
  return query<Listed & Record<string, unknown>>(
    db,
    `select distinct on (symbol) symbol, name, exchange, asset_type as "assetType", ipo_date as "ipoDate",
       nullif(delisting_date, 'infinity') as "delistingDate",
       case when delisting_date = 'infinity' then 'listed' else 'delisted' end as state
     from listing where symbol = any ($1::text[]) order by symbol, delisting_date desc`,
    [symbols],
  );
}

/** Those of these symbols that the list of the listed ones does not have; none while there is no such list. */
export async function unlistedAmong(db: Database, symbols: readonly string[]): Promise<string[]> {
  const rows = await query<{ symbol: string }>(
    db,
    `select symbol from unnest($1::text[]) with ordinality as asked (symbol, place)
     where exists (select from reference where form = 'LISTING_STATUS active' and answered_at is not null)
       and not exists (select from listing where listing.symbol = asked.symbol and delisting_date = 'infinity')
     order by place`,
    [symbols],
  );
  return rows.map(({ symbol }) => symbol);
}

/** Listed symbols of a spelling near to this one: one letter more, less, other, or two exchanged; `limit` at most. */
export async function symbolsLike(
  db: Database,
  { symbol, limit }: { symbol: string; limit: number },
): Promise<{ symbol: string; name: string | null }[]> {
  return await query<{ symbol: string; name: string | null }>(
    db,
    `select symbol, name from listing
     where delisting_date = 'infinity' and symbol like any ($1::text[]) and symbol <> $2
     order by abs(length(symbol) - length($2)), symbol limit $3`,
    [nearTo(symbol), symbol, limit],
  );
}

/** LIKE patterns of what is one edit away. */
function nearTo(symbol: string): string[] {
  const plain = (text: string) => text.replace(/[\\%_]/g, "\\$&");
  const cuts = Array.from({ length: symbol.length + 1 }, (_, at) => [symbol.slice(0, at), symbol.slice(at)] as const);
  return cuts.flatMap(([head, tail]) => [
    `${plain(head)}_${plain(tail)}`,
    ...(tail === "" ? [] : [`${plain(head)}_${plain(tail.slice(1))}`, `${plain(head)}${plain(tail.slice(1))}`]),
    ...(tail.length < 2 ? [] : [`${plain(head)}${plain(tail[1]! + tail[0]! + tail.slice(2))}`]),
  ]);
}
