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

interface ZoneTable {
  readonly from: number;
  readonly to: number;
  /** Ascending, without holes. */
  readonly spans: readonly OffsetSpan[];
}

const NANOSECONDS = 1_000_000;
/** A table reaches this much further than what was asked for, so that the next question finds it made. */
const MARGIN_MS = 20 * 366 * 86_400_000;
/** No instant is before it. */
const EARLIEST = -8_640_000_000_000_000;

/** Made when first asked for: at most one table per zone that exists, a few hundred spans each. */
const tables = new Map<string, ZoneTable>();

/** The spans that lie in [`from`, `to`], whole or in part, ascending. @throws RangeError for an unknown zone */
export function offsetSpans(timezone: string, { from, to }: { from: number; to: number }): OffsetSpan[] {
  let table = tables.get(timezone);
  if (table === undefined || from < table.from || to > table.to) {
    table = makeTable(timezone, {
      from: Math.max(EARLIEST, Math.min(table?.from ?? from, from) - MARGIN_MS),
      to: Math.max(table?.to ?? to, to) + MARGIN_MS,
    });
    tables.set(timezone, table);
  }
  return table.spans.filter((span) => span.to > from && span.from <= to);
}

function makeTable(timezone: string, { from, to }: { from: number; to: number }): ZoneTable {
  const local = (instant: number) => Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone);
  const offsetOf = (time: Temporal.ZonedDateTime) => time.offsetNanoseconds / NANOSECONDS;
  const first = local(from).getTimeZoneTransition("previous");
  let time: Temporal.ZonedDateTime | null = first ?? local(from);
  let start = first?.epochMilliseconds ?? -Infinity;
  let before = offsetOf(first === null ? time : first.subtract({ milliseconds: 1 }));
  const spans: OffsetSpan[] = [];
  while (time !== null && start <= to) {
    const next: Temporal.ZonedDateTime | null = time.getTimeZoneTransition("next");
    const end: number = next?.epochMilliseconds ?? Infinity;
    const offset = offsetOf(time);
    spans.push({ from: start, to: end, offset, before });
    [time, start, before] = [next, end, offset];
  }
  return { from, to, spans };
}
