/** What does an error say, down to what caused it? Pure. */

/** Deeper than this nothing is told that helps. */
const MOST = 5;

/** Its own words, then those of each cause that says something new: `Cannot open x: it is locked; because disk is full`. */
export function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let at: unknown = error, depth = 0; at !== undefined && at !== null && depth < MOST; depth++) {
    const said = at instanceof Error ? at.message : String(at);
    // Messages of ours repeat the words of what they are caused by.
    if (said !== "" && !words.some((one) => one.includes(said))) words.push(said);
    at = at instanceof AggregateError && at.cause === undefined
      ? at.errors[0]
      : at instanceof Error
      ? at.cause
      : undefined;
  }
  return words.join("; because ");
}
