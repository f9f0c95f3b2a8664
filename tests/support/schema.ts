/** The schema of a migrated database as readable SQL, from the catalog alone: the same text on every engine and version. */
import type { Database } from "../../src/postgres/connect.ts";

/**
 * Tables in alphabetical order, each with its columns, constraints, indexes and comments; then views and functions, what
 * they give and not how: versions of PostgreSQL write the body of a view differently.
 */
export async function dumpSchema(db: Database): Promise<string> {
  const { rows: tables } = await db.pool.query(
    `select c.oid::int as oid, c.relname as name, obj_description(c.oid, 'pg_class') as comment
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     order by c.relname`,
  );
  const parts = ["-- Made from a migrated database, for reading: sql/NNNN_*.sql are what is run.\n"];
  for (const { oid, name, comment } of tables) {
    const body = [...await columns(db, oid), ...await constraints(db, oid)];
    parts.push(`create table ${name} (\n  ${body.join(",\n  ")}\n);`);
    if (comment !== null) parts.push(`comment on table ${name} is ${quoted(comment)};`);
    parts.push(...await columnComments(db, { oid, name }), ...await indexes(db, oid), "");
  }
  parts.push(...await views(db), ...await functions(db), "");
  return parts.join("\n");
}

async function views(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query(
    `select c.oid::int as oid, c.relname as name, obj_description(c.oid, 'pg_class') as comment
     from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' order by c.relname`,
  );
  const parts = [];
  for (const { oid, name, comment } of rows) {
    parts.push(`create view ${name} (\n  ${(await columns(db, oid)).join(",\n  ")}\n);`);
    if (comment !== null) parts.push(`comment on view ${name} is ${quoted(comment)};`, "");
  }
  return parts;
}

async function functions(db: Database): Promise<string[]> {
  const { rows } = await db.pool.query(
    `select p.oid::regprocedure::text as name, pg_get_function_arguments(p.oid) as arguments, p.proname,
       pg_get_function_result(p.oid) as result, obj_description(p.oid, 'pg_proc') as comment
     from pg_proc p where p.pronamespace = 'public'::regnamespace order by p.proname`,
  );
  return rows.flatMap(({ name, proname, arguments: given, result, comment }) => [
    `create function ${proname}(${given}) returns ${result};`,
    ...(comment === null ? [] : [`comment on function ${name} is ${quoted(comment)};`]),
  ]);
}

async function columns(db: Database, oid: number): Promise<string[]> {
  const { rows } = await db.pool.query(
    `select quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
       || case a.attidentity when 'a' then ' generated always as identity' else '' end
       || case when a.attnotnull then ' not null' else '' end
       || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as line
     from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [oid],
  );
  return rows.map(({ line }) => line);
}

async function constraints(db: Database, oid: number): Promise<string[]> {
  // Since PostgreSQL 18 NOT NULL is a constraint with a name too; the columns say it already.
  const { rows } = await db.pool.query(
    `select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) as line
     from pg_constraint where conrelid = $1 and contype in ('p', 'u', 'f', 'c')
     order by position(contype::text in 'pufc'), conname`,
    [oid],
  );
  return rows.map(({ line }) => line);
}

async function columnComments(db: Database, { oid, name }: { oid: number; name: string }): Promise<string[]> {
  const { rows } = await db.pool.query(
    `select a.attname as column, col_description(a.attrelid, a.attnum) as comment from pg_attribute a
     where a.attrelid = $1 and a.attnum > 0 and col_description(a.attrelid, a.attnum) is not null order by a.attnum`,
    [oid],
  );
  return rows.map(({ column, comment }) => `comment on column ${name}.${column} is ${quoted(comment)};`);
}

async function indexes(db: Database, oid: number): Promise<string[]> {
  const { rows } = await db.pool.query(
    `select pg_get_indexdef(i.indexrelid) || ';' as line
     from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = $1 and not exists (select from pg_constraint where conindid = i.indexrelid and contype in ('p', 'u'))
     order by c.relname`,
    [oid],
  );
  return rows.map(({ line }) => line.replace(" ON public.", " ON "));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
