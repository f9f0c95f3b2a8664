/** How is an endpoint reached: read, checked, handled, shaped; and how does a failure look to a program? */
import type { Context, Hono } from "hono";
import type { Endpoint, FileAnswer } from "./endpoint.ts";
import type { Env } from "./guard.ts";
import { openApiOf } from "./openapi.ts";
import { readQuery } from "./query.ts";
import { Refusal } from "./visit.ts";

export const API = "/api/v1";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/** The failure as RFC 9457 has it. */
export function problem(context: Context<Env>, status: Refusal["status"] | 500, detail: string): Response {
  const body = { type: "about:blank", title: TITLES[status], status, detail };
  return context.body(JSON.stringify(body), status, { "content-type": "application/problem+json" });
}

export function addApi(app: Hono<Env>, endpoints: readonly Endpoint[], { version }: { version: string }): void {
  const document = openApiOf(endpoints, { version });
  app.get(`${API}/openapi.json`, (context) => context.json(document));
  for (const endpoint of endpoints) {
    app.on(endpoint.method, `${API}${endpoint.path}`, async (context) => {
      if (endpoint.role === "operate" && context.get("visitor").role !== "operate") {
        throw new Refusal(403, "Cannot do this: this log-in may only look");
      }
      const found = await endpoint.handle({
        params: context.req.param(),
        query: readQuery(endpoint.query, new URL(context.req.url).searchParams),
        body: await readBody(context, endpoint),
      });
      if (endpoint.file !== undefined) return fileOf(context, found as FileAnswer, endpoint.file);
      return context.json(endpoint.response.parse(found) as Record<string, unknown>);
    });
  }
  app.all(`${API}/*`, ({ req }) => {
    throw new Refusal(404, `Cannot find ${req.method} "${req.path}": the endpoints are in ${API}/openapi.json`);
  });
}

function fileOf(context: Context<Env>, { name, pieces }: FileAnswer, media: string): Response {
  return context.body(ReadableStream.from(pieces), 200, {
    "content-type": media,
    "content-disposition": `attachment; filename="${name}"`,
  });
}

async function readBody({ req }: Context<Env>, { body }: Endpoint): Promise<unknown> {
  if (body === null) return null;
  if (!/^application\/json\b/i.test(req.header("content-type") ?? "")) {
    throw new Refusal(415, "Cannot read the body: its content-type is not application/json");
  }
  const given = await req.json().catch(() => {
    throw new Refusal(400, "Cannot read the body: it is not JSON");
  });
  const read = body.safeParse(given);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  throw new Refusal(422, `Cannot use ${path.length === 0 ? "the body" : path.map(String).join(".")}: ${message}`);
}
