/** What have today's requests gone into: by the hour, and one by one? */
import type { Quota } from "../plan.ts";
import { None, State, Time, useVisit, ZoneName } from "./facts.tsx";
import { QuotaMeter } from "./overview.tsx";
import { bytes, counted, duration, timeIn, zoneName } from "./words.ts";

/** Requests sent within an hour. */
export interface LedgerHour {
  /** When it begins, epoch ms. */
  readonly from: number;
  readonly sent: number;
  readonly withBars: number;
}

/** One request. Instants are epoch ms. */
export interface LedgerRow {
  readonly id: number;
  readonly runId: number | null;
  /** `null`: of the whole market. */
  readonly symbol: string | null;
  /** `null`: it asked for no bars. */
  readonly interval: string | null;
  readonly form: string;
  readonly attempt: number;
  readonly sentAt: number;
  /** `null`: never answered; it counts all the same. */
  readonly kind: string | null;
  readonly httpStatus: number | null;
  readonly bytes: number | null;
  readonly durationMs: number | null;
  readonly message: string | null;
}

export interface LedgerFacts {
  readonly quota: Quota;
  /** Those of the day since 00:00 UTC in which something was sent. */
  readonly hours: readonly LedgerHour[];
  /** Newest first, of any key. */
  readonly requests: readonly LedgerRow[];
}

const HOUR = 3_600_000;
const [HEIGHT, TOP, FOOT] = [120, 16, 20];

/** @param ledger with one request more than `limit` when there are older ones */
export function Ledger({ ledger, limit, before }: { ledger: LedgerFacts; limit: number; before: number | null }) {
  const { now } = useVisit();
  const requests = ledger.requests.slice(0, limit);
  const older = ledger.requests.length > limit ? requests.at(-1)!.id : null;
  const link = (query: string) =>
    `/instance${query}${limit === 25 ? "" : `${query === "" ? "?" : "&"}limit=${limit}`}#ledger`;
  return (
    <>
      <div class="columns">
        <div class="wide">
          <Hours hours={ledger.hours} />
        </div>
        <QuotaMeter quota={ledger.quota} now={now} />
      </div>
      {requests.length === 0 ? <Empty before={before} /> : <Rows requests={requests} />}
      <nav class="pager" aria-label="Pages of requests">
        {before !== null && <a href={link("")}>Newest</a>}
        {older !== null && <a href={link(`?before=${older}`)}>Older</a>}
      </nav>
    </>
  );
}

function Empty({ before }: { before: number | null }) {
  if (before !== null) return <p class="empty">There is no older one.</p>;
  return (
    <p class="empty">Nothing was ever asked. Each request is written here before it is sent: what counts, counts.</p>
  );
}

/** The 24 hours of the vendor's day, each a bar. */
function Hours({ hours }: { hours: readonly LedgerHour[] }) {
  const { now, zone } = useVisit();
  const midnight = Math.floor(now / (24 * HOUR)) * 24 * HOUR;
  const most = Math.max(1, ...hours.map(({ sent }) => sent));
  const tall = (count: number) => (count / most) * (HEIGHT - TOP - FOOT);
  const x = (index: number) => `${(index / 24 * 100).toFixed(3)}%`;
  const clock = (index: number) => timeIn(zone.name, midnight + index * HOUR, "clock").slice(0, 5);
  const at = (index: number) => hours.find(({ from }) => from === midnight + index * HOUR);
  return (
    <figure>
      <svg class="hours" width="100%" height={HEIGHT} role="group" aria-label="Requests by the hour, since 00:00 UTC">
        <line class="base" x1="0" x2="100%" y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} />
        {Array.from({ length: 24 }, (_, index) => {
          const hour = at(index);
          return (
            <g>
              {index % 3 === 0 && <text x={x(index)} dx="2" y={HEIGHT - 5}>{clock(index)}</text>}
              {hour !== undefined && <Bar hour={hour} x={x(index)} tall={tall} title={titleOf(hour, clock(index))} />}
            </g>
          );
        })}
      </svg>
      <figcaption class="legend">
        <span>with bars</span>
        <span class="wait">anything else</span>
        <em>hours in {zoneName(zone.name, now)}, from 00:00 UTC, when the vendor's day is taken to begin</em>
      </figcaption>
    </figure>
  );
}

function titleOf({ sent, withBars }: LedgerHour, clock: string): string {
  return `${counted(sent, "request")} in the hour from ${clock}, ${withBars} answered with bars`;
}

function Bar({ hour: { sent, withBars }, x, tall, title }: {
  hour: LedgerHour;
  x: string;
  tall: (count: number) => number;
  title: string;
}) {
  const foot = HEIGHT - FOOT;
  const [all, good] = [tall(sent), tall(withBars)];
  return (
    <g class="hour">
      <title>{title}</title>
      <rect class="good-part" x={x} width="3.4%" y={(foot - good).toFixed(1)} height={good.toFixed(1)} />
      <rect class="rest" x={x} width="3.4%" y={(foot - all).toFixed(1)} height={(all - good).toFixed(1)} />
      <text x={x} dx="2" y={(foot - all - 4).toFixed(1)}>{sent}</text>
    </g>
  );
}

function Rows({ requests }: { requests: readonly LedgerRow[] }) {
  return (
    <div class="scroll">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">
              Sent <ZoneName />
            </th>
            <th scope="col">Series</th>
            <th scope="col">Run</th>
            <th scope="col">Answer</th>
            <th scope="col" class="number">Took</th>
            <th scope="col" class="number">Size</th>
            <th scope="col">What the vendor said</th>
          </tr>
        </thead>
        <tbody>
          {requests.map((request) => (
            <tr>
              <td class="time">
                <Time at={request.sentAt} precision="second" />
              </td>
              <th scope="row">
                {request.symbol} {request.interval ?? request.form}
                {request.attempt > 1 && <span class="kind">{` attempt ${request.attempt}`}</span>}
              </th>
              <td>
                {request.runId === null
                  ? <None why="outside a run, or it was forgotten" />
                  : <a href={`/runs/${request.runId}`}>{request.runId}</a>}
              </td>
              <td>
                <Answer request={request} />
              </td>
              <td class="number">
                {request.durationMs === null ? <None why="never answered" /> : duration(request.durationMs)}
              </td>
              <td class="number">{request.bytes === null ? <None why="never answered" /> : bytes(request.bytes)}</td>
              <td class="words">{request.message ?? <None why="no word beside the answer" />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Answer({ request: { kind, httpStatus } }: { request: LedgerRow }) {
  if (kind === null) return <State of="unanswered" />;
  const odd = httpStatus !== null && httpStatus !== 200;
  return (
    <>
      <State of={kind} />
      {odd && <span class="kind">{` HTTP ${httpStatus}`}</span>}
    </>
  );
}
