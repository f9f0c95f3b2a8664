/** Recorded answers that are CSV, in the JSON form in which this program asks for them: same stamps, same numbers. */

const FOLDERS = { vintages: "../fixtures/vintages/", alphavantage: "../fixtures/alphavantage/" };

/** The fields of a row, by the names that CSV has for them (`adjusted close` with a blank). */
export type CsvRow = Readonly<Record<string, string>>;

export function recorded(folder: keyof typeof FOLDERS, name: string): Promise<string> {
  return Deno.readTextFile(new URL(`${FOLDERS[folder]}${name}`, import.meta.url));
}

export function rowsOfCsv(text: string): CsvRow[] {
  const [head, ...lines] = text.trim().split(/\r?\n/).map((line) => line.split(","));
  const names = head!.map((name) => name.replaceAll("_", " "));
  return lines.map((fields) => Object.fromEntries(fields.map((field, index) => [names[index]!, field])));
}

const TITLES = {
  daily: "Time Series (Daily)",
  weekly: "Weekly Adjusted Time Series",
  monthly: "Monthly Adjusted Time Series",
};

/** The answer to an adjusted function. */
export function adjustedBody(
  rows: readonly CsvRow[],
  { symbol, interval }: { symbol: string; interval: keyof typeof TITLES },
): string {
  const newest = rows.map(({ timestamp }) => timestamp!).sort().at(-1)!;
  const meta = {
    "1. Information": "recorded",
    "2. Symbol": symbol,
    "3. Last Refreshed": newest,
    "5. Time Zone": "US/Eastern",
  };
  const series = rows.map(({ timestamp, ...fields }) => [
    timestamp,
    Object.fromEntries(Object.entries(fields).map(([name, value], index) => [`${index + 1}. ${name}`, value])),
  ]);
  return JSON.stringify({ "Meta Data": meta, [TITLES[interval]]: Object.fromEntries(series) }, null, 4);
}
