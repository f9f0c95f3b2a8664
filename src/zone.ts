/**
 * Which offset from UTC does a zone have, from when to when?
 *
 * Between two changes of its clocks a zone is plain arithmetic: whoever works span by span meets a change only where
 * there is one. Instants are epoch ms in UTC, offsets are ms east of UTC.
 */

/** A stretch of time during which the clocks of a zone were not touched. */
export interface OffsetSpan {
  /** First instant; `-Infinity` when the zone knows no earlier change. */
  readonly from: number;
  /** First instant after it; `Infinity` when the zone knows no later change. */
  readonly to: number;
  readonly offset: number;
  /** The offset until `from`. Less: the clocks were put forward there; more: back. */
  readonly before: number;
}

const NANOSECONDS = 1_000_000;
/** No instant is before it. */
const EARLIEST = -8_640_000_000_000_000;

/** As far as was asked for, ascending, without holes, from the first: some two hundred for a zone that knows summer. */
const spansOf = new Map<string, OffsetSpan[]>();

/** The spans that lie in [`from`, `to`], whole or in part, ascending. @throws RangeError for an unknown zone */
export function offsetSpans(timezone: string, { from, to }: { from: number; to: number }): OffsetSpan[] {
  const spans = spansOf.get(timezone) ?? [spanAfter(undefined, timezone)];
  while (spans.at(-1)!.to <= to) spans.push(spanAfter(spans.at(-1), timezone));
  spansOf.set(timezone, spans);
  return spans.filter((span) => span.to > from && span.from <= to);
}

function spanAfter(last: OffsetSpan | undefined, timezone: string): OffsetSpan {
  const time = Temporal.Instant.fromEpochMilliseconds(last?.to ?? EARLIEST).toZonedDateTimeISO(timezone);
  const to = time.getTimeZoneTransition("next")?.epochMilliseconds ?? Infinity;
  const offset = time.offsetNanoseconds / NANOSECONDS;
  return { from: last?.to ?? -Infinity, to, offset, before: last?.offset ?? offset };
}
