/** Is the whole queue to be withdrawn? Asked with what is in it; a launch that comes after the question stays. */
import { Live, Token } from "./facts.tsx";
import type { QueueReads } from "./queue.tsx";
import { seriesInShort } from "./queue.tsx";
import { Refusal, type ShowPage } from "./visit.ts";
import { counted } from "./words.ts";

/** As many as can wait, and some. */
const MOST_WITHDRAWN = 500;

/** The launches of the form. @throws Refusal when there is none, or what names none */
export function withdrawnLaunches(given: Pick<FormData, "getAll">): number[] {
  const ids = [...new Set(given.getAll("launch").map(String))];
  const wrong = ids.find((id) => !/^\d{1,15}$/.test(id));
  if (wrong !== undefined) {
    throw new Refusal(400, `Cannot withdraw launch ${JSON.stringify(wrong)}: it is not a number`);
  }
  if (ids.length === 0 || ids.length > MOST_WITHDRAWN) {
    throw new Refusal(400, `Cannot withdraw ${ids.length} launches: name 1 to ${MOST_WITHDRAWN}`);
  }
  return ids.map(Number);
}

export function withdrawQueuePage({ waiting }: Pick<QueueReads, "waiting">): ShowPage {
  return async ({ role }) => {
    if (role !== "operate") throw new Refusal(403, "Cannot change anything: this log-in may only look");
    const launches = await waiting();
    const number = counted(launches.length, "launch", "launches");
    return {
      title: "Withdraw the queue?",
      sentence: launches.length === 0
        ? "No launch waits."
        : `Withdraw ${number} that ${launches.length === 1 ? "waits" : "wait"}?`,
      body: launches.length === 0
        ? (
          <p>
            <a href="/runs">To the runs</a>
          </p>
        )
        : (
          <>
            <p>None of them gets a run. What is at work goes on.</p>
            <Live id="waiting">
              <ul class="chosen">
                {launches.map(({ id, series, askedBy }) => (
                  <li>
                    <a href={`/launch/${id}`}>Launch {id}</a>{" "}
                    <span class="aside">{seriesInShort(series)}, asked by {askedBy}</span>
                  </li>
                ))}
              </ul>
            </Live>
            <form method="post" action="/runs/withdraw" class="sure">
              <Token />
              {launches.map(({ id }) => <input type="hidden" name="launch" value={String(id)} />)}
              <p>
                <button type="submit" class="danger">Withdraw {number}</button>{" "}
                <a href="/runs?outcome=queued">Leave everything as it is</a>
              </p>
            </form>
          </>
        ),
    };
  };
}
