/**
 * How are splits and dividends kept? As the newest answer has them; what it corrects or no longer has stays as a row of
 * the past, with the answer that says otherwise.
 */
import type pg from "pg";
import type { Dividend, ReferenceDocument, Split } from "../reference.ts";
import type { ReferenceRequest } from "../request.ts";
import type { Database } from "./connect.ts";
import { query } from "./transaction.ts";
import { instant } from "./values.ts";

type ActionForm = "SPLITS" | "DIVIDENDS";
type ActionDocument =
  & ReferenceDocument
  & ({ readonly splits: readonly Split[] } | { readonly dividends: readonly Dividend[] });

/** A column of what identifies a row or of what it says: its type, and its value in each row of an answer. */
type Columns = readonly (readonly [name: string, type: string, values: readonly (string | number | null)[]])[];

interface Table {
  readonly name: "split" | "dividend";
  readonly day: string;
  /** Columns that identify what holds, and those that say what is true of it. */
  readonly keys: readonly string[];
  readonly facts: readonly string[];
}

const TABLES: Record<ActionForm, Table> = {
  SPLITS: { name: "split", day: "effective_date", keys: ["effective_date"], facts: ["factor"] },
  DIVIDENDS: {
    name: "dividend",
    day: "ex_date",
    keys: ["ex_date", "place"],
    facts: ["amount", "declaration_date", "record_date", "payment_date"],
  },
};

/** Of the rows of one answer: new, corrected, no longer in it. */
export interface ActionCounts {
  readonly added: number;
  readonly corrected: number;
  readonly withdrawn: number;
}

/**
 * Writes what an answer says, in the caller's transaction. Told twice, it changes nothing the second time.
 *
 * A row that the answer does not have is withdrawn only where it would be: not before the oldest row of the answer, and
 * not when rows of it were refused, which may be those. So an answer without any row withdraws nothing.
 */
export async function writeActions(
  client: pg.PoolClient,
  { request: { form, symbol }, answerId, receivedAt, document }: {
    request: ReferenceRequest & { form: ActionForm };
    answerId: number;
    receivedAt: number;
    document: ActionDocument;
  },
): Promise<ActionCounts> {
  const { name, day, keys, facts } = TABLES[form];
  const columns = "splits" in document ? splitColumns(document.splits) : dividendColumns(document.dividends);
  const names = columns.map(([column]) => column).join(", ");
  const given = `unnest(${
    columns.map(([, type], index) => `$${index + 4}::${type}[]`).join(", ")
  }) as given (${names})`;
  const tuple = (of: string, list: readonly string[]) => `(${list.map((column) => `${of}.${column}`).join(", ")})`;
  const sameKey = `${tuple("given", keys)} = ${tuple("stored", keys)}`;
  const same = `${sameKey} and ${tuple("given", facts)} is not distinct from ${tuple("stored", facts)}`;
  const values = [symbol, answerId, instant(receivedAt), ...columns.map(([, , column]) => column)];
  const withdrawn = document.refused === null
    ? `stored.${day} >= (select min(${day}) from ${given})`
    : `exists (select from ${given} where ${sameKey})`;
  // Before the successors are written: of a day only one row may hold.
  const { rowCount: dropped } = await client.query(
    `update ${name} as stored set dropped_at = $3, dropped_by = $2::bigint
     where stored.symbol = $1 and stored.dropped_at is null and not exists (select from ${given} where ${same})
       and ${withdrawn}`,
    values,
  );
  const { rows } = await client.query<{ corrects: boolean }>(
    `insert into ${name} as stored (symbol, ${names}, answer_id, seen_at)
     select $1, ${names}, $2::bigint, $3::timestamptz from ${given}
     where not exists (select from ${name} as stored where stored.symbol = $1 and stored.dropped_at is null and ${same})
     returning exists (select from ${name} as old where old.symbol = $1 and old.dropped_by = $2
       and ${tuple("old", keys)} = ${tuple("stored", keys)}) as corrects`,
    values,
  );
  const corrected = rows.filter(({ corrects }) => corrects).length;
  return { added: rows.length - corrected, corrected, withdrawn: (dropped ?? 0) - corrected };
}

function splitColumns(splits: readonly Split[]): Columns {
  return [
    ["effective_date", "date", splits.map(({ date }) => date)],
    ["factor", "numeric", splits.map(({ factor }) => factor)],
  ];
}

/** Of several on one day each has a place: the earlier payment first, then the greater amount, whatever their order. */
function dividendColumns(dividends: readonly Dividend[]): Columns {
  const rank = (one: Dividend) => one.paymentDate ?? "";
  const sorted = dividends.toSorted((a, b) =>
    compare(a.date, b.date) || compare(rank(a), rank(b)) || Number(b.amount) - Number(a.amount)
  );
  const places = sorted.map(({ date }, index) => index + 1 - sorted.findIndex((other) => other.date === date));
  return [
    ["ex_date", "date", sorted.map(({ date }) => date)],
    ["place", "integer", places],
    ["amount", "numeric", sorted.map(({ amount }) => amount)],
    ["declaration_date", "date", sorted.map(({ declarationDate }) => declarationDate)],
    ["record_date", "date", sorted.map(({ recordDate }) => recordDate)],
    ["payment_date", "date", sorted.map(({ paymentDate }) => paymentDate)],
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Takes back what the answers after `cut` have said of a symbol. */
export async function rewindActions(
  client: pg.PoolClient,
  { form, symbol, cut }: { form: ActionForm; symbol: string; cut: number },
): Promise<void> {
  const { name } = TABLES[form];
  await client.query(`delete from ${name} where symbol = $1 and answer_id > $2`, [symbol, cut]);
  await client.query(
    `update ${name} set dropped_at = null, dropped_by = null where symbol = $1 and dropped_by > $2`,
    [symbol, cut],
  );
}

/** How many splits and dividends hold of each symbol, in the order given. */
export function actionCounts(
  db: Database,
  symbols: readonly string[],
): Promise<{ symbol: string; splits: number; dividends: number }[]> {
  return query(
    db,
    `select asked.symbol,
       (select count(*) from split where split.symbol = asked.symbol and dropped_at is null) as splits,
       (select count(*) from dividend where dividend.symbol = asked.symbol and dropped_at is null) as dividends
     from unnest($1::text[]) with ordinality as asked (symbol, place) order by asked.place`,
    [symbols],
  );
}
