/** The endpoints as an OpenAPI 3.1 document, made of the schemas that check and shape them. */
import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";

/** Every failure, RFC 9457. */
export const PROBLEM = z.object({
  type: z.literal("about:blank"),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
});

/** The document, ready to be sent as JSON. */
export function openApiOf(endpoints: readonly Endpoint[], { version }: { version: string }): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[endpoint.method.toLowerCase()] = operationOf(endpoint);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "stocks-etl",
      version,
      description: "What the pages show, for programs. Instants are ISO 8601 in UTC.",
    },
    servers: [{ url: "/api/v1" }],
    security: [{ password: [] }, { session: [] }],
    paths,
    components: {
      schemas: { Problem: schemaOf(PROBLEM, "output") },
      securitySchemes: {
        password: { type: "http", scheme: "bearer", description: "UI_PASSWORD, or UI_VIEW_PASSWORD to look only" },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "session-3000",
          description: "The log-in of the page, named by its port",
        },
      },
    },
  };
}

function operationOf({ method, path, summary, role, query, body, response, file }: Endpoint): Record<string, unknown> {
  const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: name === "id" ? "integer" : "string" },
  }));
  const content = { [file ?? "application/json"]: { schema: schemaOf(response, "output") } };
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[/:.]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    "x-role": role,
    parameters: [...named, ...queryOf(query)],
    ...(body === null ? {} : {
      requestBody: { required: true, content: { "application/json": { schema: schemaOf(body, "input") } } },
    }),
    responses: {
      "200": { description: summary, content },
      default: {
        description: "What was wrong",
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    },
  };
}

function queryOf(query: z.ZodType): unknown[] {
  const { properties = {}, required = [] } = schemaOf(query, "input") as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io, target: "draft-2020-12" });
  return made;
}
