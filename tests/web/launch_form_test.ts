/** Is a form of a launch read as it was meant, judged field by field, and kept whole in an address? */
import assert from "node:assert/strict";
import { judgeLaunch, launchAddress, launchFormOf } from "../../src/web/launch_form.ts";
import { CONFIGURED } from "../support/page.ts";

const judge = (query: string) => judgeLaunch(launchFormOf(new URLSearchParams(query)), CONFIGURED);
const names = (query: string) => judge(query).wish?.series?.map(({ symbol, interval }) => `${symbol} ${interval}`);

Deno.test("what is not named is what is configured", () => {
  assert.deepEqual(names(""), ["IBM daily", "IBM 30min"]);
  assert.deepEqual(names("intervals=daily"), ["IBM daily"]);
  assert.deepEqual(names("symbols=goog"), ["GOOG daily", "GOOG 30min"]);
  assert.deepEqual(names("symbols=ibm"), ["IBM daily", "IBM 30min"]);
});

Deno.test("both named: every symbol in every interval, configured or not, each once", () => {
  assert.deepEqual(names("symbols=IBM,goog,IBM&intervals=weekly&intervals=daily"), [
    "IBM weekly",
    "IBM daily",
    "GOOG weekly",
    "GOOG daily",
  ]);
});

Deno.test("what is wrong is told beside its field, all at once", () => {
  const { problems, wish } = judge(`symbols=IBM,T$LA&intervals=2min&note=${"n".repeat(501)}`);
  assert.equal(wish, null);
  assert.deepEqual(problems, {
    symbols: '"T$LA" is not a symbol',
    intervals: '"2min" is not one of 1min, 5min, 15min, 30min, 60min, daily, weekly, monthly',
    note: "the note has 501 characters, 500 are the most",
  });
  assert.match(judge("intervals=weekly").problems.intervals!, /no configured series has it: these are IBM daily/);
  const many = Array.from({ length: 1_300 }, (_, index) => `S${index}`).join(",");
  const all = ["1min", "5min", "15min", "30min", "60min", "daily", "weekly", "monthly"];
  const { problems: tooMany } = judge(`symbols=${many}&${all.map((one) => `intervals=${one}`).join("&")}`);
  assert.equal(tooMany.symbols, "10400 series were chosen, 10000 are the most");
});

Deno.test("an earlier run: all of it, what failed, or a choice", () => {
  const wish = { series: null, force: false, note: null };
  assert.deepEqual(judge("of=12").wish, { ...wish, of: { runId: 12, again: "all" } });
  assert.deepEqual(judge("of=12&again=failed&force=yes").wish, {
    ...wish,
    force: true,
    of: { runId: 12, again: "failed" },
  });
  const ticked = "of=12&series=IBM+daily&series=BRK.B+30min";
  assert.deepEqual(names(`${ticked}&again=chosen`), ["IBM daily", "BRK.B 30min"]);
  assert.equal(judge(`${ticked}&again=failed`).wish?.series, null, "ticks go with one button only");
  assert.match(judge("of=12&again=chosen").problems.of!, /no series of run 12 was chosen; go back/);
  assert.match(judge("of=x").problems.of!, /"x" is not the number of a run/);
  assert.match(judge("of=12&again=chosen&series=IBM").problems.of!, /"" is not one of 1min/);
});

Deno.test("with a range of dates it is a backfill and not a run", () => {
  const chosen = "symbols=IBM&intervals=1min&note=why";
  assert.deepEqual(judge(`${chosen}&from=2004-01-01`), {
    problems: {},
    wish: null,
    backfill: { series: [{ symbol: "IBM", interval: "1min" }], from: "2004-01-01", to: null, note: "why" },
  });
  assert.equal(judge(`${chosen}&from=2004-01-01&to=2004-12-31`).backfill?.to, "2004-12-31");
  assert.equal(judge(chosen).backfill, null);
  const wrong = {
    "from=2004-13-01": /"2004-13-01" is not a date of the form YYYY-MM-DD/,
    "to=2004-12-31": /it has no beginning/,
    "from=2005-01-01&to=2004-12-31": /"2005-01-01" is after "2004-12-31"/,
    "from=2004-01-01&force=yes": /leave out Force/,
    "from=2004-01-01&of=12": /of series that are chosen, not of an earlier run/,
  };
  for (const [query, message] of Object.entries(wrong)) {
    const { problems, wish, backfill } = judge(query);
    assert.match(problems.range ?? "", message, query);
    assert.deepEqual([wish, backfill], [null, null]);
  }
});

Deno.test("an address holds the whole form", () => {
  for (
    const query of [
      "",
      "symbols=IBM%2CGOOG&intervals=daily&intervals=30min&force=yes&note=a+%26+b",
      "of=12&again=chosen&series=IBM+daily",
    ]
  ) {
    const address = launchAddress(launchFormOf(new URLSearchParams(query)));
    const given = new URL(address, "http://localhost").searchParams;
    assert.deepEqual([...given].toSorted(), [...new URLSearchParams(query)].toSorted());
  }
  assert.equal(launchAddress({}), "/launch");
});
