/** Which stretch of a run's time is drawn, and which others lie a click away? Instants are epoch ms. */

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Less than this shows nothing more. */
const LEAST_MS = 50;

/** The stretch asked for, inside the whole; the whole where nothing of use was asked. */
export function stretchOf(whole: Stretch, { from, to }: { from: number | null; to: number | null }): Stretch {
  const [start, end] = [Math.max(whole.from, from ?? whole.from), Math.min(whole.to, to ?? whole.to)];
  return end - start < LEAST_MS ? whole : { from: start, to: end };
}

export function isWhole(stretch: Stretch, whole: Stretch): boolean {
  return stretch.from <= whole.from && stretch.to >= whole.to;
}

export type Move = "in" | "out" | "back" | "on";

/** Where a step leads; `null`: no further. */
export function moved(stretch: Stretch, whole: Stretch, step: Move): Stretch | null {
  const length = stretch.to - stretch.from;
  const middle = (stretch.from + stretch.to) / 2;
  const around = (wanted: number) => within({ from: middle - wanted / 2, to: middle + wanted / 2 }, whole);
  switch (step) {
    case "in":
      return length / 2 < LEAST_MS ? null : around(length / 2);
    case "out":
      return isWhole(stretch, whole) ? null : around(length * 2);
    case "back":
      return stretch.from <= whole.from ? null : shifted(stretch, -length / 2, whole);
    case "on":
      return stretch.to >= whole.to ? null : shifted(stretch, length / 2, whole);
  }
}

/** A little more than these stretches, so that their ends can be seen; `null`: there is none. */
export function around(stretches: readonly Stretch[], whole: Stretch): Stretch | null {
  if (stretches.length === 0) return null;
  const from = Math.min(...stretches.map((one) => one.from));
  const to = Math.max(...stretches.map((one) => one.to));
  const margin = Math.max(LEAST_MS, (to - from) / 20);
  return within({ from: from - margin, to: to + margin }, whole);
}

function shifted({ from, to }: Stretch, by: number, whole: Stretch): Stretch {
  const step = Math.max(whole.from - from, Math.min(whole.to - to, by));
  return { from: Math.floor(from + step), to: Math.ceil(to + step) };
}

function within({ from, to }: Stretch, whole: Stretch): Stretch {
  return { from: Math.floor(Math.max(from, whole.from)), to: Math.ceil(Math.min(to, whole.to)) };
}
