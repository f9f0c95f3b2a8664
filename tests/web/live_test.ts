/** Does the stream tell of changes, our own and others', without ever holding the server up? */
import assert from "node:assert/strict";
import { createLive } from "../../src/web/live.ts";

function at(options: { most?: number; beatMs?: number; pollMs?: number } = {}) {
  const database = { mark: "1", asked: 0, down: false };
  const live = createLive({
    newest: () => {
      database.asked += 1;
      return database.down ? Promise.reject(new Error("gone")) : Promise.resolve({ mark: database.mark });
    },
  }, { now: Date.now, pollMs: 10, beatMs: 60_000, ...options });
  return { database, live, [Symbol.dispose]: () => live.close() };
}

/** Reads events until one is named so. */
async function heard(reader: ReadableStreamDefaultReader<string>, name: string): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    assert.ok(!done, `the stream ended without ${name}`);
    if (value.includes(`event: ${name}\n`)) return;
  }
}

const readerOf = (response: Response | null) => response!.body!.pipeThrough(new TextDecoderStream()).getReader();

Deno.test("it begins with a beat, and tells what we tell it", async () => {
  using stage = at();
  const response = stage.live.open();
  assert.equal(response!.headers.get("content-type"), "text/event-stream");
  const reader = readerOf(response);
  await heard(reader, "beat");
  stage.live.tell();
  await heard(reader, "change");
});

Deno.test("what another process wrote is told too", async () => {
  using stage = at();
  const reader = readerOf(stage.live.open());
  while (stage.database.asked < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  stage.database.mark = "2";
  await heard(reader, "change");
});

Deno.test("how it was is looked at when the first one begins to follow, not at the next look", async () => {
  using stage = at({ pollMs: 3_600_000 });
  stage.live.open();
  while (stage.database.asked === 0) await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("beats come while the database answers, and not otherwise", async () => {
  using stage = at({ beatMs: 0 });
  const reader = readerOf(stage.live.open());
  await heard(reader, "beat");
  await heard(reader, "beat");
  stage.database.down = true;
  const asked = stage.database.asked;
  while (stage.database.asked < asked + 3) await new Promise((resolve) => setTimeout(resolve, 5));
  stage.database.down = false;
  await heard(reader, "beat");
});

Deno.test("nobody looks, nobody is asked; and so many may look at once", async () => {
  using stage = at({ most: 2 });
  await new Promise((resolve) => setTimeout(resolve, 40));
  assert.equal(stage.database.asked, 0);
  const first = stage.live.open();
  assert.ok(first !== null && stage.live.open() !== null);
  assert.equal(stage.live.open(), null);
  await first.body!.cancel();
  assert.ok(stage.live.open() !== null, "a reader that has gone leaves its place");
});

Deno.test("closing ends every stream and opens no more", async () => {
  const { live } = at();
  const reader = readerOf(live.open());
  await heard(reader, "beat");
  live.close();
  assert.equal((await reader.read()).done, true);
  assert.equal(live.open(), null);
});
