/** The whole way of a notice: an app on a clock that jumps, a real mail server, a real receiver of webhooks. */
import { type App, openApp } from "../../src/app.ts";
import type { Config } from "../../src/config.ts";
import type { NotifyReport } from "../../src/notify.ts";
import { configFor, type JumpingWorld, jumpingWorld, runApp } from "./app.ts";
import { type Mailbox, startMailbox } from "./mailbox.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { startVendor, type Vendor } from "./vendor.ts";

/** The evening of the last sample bars. */
export const EVENING = Date.parse("2023-07-03T22:00:00Z");

export interface Told extends AsyncDisposable {
  readonly app: App;
  readonly world: JumpingWorld;
  readonly vendor: Vendor;
  readonly mailbox: Mailbox;
  readonly receiver: Receiver;
  /** One pass, by default with a look at the clock. */
  pass(options?: { look?: boolean }): Promise<NotifyReport>;
  /** Runs, then passes without a look. `force`: series that rest after failures are asked as well. */
  run(options?: { force?: boolean }): Promise<NotifyReport>;
  /** One look at the clock by the schedule, as `serve` has every minute. */
  beat(): Promise<void>;
  /** Moves the clock. */
  wait(ms: number): void;
  subjects(): string[];
}

/** Mail alone is set up; `env` adds channels: `SLACK_WEBHOOK_URL: "/slack"` is made an address of the receiver. */
export async function startTold(
  database: Config["database"],
  { env = {}, symbols = "IBM", now = EVENING }: { env?: Record<string, string>; symbols?: string; now?: number } = {},
): Promise<Told> {
  const [vendor, mailbox, receiver] = [await startVendor(), await startMailbox(), await startReceiver()];
  const world = jumpingWorld(now);
  const own = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.startsWith("/") ? `${receiver.url}${value}` : value]),
  );
  const config = configFor(vendor.url, database, {
    STOCK_SYMBOLS: symbols,
    STOCK_INTERVALS: "daily",
    API_POLITE_DELAY_SEC: "0",
    API_REQUESTS_PER_MINUTE: "6000",
    EMAIL_SENDER_ADDRESS: "etl@example.com",
    EMAIL_RECIPIENT_ADDRESS: "me@example.com",
    EMAIL_SUMMARY_AT: "none",
    SMTP_HOST: "127.0.0.1",
    SMTP_PORT: String(mailbox.port),
    SMTP_SECURE: "none",
    ...own,
  });
  const app = await openApp(config, world);
  const never = new AbortController().signal;
  const pass = ({ look = true } = {}) => app.notifier.pass({ stop: never, abort: never, look });
  return {
    app,
    world,
    vendor,
    mailbox,
    receiver,
    pass,
    run: async ({ force = false } = {}) => {
      await runApp(app, config.series, { force });
      return await pass({ look: false });
    },
    beat: async () => void await app.beat({ stop: never, abort: never, emit: () => {} }),
    wait: (ms) => void (world.ahead += ms),
    subjects: () => mailbox.mails.map(({ subject }) => subject.replace("[stocks-etl] ", "")),
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await vendor.close();
      await mailbox[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
}
