import assert from "node:assert/strict";
import type { Batch } from "../src/extract.ts";
import { piecesOf } from "../src/formats.ts";
import { bytesOf, extracted } from "./support/extracted.ts";

async function* batches(): AsyncGenerator<Batch> {
  yield await Promise.resolve({ series: { symbol: "IBM", interval: "daily" }, bars: [extracted()] });
}

Deno.test("each format begins as readers of it expect", async () => {
  const begin = async (format: "csv" | "parquet") =>
    new TextDecoder().decode((await bytesOf(piecesOf(format, batches()))).slice(0, 4));
  assert.deepEqual([await begin("csv"), await begin("parquet")], ["symb", "PAR1"]);
});

Deno.test("what makes Parquet is not loaded for anything else", async () => {
  const info = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL("../src/service.ts", import.meta.url).pathname],
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(info.stdout)) as {
    modules: { specifier: string; dependencies?: { specifier: string; isDynamic?: boolean }[] }[];
  };
  const importers = modules.flatMap(({ specifier, dependencies = [] }) =>
    dependencies.filter(({ specifier }) => /hyparquet|parquet\/file/.test(specifier)).map(({ isDynamic }) => ({
      file: specifier.split("/").at(-1),
      isDynamic: isDynamic === true,
    }))
  );
  assert.deepEqual(importers.filter(({ file }) => file !== "file.ts"), [{ file: "formats.ts", isDynamic: true }]);
});
