/**
 * What moves on a page: it follows the server's stream and puts new parts in the place of old ones, says so when the
 * server is gone, and tells the server the browser's zone. Everything else works without it.
 */
const root = document.documentElement;
const LOST_MS = 35_000;
const REFRESH_MS = 60_000;

// --- the zone

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
document.cookie = `tz=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
if (root.dataset.zoneUnknown === "true" && !sessionStorage.getItem("told")) {
  sessionStorage.setItem("told", "1");
  location.reload();
}

// --- the settings

for (const form of document.querySelectorAll("form[data-submit-on-change]")) {
  form.classList.add("instant");
  form.addEventListener("change", () => form.requestSubmit());
}
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const open of document.querySelectorAll("details:is(.settings, .menu)[open]")) {
    open.removeAttribute("open");
    if (open.contains(document.activeElement)) open.querySelector("summary").focus();
  }
});
document.addEventListener("click", ({ target }) => {
  for (const open of document.querySelectorAll("details:is(.settings, .menu)[open]")) {
    if (!open.contains(target)) open.removeAttribute("open");
  }
});

// --- the parts that live

/** What the server last sent for each part: the visitor's own changes in it are no news. */
const shown = new Map();
const parts = () => document.querySelectorAll("[data-live][id]");
for (const part of parts()) shown.set(part.id, part.innerHTML);

let refreshing = null;
/** Somebody changes the form that the preview is of. */
let typing = null;
let again = false;

function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = fetchParts().catch(() => {}).finally(() => {
    refreshing = null;
    if (again) {
      again = false;
      refresh();
    }
  });
}

async function fetchParts() {
  const asked = location.href;
  const response = await fetch(asked, { headers: { "x-live": "1" } });
  // Logged out meanwhile: the whole page has to say so.
  if (response.redirected) return location.reload();
  if (!response.ok) return;
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of parts()) {
    const found = next.getElementById(part.id);
    if (!found || found.innerHTML === shown.get(part.id)) continue;
    shown.set(part.id, found.innerHTML);
    replace(part, found);
  }
  countChosen();
  const preview = document.getElementById("preview");
  if (preview && typing === null && location.href === asked) preview.inert = false;
  const asOf = next.getElementById("as-of");
  if (asOf) tellTime(Date.parse(asOf.dateTime));
}

/** Keeps what the visitor has opened, ticked and focused. */
function replace(part, found) {
  const inside = (id) => id && part.querySelector(`[id="${CSS.escape(id)}"]`);
  const open = [...part.querySelectorAll("details[open][id]")].map(({ id }) => id);
  const ticked = [...part.querySelectorAll("input[type=checkbox]:checked")].map(({ name, value }) => [name, value]);
  const focused = part.contains(document.activeElement) ? document.activeElement.id : null;
  part.replaceChildren(...found.childNodes);
  for (const id of open) inside(id)?.setAttribute("open", "");
  for (const [name, value] of ticked) {
    const box = part.querySelector(`input[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`);
    if (box) box.checked = true;
  }
  inside(focused)?.focus();
}

function tellTime(at) {
  const clock = document.getElementById("as-of");
  if (!clock || Number.isNaN(at)) return;
  clock.dateTime = new Date(at).toISOString();
  clock.textContent = new Date(at).toLocaleTimeString("en-GB", { timeZone: clock.dataset.zoneName, hourCycle: "h23" });
}

// --- a form that shows what it would do

for (const form of document.querySelectorAll("form[data-preview]")) {
  form.addEventListener("input", () => {
    // What is shown is of the form as it was: it must not be launched.
    document.getElementById("preview").inert = true;
    clearTimeout(typing);
    typing = setTimeout(() => {
      typing = null;
      const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
      history.replaceState(null, "", query.size === 0 ? form.action : `${form.action}?${query}`);
      refresh();
    }, 300);
  });
}

// --- chosen runs

/** How many of the ticked rows each button is for. */
function countChosen() {
  for (const form of document.querySelectorAll("form[data-bulk]")) {
    const ticked = [...form.querySelectorAll("input[name=run]:checked")];
    for (const button of form.querySelectorAll("button[name=do]")) {
      const able = ticked.filter((box) => box.dataset.able.split(" ").includes(button.value));
      button.querySelector(".count").textContent = able.length;
      button.disabled = able.length === 0;
    }
  }
}
document.addEventListener("change", countChosen);
countChosen();

// --- presets, kept in this browser

const presets = document.getElementById("presets");
if (presets) {
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem("presets") ?? "[]").filter(({ query }) => typeof query === "string");
    } catch {
      return [];
    }
  };
  const draw = () => {
    presets.querySelector("ul").replaceChildren(
      ...read().map(({ name, query }) => {
        const [item, link, remove] = ["li", "a", "button"].map((tag) => document.createElement(tag));
        link.href = `/launch?${query}`;
        link.textContent = name;
        remove.textContent = "remove";
        remove.setAttribute("aria-label", `Remove ${name}`);
        remove.addEventListener("click", () => keep(read().filter((preset) => preset.name !== name)));
        item.append(link, remove);
        return item;
      }),
    );
  };
  const keep = (all) => {
    localStorage.setItem("presets", JSON.stringify(all));
    draw();
  };
  presets.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const name = event.target.elements.name.value.trim();
    const query = new URLSearchParams(new FormData(document.querySelector("form[data-preview]"))).toString();
    if (name !== "") keep([...read().filter((preset) => preset.name !== name), { name, query }]);
    event.target.reset();
  });
  presets.hidden = false;
  draw();
}

// --- the stream

const banner = document.getElementById("lost");
let source = null;
let heardAt = Date.now();
let refreshedAt = Date.now();

function heard(event) {
  heardAt = Date.now();
  if (banner) banner.hidden = true;
  tellTime(Number(event.data));
}

function listen() {
  source?.close();
  source = new EventSource("/live");
  let missed = false;
  source.addEventListener("beat", (event) => {
    const was = banner && !banner.hidden;
    heard(event);
    // Back after a while: what happened meanwhile was not heard.
    if (was || missed) refresh();
    missed = false;
  });
  source.addEventListener("change", (event) => {
    heard(event);
    refreshedAt = Date.now();
    refresh();
  });
  source.addEventListener("error", () => {
    if (banner) banner.hidden = false;
    missed = true;
    // Refused, not lost: the browser gives up by itself, and we do not. A log-in that ended shows on the page.
    if (source.readyState === EventSource.CLOSED) {
      refresh();
      setTimeout(() => document.hidden || listen(), 3_000);
    }
  });
}

if (banner && parts().length > 0) {
  listen();
  // A browser has six connections for all the tabs of a site: one nobody looks at must not keep one.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return source.close();
    listen();
    refresh();
  });
  setInterval(() => {
    if (document.hidden) return;
    if (Date.now() - heardAt > LOST_MS) {
      banner.hidden = false;
      heardAt = Date.now();
      listen();
    } else if (Date.now() - refreshedAt > REFRESH_MS) {
      // "3 min ago" grows old without anything happening.
      refreshedAt = Date.now();
      refresh();
    }
  }, 1_000);
}
