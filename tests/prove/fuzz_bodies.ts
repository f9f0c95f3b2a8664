/**
 * What may reach us instead of a good answer? Recorded answers and refusals, hurt on purpose: row by row, so that it is
 * known which rows were left alone, or anywhere at all.
 */
import assert from "node:assert/strict";
import { type BarRequest, functionOf, hasSize } from "../../src/request.ts";
import type { Interval } from "../../src/bar.ts";
import { membersOf, readJson } from "./own_json.ts";
import { expectedOf, instantOf } from "./fuzz_oracle.ts";
import { noticeBody, NOTICES } from "../support/notices.ts";

/** A recorded answer, taken apart. */
export interface Recording {
  readonly request: BarRequest;
  /** The evening after the newest row, epoch ms. */
  readonly now: number;
  readonly body: string;
  readonly head: string;
  readonly rows: readonly RecordedRow[];
}

export interface RecordedRow {
  readonly stamp: string;
  readonly ts: number;
  /** The bar it makes, as `lineOf` writes it. */
  readonly line: string;
  readonly fields: readonly (readonly [key: string, value: string])[];
}

export interface Fuzzed {
  readonly recording: Recording;
  readonly body: string;
  readonly httpStatus: number;
  /** The rows that nobody touched; `null` when anything may have been. */
  readonly untouched: readonly RecordedRow[] | null;
}

export type Random = () => number;

const FOLDERS = ["../../src/alphavantage/recorded/", "../fixtures/alphavantage/"];

export async function readRecordings(): Promise<Recording[]> {
  const recordings: Recording[] = [];
  for (const folder of FOLDERS) {
    const url = new URL(folder, import.meta.url);
    const names = await Array.fromAsync(Deno.readDir(url), ({ name }) => name);
    for (const name of names.filter((name) => name.startsWith("TIME_SERIES_")).sort()) {
      recordings.push(takeApart(name, await Deno.readTextFile(new URL(name, url))));
    }
  }
  return recordings;
}

function takeApart(name: string, body: string): Recording {
  const [, period = "", adjusted, symbol = "", interval] =
    /^TIME_SERIES_(INTRADAY|DAILY|WEEKLY|MONTHLY)(_ADJUSTED)?_([A-Z]+)_(\d+min)?/.exec(name)!;
  const asked = (interval ?? period.toLowerCase()) as Interval;
  const form = functionOf(asked, adjusted !== undefined);
  const request = {
    series: { symbol, interval: asked },
    function: form,
    size: hasSize(form) ? "compact" as const : null,
    month: null,
  };
  const series = membersOf(readJson(body))[1]![1];
  const newest = membersOf(series)[0]![0];
  const now = Date.parse(newest.slice(0, 10)) + 30 * 3_600_000;
  const expected = expectedOf(body, { request, now })!;
  const rows = membersOf(series).map(([stamp, row]) => {
    const ts = instantOf(stamp, interval === undefined ? null : "America/New_York")!;
    return { stamp, ts, line: expected.bars.get(ts)!, fields: membersOf(row) as RecordedRow["fields"] };
  });
  assert.ok(rows.every(({ line }) => typeof line === "string"), `${name} holds a row that is no bar`);
  return { request, now, body, head: body.slice(0, body.indexOf(`"${newest}": {`)), rows };
}

/** Every refusal on record, to be hurt or to be mixed in. */
export const REFUSALS = NOTICES.map((notice) => noticeBody(notice));

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** Some neighbouring rows; now and then all. */
export function rowsOf({ rows }: Recording, random: Random): readonly RecordedRow[] {
  if (random() < 0.002) return rows;
  const start = Math.floor(random() * rows.length);
  return rows.slice(start, start + 5 + Math.floor(random() * 12));
}

export function textOf({ head }: Recording, rows: readonly string[], space = "\n        "): string {
  return `${head}${rows.join(`,${space}`)}\n    }\n}`;
}

export function rowText({ stamp, fields }: RecordedRow): string {
  return `${JSON.stringify(stamp)}: {${fields.map((field) => fieldText(field)).join(", ")}}`;
}

export function fieldText([key, value]: readonly [key: string, value: string]): string {
  return `${JSON.stringify(key)}: ${JSON.stringify(value)}`;
}
