/** Are runs, requests and transactions seen by a collector, and is no secret in anything that reaches it? */
import assert from "node:assert/strict";
import { openTelemetry } from "../src/telemetry.ts";
import { serverDatabase } from "./support/database.ts";
import { startCurrentVendor } from "./support/market.ts";
import { runProgram, workFolder } from "./support/program.ts";
import { startReceiver } from "./support/receiver.ts";
import { notice } from "./support/vendor.ts";

const KEY = "CANARYKEY0123456";
const HOOK = "CANARYHOOK987654";

interface Seen {
  readonly name: string;
  readonly traceId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A collector of OTLP over HTTP, as JSON: everything it is sent, and the spans in it. */
function startCollector() {
  const texts: string[] = [];
  const spans: Seen[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const text = await request.text();
    texts.push(text);
    const { resourceSpans = [] } = JSON.parse(text);
    for (const { scopeSpans } of resourceSpans) {
      for (const { spans: found } of scopeSpans) {
        for (const { name, traceId, attributes = [] } of found) {
          const pairs = attributes.map(({ key, value }: { key: string; value: Record<string, unknown> }) => [
            key,
            Object.values(value)[0],
          ]);
          spans.push({ name, traceId, attributes: Object.fromEntries(pairs) });
        }
      }
    }
    return Response.json({});
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    text: () => texts.join("\n"),
    spans,
    named: (name: string) => spans.filter((span) => span.name === name),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function stage() {
  const [vendor, receiver, database] = [
    await startCurrentVendor(["AAA"]),
    await startReceiver(),
    await serverDatabase(),
  ];
  const [folder, collector] = [await workFolder(), startCollector()];
  const env = {
    ALPHAVANTAGE_API_KEY: KEY,
    ALPHAVANTAGE_URL: vendor.url,
    API_POLITE_DELAY_SEC: "0",
    STOCK_SYMBOLS: "AAA",
    STOCK_INTERVALS: "daily",
    DATABASE_URL: database.url,
    PING_URL: `${receiver.url}/ping/${HOOK}`,
    SLACK_WEBHOOK_URL: `${receiver.url}/slack/${HOOK}`,
    EMAIL_ON: "always",
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  };
  return {
    vendor,
    receiver,
    collector,
    run: (change: Record<string, string> = {}) => runProgram(["run"], { cwd: folder.path, env: { ...env, ...change } }),
    [Symbol.asyncDispose]: async () => {
      await vendor.close();
      await receiver[Symbol.asyncDispose]();
      await collector[Symbol.asyncDispose]();
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a run, its request, its transactions in one trace; every address masked", async () => {
  await using at = await stage();
  const { code, stderr } = await at.run();
  assert.equal(code, 0, stderr);
  const { collector } = at;
  const [run] = collector.named("run");
  assert.deepEqual([run?.attributes.trigger, run?.attributes.outcome], ["manual", "complete"]);
  const [request] = collector.named("request");
  assert.deepEqual([request?.attributes.symbol, request?.attributes.kind, request?.traceId], [
    "AAA",
    "bars",
    run?.traceId,
  ]);
  const transactions = collector.named("transaction").filter(({ traceId }) => traceId === run?.traceId);
  assert.ok(transactions.length >= 3, `${transactions.length}`);
  const addresses = collector.spans.flatMap(({ attributes }) => attributes["url.full"] ?? []).map(String);
  assert.ok(
    addresses.some((url) => url.startsWith(at.vendor.url) && url.endsWith("apikey=[redacted]")),
    addresses.join(),
  );
  assert.ok(at.receiver.received.length >= 2);
  // The whole address of a webhook is a secret.
  assert.equal(addresses.filter((url) => /^\[redacted\]/.test(url)).length, at.receiver.received.length);
  assert.doesNotMatch(collector.text(), /CANARY/);
});

Deno.test("nor when the vendor cannot be reached, refuses, or says the key itself", async () => {
  await using at = await stage();
  const refused = await at.run({ ALPHAVANTAGE_URL: "http://127.0.0.1:9" });
  assert.equal(refused.code, 1);
  const port = (() => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return listener.addr.port;
  })();
  await at.run({ ALPHAVANTAGE_URL: `http://127.0.0.1:${port}`, STOCK_SYMBOLS: "AAA,BBB" });
  at.vendor.answerBy(() => notice("6"));
  await at.run();
  assert.ok(at.collector.named("request").length >= 2);
  assert.doesNotMatch(at.collector.text(), /CANARY/);
});

Deno.test("whoever samples little is masked all the same", async () => {
  await using at = await stage();
  for (const [sampler, ratio] of [["traceidratio", "0"], ["parentbased_always_on", "1"]]) {
    const { code, stderr } = await at.run({ OTEL_TRACES_SAMPLER: sampler!, OTEL_TRACES_SAMPLER_ARG: ratio! });
    assert.equal(code, 0, stderr);
  }
  assert.doesNotMatch(at.collector.text(), /CANARY/);
});

Deno.test("nobody traces: nothing is opened", async () => {
  assert.equal(await openTelemetry({ redact: (text) => text }), null);
});

Deno.test("a runtime whose spans do not come by us is refused", async () => {
  const script = `
    import { openTelemetry } from ${JSON.stringify(new URL("../src/telemetry.ts", import.meta.url).href)};
    const plain = Deno.telemetry.contextManager;
    const around = { active: () => plain.active(), with: (_context, work) => work() };
    Object.defineProperty(Deno, "telemetry", { value: { ...Deno.telemetry, contextManager: around } });
    await openTelemetry({ redact: (text) => text }).then(() => console.log("open"), ({ message }) => console.log(message));
  `;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", script],
    env: { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_PROTOCOL: "console" },
    stderr: "null",
  }).output();
  assert.match(
    new TextDecoder().decode(stdout),
    /^Cannot trace: this runtime puts the vendor's address, and the key in it/,
  );
});

Deno.test("nobody else fetches: an address with a secret would be in a span", async () => {
  const found: string[] = [];
  for await (const path of files(new URL("../src/", import.meta.url))) {
    const code = (await Deno.readTextFile(path)).replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "");
    if (/(?:await|return|=>)\s+fetch\(|globalThis\.fetch|= fetch\b/.test(code)) {
      found.push(path.pathname.replace(/^.*\/src\//, ""));
    }
  }
  // reach.ts sends no key; the others take the masked one where somebody traces.
  assert.deepEqual(found.sort(), [
    "alphavantage/client.ts",
    "alphavantage/reach.ts",
    "telemetry.ts",
    "webhook/post.ts",
  ]);
});

async function* files(dir: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    const url = new URL(isDirectory ? `${name}/` : name, dir);
    if (isDirectory) yield* files(url);
    else if (/\.tsx?$/.test(name)) yield url;
  }
}
