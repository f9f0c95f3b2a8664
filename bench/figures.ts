/** How are repeated measurements told? Median and best of each, as ratios to a floor measured in the same rounds. */

/** Wall time of each of `contenders`, in ms, measured in turn in every round, so that a slow minute hits all alike. */
export async function interleaved<Name extends string>(
  contenders: Record<Name, () => unknown>,
  { rounds, before = () => {} }: { rounds: number; before?: () => unknown },
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contenders) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round++) {
    await before();
    for (const name of names) {
      const started = performance.now();
      await contenders[name]();
      times[name].push(performance.now() - started);
    }
  }
  return times;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `0.47 (0.48)`: median and best of `mine` as speed relative to `floor`; above 1 is faster than the floor. */
export function speedRatio(mine: readonly number[], floor: readonly number[]): string {
  const best = Math.min(...floor) / Math.min(...mine);
  return `${(median(floor) / median(mine)).toFixed(2)} (${best.toFixed(2)})`;
}

/** `2.1 (1.9)`: how many times as long as `floor` it took. */
export function timeRatio(mine: readonly number[], floor: readonly number[]): string {
  return `${(median(mine) / median(floor)).toFixed(1)} (${(Math.min(...mine) / Math.min(...floor)).toFixed(1)})`;
}

/** `47k (78k)`: rows per second, median and best. */
export function rate(rows: number, times: readonly number[]): string {
  const thousands = (ms: number) => `${Math.round(rows / ms)}k`;
  return `${thousands(median(times))} (${thousands(Math.min(...times))})`;
}

/** `31 ms (28 ms)`: median and best. */
export function duration(times: readonly number[]): string {
  const ms = (value: number) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
  return `${ms(median(times))} (${ms(Math.min(...times))})`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
