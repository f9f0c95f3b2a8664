/**
 * How is the work seen by whoever traces it, and no secret in any span? Deno's own OpenTelemetry, switched on by
 * `OTEL_DENO`. It traces every fetch with the whole address, and the vendor's holds the key: addresses are masked on their
 * way into the span.
 */
import type { Attributes, Fetch, Trace } from "./trace.ts";

export interface Telemetry {
  readonly trace: Trace;
  /** The only fetch for an address that may hold a secret. */
  readonly fetch: Fetch;
}

/** A span as OpenTelemetry's API has it, as far as it is used here. */
interface ApiSpan {
  setAttribute(name: string, value: unknown): unknown;
  setStatus(status: { code: number; message: string }): unknown;
  end(): void;
}

/** A set of values that follows the work through what it awaits. */
interface ApiContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): ApiContext;
  deleteValue(key: symbol): ApiContext;
}

/** Where a runtime that traces registers itself for OpenTelemetry's library. */
const REGISTERED = Symbol.for("opentelemetry.js.api.1");
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");
const ERROR = 2;
/** By these a span learns texts; the two that fetch uses are proved to be on the way. */
const LEARNS = ["setAttribute", "setAttributes", "setStatus", "updateName", "addEvent", "recordException"] as const;

/**
 * `null`: nobody traces.
 *
 * @param options.redact takes secrets out of a text
 * @throws Error when this runtime traces and its spans cannot be masked
 */
export async function openTelemetry({ redact }: { redact: (text: string) => string }): Promise<Telemetry | null> {
  const registered = Reflect.get(globalThis, REGISTERED) as { trace?: unknown } | undefined;
  if (registered?.trace === undefined) return null;
  const { contextManager, tracerProvider } = Deno.telemetry;
  const masked = (learnt: (text: string) => string): Fetch => (input, init) =>
    contextManager.with(new MaskedContext(contextManager.active(), learnt), () => fetch(input, init));
  await requireMasking(masked);
  const tracer = tracerProvider.getTracer("stocks-etl");
  return {
    fetch: masked(redact),
    trace: (name, attributes, work) =>
      tracer.startActiveSpan(name, {}, async (span: ApiSpan) => {
        const set = (more: Attributes) => {
          for (const [name, value] of Object.entries(more)) span.setAttribute(name, value);
        };
        set(attributes);
        try {
          return await work({ set });
        } catch (error) {
          span.setStatus({ code: ERROR, message: redact(error instanceof Error ? error.message : String(error)) });
          throw error;
        } finally {
          span.end();
        }
      }),
  };
}

/** Sends nothing: an address that holds its own answer is fetched, and what its span learns must have come by us. */
async function requireMasking(masked: (learnt: (text: string) => string) => Fetch): Promise<void> {
  const probe = "data:,masked";
  const learnt = new Set<string>();
  const response = await masked((text) => (learnt.add(text), text))(probe);
  await response.body?.cancel();
  if (learnt.has(probe)) return;
  throw new Error(
    "Cannot trace: this runtime puts the vendor's address, and the key in it, into spans where they cannot be masked; " +
      "start without OTEL_DENO",
  );
}

/** A context that masks whatever a span begun in it learns. */
class MaskedContext implements ApiContext {
  readonly #inner: ApiContext;
  readonly #redact: (text: string) => string;

  constructor(inner: ApiContext, redact: (text: string) => string) {
    this.#inner = inner;
    this.#redact = redact;
  }

  getValue(key: symbol): unknown {
    return this.#inner.getValue(key);
  }

  setValue(key: symbol, value: unknown): ApiContext {
    if (key === SPAN) mask(value as Record<string, unknown>, this.#redact);
    return new MaskedContext(this.#inner.setValue(key, value), this.#redact);
  }

  deleteValue(key: symbol): ApiContext {
    return new MaskedContext(this.#inner.deleteValue(key), this.#redact);
  }
}

function mask(span: Record<string, unknown>, redact: (text: string) => string): void {
  for (const name of LEARNS) {
    const learn = span[name];
    if (typeof learn !== "function") continue;
    span[name] = (...given: unknown[]) => learn.apply(span, given.map((one) => maskedValue(one, redact)));
  }
}

function maskedValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === "string") return redact(value);
  if (Array.isArray(value)) return value.map((one) => maskedValue(one, redact));
  // An exception keeps its texts where entries are not listed.
  if (value instanceof Error) {
    return { name: value.name, message: redact(value.message), stack: redact(value.stack ?? "") };
  }
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, maskedValue(one, redact)]));
}
