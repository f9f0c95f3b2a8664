/** What does an answer as long as the vendor's longest look like? Made up, always the same, no recording needed. */
import type { BarRequest } from "../src/request.ts";

export const ROWS_PER_ANSWER = 20_000;
const DAY_MS = 86_400_000;
/** Extended hours, 04:00 to 20:00 of New York: as many minutes as one day can have. */
const [OPENS, MINUTES] = [4 * 60, 16 * 60];
export const ROWS_PER_DAY = MINUTES;

export function requestFor(symbol: string): BarRequest {
  return { series: { symbol, interval: "1min" }, function: "TIME_SERIES_INTRADAY", size: "full", month: null };
}

/** The body of a full intraday answer, newest row first, indented as the vendor's. */
export function bodyFor(symbol: string, { rows = ROWS_PER_ANSWER }: { rows?: number } = {}): string {
  let dice = 42;
  // Park–Miller: any even spread will do, as long as it is the same every time.
  const roll = () => (dice = dice * 48_271 % 2_147_483_647) / 2_147_483_647;
  const series: Record<string, Record<string, string>> = {};
  let price = 100;
  for (let day = Date.UTC(2026, 9, 30), made = 0; made < rows; day -= DAY_MS) {
    if ([0, 6].includes(new Date(day).getUTCDay())) continue;
    for (let minute = OPENS + MINUTES - 1; minute >= OPENS && made < rows; minute--, made++) {
      const stamp = new Date(day + minute * 60_000).toISOString().slice(0, 19).replace("T", " ");
      const open = price;
      price = Math.max(1, price + (roll() - 0.5) / 5);
      series[stamp] = {
        "1. open": open.toFixed(4),
        "2. high": (Math.max(open, price) + roll() / 10).toFixed(4),
        "3. low": (Math.min(open, price) - roll() / 10).toFixed(4),
        "4. close": price.toFixed(4),
        "5. volume": String(Math.floor(roll() * 100_000)),
      };
    }
  }
  const meta = {
    "1. Information": "Intraday (1min) open, high, low, close prices and volume",
    "2. Symbol": symbol,
    "3. Last Refreshed": Object.keys(series)[0],
    "4. Interval": "1min",
    "5. Output Size": "Full size",
    "6. Time Zone": "US/Eastern",
  };
  return JSON.stringify({ "Meta Data": meta, "Time Series (1min)": series }, null, 4);
}
