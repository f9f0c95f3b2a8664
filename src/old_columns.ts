/**
 * Which column of an older program's table means what? By the names such programs give them; where two columns could be
 * meant, the operator is asked, nothing is guessed.
 */

/** What a column may mean. `raw`: the vendor's own row as JSON. */
export const MEANINGS = ["stamp", "symbol", "interval", "open", "high", "low", "close", "volume", "raw"] as const;
export type Meaning = (typeof MEANINGS)[number];

/** Column names as the table spells them; absent: it has none. */
export type OldColumns = Readonly<Partial<Record<Meaning, string>> & { stamp: string }>;

const USUAL: Readonly<Record<Meaning, RegExp>> = {
  stamp: /^(?:(?:trade_)?timestamp(?:_utc)?|(?:trade_|trading_)?(?:date|day|time)|date_?time|ts)$/,
  symbol: /^(?:stock_?)?(?:symbol|ticker)$/,
  interval: /^interval$/,
  open: priceNamed("open"),
  high: priceNamed("high"),
  low: priceNamed("low"),
  close: priceNamed("close"),
  volume: /^(?:trade_)?volume$/,
  raw: /^raw(?:_json|_data)?$/,
};

function priceNamed(word: string): RegExp {
  return new RegExp(`^(?:price_)?${word}(?:_price)?$`);
}

/** `1. open` and `Open Price` as {@link USUAL} has them. */
function plain(name: string): string {
  return name.toLowerCase().replace(/^\s*\d+\.\s*/, "").replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
}

/**
 * Finds the columns. Prices and volume may be missing where the vendor's own row is kept.
 *
 * @param options.given what the operator said: meaning → column
 */
export function recogniseColumns(
  names: readonly string[],
  { given }: { given: Readonly<Record<string, string>> },
): { readonly columns: OldColumns } | { readonly problem: string } {
  const strange = Object.keys(given).find((name) => !(MEANINGS as readonly string[]).includes(name));
  if (strange !== undefined) return { problem: `a column cannot be "${strange}", only ${MEANINGS.join(", ")}` };
  const found: Partial<Record<Meaning, string>> = {};
  for (const meaning of MEANINGS) {
    const said = given[meaning];
    if (said !== undefined) {
      if (!names.includes(said)) return { problem: `there is no column "${said}" among ${listed(names)}` };
      found[meaning] = said;
      continue;
    }
    const taken = Object.values(given);
    const fitting = names.filter((name) => USUAL[meaning].test(plain(name)) && !taken.includes(name));
    if (fitting.length > 1) {
      const problem = `${listed(fitting)} could each be its ${meaning}; say which: --columns ${meaning}=${fitting[0]}`;
      return { problem };
    }
    if (fitting[0] !== undefined) found[meaning] = fitting[0];
  }
  const { stamp } = found;
  const needed: Meaning[] = ["stamp", ...(found.raw === undefined ? PRICED : [])];
  const missing = needed.filter((meaning) => found[meaning] === undefined);
  if (stamp !== undefined && missing.length === 0) return { columns: { ...found, stamp } };
  const wanted = missing.map((meaning) => `${meaning}=NAME`).join(",");
  return { problem: `none of ${listed(names)} is known as its ${missing.join(", ")}; say which: --columns ${wanted}` };
}

const PRICED = ["open", "high", "low", "close", "volume"] as const;

function listed(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}
