/**
 * Which bars of an answer are stored already, to the letter? Most answers repeat most of the one before. That is found
 * out without sending a bar: the server makes a digest of each stretch of stored bars, we make one of the given bars.
 */
import { createHash } from "node:crypto";
import type pg from "pg";
import type { Bar, Series } from "../bar.ts";
import { instant, plainArray } from "./values.ts";

/** Bars per digest: one bar that differs has so many compared. Fewer than these are compared at once. */
const STRETCH = 500;

interface Given {
  readonly series: Series;
  /** In order of time. */
  readonly bars: readonly Bar[];
}

/**
 * Splits off the bars that no stored one can meet: those after the newest one stored within their time. A week and a
 * month are met by any date in them, so there all or none are fresh.
 */
export async function splitAtStored(
  client: pg.PoolClient,
  { series: { symbol, interval }, bars }: Given,
): Promise<{ met: readonly Bar[]; fresh: readonly Bar[] }> {
  if (bars.length <= STRETCH) return { met: bars, fresh: [] };
  const moves = interval === "weekly" || interval === "monthly";
  const until = moves ? "infinity" : instant(bars.at(-1)!.ts);
  const { rows: [newest] } = await client.query<{ ts: number }>(
    `select ts from stock_data where symbol = $1 and "interval" = $2 and ts <= $3 order by ts desc limit 1`,
    [symbol, interval, until],
  );
  if (newest === undefined) return { met: [], fresh: bars };
  if (moves) return { met: bars, fresh: [] };
  const first = bars.findIndex(({ ts }) => ts > newest.ts);
  return first === -1 ? { met: bars, fresh: [] } : { met: bars.slice(0, first), fresh: bars.slice(first) };
}

/**
 * The given bars less those of every stretch that is stored just so: same times, same digits, same settled, and no other
 * bar between them. Storing such a bar again would change nothing.
 */
export async function withoutStored(
  client: pg.PoolClient,
  { series: { symbol, interval }, bars }: Given,
): Promise<readonly Bar[]> {
  if (bars.length <= STRETCH) return bars;
  const stretches = Array.from(
    { length: Math.ceil(bars.length / STRETCH) },
    (_, index) => bars.slice(index * STRETCH, (index + 1) * STRETCH),
  );
  const { rows } = await client.query<{ place: number }>(OTHERS, [
    symbol,
    interval,
    plainArray(stretches.map((stretch) => instant(stretch[0]!.ts))),
    plainArray(stretches.map((stretch) => instant(stretch.at(-1)!.ts))),
    plainArray(stretches.map(digestOf)),
  ]);
  return rows.flatMap(({ place }) => stretches[place - 1]!);
}

/** {@link LINE} of every bar, as we would write it. */
function digestOf(bars: readonly Bar[]): string {
  let lines = "";
  for (const { ts, open, high, low, close, volume, settled, adjustedClose, dividendAmount, splitCoefficient } of bars) {
    lines += `${ts / 1_000} ${open} ${high} ${low} ${close} ${volume} ${settled ? "t" : "f"}`;
    if (adjustedClose !== null || dividendAmount !== null || splitCoefficient !== null) {
      lines += ` (${adjustedClose ?? ""},${dividendAmount ?? ""},${splitCoefficient ?? ""})`;
    }
    lines += ";";
  }
  return createHash("sha256").update(lines).digest("hex");
}

const LINE = `concat_ws(' ', trim_scale(extract(epoch from ts)), open, high, low, close, volume, settled,
  case when adjusted_close is not null or dividend_amount is not null or split_coefficient is not null
    then row(adjusted_close, dividend_amount, split_coefficient)::text end) || ';'`;

const OTHERS = `
select place
from unnest($3::text::timestamptz[], $4::text::timestamptz[], $5::text::text[])
  with ordinality as given (first, last, digest, place)
cross join lateral (
  select encode(sha256(convert_to(string_agg(${LINE}, '' order by ts), 'UTF8')), 'hex') as digest
  from stock_data where symbol = $1 and "interval" = $2 and ts between given.first and given.last
) as stored
where stored.digest is distinct from given.digest
order by place`;
