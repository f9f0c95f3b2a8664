/** Bars as an export has them, and what its pieces say together. */
import type { Bar } from "../../src/bar.ts";

export function extracted(change: Partial<Bar> = {}): Bar {
  return {
    ts: Date.parse("2026-01-02"),
    open: "1",
    high: "1",
    low: "1",
    close: "1",
    volume: "100",
    adjustedClose: null,
    dividendAmount: null,
    splitCoefficient: null,
    settled: true,
    ...change,
  };
}

export async function bytesOf(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Blob(await Array.fromAsync(pieces)).arrayBuffer());
}

export async function textOf(pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<string> {
  return new TextDecoder().decode(await bytesOf(pieces));
}
