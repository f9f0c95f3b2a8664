/** How far is a series of a backfill, and what is to be asked for next? Looked up in the bars and in what was answered. */
import { type DateRange, type SeriesProgress, wishedSlots } from "./backfill.ts";
import { leftOf, type Part, partOf, seriesStanding } from "./backfill_left.ts";
import type { PartErrand } from "./backfill_slice.ts";
import { intradayLength, type Series, seriesName } from "./bar.ts";
import { coverageOf } from "./coverage.ts";
import { targetOf } from "./due.ts";
import { type Entitlement, REPROBE_MS } from "./entitlement.ts";
import { barDate, type Slot } from "./gaps.ts";
import { type AskOptions, requestsFor } from "./holes.ts";
import type { SeriesState } from "./plan.ts";
import { partsOf } from "./postgres/backfill_answers.ts";
import { entitlements } from "./postgres/entitlements.ts";
import { barsIn, slotsHeld } from "./postgres/slots.ts";
import { seriesStates } from "./postgres/states.ts";
import { marketOf, type Rooms } from "./wiring.ts";

export interface Look {
  readonly progress: SeriesProgress;
  /** In the order they are to be sent: the newest first, so that a watermark never stands before a hole of years. */
  readonly errands: readonly PartErrand[];
}

export interface LookOptions {
  readonly range: DateRange;
  /** What its answers are looked for under; `null`: it does not exist yet. */
  readonly backfillId: number | null;
  readonly now: number;
}

/** Looks at the series, in the order given. */
export async function lookAt(
  rooms: Rooms,
  series: readonly Series[],
  { range, backfillId, now }: LookOptions,
): Promise<Look[]> {
  const { config, database, keyHash } = rooms;
  const states = await seriesStates(database, series);
  const known = await entitlements(database, keyHash);
  const options = { now, market: marketOf(config), adjusted: config.adjusted, entitlements: known };
  const configured = new Set(config.series.map(seriesName));
  const looks: Look[] = [];
  for (const state of states) {
    const slots = wishedSlots(state.series, range, targetOf(state.series, now, options.market).date);
    const held = await heldOf(rooms, state.series, slots);
    const parts = backfillId === null ? [] : await partsOf(database, { backfillId, series: state.series });
    looks.push(judge({ state, slots, held, parts }, { ...options, lead: configured.has(seriesName(state.series)) }));
  }
  return looks;
}

function heldOf({ database }: Rooms, series: Series, slots: readonly Slot[]): Promise<boolean[]> {
  // Of longer bars there is one in a slot, and a walk of the index is shorter than as many probes.
  return intradayLength(series.interval) === null
    ? barsIn(database, series, slots).then((counts) => counts.map((count) => count > 0))
    : slotsHeld(database, series, slots);
}

interface Found {
  readonly state: SeriesState;
  readonly slots: readonly Slot[];
  readonly held: readonly boolean[];
  readonly parts: readonly Part[];
}

function judge(
  { state, slots, held, parts }: Found,
  { lead: wantsLead, ...options }: AskOptions & { lead: boolean },
): Look {
  const { series } = state;
  const missing = new Map(slots.filter((_, index) => !held[index]).map((slot) => [slot.date, slot]));
  const first = state.first === null ? null : barDate(series, state.first);
  const left = leftOf([...missing.keys()], { parts, first, now: options.now });
  const { requests, refused, beyond } = requestsFor(series, left.due, options);
  const errands = requests.map(({ request, dates }): PartErrand => ({
    series,
    request,
    part: partOf(request),
    slots: dates.map((date) => missing.get(date)!),
    from: dates[0]!,
    to: dates.at(-1)!,
  })).sort((a, b) => a.from < b.from ? 1 : -1);
  const lead = wantsLead && state.first === null && errands.length > 0
    ? leadOf(state, { parts, errands, options })
    : [];
  const refusal = refused[0] === undefined ? null : refusedInWords(refused[0].entitlement);
  const standing = seriesStanding({ series, left, requests: errands.length, refused: refusal });
  const progress = {
    series,
    ...standing,
    waitUntil: errands.length === 0 ? left.waitUntil : null,
    wished: slots.length,
    held: held.filter((one) => one).length,
    none: left.none.length + beyond.length,
    refused: refused.reduce((sum, { dates }) => sum + dates.length, 0),
    failed: left.failed.length,
    requests: errands.length + lead.length,
  };
  return { progress, errands: [...lead, ...errands] };
}

/**
 * A series that is kept and has no bars yet begins with its newest ones. Began it with old ones, the next scheduled run
 * would find all that came after them missing, and ask for it month by month.
 */
function leadOf(
  { series }: SeriesState,
  { parts, errands, options }: {
    parts: readonly Part[];
    errands: readonly PartErrand[];
    options: AskOptions;
  },
): PartErrand[] {
  const target = targetOf(series, options.now, options.market);
  const found = coverageOf({ series, watermark: null }, target, { ...options, months: false });
  if ("refused" in found) return [];
  const [request] = found.requests;
  const part = partOf(request);
  if ([...errands, ...parts.map(({ name }) => ({ part: name }))].some((one) => one.part === part)) return [];
  return [{ series, request, part, slots: [], from: target.date, to: target.date }];
}

function refusedInWords({ form, learntAt }: Entitlement): string {
  const date = (at: number) => new Date(at).toISOString().slice(0, 10);
  return `${form} was refused as premium on ${date(learntAt)}; worth another try after ${date(learntAt + REPROBE_MS)}`;
}
