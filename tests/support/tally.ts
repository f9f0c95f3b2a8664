/** How did a test run end? Counts from deno's JUnit report and its exit code, as one closing line that never flatters. */

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Steps count as tests. A skipped test counts as failed: nothing in this project may be skipped silently.
 * A run that went wrong without a failed test (a module that does not load, a type error, no test at all, no report) has
 * failed at least once.
 *
 * @param report the JUnit XML, or `null` when there is none
 * @param options.filtered the operator asked for some tests only; deno reports the others as skipped
 */
export function tallyOf(
  report: string | null,
  { exitCode, filtered }: { exitCode: number; filtered: boolean },
): Tally {
  // Text and attributes are escaped in the report, so that these can only be tags.
  const count = (tag: RegExp) => (report ?? "").match(tag)?.length ?? 0;
  const skipped = count(/<skipped[\s/>]/g);
  const tests = count(/<testcase\s/g) - (filtered ? skipped : 0);
  const failed = count(/<(?:failure|error)[\s/>]/g) + (filtered ? 0 : skipped);
  const wrong = exitCode !== 0 || tests === 0 || !report?.includes("</testsuites>");
  return { passed: Math.max(0, tests - failed), failed: wrong ? Math.max(1, failed) : failed };
}

export function closingLine({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`;
}
