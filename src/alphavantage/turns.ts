/** Who may ask now? One at a time, in the order they came. */

/** Runs `work` when everybody before has finished; rejects with the signal's reason when that comes first. */
export type InTurn = <Result>(signal: AbortSignal, work: () => Promise<Result>) => Promise<Result>;

export function createTurns(): InTurn {
  let tail: Promise<void> = Promise.resolve();
  return async (signal, work) => {
    const turn = tail;
    const { promise, resolve: done } = Promise.withResolvers<void>();
    tail = promise;
    try {
      await until(turn, signal);
      return await work();
    } finally {
      // One who left the queue still hands on only when those before him are done.
      void turn.then(done);
    }
  };
}

/** Waits for a promise that never rejects; rejects as soon as the signal is aborted. */
async function until(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
