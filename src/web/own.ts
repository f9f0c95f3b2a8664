/** What a visitor does for themselves: logs in and out, chooses zone and colours. */
import type { Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Env, Guard } from "./guard.ts";
import { TooManyAttempts } from "./log_ins.ts";
import { loginDocument } from "./login.tsx";
import { hiddenColumnsOf, RUN_COLUMNS, themeOf, zoneOf, ZONES } from "./settings.ts";
import { ownPath, Refusal, type Taste } from "./visit.ts";

const YEAR_S = 365 * 86_400;

export function tasteOf(context: Context<Env>): Taste {
  return {
    hiddenColumns: hiddenColumnsOf(getCookie(context, "hidden")),
    zone: zoneOf(getCookie(context, "zone"), getCookie(context, "tz")),
    theme: themeOf(getCookie(context, "theme")),
  };
}

export function addOwn(app: Hono<Env>, guard: Guard): void {
  const showLogin = (context: Context<Env>, { back, problem, status }: {
    back: string;
    problem: string | null;
    status: 200 | 401 | 429;
  }) => context.html(loginDocument({ ...tasteOf(context), token: guard.formToken(context), back, problem }), status);

  app.get("/login", (context) => {
    const back = ownPath(context.req.query("back"));
    return guard.locked ? showLogin(context, { back, problem: null, status: 200 }) : context.redirect(back, 303);
  });
  app.post("/login", async (context) => {
    const form = await context.req.formData();
    const back = ownPath(form.get("back"));
    try {
      await guard.logIn(context, String(form.get("password") ?? ""));
    } catch (error) {
      if (!(error instanceof Refusal) || (error.status !== 401 && error.status !== 429)) throw error;
      if (error instanceof TooManyAttempts) context.header("retry-after", String(error.seconds));
      return showLogin(context, { back, problem: error.message, status: error.status });
    }
    return context.redirect(back, 303);
  });
  app.post("/logout", async (context) => {
    await guard.logOut(context);
    return context.redirect("/login", 303);
  });
  app.post("/settings", async (context) => {
    const form = await context.req.formData();
    const zone = ZONES.find(({ choice }) => choice === form.get("zone"))?.choice ?? "utc";
    const theme = themeOf(String(form.get("theme")));
    const cookie = {
      path: "/",
      maxAge: YEAR_S,
      sameSite: "Lax",
      httpOnly: true,
      secure: guard.isHttps(context),
    } as const;
    if (form.get("choice") === "columns") {
      const shown = form.getAll("column");
      const hidden = RUN_COLUMNS.filter(({ name }) => !shown.includes(name)).map(({ name }) => name);
      setCookie(context, "hidden", hidden.join("."), cookie);
    } else {
      setCookie(context, "zone", zone, cookie);
      setCookie(context, "theme", theme, cookie);
    }
    return context.redirect(ownPath(form.get("back")), 303);
  });
}
