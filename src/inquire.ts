/** What do the commands and pages about gaps ask: why is a bar missing, which gaps are there, search for them now? */
import { type Series, seriesName } from "./bar.ts";
import { dayStart } from "./calendar.ts";
import { type Slot, slotDate, slotOf } from "./gaps.ts";
import { searchAll, type SearchReport } from "./gap_search.ts";
import type { Plan } from "./plan.ts";
import { type GapCounts, gapCounts, type GapRecord, gapRecords, gapsBetween } from "./postgres/gaps.ts";
import { heldBars } from "./postgres/held_bars.ts";
import { rulesHeld } from "./postgres/quarantine.ts";
import { seriesStates } from "./postgres/states.ts";
import { type Why, whyOf } from "./why.ts";
import type { Rooms } from "./wiring.ts";

export interface Inquiry {
  /** @throws RangeError when `date` is no calendar date */
  why(series: Series, date: string): Promise<Why>;
  /** Gaps of these series, the open ones first. */
  gaps(series: readonly Series[], options: { state: "open" | "closed" | "all"; limit: number }): Promise<GapsFound>;
  /** Holds the series against the calendar now. `reopen`: also what the vendor was found not to have. */
  search(series: readonly Series[], options: { stop: AbortSignal; reopen: boolean }): Promise<SearchReport>;
}

export interface GapsFound {
  readonly counts: GapCounts;
  readonly gaps: readonly GapRecord[];
}

const DAY = 86_400_000;

export function createInquiry(
  rooms: Rooms,
  { plan }: { plan: (series: readonly Series[]) => Promise<Plan> },
): Inquiry {
  const { database } = rooms;
  return {
    why: (series, date) => inquire(rooms, { series, date, plan }),
    gaps: async (series, options) => ({
      counts: await gapCounts(database, series),
      gaps: await gapRecords(database, series, options),
    }),
    search: (series, options) => searchAll(rooms, series, options),
  };
}

async function inquire(
  { config, database, world }: Rooms,
  { series, date, plan }: { series: Series; date: string; plan: (series: readonly Series[]) => Promise<Plan> },
): Promise<Why> {
  const name = seriesName(series);
  const asked = slotDate(series, date);
  // On a day without a session there should be no bar; if there is one, that is the answer.
  const slot: Pick<Slot, "from" | "to"> = slotOf(series, date) ?? { from: dayStart(asked), to: dayStart(asked) + DAY };
  const configured = config.series.some((one) => seriesName(one) === name);
  const held = await heldBars(database, series, slot);
  const [state] = await seriesStates(database, [series]);
  // What a series waits for may be the requests that others need.
  const { entries, heals } = configured ? await plan(config.series) : { entries: [], heals: [] };
  const [gap] = await gapsBetween(database, series, { from: asked, to: asked });
  const heal = heals.find((one) => seriesName(one.series) === name);
  return whyOf({
    series,
    date,
    now: world.now(),
    held,
    configured,
    first: state!.first,
    watermark: state!.watermark,
    next: entries.find((one) => seriesName(one.series) === name) ?? null,
    rules: await rulesHeld(database, series, slotOf(series, date) ?? { date: asked, to: slot.to }),
    gap: gap ?? null,
    waits: heal?.left.find(({ dates }) => dates.includes(asked))?.reason ?? null,
  });
}
