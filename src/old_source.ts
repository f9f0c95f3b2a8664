/** Where do the rows of an older program come from: a table or view of a database, or a CSV file? */
import { parseDelimited } from "./delimited.ts";
import type { OldRow } from "./old_rows.ts";
import type { Database } from "./postgres/connect.ts";
import { oldRows, oldSymbols, oldTable } from "./postgres/old_table.ts";
import { Refused } from "./refused.ts";

/** Rows that have this text in that column. */
export interface OfSymbol {
  readonly column: string;
  readonly is: string;
}

export interface OldSource {
  /** For messages: `table public.stocks_data of localhost:5432/stocksdb`. */
  readonly describe: string;
  /** Of its columns. */
  readonly names: readonly string[];
  /** The symbols in a column, as they are spelled, with the number of rows of each. */
  symbols(column: string): Promise<{ readonly symbol: string | null; readonly rows: number }[]>;
  /** `null`: of every symbol. */
  rows(columns: readonly string[], symbol: OfSymbol | null): Promise<OldRow[]>;
}

/** They are in memory together: some 300 MB. */
const MOST_ROWS = 1_000_000;

/** @throws Refused when there is no such table, or it is our own */
export async function tableSource(db: Database, name: string): Promise<OldSource> {
  const table = await oldTable(db, name);
  const fail = (found: string) => new Refused("invalid", `Cannot import table "${name}" of ${db.describe}: ${found}`);
  if (table === null) throw fail("there is no table or view of that name; quote it inside as SQL does, schema first");
  if (table.own) throw fail("it is the table of this program; copy a database with pg_dump and pg_restore");
  return {
    describe: `table ${table.name} of ${db.describe}`,
    names: table.columns.map((column) => column.name),
    symbols: (column) => oldSymbols(db, { table, column }),
    rows: async (columns, symbol) => {
      const rows = await oldRows(db, { table, columns, symbol, limit: MOST_ROWS + 1 });
      if (rows.length <= MOST_ROWS) return rows;
      throw fail(`one symbol has more than ${MOST_ROWS} rows; make views of parts of it and import those`);
    },
  };
}

/** @throws Refused when the text is no CSV whose first line names the columns */
export function fileSource(path: string, text: string): OldSource {
  const { names, rows } = parsed(path, text);
  return {
    describe: `file "${path}"`,
    names,
    symbols: (column) => {
      const counts = Map.groupBy(rows, (row) => row[column] ?? null);
      return Promise.resolve([...counts].map(([symbol, same]) => ({ symbol, rows: same.length })));
    },
    rows: (_columns, symbol) =>
      Promise.resolve(symbol === null ? [...rows] : rows.filter((row) => row[symbol.column] === symbol.is)),
  };
}

function parsed(path: string, text: string): ReturnType<typeof parseDelimited> {
  try {
    return parseDelimited(text);
  } catch (error) {
    throw new Refused("invalid", `Cannot import file "${path}": ${error instanceof Error ? error.message : error}`);
  }
}
