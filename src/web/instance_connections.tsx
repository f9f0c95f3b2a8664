/** How did the vendor, the database and the mail server do last, and does word of a run get out? */
import type { InstanceFacts } from "./instance.tsx";
import { Ago, None, State } from "./facts.tsx";
import { duration, grouped } from "./words.ts";

/** How the vendor answered last. `kind`: as classified; `at` is epoch ms. */
export interface VendorAnswer {
  readonly at: number;
  readonly kind: string;
  readonly httpStatus: number | null;
  readonly message: string | null;
}

export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly secure: string;
}

/** How a channel of notices does. */
export interface ChannelState {
  readonly channel: string;
  readonly waiting: number;
  readonly undeliverable: number;
  /** The newest attempt, epoch ms; `null`: there was none. */
  readonly last: {
    readonly at: number;
    readonly subject: string;
    readonly state: "waiting" | "sent" | "undeliverable";
    readonly error: string | null;
  } | null;
}

/** Answers that are the vendor's ordinary work: it was reached, and said what it has. */
const WELL = ["bars", "empty", "stale"];

export function Connections({ facts: { connections, database, channels, settings } }: { facts: InstanceFacts }) {
  const { vendor, mail } = connections;
  const url = settings.find(({ name }) => name === "ALPHAVANTAGE_URL")?.value ?? "";
  const sent = channels.find(({ channel }) => channel === "mail")?.last ?? null;
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">With</th>
            <th scope="col">Where</th>
            <th scope="col">Last result</th>
            <th scope="col">When</th>
            <th scope="col">What it said</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Vendor</th>
            <td class="words">{url}</td>
            <td>{vendor === null ? <None why="never asked" /> : <Answered vendor={vendor} />}</td>
            <td class="time">
              <Ago at={vendor?.at ?? null} none="never asked" />
            </td>
            <td class="words">{vendor?.message ?? <None why="no word beside the answer" />}</td>
          </tr>
          <tr>
            <th scope="row">Database</th>
            <td class="words">{database.describe}</td>
            <td>
              <State of="answers" /> <span class="aside">in {duration(connections.database.durationMs)}</span>
            </td>
            <td class="time">now</td>
            <td>
              <None why="it answered" />
            </td>
          </tr>
          <tr>
            <th scope="row">Mail</th>
            <td class="words">{mail === null ? "not configured" : `${mail.host}:${mail.port} (${mail.secure})`}</td>
            <td>{sent === null ? <None why={untried(mail)} /> : <State of={sent.state} />}</td>
            <td class="time">
              <Ago at={sent?.at ?? null} none={untried(mail)} />
            </td>
            <td class="words">{sent?.error ?? <None why={untried(mail)} />}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function untried(mail: MailServer | null): string {
  return mail === null ? "not configured" : "no mail has been sent";
}

function Answered({ vendor: { kind, httpStatus } }: { vendor: VendorAnswer }) {
  return (
    <>
      <State of={WELL.includes(kind) ? "answers" : "failed"} />{" "}
      <span class="aside">
        {kind.replaceAll("-", " ")}
        {httpStatus !== null && `, HTTP ${httpStatus}`}
      </span>
    </>
  );
}

export function Channels({ channels, mail }: { channels: readonly ChannelState[]; mail: MailServer | null }) {
  if (channels.length === 0) {
    return (
      <p class="empty">
        {mail === null
          ? "Not configured: nobody is told when a run fails. See EMAIL_SENDER_ADDRESS and EMAIL_RECIPIENT_ADDRESS below."
          : "A mail server is configured, and nothing has been sent through it."}
      </p>
    );
  }
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">Last result</th>
            <th scope="col">When</th>
            <th scope="col" class="number">Waiting</th>
            <th scope="col" class="number">Undeliverable</th>
            <th scope="col">What</th>
          </tr>
        </thead>
        <tbody>
          {channels.map(({ channel, waiting, undeliverable, last }) => (
            <tr>
              <th scope="row">{channel}</th>
              <td>{last === null ? <None why="nothing was tried yet" /> : <State of={last.state} />}</td>
              <td class="time">
                <Ago at={last?.at ?? null} none="nothing was tried yet" />
              </td>
              <td class="number">{grouped(waiting)}</td>
              <td class="number">{grouped(undeliverable)}</td>
              <td class="words">
                {last?.subject ?? <None why="nothing was tried yet" />}
                {last?.error && <span class="next">: {last.error}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
