/** Who may work now? At most so many at once, in the order they came. */

/** Runs `work` when there is a place for it; rejects with the signal's reason when that comes first. */
export type InTurn = <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result>;

/** @param places how many may work at once; 1: one after the other */
export function createTurns(places: number): InTurn {
  let free = places;
  const waiting: (() => void)[] = [];
  const enter = (signal: AbortSignal) => {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => {
      waiting.splice(waiting.indexOf(called), 1);
      reject(signal.reason);
    };
    const called = () => {
      signal.removeEventListener("abort", leave);
      resolve();
    };
    waiting.push(called);
    signal.addEventListener("abort", leave, { once: true });
    return promise;
  };
  return async (signal, work) => {
    signal.throwIfAborted();
    await enter(signal);
    try {
      return await work();
    } finally {
      // A place that is handed on is never free in between: nobody can push in.
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
