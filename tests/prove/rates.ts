/** How much was sent in a day or in a minute? Instants are ms, ascending. */

const DAY = 86_400_000;

export function byDay(sent: readonly number[]): number[] {
  return [0, ...Map.groupBy(sent, (at) => Math.floor(at / DAY)).values().map((day) => day.length)];
}

/** What was sent, cut at each of the instants. */
export function between(sent: readonly number[], instants: readonly number[]): number[][] {
  const cuts = [-Infinity, ...instants, Infinity];
  return cuts.slice(1).map((to, index) => sent.filter((at) => at >= cuts[index]! && at < to));
}

/** Of every request, how many were sent in the time that begins with it. */
export function windows(sent: readonly number[], length: number): number[] {
  return [0, ...sent.map((at, index) => sent.slice(index).findIndex((later) => later >= at + length))]
    .map((found, index) => found === -1 ? sent.length - index + 1 : found);
}
