/** Which series do STOCK_SYMBOLS and STOCK_INTERVALS mean, and to which of them does a command line narrow? */
import { type Interval, INTERVALS, isInterval, parseSymbol, type Series, type StockSymbol } from "./bar.ts";

/** A command line's `--symbols` and `--intervals`; `null`: not given, so all of them. */
export interface Selection {
  readonly symbols: readonly StockSymbol[] | null;
  readonly intervals: readonly Interval[] | null;
}

/** `30min,daily` → intervals, each once, in the order given. `wrong` quotes what is none. */
export function parseIntervals(text: string, separator = ","): { intervals: Interval[]; wrong: string[] } {
  const names = text.split(separator).map((part) => part.trim().toLowerCase()).filter((part) => part !== "");
  return {
    intervals: [...new Set(names.filter(isInterval))],
    wrong: names.filter((name) => !isInterval(name)).map((name) => `"${name}" is not one of ${INTERVALS.join(", ")}`),
  };
}

/** `IBM,MSFT` → symbols, each once, in the order given. */
export function parseSymbols(text: string): { symbols: StockSymbol[]; wrong: string[] } {
  const symbols = new Set<StockSymbol>();
  const wrong: string[] = [];
  for (const part of text.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const symbol = parseSymbol(part);
    if (symbol === null) wrong.push(`"${part}" is not a symbol`);
    else symbols.add(symbol);
  }
  return { symbols: [...symbols], wrong };
}

/**
 * `IBM:30min+daily,AAPL:daily,MSFT` → series, symbol by symbol in the order given; a symbol named twice has both its
 * lists of intervals. Symbols that name none get `intervals`.
 */
export function parseSeries(
  text: string,
  intervals: readonly Interval[],
): { series: Series[]; wrong: string[] } {
  const wanted = new Map<StockSymbol, Set<Interval>>();
  const wrong: string[] = [];
  for (const part of text.split(",").map((part) => part.trim()).filter((part) => part !== "")) {
    const [name, list] = splitEntry(part);
    const symbol = parseSymbol(name);
    const own = list === null ? { intervals, wrong: [] } : parseIntervals(list, "+");
    if (symbol === null) wrong.push(`"${name}" is not a symbol`);
    wrong.push(...own.wrong.map((message) => `in "${part}" ${message}`));
    if (list !== null && own.intervals.length + own.wrong.length === 0) wrong.push(`"${part}" names no interval`);
    if (symbol === null) continue;
    const merged = wanted.get(symbol) ?? new Set();
    for (const interval of own.intervals) merged.add(interval);
    wanted.set(symbol, merged);
  }
  if (wanted.size === 0 && wrong.length === 0) wrong.push(`"${text}" names no symbol`);
  const series = [...wanted].flatMap(([symbol, set]) => [...set].map((interval) => ({ symbol, interval })));
  return { series, wrong };
}

/**
 * A symbol may hold a colon itself (`BFOR:BAT`, facts §6.4): what follows the last one is part of the symbol only when
 * it is one to four capital letters. Everything else there is meant as intervals, right or wrong.
 */
function splitEntry(entry: string): [string, string | null] {
  const colon = entry.lastIndexOf(":");
  if (colon < 0) return [entry, null];
  const tail = entry.slice(colon + 1).trim();
  return /^[A-Z]{1,4}$/.test(tail) ? [entry, null] : [entry.slice(0, colon).trim(), tail];
}

/** The configured series a command line asks for, or why it cannot be: it narrows, it never adds. */
export function narrow(
  configured: readonly Series[],
  { symbols, intervals }: Selection,
): { series: Series[] } | { message: string } {
  const known = [...new Set(configured.map((one) => one.symbol))];
  const unknown = symbols?.find((symbol) => !known.includes(symbol));
  if (unknown !== undefined) {
    return { message: `Cannot select symbol "${unknown}": configured are ${known.join(", ")}` };
  }
  const series = configured.filter((one) =>
    (symbols === null || symbols.includes(one.symbol)) && (intervals === null || intervals.includes(one.interval))
  );
  if (series.length > 0) return { series };
  const all = configured.map((one) => `${one.symbol} ${one.interval}`).join(", ");
  return {
    message: `Cannot select ${intervals?.join(", ")} of ${symbols?.join(", ") ?? "any symbol"}: configured are ${all}`,
  };
}

/**
 * As {@link widen}, but where both are named every symbol is meant in every interval, configured or not: history is wished
 * of what is not kept up to date as well.
 */
export function named(
  configured: readonly Series[],
  { symbols, intervals }: Selection,
): { series: Series[] } | { message: string } {
  if (symbols === null || intervals === null) return widen(configured, { symbols, intervals });
  return { series: symbols.flatMap((symbol) => intervals.map((interval) => ({ symbol, interval }))) };
}

/**
 * As {@link narrow}, but a symbol that is not configured is meant as well: with the intervals asked for, or with all that
 * any configured symbol has.
 */
export function widen(
  configured: readonly Series[],
  { symbols, intervals }: Selection,
): { series: Series[] } | { message: string } {
  const known = new Set(configured.map((one) => one.symbol));
  const others = symbols?.filter((symbol) => !known.has(symbol)) ?? [];
  const wanted = intervals ?? [...new Set(configured.map((one) => one.interval))];
  const beside = others.flatMap((symbol) => wanted.map((interval) => ({ symbol, interval })));
  const rest = symbols?.filter((symbol) => known.has(symbol)) ?? null;
  if (rest?.length === 0) return { series: beside };
  const narrowed = narrow(configured, { symbols: rest, intervals });
  return "message" in narrowed ? narrowed : { series: [...narrowed.series, ...beside] };
}
