/** Splits and dividends in the database, and what adjusted prices must be, reckoned another way than by the views. */
import type { Database } from "../../src/postgres/connect.ts";
import type { Holder } from "../../src/postgres/runs.ts";
import { storeReference } from "../../src/postgres/store_reference.ts";
import type { Dividend, Split } from "../../src/reference.ts";
import type { ReferenceRequest } from "../../src/request.ts";
import { NOW } from "./stored.ts";

/** A day of a history: as traded, with what happened on it. */
export interface Day {
  readonly date: string;
  readonly close: number;
  readonly dividend: number;
  readonly split: number;
}

export function dividend(date: string, amount: string, over: Partial<Dividend> = {}): Dividend {
  return { date, amount, declarationDate: null, recordDate: null, paymentDate: null, ...over };
}

/** Stores answers with these, as a run would; `null`: that function is not answered. */
export async function storeActions(
  db: Database,
  holder: Holder,
  { symbol = "IBM", splits = [], dividends = [], refused = null, now = NOW }: {
    symbol?: string;
    splits?: readonly Split[] | null;
    dividends?: readonly Dividend[] | null;
    refused?: { rows: number; first: string } | null;
    now?: number;
  },
): Promise<string[]> {
  const about = { refused, requestId: null, receivedAt: now };
  const told: string[] = [];
  const tell = async (
    form: "SPLITS" | "DIVIDENDS",
    rows: { splits: readonly Split[] } | { dividends: readonly Dividend[] },
  ) => {
    const request: ReferenceRequest = { form, symbol };
    const document = { ...rows, ...about, source: JSON.stringify({ symbol, ...rows }) };
    told.push(await storeReference(db, { ...holder, request, document }));
  };
  if (splits !== null) await tell("SPLITS", { splits });
  if (dividends !== null) await tell("DIVIDENDS", { dividends });
  return told;
}

/**
 * What one share bought at the close of each day has become by the last, dividends reinvested at the close of their
 * ex-date: forward in time and in shares, where the views go backward and in factors. `prices` relate to the last day.
 *
 * @param days oldest first
 */
export function adjustedCloses(days: readonly Day[], { dividends }: { dividends: boolean }): number[] {
  const shares: number[] = [];
  let held = 1;
  for (const { close, dividend, split } of days) {
    held *= split;
    if (dividends) held += held * dividend / close;
    shares.push(held);
  }
  const end = shares.at(-1)!;
  return days.map(({ close }, index) => close * shares[index]! / end);
}
