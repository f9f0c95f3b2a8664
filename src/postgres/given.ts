/** How do many bars cross the wire as parameters of one statement? As one array per column. */
import type { Bar } from "../bar.ts";
import { instant, plainArray } from "./values.ts";

/** The parameters that {@link givenFrom} reads. */
export function columnsOf(bars: readonly Bar[]): string[] {
  const column = (value: (bar: Bar) => string | boolean | null) => plainArray(bars.map(value));
  return [
    column((bar) => instant(bar.ts)),
    column((bar) => bar.open),
    column((bar) => bar.high),
    column((bar) => bar.low),
    column((bar) => bar.close),
    column((bar) => bar.volume),
    column((bar) => bar.adjustedClose),
    column((bar) => bar.dividendAmount),
    column((bar) => bar.splitCoefficient),
    column((bar) => bar.settled),
  ];
}

const TYPES = [
  "timestamptz",
  ...Array<string>(4).fill("numeric"),
  "bigint",
  ...Array<string>(3).fill("numeric"),
  "boolean",
];

/** The bars as a FROM item named `given`, out of ten parameters of which `first` is the number of the first. */
export function givenFrom(first: number): string {
  const arrays = TYPES.map((type, index) => `$${first + index}::text::${type}[]`);
  return `unnest(${arrays.join(", ")})
    as given (ts, open, high, low, close, volume, adjusted_close, dividend_amount, split_coefficient, settled)`;
}
