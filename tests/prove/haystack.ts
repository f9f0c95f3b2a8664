/** Where may a secret hide, and how may it be spelled there? */
import type pg from "pg";

/** Shorter pieces of a secret are words of honest texts. */
const PIECE = 10;

/** Every spelling of a secret, and every piece of ten characters of it: half a secret is a leak as well. In lower case. */
export function spellingsOf(secret: string): { needle: string; spelling: string }[] {
  const bytes = new TextEncoder().encode(secret);
  const each = (write: (byte: number) => string) => Array.from(bytes, write).join("");
  const hex = (byte: number) => byte.toString(16).padStart(2, "0");
  const base64 = bytes.toBase64();
  const spellings: [string, string][] = [
    ["as a URL writes it", encodeURIComponent(secret)],
    ["as a form writes it", new URLSearchParams({ s: secret }).toString().slice(2)],
    ["percent by percent", each((byte) => `%${hex(byte)}`)],
    ["as JSON writes it", JSON.stringify(secret).slice(1, -1)],
    ["as JSON in JSON", JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ["in \\u escapes", each((byte) => `\\u00${hex(byte)}`)],
    ["as HTML writes it", secret.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)],
    [
      "as HTML names it",
      secret.replace(/[&<>"]/g, (one) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[one]!),
    ],
    ["in hexadecimal", each(hex)],
    ["in base64", base64.slice(0, base64.length - 4)],
  ];
  for (let start = 0; start + PIECE <= secret.length; start++) {
    spellings.push(["as it is", secret.slice(start, start + PIECE)]);
  }
  return spellings.map(([spelling, needle]) => ({ spelling, needle: needle.toLowerCase() }));
}

/** Each table of the database, as one text. */
export async function tablesOf(pool: pg.Pool): Promise<{ place: string; text: string }[]> {
  const { rows: tables } = await pool.query(
    "select table_name as name from information_schema.tables where table_schema = 'public' order by 1",
  );
  const texts = [];
  for (const { name } of tables) {
    const { rows } = await pool.query(`select t::text as row from "${name}" t`);
    // A row in a row is quoted twice.
    const text = rows.map(({ row }) => String(row)).join("\n");
    texts.push({ place: `table ${name}`, text }, {
      place: `table ${name}, unquoted`,
      text: text.replaceAll('""', '"'),
    });
  }
  return texts;
}

/** Each file under a folder, byte by byte as if it were text. */
export async function filesUnder(folder: string): Promise<{ place: string; text: string }[]> {
  const texts: { place: string; text: string }[] = [];
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) texts.push(...await filesUnder(path));
    if (isFile) texts.push({ place: path, text: new TextDecoder("latin1").decode(await Deno.readFile(path)) });
  }
  return texts;
}
