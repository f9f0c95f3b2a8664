/** What is an endpoint of the API: what is checked, what is answered, who may? */
import { z } from "zod";
import type { Role } from "./visit.ts";

export interface Request<Query, Body> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
}

export interface Endpoint<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below `/api/v1`, `:name` for a part that stands for something. */
  readonly path: string;
  readonly summary: string;
  readonly role: Role;
  readonly query: Query;
  /** `null`: it takes none. */
  readonly body: Body | null;
  /** Shapes the answer: what is not in it does not leave. Instants become ISO 8601 in UTC. */
  readonly response: z.ZodType;
  /** The answer is a {@link FileAnswer} of this media type instead of JSON. */
  readonly file?: string;
  handle(request: Request<z.output<Query>, z.output<Body>>): Promise<unknown>;
}

/** What is taken home as a file, made as the other end takes it. */
export interface FileAnswer {
  readonly name: string;
  readonly pieces: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** An endpoint of any schemas: checked where it is made, called with what its own schemas have read. */
export function endpoint<Query extends z.ZodType, Body extends z.ZodType = z.ZodNull>(
  given: Endpoint<Query, Body>,
): Endpoint {
  return given as unknown as Endpoint;
}

export const instant = z.number().transform((ms) => new Date(ms).toISOString()).pipe(z.iso.datetime());
