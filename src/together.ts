/** How do several tasks go on at once, never more than allowed, and end together when one of them fails? */

/**
 * Begins tasks as `next` gives them, `concurrency` at once at most, until it gives none and none is under way: one that is
 * under way may still make it give more. What fails in one aborts `over` with the failure, and none is begun any more.
 *
 * @returns when all are still
 */
export async function together(
  { over, concurrency }: { over: AbortController; concurrency: number },
  next: () => Promise<void> | null,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  for (;;) {
    while (!over.signal.aborted && underWay.size < concurrency) {
      const begun = next();
      if (begun === null) break;
      const task: Promise<void> = begun.catch((failure) => over.abort(failure)).finally(() => underWay.delete(task));
      underWay.add(task);
    }
    if (underWay.size === 0) break;
    await Promise.race(underWay);
  }
}
