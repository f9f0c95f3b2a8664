/** What a browser would send to the pages: cookies kept, forms posted with their token, from where it came. */
import type { createRoutes } from "../../src/web/routes.tsx";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** Keeps cookies as a browser does, and sends what it is told to. */
export function clientOf(app: ReturnType<typeof createRoutes>, address: string) {
  const cookies = new Map<string, string>();
  const send = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers({ host: "127.0.0.1:3000", ...Object.fromEntries(new Headers(init.headers)) });
    if (cookies.size > 0) headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await app.request(path, { redirect: "manual", ...init, headers }, { address });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === "" || /max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const tokenIn = async (path: string) => /name="token" value="(\w+)"/.exec((await send(path)).text)?.[1] ?? "";
  const post = (
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
    method = "POST",
  ) =>
    send(path, {
      method,
      body: new URLSearchParams(fields).toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        origin: "http://127.0.0.1:3000",
        "sec-fetch-site": "same-origin",
        ...headers,
      },
    });
  return {
    cookies,
    send,
    tokenIn,
    post,
    logIn: async (password: string) =>
      await post("/login", { token: await tokenIn("/login"), password, back: "/runs" }),
  };
}
