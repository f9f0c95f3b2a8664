/**
 * What must the tables hold after an answer? The rules of storing in thirty lines, one bar after the other, without a
 * database: the oracle of the proof of histories.
 */
import type { Bar, Interval, Reject } from "../../src/bar.ts";
import { NO_ROWS, type RowCounts } from "../../src/run.ts";

/** The rows of one series. */
export interface Tables {
  /** By period: its own time, the week or the month of a bar. */
  readonly bars: Map<string | number, Bar>;
  readonly revisions: { readonly old: Bar; readonly seenAt: number }[];
  readonly quarantine: Map<string, { readonly first: number; last: number; times: number }>;
}

export function noTables(): Tables {
  return { bars: new Map(), revisions: [], quarantine: new Map() };
}

export interface Given {
  readonly interval: Interval;
  readonly bars: readonly Bar[];
  readonly rejects: readonly Reject[];
  /** Epoch ms. */
  readonly now: number;
}

/** Puts one answer into the tables and says under what each row counts. */
export function putAnswer(tables: Tables, { interval, bars, rejects, now }: Given): RowCounts {
  const counts: { -readonly [Name in keyof RowCounts]: number } = { ...NO_ROWS, quarantined: rejects.length };
  for (const bar of bars) {
    const period = periodOf(bar.ts, interval);
    const old = tables.bars.get(period);
    if (old?.settled && !bar.settled) {
      counts.unchanged += 1;
      continue;
    }
    if (old === undefined) counts[bar.settled ? "inserted" : "provisional"] += 1;
    else if (bar.settled && !old.settled) counts.inserted += 1;
    else if (samePrices(bar, old)) counts.unchanged += 1;
    else if (!bar.settled) counts.provisional += 1;
    else {
      counts.revised += 1;
      tables.revisions.push({ old, seenAt: now });
    }
    tables.bars.set(period, withAdjusted(bar, old));
  }
  for (const { stamp, rule, raw } of rejects) {
    const row = `${stamp} ${rule} ${JSON.stringify(raw)}`;
    const known = tables.quarantine.get(row);
    tables.quarantine.set(row, { first: known?.first ?? now, last: now, times: (known?.times ?? 0) + 1 });
  }
  return counts;
}

function periodOf(ts: number, interval: Interval): string | number {
  if (interval === "weekly") return Math.floor((ts / 86_400_000 + 3) / 7);
  return interval === "monthly" ? new Date(ts).toISOString().slice(0, 7) : ts;
}

function samePrices(a: Bar, b: Bar): boolean {
  return a.ts === b.ts &&
    (["open", "high", "low", "close", "volume"] as const).every((name) => equal(a[name], b[name]));
}

/** A plain answer knows nothing of adjustments: those of the same date stay, of the close only while it is the same. */
function withAdjusted(bar: Bar, old: Bar | undefined): Bar {
  if (old === undefined || old.ts !== bar.ts) return bar;
  return {
    ...bar,
    adjustedClose: bar.adjustedClose ?? (equal(bar.close, old.close) ? old.adjustedClose : null),
    dividendAmount: bar.dividendAmount ?? old.dividendAmount,
    splitCoefficient: bar.splitCoefficient ?? old.splitCoefficient,
  };
}

function equal(a: string, b: string): boolean {
  return plain(a) === plain(b);
}

/** 1.1000 is 1.1. */
function plain(decimal: string | null): string | null {
  return decimal?.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

/** A bar as one line, whatever the spelling of its numbers. */
export function barLine(bar: Bar): string {
  const { ts, open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient, settled } = bar;
  const numbers = [open, high, low, close, volume, adjustedClose, dividendAmount, splitCoefficient].map(plain);
  return `${new Date(ts).toISOString()} ${numbers.join(" ")} ${settled ? "settled" : "provisional"}`;
}

/** Everything in the tables, sorted. */
export function tableLines({ bars, revisions, quarantine }: Tables): Record<keyof Tables, string[]> {
  return {
    bars: [...bars.values()].map(barLine).sort(),
    revisions: revisions.map(({ old, seenAt }) => `${barLine(old)} until ${new Date(seenAt).toISOString()}`).sort(),
    quarantine: Array.from(
      quarantine,
      ([row, { first, last, times }]) =>
        `${row} ${times} times from ${new Date(first).toISOString()} to ${new Date(last).toISOString()}`,
    ).sort(),
  };
}
