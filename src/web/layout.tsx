/** What is around every page: navigation, the sentence, the time it was true, the visitor's settings. */
import type { Child } from "hono/jsx";
import { ASSETS } from "./assets.ts";
import { Live, Token, Visiting } from "./facts.tsx";
import { KEY_CHOICES, THEMES, ZONES } from "./settings.ts";
import type { Page, Shown, Visit } from "./visit.ts";
import { timeIn, zoneName } from "./words.ts";

export interface Frame {
  readonly pages: readonly Pick<Page, "path" | "tab">[];
  readonly version: string;
}

/** A whole document, doctype included. */
export function documentOf({ title, sentence, body, scripts }: Shown, visit: Visit, frame: Frame): string {
  const page = (
    <Visiting value={visit}>
      <Html title={title} visit={visit} scripts={scripts}>
        <a class="skip" href="#main">To the content</a>
        <header class="top">
          <a class="brand" href="/">
            <Mark />stocks-etl
          </a>
          <Tabs pages={frame.pages} here={visit.here} />
          <Find query={visit.query} here={visit.here} />
          <Settings visit={visit} />
        </header>
        <p id="lost" role="status" hidden>
          Connection to <span id="lost-address">the server</span> lost, retrying. What you see may be out of date.
        </p>
        <main id="main" tabindex={-1}>
          {visit.said !== null && <p class="said" role="status">{visit.said}</p>}
          <Live id="sentence">
            <h1>{title}</h1>
            <p class="sentence">{sentence}</p>
          </Live>
          {body}
        </main>
        <footer>
          <AsOf visit={visit} />
          {visit.zone.unknown && <span>The browser has not said where it is (that needs script): times are UTC.</span>}
          <span>version {frame.version}</span>
          <a href="/api/v1/openapi.json">API</a>
          {visit.keys && <Keys pages={frame.pages} />}
        </footer>
      </Html>
    </Visiting>
  );
  return `<!doctype html>${page}`;
}

export function Html(
  { title, visit, scripts = [], children }: {
    title: string;
    visit: Pick<Visit, "theme" | "zone">;
    scripts?: Shown["scripts"];
    children: Child;
  },
) {
  return (
    <html lang="en" data-theme={visit.theme} data-zone={visit.zone.choice} data-zone-unknown={visit.zone.unknown}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · stocks-etl`}</title>
        <link rel="icon" href={ASSETS.icon.href} type="image/svg+xml" />
        <link rel="stylesheet" href={ASSETS.style.href} />
        {[ASSETS.script, ...scripts].map(({ href }) => <script src={href} defer></script>)}
      </head>
      <body>{children}</body>
    </html>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        fill="currentColor"
        d="M2 7h2.500v7H2Zm.9-3h.7v3h-.7ZM6.700 3h2.500v8H6.700Zm.9-2h.7v2h-.7Zm0 10h.7v3h-.7ZM11.400 5h2.500v6h-2.500Zm.9-3h.7v3h-.7Zm0 9h.7v2h-.7Z"
      />
    </svg>
  );
}

function Tabs({ pages, here }: { pages: Frame["pages"]; here: string }) {
  const path = here.replace(/\?.*/, "");
  const current = (tab: string) => tab === "/" ? path === "/" : path === tab || path.startsWith(`${tab}/`);
  return (
    <nav class="tabs" aria-label="Pages">
      {pages.filter(({ tab }) => tab !== null).map(({ path: to, tab }) => (
        <a href={to} aria-current={current(to) ? "page" : undefined} data-key={KEYS[tab!]}>{tab}</a>
      ))}
    </nav>
  );
}

/** After `g`. */
const KEYS: Readonly<Record<string, string>> = {
  Overview: "o",
  Runs: "r",
  Schedule: "s",
  Symbols: "y",
  Launch: "l",
  Backfills: "b",
  Instance: "i",
};

/** What can be pressed; nothing of it where somebody types, and all of it can be turned off in the settings. */
function Keys({ pages }: { pages: Frame["pages"] }) {
  const rows = [
    ["/", "search"],
    ...pages.flatMap(({ tab }) => tab !== null && tab in KEYS ? [[`g ${KEYS[tab]}`, tab]] : []),
    ["?", "these keys"],
    ["Esc", "close what is open"],
  ];
  return (
    <details id="keys" class="keys">
      <summary>Keys</summary>
      <dl>
        {rows.map(([key, does]) => (
          <div>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p>They work with script; Settings turns them off.</p>
    </details>
  );
}

function Find({ query, here }: { query: URLSearchParams; here: string }) {
  const asked = /^\/search(?:\?|$)/.test(here) ? query.get("q") ?? "" : "";
  return (
    <form class="find" method="get" action="/search" role="search" aria-label="Search everything">
      <input
        type="search"
        id="find"
        name="q"
        value={asked}
        maxlength={200}
        placeholder="Search"
        aria-label="Symbol, number of a run, or words of a message"
        autocomplete="off"
      />
    </form>
  );
}

function AsOf({ visit }: { visit: Visit }) {
  const { zone, now } = visit;
  return (
    <span class="as-of">
      as of{" "}
      <time id="as-of" datetime={new Date(now).toISOString()} data-zone-name={zone.name}>
        {timeIn(zone.name, now, "clock")}
      </time>{" "}
      {zoneName(zone.name, now)}
    </span>
  );
}

function Settings({ visit }: { visit: Visit }) {
  return (
    <details class="settings">
      <summary>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
          <path
            fill="currentColor"
            d="M1 3.200h6.200a2 2 0 0 1 3.600 0H15v1.600h-4.200a2 2 0 0 1-3.600 0H1Zm0 8h2.200a2 2 0 0 1 3.600 0H15v1.600H6.800a2 2 0 0 1-3.600 0H1Z"
          />
        </svg>
        <span class="away">Settings:</span>
        <span class="summary-text">{zoneName(visit.zone.name, visit.now)}</span>
      </summary>
      <div class="panel">
        <form method="post" action="/settings" data-submit-on-change="">
          <Token />
          <input type="hidden" name="back" value={visit.here} />
          <Choice name="zone" legend="Time zone" options={ZONES} chosen={visit.zone.choice} />
          <Choice name="theme" legend="Colours" options={THEMES} chosen={visit.theme} />
          <Choice name="keys" legend="Keys" options={KEY_CHOICES} chosen={visit.keys ? "on" : "off"} />
          <button type="submit">Apply</button>
        </form>
        {visit.by === "session" && (
          <form method="post" action="/logout">
            <Token />
            <p>Logged in to {visit.role === "operate" ? "see and steer" : "see"}.</p>
            <button type="submit">Log out</button>
          </form>
        )}
      </div>
    </details>
  );
}

function Choice({ name, legend, options, chosen }: {
  name: string;
  legend: string;
  options: readonly { choice: string; label: string }[];
  chosen: string;
}) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {options.map(({ choice, label }) => (
        <label>
          <input type="radio" name={name} value={choice} checked={choice === chosen} /> {label}
        </label>
      ))}
    </fieldset>
  );
}
