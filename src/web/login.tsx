/** Who are you? The one page for whoever is not logged in. */
import { Html, Mark } from "./layout.tsx";
import type { Visit } from "./visit.ts";

export function loginDocument(
  { token, back, problem, theme, zone }: Pick<Visit, "token" | "theme" | "zone"> & {
    back: string;
    problem: string | null;
  },
): string {
  const page = (
    <Html title="Log in" visit={{ theme, zone }}>
      <main id="main" class="login">
        <h1>
          <Mark />stocks-etl
        </h1>
        <form method="post" action="/login">
          <input type="hidden" name="token" value={token} />
          <input type="hidden" name="back" value={back} />
          <label for="password">Password</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            maxlength={1000}
            aria-describedby={problem === null ? undefined : "problem"}
          />
          {problem !== null && <p id="problem" class="message bad" role="alert">{problem}</p>}
          <button type="submit">Log in</button>
        </form>
        <p class="aside">It is UI_PASSWORD in the settings of the program; UI_VIEW_PASSWORD may look only.</p>
      </main>
    </Html>
  );
  return `<!doctype html>${page}`;
}
