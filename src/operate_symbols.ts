/** What is known of symbols, and what do the commands about them print? */
import type { App } from "./app.ts";
import type { StockSymbol } from "./bar.ts";
import type { Config } from "./config.ts";
import { lookOf, type Machine } from "./machine.ts";
import { actionCounts } from "./postgres/actions.ts";
import type { Database } from "./postgres/connect.ts";
import { listingsOf, symbolsLike } from "./postgres/listings.ts";
import { referenceStates } from "./postgres/reference.ts";
import { type KnownSymbol, symbolState } from "./standing_symbols.ts";
import { asJson } from "./terminal/json.ts";
import type { SymbolCommand } from "./terminal/symbol_commands.ts";
import { renderMatches, renderSymbols } from "./terminal/symbol_tables.ts";

const MOST_NEAR = 3;

/** What is known of these symbols, in the order given. Asks nobody. */
export async function knownSymbols(database: Database, symbols: readonly StockSymbol[]): Promise<KnownSymbol[]> {
  const [listings, counts, [list], actions] = await Promise.all([
    listingsOf(database, symbols),
    actionCounts(database, symbols),
    referenceStates(database, [{ form: "LISTING_STATUS active", symbol: null }]),
    referenceStates(
      database,
      symbols.flatMap((symbol) => [{ form: "SPLITS" as const, symbol }, { form: "DIVIDENDS" as const, symbol }]),
    ),
  ]);
  const haveList = list!.answeredAt !== null;
  return await Promise.all(symbols.map(async (symbol, index): Promise<KnownSymbol> => {
    const listing = listings.find((one) => one.symbol === symbol) ?? null;
    const state = symbolState(symbol, { listing, haveList });
    const [splits, dividends] = [actions[2 * index]!, actions[2 * index + 1]!];
    return {
      symbol,
      state,
      listing,
      splits: splits.answeredAt === null ? null : counts[index]!.splits,
      dividends: dividends.answeredAt === null ? null : counts[index]!.dividends,
      near: state === "unknown" ? await symbolsLike(database, { symbol, limit: MOST_NEAR }) : [],
    };
  }));
}

/** The symbols of the configuration, each once, in the order given. */
export function configuredSymbols({ series }: Pick<Config, "series">): StockSymbol[] {
  return [...new Set(series.map(({ symbol }) => symbol))];
}

/** Carries out one command. @returns what to print */
export async function tellSymbols(
  command: SymbolCommand,
  { app, machine }: { app: App; machine: Machine },
): Promise<string> {
  if (command.name === "symbols") {
    const known = await knownSymbols(app.database, configuredSymbols(app.config));
    return command.json ? asJson(known) : renderSymbols(known, lookOf(machine));
  }
  const matches = await app.searchSymbols(command.keywords, { signal: machine.stop });
  return command.json ? asJson(matches) : renderMatches(matches, lookOf(machine));
}
