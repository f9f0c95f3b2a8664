/** Which sessions does each of many series hold? What the matrix of coverage reads, in one walk of the bars. */
import type { App } from "./app.ts";
import { type Interval, INTERVALS, type Series } from "./bar.ts";
import { dateOf, dayStart, exchangeDate, exchangeOf } from "./calendar.ts";
import { targetOf } from "./due.ts";
import { type Cell, cellsOf, type Slot, slotsBetween } from "./gaps.ts";
import { heldStamps } from "./postgres/releases.ts";
import { barsOfMany } from "./postgres/slots.ts";
import type { MatrixFacts, MatrixReads, MatrixRow } from "./web/coverage_matrix.tsx";
import { marketOf } from "./wiring.ts";

const DAY = 86_400_000;
/** Short intervals have hundreds of bars in a session, and every one of them is walked over. */
const SESSIONS: Partial<Record<Interval, number>> = { "1min": 10, "5min": 20, "15min": 30 };
const USUAL_SESSIONS = 60;
/** Days that surely hold so many sessions, weeks or months. */
const DAYS_EACH: Partial<Record<Interval, number>> = { weekly: 7, monthly: 31 };
const MOST_HELD = 2_000;

export function matrixReads(opened: Promise<App>): MatrixReads {
  return {
    matrix: async ({ interval: asked, symbol, before, page, limit }): Promise<MatrixFacts> => {
      const app = await opened;
      const { series } = app.config;
      const intervals = INTERVALS.filter((interval) => series.some((one) => one.interval === interval));
      const interval = asked ?? (intervals.includes("daily") ? "daily" : intervals[0] ?? "daily");
      const matching = series.filter((one) =>
        one.interval === interval && (symbol === null || one.symbol.includes(symbol))
      );
      const shown = matching.slice((page - 1) * limit, page * limit);
      const drawn = shown.length === 0
        ? { dates: [], rows: [], older: null }
        : await matrixOf(app, shown, { interval, before });
      return { interval, intervals, matching: matching.length, ...drawn };
    },
  };
}

async function matrixOf(
  app: App,
  series: readonly Series[],
  { interval, before }: { interval: Interval; before: string | null },
): Promise<Pick<MatrixFacts, "dates" | "rows" | "older">> {
  const { database, config } = app;
  const states = await app.states(series);
  const { now, entries } = await app.plan(series, { states });
  const most = SESSIONS[interval] ?? USUAL_SESSIONS;
  const slotsOf = new Map<string, Slot[]>();
  for (const one of series) {
    const exchange = exchangeOf(one.symbol);
    if (slotsOf.has(exchange)) continue;
    const to = before === null ? exchangeDate(exchange, now) : dateOf(dayStart(before) - DAY);
    const from = dateOf(dayStart(to) - ((DAYS_EACH[interval] ?? 1.6) * most + 14) * DAY);
    // A week begun before `before` is named by its Monday, and belongs to the page that shows it whole.
    slotsOf.set(exchange, slotsBetween(one, from, to).filter(({ date }) => before === null || date < before));
  }
  const dates = [...new Set([...slotsOf.values()].flat().map(({ date }) => date))].toSorted().slice(-most);
  const [oldest] = dates;
  if (oldest === undefined) return { dates, rows: series.map((one) => ({ series: one, cells: [] })), older: null };
  const held = await heldStamps(database, {
    symbols: series.map(({ symbol }) => symbol),
    interval,
    from: oldest,
    limit: MOST_HELD,
  });
  const rows: MatrixRow[] = [];
  for (const [exchange, all] of slotsOf) {
    const slots = all.filter(({ date }) => date >= oldest);
    const theirs = series.flatMap((one, index) => exchangeOf(one.symbol) === exchange ? [index] : []);
    const symbols = theirs.map((index) => series[index]!.symbol);
    const bars = await barsOfMany(database, { symbols, interval }, slots);
    for (const index of theirs) {
      const one = series[index]!;
      const { first, watermark } = states[index]!;
      const cells = cellsOf(one, { slots, held: bars.get(one.symbol) ?? [] }, {
        first: first === null ? null : dayStart(dateOf(first)),
        watermark,
        reached: targetOf(one, now, marketOf(config)).date,
        next: entries[index]!.reason,
        quarantined: held.filter(({ symbol }) => symbol === one.symbol),
      });
      rows[index] = { series: one, cells: inColumns(cells, dates) };
    }
  }
  const begun = Math.min(...states.map(({ first }) => first ?? Infinity));
  return { dates, rows, older: begun < dayStart(oldest) ? oldest : null };
}

/** Where one exchange is closed and another is not, a cell is `null`. */
function inColumns(cells: readonly Cell[], dates: readonly string[]): (Cell | null)[] {
  const byDate = new Map(cells.map((cell) => [cell.date, cell]));
  return dates.map((date) => byDate.get(date) ?? null);
}
