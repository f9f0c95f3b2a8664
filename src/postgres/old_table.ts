/** What is in a table that another program made? Read as text, so that no float and no session zone comes between. */
import type { Database } from "./connect.ts";
import { errorCode, query } from "./transaction.ts";

export interface OldTable {
  /** Schema and name, quoted where they must be. */
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** It is the `stock_data` of this program. */
  readonly own: boolean;
}

/** The table or view of that name, with or without its schema; `null`: there is none, or it is neither. */
export async function oldTable(db: Database, name: string): Promise<OldTable | null> {
  try {
    const [found] = await query<OldTable>(db, FIND, [name]);
    return found ?? null;
  } catch (error) {
    // Blanks or quotes where none can be, or a third part: such a text names nothing.
    if (/^(?:42601|42602|0A000)$/.test(errorCode(error) ?? "")) return null;
    throw error;
  }
}

const FIND = `select format('%I.%I', nspname, relname) as name, json_agg(
       json_build_object('name', attname, 'type', format_type(atttypid, null)) order by attnum) as columns,
       bool_or(attname = 'answer_id') and bool_or(attname = 'settled') as own
     from pg_class join pg_namespace on pg_namespace.oid = relnamespace
       join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
     where pg_class.oid = to_regclass($1) and relkind in ('r', 'p', 'v', 'm', 'f')
     group by nspname, relname`;

/** The symbols in a column with the number of rows of each, as they are spelled. */
export function oldSymbols(
  db: Database,
  { table, column }: { table: OldTable; column: string },
): Promise<{ symbol: string | null; rows: number }[]> {
  return query(
    db,
    `select ${quoted(column)}::text as symbol, count(*) as rows from ${table.name} group by 1 order by 1`,
  );
}

/**
 * Rows as texts by column name, all or those of one symbol, in no order. A `timestamptz` is given in UTC with a `Z`, a
 * `timestamp` as it stands, without a zone.
 */
export async function oldRows(
  db: Database,
  { table, columns, symbol, limit }: {
    table: OldTable;
    /** Those wanted. */
    columns: readonly string[];
    /** Only rows that have this text in that column. */
    symbol: { readonly column: string; readonly is: string } | null;
    limit: number;
  },
): Promise<Record<string, string | null>[]> {
  const typeOf = new Map(table.columns.map(({ name, type }) => [name, type]));
  const chosen = columns.map((name) => `${asText(name, typeOf.get(name) ?? "text")} as ${quoted(name)}`);
  return await query(
    db,
    `select ${chosen.join(", ")} from ${table.name}
     ${symbol === null ? "" : `where ${quoted(symbol.column)}::text = $2`} limit $1`,
    symbol === null ? [limit] : [limit, symbol.is],
  );
}

function asText(name: string, type: string): string {
  const column = quoted(name);
  if (type === "timestamp with time zone") return `to_char(${column} at time zone 'UTC', '${STAMP}') || 'Z'`;
  if (type === "timestamp without time zone") return `to_char(${column}, '${STAMP}')`;
  if (type === "date") return `to_char(${column}, 'YYYY-MM-DD')`;
  return `${column}::text`;
}

const STAMP = "YYYY-MM-DD HH24:MI:SS.US";

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
