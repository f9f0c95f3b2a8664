/** How do the rooms carry out the effects of a run? The one place where the story's words meet the rooms' functions. */
import type { BarDocument } from "./alphavantage/answer.ts";
import { type Client, createClient } from "./alphavantage/client.ts";
import { readSeries } from "./alphavantage/series.ts";
import { VENDOR_BACKOFF } from "./backoff.ts";
import { isSettled } from "./bar.ts";
import { ianaZone } from "./calendar.ts";
import { type Config, requireKey } from "./config.ts";
import type { Market } from "./due.ts";
import type { Asked, Claim, Effects, Reading } from "./effects.ts";
import type { Emit } from "./event.ts";
import { storeSeries } from "./postgres/bars.ts";
import type { KeptSetting } from "./kept_settings.ts";
import type { Database } from "./postgres/connect.ts";
import { entitlements, rememberEntitlement } from "./postgres/entitlements.ts";
import { chargeRequest, quotaState, recordAnswer, sentLately } from "./postgres/quota.ts";
import { recordResult } from "./postgres/results.ts";
import { keepSettings } from "./postgres/run_settings.ts";
import { type Cancel, claimRun, closeRun, recordPlan, renewLease } from "./postgres/runs.ts";
import { pastAnswers, seriesStates } from "./postgres/states.ts";
import { referenceEffects } from "./reference_work.ts";
import { createRedactor } from "./redact.ts";
import { type BarRequest, formOf } from "./request.ts";
import { LeaseLost, type Trigger } from "./run.ts";
import type { Telemetry } from "./telemetry.ts";
import { untraced } from "./trace.ts";

/** What the program takes from the machine it runs on. */
export interface World {
  /** Epoch ms. */
  now(): number;
  /** Rejects at once when the signal is aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
  /** Names this process in leases: host, process and something no later process repeats. */
  readonly owner: string;
  /** How long a run is believed alive after each sign of life, ms; {@link LEASE_MS} when not given. */
  readonly leaseMs?: number;
  /** For what goes wrong beside the work, as an idle connection that breaks. */
  readonly onError: (message: string) => void;
}

/** What every run of one program shares. */
export interface Rooms {
  readonly config: Config;
  readonly world: World;
  readonly database: Database;
  /** Stands for the key in the ledger; the key itself is never written. */
  readonly keyHash: string;
  /** Absent or `null`: nobody traces. */
  readonly telemetry?: Telemetry | null;
  /** In force, secrets masked: kept with each run; `null`: nobody has said. */
  readonly settings?: readonly KeptSetting[] | null;
}

export interface RunWiring {
  readonly trigger: Trigger;
  readonly tickId: number | null;
  readonly launchId?: number | null;
  readonly backfillId?: number | null;
  /** The run whose series are run again. */
  readonly ofRun?: number | null;
  readonly emit: Emit;
  readonly abort: AbortSignal;
  /** Wait for a run that looks dead until its lease is out, instead of giving way at once. */
  readonly patient: boolean;
}

/** What the owner of a run learns with each sign of life. */
export interface Vigil {
  /** The run is no longer ours. */
  readonly lost: () => void;
  /** Somebody wants it to end; said again with each sign of life. */
  readonly cancel: (cancel: Cancel) => void;
  /** It is ours for another lease. */
  readonly renewed?: () => void;
}

/** A document with what its rows are judged by. Instants are epoch ms. */
export interface Received extends BarDocument {
  readonly receivedAt: number;
  /** Up to when it can hold trades, by the vendor's delay for this key. */
  readonly reachesTo: number;
  /** In the ledger. */
  readonly requestId: number | null;
}

/** A run is found dead this long after its process stopped renewing the lease. */
export const LEASE_MS = 10_000;
const RETRY_CLAIM_MS = 500;
const QUARTER_HOUR = 900_000;

/** How this key's data runs behind the market (facts §2.1, §2.2). */
export function marketOf({ vendor }: Config): Market {
  const delays = { realtime: 0, delayed: QUARTER_HOUR };
  return {
    delayMs: vendor.entitlement === null ? null : delays[vendor.entitlement],
    extendedHours: vendor.extendedHours,
  };
}

/**
 * The effects of one run.
 *
 * @throws Error when no key is configured
 */
export async function effectsOf(
  rooms: Rooms,
  wiring: RunWiring & Omit<Vigil, "lost">,
): Promise<Effects<Received>> {
  const { config, database, keyHash, world } = rooms;
  const { owner, leaseMs = LEASE_MS } = world;
  const fence = (runId: number) => ({ runId, owner, leaseMs });
  const run = { id: 0 };
  const client = await openClient(rooms, () => run.id);
  const { actionsDays, listingDays } = config.reference;
  const isAsked = actionsDays !== null || listingDays !== null;
  return {
    now: () => world.now(),
    emit: wiring.emit,
    claim: async () => {
      const claim = await claimPatiently(rooms, wiring);
      if ("runId" in claim) run.id = claim.runId;
      return claim;
    },
    keepAlive: (runId, lost) => keepAlive(rooms, runId, { ...wiring, lost }),
    states: (series) => seriesStates(database, series),
    planned: async (runId, planned) => {
      if (!await recordPlan(database, { runId, owner, planned })) throw new LeaseLost(runId);
    },
    quota: () => quotaState(database, { keyHash, now: world.now(), perDay: config.vendor.perDay }),
    entitlements: () => entitlements(database, keyHash),
    history: () => pastAnswers(database),
    learn: (entitlement, message) => rememberEntitlement(database, { keyHash, ...entitlement, message }),
    ask: (request, { runId, signal }) => askTraced(rooms, request, { client, runId, signal, emit: wiring.emit }),
    read: readAnswer,
    store: ({ bars, rejects }, { runId, result, from: { document, request }, part, ...keeping }) => {
      const { source: body, receivedAt, reachesTo, requestId } = document;
      const answer = { form: formOf(request), zone: ianaZone(document.zone), body, receivedAt, reachesTo, requestId };
      const { series } = result;
      return storeSeries(database, { ...fence(runId), ...keeping, series, answer, bars, rejects, result, part });
    },
    record: (result, { runId, part, ...keeping }) =>
      recordResult(database, { ...fence(runId), ...keeping, result, part }),
    ...(isAsked ? { beside: referenceEffects(rooms, { client, fence }) } : {}),
    close: (runId, { message, ...ending }) => {
      // What caused a failure may quote what no table should hold.
      const told = message === null ? null : createRedactor(config.secrets)(message);
      return closeRun(database, { runId, owner, ...ending, message: told, now: world.now() });
    },
  };
}

/** A client of its own. Its pace starts from the ledger, so that a restart is no way around it. */
export async function openClient(
  { config, database, keyHash, world, telemetry }: Rooms,
  runId: () => number | null,
): Promise<Client> {
  const found = requireKey(config);
  if ("problem" in found) throw new Error(found.problem.message);
  const { url, perDay, perMinute, politeDelayMs, concurrency, timeoutMs, extendedHours, entitlement } = config.vendor;
  return createClient({
    base: url,
    key: found.key,
    extendedHours,
    entitlement,
    timeoutMs,
    pace: { perMinute, politeDelayMs },
    concurrency,
    backoff: VENDOR_BACKOFF,
    sentLately: await sentLately(database, keyHash),
    ...(telemetry == null ? {} : { fetch: telemetry.fetch }),
    clock: world,
    random: () => world.random(),
    charge: (request, { attempt, at }) =>
      chargeRequest(database, { keyHash, runId: runId(), request, attempt, now: at, perDay }),
    record: (id, record) => recordAnswer(database, id, { ...record, now: world.now() }),
  });
}

interface Asking {
  readonly client: Client;
  readonly runId: number;
  readonly signal: AbortSignal;
  readonly emit: Emit;
}

/** One span for a request with all its attempts; each attempt's own is inside it. */
function askTraced(rooms: Rooms, request: BarRequest, asking: Asking): Promise<Asked<Received>> {
  const { trace } = rooms.telemetry ?? { trace: untraced };
  const { series: { symbol, interval } } = request;
  return trace("request", { symbol, interval, form: formOf(request), run: asking.runId }, async (span) => {
    const asked = await ask(rooms, request, asking);
    span.set({ kind: asked.kind, requests: asked.requests });
    return asked;
  });
}

async function ask(
  { config }: Rooms,
  request: BarRequest,
  { client, runId, signal, emit }: Asking,
): Promise<Asked<Received>> {
  const { answer, requests, last } = await client.ask(request, {
    signal,
    onEvent: (event) => emit({ ...event, runId }),
  });
  if (answer.kind !== "bars") return { ...answer, requests };
  const { receivedAt, requestId } = last!;
  const reachesTo = receivedAt - (marketOf(config).delayMs ?? 0);
  return { kind: "bars", document: { ...answer.document, receivedAt, reachesTo, requestId }, requests };
}

/**
 * Step 4, also of a replay: nothing but the answer decides. It reaches as far as the vendor's delay and its own
 * `Last Refreshed` say, whatever our clock shows.
 */
export function readAnswer(document: Omit<Received, "requestId">, request: BarRequest): Reading {
  const { receivedAt, reachesTo } = document;
  return readSeries(document, {
    request,
    now: receivedAt,
    settled: (ts, { newest, lastRefreshed }) => {
      const asOf = lastRefreshed === null ? reachesTo : Math.min(reachesTo, lastRefreshed);
      return isSettled(request.series, ts, { asOf, newest });
    },
  });
}

/**
 * A run that another process holds may be dead: then its lease runs out within {@link LEASE_MS}. One that is alive keeps
 * renewing, and we give way.
 */
export async function claimPatiently(
  { database, world, settings = null }: Pick<Rooms, "database" | "world" | "settings">,
  wiring: RunWiring,
): Promise<Claim> {
  const { trigger, tickId, launchId, backfillId, ofRun, patient, emit, abort } = wiring;
  const { owner, leaseMs = LEASE_MS } = world;
  const settingsDigest = settings === null ? null : await keepSettings(database, { settings, now: world.now() });
  const deadline = world.now() + leaseMs + 4 * RETRY_CLAIM_MS;
  for (let told = false;;) {
    const exclusive = database.engine === "embedded";
    const cause = { trigger, tickId, launchId, backfillId, ofRun, settingsDigest };
    const claim = await claimRun(database, { owner, ...cause, leaseMs, now: world.now(), exclusive });
    for (const dead of claim.abandoned) emit({ type: "run-abandoned", ...dead });
    if ("runId" in claim) return claim;
    if (!("busy" in claim) || !patient || world.now() >= deadline) return claim;
    if (!told) emit({ type: "run-waiting", ...claim.busy, until: deadline });
    told = true;
    await world.sleep(RETRY_CLAIM_MS, abort);
  }
}

/** Renews the lease three times within its length, until told to stop. */
export function keepAlive(
  { database, world }: Pick<Rooms, "database" | "world">,
  runId: number,
  { lost, cancel, renewed }: Vigil,
): () => void {
  const { owner, leaseMs = LEASE_MS } = world;
  let renewing = false;
  const timer = setInterval(async () => {
    if (renewing) return;
    renewing = true;
    try {
      const renewal = await renewLease(database, { runId, owner, leaseMs });
      if (renewal === null) return lost();
      if (renewal.cancel !== null) cancel(renewal.cancel);
      renewed?.();
    } catch {
      // The database is out of reach. The lease runs by its clock; the next store learns whether the run is still ours.
    } finally {
      renewing = false;
    }
  }, leaseMs / 3);
  return () => clearInterval(timer);
}
