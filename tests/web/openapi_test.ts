/** Does the document say what the table says, in the shape OpenAPI 3.1 has? */
import assert from "node:assert/strict";
import { readEndpoints } from "../../src/web/routes.tsx";
import { openApiOf } from "../../src/web/openapi.ts";
import { reads, routes } from "../support/page.ts";

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[];
  responses: Record<string, { content: Record<string, { schema: Record<string, unknown> }> }>;
}

const document = openApiOf(readEndpoints(reads()), { version: "1.2.3" }) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.values(methods).map((operation) => ({ path, ...operation }))
);

Deno.test("every endpoint is in it, each under a name of its own", () => {
  assert.equal(document.openapi, "3.1.0");
  assert.equal(operations.length, readEndpoints(reads()).length);
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
});

Deno.test("every part of a path is a parameter, and every reference leads somewhere", () => {
  for (const { path, parameters } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    assert.deepEqual(parameters.filter((one) => one.in === "path").map(({ name }) => name), named);
  }
  for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
    assert.ok(name! in document.components.schemas, `${name}`);
  }
});

Deno.test("the filters of runs and the form of instants are told", () => {
  const { parameters, responses } = document.paths["/runs"]!["get"]!;
  assert.deepEqual(parameters.map(({ name }) => name), [
    "outcome",
    "trigger",
    "symbol",
    "since",
    "until",
    "before",
    "limit",
  ]);
  assert.ok(parameters.every(({ required }) => !required));
  const text = JSON.stringify(responses["200"]!.content["application/json"]!.schema);
  assert.match(text, /"startedAt":\{"type":"string","format":"date-time"/);
});

Deno.test("it is served", async () => {
  const { status, text } = await routes().client().send("/api/v1/openapi.json");
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(document)));
});
