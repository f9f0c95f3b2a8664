import assert from "node:assert/strict";
import { routes, seriesReads } from "../support/page.ts";
import { streamOf } from "../../src/web/stream.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("pieces are made as they are asked for, and no more of them when nobody listens", async () => {
  let made = 0;
  let ended = false;
  async function* pieces() {
    try {
      for (;;) yield await Promise.resolve(encode(String(++made)));
    } finally {
      ended = true;
    }
  }
  const reader = streamOf(pieces(), assert.fail).getReader();
  await reader.read();
  await reader.read();
  assert.ok(made <= 4, `${made}`);
  await reader.cancel();
  assert.ok(ended);
});

Deno.test("a piece that cannot be made: the log hears why, the other end that it is not whole", async () => {
  async function* pieces() {
    yield await Promise.resolve(encode("symbol\n"));
    throw new Error("the database said SECRET");
  }
  const { app, errors } = routes({}, { series: seriesReads({ exported: pieces }) });
  const response = await app.request("/api/v1/series/IBM/daily/bars.csv", { headers: { host: "127.0.0.1:3000" } });
  const cut = await response.text().then(() => null, (error) => error);
  assert.match(cut.message, /cut short/);
  assert.doesNotMatch(Deno.inspect(cut), /SECRET|\.ts:/);
  assert.deepEqual(errors, ["the database said SECRET"]);
});
