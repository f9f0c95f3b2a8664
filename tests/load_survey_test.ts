/** Does the look at a load name every file that cannot be loaded, and hold one file at a time? */
import assert from "node:assert/strict";
import { surveyLoad } from "../src/load_survey.ts";
import { Refused } from "../src/refused.ts";
import { withDatabases } from "./support/database.ts";

withDatabases("every file that cannot be read or loaded is named at once", async (db) => {
  const asked = {
    paths: ["gone.json", "note.json", "a.csv"],
    receivedAt: Date.parse("2026-02-21T00:00Z"),
    read: (path: string) => {
      if (path === "gone.json") throw new Error("No such file");
      return path === "note.json" ? '{"Note": "25 requests per day"}' : "timestamp,open";
    },
  };
  const error: unknown = await surveyLoad({ database: db, configured: [], now: asked.receivedAt }, asked).catch((
    error,
  ) => error);
  assert.ok(error instanceof Refused && error.reason === "invalid");
  assert.deepEqual(error.message.split("\nstocks-etl: ").map((line) => line.slice(0, 40)), [
    'Cannot read "gone.json": No such file',
    'Cannot load "note.json": it is a refusal',
    'Cannot load "a.csv": it is no answer wit',
  ]);
});
