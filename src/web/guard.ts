/**
 * Who asks, and may they? Everything is locked unless it says otherwise here: a new route needs no thought to be safe.
 *
 * A request that changes something must come from a page of ours: by where the browser says it comes from, and by the
 * token in the form. Hono's own csrf looks at forms only, and knows no token.
 */
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { LogIns } from "./log_ins.ts";
import { digest, randomToken, same } from "./token.ts";
import { ownPath, Refusal, type Visitor } from "./visit.ts";

export interface Env {
  // deno-lint-ignore no-explicit-any -- hono's own shape
  [key: string]: any;
  Bindings: {
    /** Who is at the other end of the connection. */
    readonly address?: string;
  };
  Variables: { visitor: Visitor };
}

export interface Access {
  /** `null`: no log-in is needed; the caller has made sure that only this machine can reach the page. */
  readonly password: string | null;
  readonly viewPassword: string | null;
  readonly behindProxy: boolean;
  /** What HOST and PORT say. */
  readonly host: string;
  readonly port: number;
}

export interface Guard {
  /** A log-in is needed. */
  readonly locked: boolean;
  /** Sets `visitor` for whatever comes after it, or refuses. */
  readonly check: MiddlewareHandler<Env>;
  /** @throws Refusal when the password is wrong, or too many were */
  logIn(context: Context<Env>, password: string): Promise<void>;
  logOut(context: Context<Env>): Promise<void>;
  /** The token for a form on a page that needs no log-in. */
  formToken(context: Context<Env>): string;
  isHttps(context: Context<Env>): boolean;
}

/** Open to whoever reaches the port. */
const PUBLIC = /^\/(?:healthz|readyz|login|assets\/[\w.-]+)$/;
/** May be posted by whoever may see the page: they change nothing but the visitor's own. */
const OWN = ["/login", "/logout", "/settings"];

export function createGuard(access: Access, logIns: LogIns): Guard {
  const locked = access.password !== null;
  // Cookies do not know ports: two of our pages on one machine must not log each other out.
  const [sessionCookie, formCookie] = [`session-${access.port}`, `form-${access.port}`];
  const isHttps = ({ req }: Context<Env>) =>
    access.behindProxy && req.header("x-forwarded-proto")?.split(",")[0]?.trim() === "https";
  const cookie = (context: Context<Env>) =>
    ({ path: "/", httpOnly: true, sameSite: "Strict", secure: isHttps(context) }) as const;
  const formToken = (context: Context<Env>) => {
    let seed = getCookie(context, formCookie);
    if (seed === undefined || seed.length < 40) {
      seed = randomToken();
      setCookie(context, formCookie, seed, cookie(context));
    }
    return digest("form", seed, getCookie(context, sessionCookie) ?? "");
  };
  async function visitorOf(context: Context<Env>): Promise<Visitor | null> {
    if (!locked) return { role: "operate", by: "open", token: formToken(context) };
    const bearer = /^Bearer +(\S.*)$/i.exec(context.req.header("authorization") ?? "")?.[1];
    if (bearer !== undefined) {
      return { role: logIns.judge(bearer.trim(), addressOf(context, access)), by: "bearer", token: "" };
    }
    const token = getCookie(context, sessionCookie);
    const role = token === undefined ? null : await logIns.find(token);
    return role === null ? null : { role, by: "session", token: formToken(context) };
  }
  return {
    locked,
    isHttps,
    formToken,
    check: async (context, next) => {
      const { method, path } = context.req;
      if (!locked) refuseForeignHost(context, access);
      const changes = method !== "GET" && method !== "HEAD";
      if (changes) refuseForeignOrigin(context, access);
      if (!changes && PUBLIC.test(path)) return await next();
      if (path === "/login") {
        await refuseWithoutToken(context, formToken(context));
        return await next();
      }
      const visitor = await visitorOf(context);
      if (visitor === null) return turnAway(context);
      if (changes && visitor.by !== "bearer") await refuseWithoutToken(context, visitor.token);
      if (changes && visitor.role !== "operate" && !OWN.includes(path)) {
        throw new Refusal(403, "Cannot change anything: this log-in may only look");
      }
      context.set("visitor", visitor);
      return await next();
    },
    logIn: async (context, password) => {
      const { token, seconds } = await logIns.begin(password, addressOf(context, access));
      setCookie(context, sessionCookie, token, { ...cookie(context), maxAge: seconds });
    },
    logOut: async (context) => {
      const token = getCookie(context, sessionCookie);
      if (token !== undefined) await logIns.end(token);
      deleteCookie(context, sessionCookie, cookie(context));
    },
  };
}

function addressOf({ req, env }: Context<Env>, { behindProxy }: Access): string {
  // The last one is what our own proxy saw; those before it are whatever the client wrote.
  const forwarded = behindProxy ? req.header("x-forwarded-for")?.split(",").at(-1)?.trim() : undefined;
  return forwarded ?? env?.address ?? "unknown";
}

function turnAway(context: Context<Env>): Response {
  const { method, path, url } = context.req;
  const asksForPage = method === "GET" && !path.startsWith("/api/") && !["/live", "/metrics"].includes(path);
  if (!asksForPage) {
    context.header("www-authenticate", 'Bearer realm="stocks-etl"');
    throw new Refusal(401, "Cannot answer: log in, or send the header Authorization: Bearer with the password");
  }
  const { pathname, search } = new URL(url);
  return context.redirect(`/login?back=${encodeURIComponent(ownPath(pathname + search))}`, 303);
}

/** Without a password only the name stands between us and a page elsewhere whose name was pointed at this machine. */
function refuseForeignHost({ req }: Context<Env>, { host }: Access): void {
  const given = req.header("host") ?? "";
  const name = given.replace(/:\d+$/, "").toLowerCase();
  const known = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(name) || name === host.toLowerCase();
  if (!known) throw new Refusal(403, `Cannot answer for the host "${given}": without UI_PASSWORD only this machine is`);
}

/** Browsers say where a request comes from; whatever says nothing is no browser, and still has no token. */
function refuseForeignOrigin({ req }: Context<Env>, { behindProxy }: Access): void {
  const site = req.header("sec-fetch-site");
  const origin = req.header("origin");
  const host = (behindProxy ? req.header("x-forwarded-host") : undefined) ?? req.header("host");
  const foreign = (site !== undefined && site !== "same-origin") ||
    (origin !== undefined && URL.parse(origin)?.host !== host);
  if (foreign) throw new Refusal(403, `Cannot do this: the request comes from another site (${origin ?? site})`);
}

async function refuseWithoutToken({ req }: Context<Env>, token: string): Promise<void> {
  const form = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(req.header("content-type") ?? "");
  const given = req.header("x-form-token") ?? (form ? (await req.formData()).get("token") : null);
  if (typeof given !== "string" || !same(given, token)) {
    throw new Refusal(403, "Cannot do this: the form is out of date; reload the page and try again");
  }
}
