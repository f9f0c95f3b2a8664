/** What was asked, that a text is the answer to? A file that somebody kept says of what it is, not how it was asked for. */
import { type Interval, isInterval, parseSymbol } from "../bar.ts";
import { type BarRequest, functionOf, hasSize } from "../request.ts";

/**
 * The request whose answer the text is, by its meta data and the key of its rows (facts §4); which month was asked, if any,
 * no answer tells.
 *
 * @returns `null`: it does not say of which series it is: no JSON (CSV says neither symbol nor interval), a refusal, or
 * something else
 */
export function requestIn(text: string): BarRequest | null {
  const value = objectIn(text);
  const [key, rows] = Object.entries(value).find(([name]) => /time series/i.test(name)) ?? [];
  const meta = new Map(
    Object.entries(value).filter(([name]) => /^meta data$/i.test(name.trim())).flatMap(([, fields]) =>
      Object.entries(fields ?? {}).map(([name, field]) => [name.replace(/^\d+\.\s*/, "").toLowerCase(), String(field)])
    ),
  );
  const symbol = parseSymbol(meta.get("symbol") ?? "");
  const interval = intervalIn(key ?? "") ?? intervalIn(meta.get("interval") ?? "");
  if (symbol === null || interval === null) return null;
  const adjusted = Object.values(rows ?? {}).some((row) =>
    Object.keys(row ?? {}).some((name) => /adjusted close/i.test(name))
  );
  const name = functionOf(interval, adjusted);
  const size = /full/i.test(meta.get("output size") ?? "") ? "full" : "compact";
  return { series: { symbol, interval }, function: name, size: hasSize(name) ? size : null, month: null };
}

function objectIn(text: string): Record<string, object | null> {
  try {
    return Object(JSON.parse(text.replace(/^\uFEFF/, "")));
  } catch {
    return {};
  }
}

/** `Time Series (5min)`, `Weekly Adjusted Time Series`, and the field `Interval`. */
function intervalIn(text: string): Interval | null {
  const found = /(?:\d+min|daily|weekly|monthly)\b/i.exec(text)?.[0].toLowerCase();
  return found !== undefined && isInterval(found) ? found : null;
}
