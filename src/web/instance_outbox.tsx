/** Which messages wait, which went out, and which never will? The newest of the outbox. */
import { Ago, None, State } from "./facts.tsx";
import { grouped } from "./words.ts";

/** A message to one channel. Instants are epoch ms. */
export interface MessageRow {
  readonly id: number;
  readonly kind: string;
  readonly channel: string;
  readonly subject: string;
  readonly state: "waiting" | "sent" | "undeliverable";
  readonly attempts: number;
  /** Attempts there will be at the most. */
  readonly most: number;
  readonly createdAt: number;
  /** When it is tried next, if it waits. */
  readonly dueAt: number;
  /** Why the last attempt failed. */
  readonly error: string | null;
}

export function Outbox({ messages }: { messages: readonly MessageRow[] }) {
  if (messages.length === 0) return <p class="empty">No message was ever made.</p>;
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="Outbox">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Message</th>
            <th scope="col">To</th>
            <th scope="col">State</th>
            <th scope="col">Made</th>
            <th scope="col" class="number">Attempts</th>
            <th scope="col">Next attempt</th>
            <th scope="col">What went wrong</th>
          </tr>
        </thead>
        <tbody>
          {messages.map(({ subject, channel, state, createdAt, attempts, most, dueAt, error }) => (
            <tr>
              <th scope="row" class="words">{subject}</th>
              <td>{channel}</td>
              <td>
                <State of={state} />
              </td>
              <td class="time">
                <Ago at={createdAt} />
              </td>
              <td class="number">{grouped(attempts)} of {grouped(most)}</td>
              <td class="time">
                <Ago at={state === "waiting" ? dueAt : null} none="it is settled" />
              </td>
              <td class="words">{error ?? <None why="nothing" />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
