/** Is a time zone that is none told by the variable that names it, and by nothing the operator never wrote? */
import assert from "node:assert/strict";
import { parseConfig } from "../../src/config.ts";

function refused(env: Record<string, string>): string[] {
  const parsed = parseConfig(env, { readFile: () => "" });
  assert.ok("problems" in parsed, "accepted");
  return parsed.problems.map(({ message }) => message);
}

Deno.test("a zone that is none is told by its variable, alone or beside a wrong expression", () => {
  const zone =
    /^Cannot use SCHEDULE_TIMEZONE: "Mars\/X" is not a known IANA time zone such as America\/New_York or UTC$/;
  const [cron, both] = refused({ SCHEDULE_TIMEZONE: "Mars/X", SCHEDULE_CRON: "61 * * * *" });
  assert.match(cron!, /^Cannot use SCHEDULE_CRON: .*61/);
  for (const found of [both, refused({ SCHEDULE_TIMEZONE: "Mars/X" }).join()]) assert.match(found!, zone);
});
