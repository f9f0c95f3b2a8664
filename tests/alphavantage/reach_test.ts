/** Is a vendor that answers told from one that does not, without a key and without a request that counts? */
import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { reachVendor } from "../../src/alphavantage/reach.ts";
import { deadUrl } from "../support/vendor.ts";

async function reached(listener: RequestListener, timeoutMs = 5_000) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return { found: await reachVendor(`http://127.0.0.1:${port}/query`, { timeoutMs }), seen, port };
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

Deno.test("the vendor's clock comes from its header, by one HEAD without parameters", async () => {
  const { found, seen } = await reached((_, response) => {
    response.sendDate = false;
    response.writeHead(200, { date: "Mon, 03 Jul 2023 20:15:00 GMT" }).end();
  });
  assert.deepEqual(found, { date: Date.parse("2023-07-03T20:15:00Z") });
  assert.deepEqual(seen, ["HEAD /query"]);
});

Deno.test("no clock, or one that cannot be read, is no clock; a refusal of HEAD is an answer", async () => {
  for (const [status, headers] of [[200, {}], [405, { date: "yesterday" }], [429, {}]] as const) {
    const { found } = await reached((_, response) => {
      response.sendDate = false;
      response.writeHead(status, headers).end();
    });
    assert.deepEqual(found, { date: null });
  }
});

Deno.test("a redirect is not followed: it may lead anywhere", async () => {
  const elsewhere = await deadUrl();
  const { found, seen } = await reached((_, response) => void response.writeHead(302, { location: elsewhere }).end());
  assert.ok("date" in found);
  assert.equal(seen.length, 1);
});

Deno.test("broken, silent and absent are each told by the host, never by the URL", async () => {
  const broken = await reached((_, response) => void response.writeHead(503).end());
  assert.deepEqual(broken.found, { message: `127.0.0.1:${broken.port} answers with HTTP 503` });
  const silent = await reached(() => {}, 100);
  assert.deepEqual(silent.found, { message: `127.0.0.1:${silent.port} did not answer within 0.1 s` });
  const url = await deadUrl();
  const { host } = new URL(url);
  assert.deepEqual(await reachVendor(url, { timeoutMs: 5_000 }), { message: `${host} cannot be reached` });
});
