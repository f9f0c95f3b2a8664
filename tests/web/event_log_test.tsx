import assert from "node:assert/strict";
import { EventLog, type EventLogProps } from "../../src/web/event_log.tsx";
import { drawn, wordsOf } from "../support/draw.tsx";

const event = (seq: number) => ({
  seq,
  at: 1_500 * seq,
  type: "request-sent",
  level: "debug",
  symbol: "IBM",
  interval: "daily",
  message: `line ${seq}`,
  data: {},
});
const draw = (change: Partial<EventLogProps>) =>
  drawn(
    <EventLog
      runId={7}
      startedAt={0}
      events={[]}
      asked={{ limit: 2 }}
      counts={{ levels: { debug: 3, error: 1 }, types: { "request-sent": 3, "run-finished": 1 } }}
      series={["IBM daily", "IBM 30min", "A daily"]}
      file={null}
      {...change}
    />,
  );

Deno.test("a line per event, its time to the millisecond and from the start of the run", () => {
  assert.match(wordsOf(draw({ events: [event(1)] })), /00:00:01\.500 1\.5 s debug IBM daily request-sent line 1/);
});

Deno.test("earlier and later pages, where there are any", () => {
  const links = (change: Partial<EventLogProps>) =>
    [...draw(change).matchAll(/href="\/runs\/7\?([^"#]*)#log">(Earlier|Later|Newest)/g)].map(([, query, name]) =>
      `${name} ${query}`
    );
  assert.deepEqual(links({ events: [event(8), event(9)] }), ["Earlier limit=2&amp;before=8"]);
  assert.deepEqual(links({ events: [event(1), event(2)], asked: { limit: 2, before: 3, level: "info" } }), [
    "Later level=info&amp;limit=2&amp;after=2",
    "Newest level=info&amp;limit=2",
  ]);
  assert.deepEqual(links({ events: [event(1)] }), []);
});

Deno.test("kinds of events are offered with their counts, and filtered for by a click on one", () => {
  const text = draw({ events: [event(1)], asked: { limit: 200, type: "rows-stored", only: "yes", symbol: "GONE" } });
  assert.match(wordsOf(text), /any request sent \(3\) rows stored \(0\) run finished \(1\)/);
  assert.match(text, /<option value="rows-stored" selected=""/);
  assert.match(text, /<option value="GONE" selected=""/, "what the address names stays");
  assert.match(text, /<a class="quiet" href="\/runs\/7\?type=request-sent&amp;only=yes&amp;symbol=GONE#log"/);
  assert.match(text, /<input type="hidden" name="only" value="yes"/);
  assert.match(text, /<a href="\/runs\/7#log">Clear/);
  assert.doesNotMatch(draw({}), />Clear</);
});

Deno.test("levels are counted, symbols offered once, the log file named when it is there", () => {
  const text = draw({});
  assert.match(wordsOf(text), /3 debug, 1 error/);
  assert.equal(text.match(/<option value="IBM">/g)?.length, 1);
  assert.match(text, /No event matches/);
  assert.doesNotMatch(text, /\/runs\/7\/log/);
  assert.match(draw({ file: "run-7.log" }), /href="\/runs\/7\/log" download="">run-7\.log/);
});
