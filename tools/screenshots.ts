// deno-lint-ignore-file no-console -- its output is what it is for
/**
 * How does the page look? The pictures of the README, made anew: the program itself on the recorded answers, its clock
 * set to the day after they were recorded, and a symbol that the vendor does not know.
 */
import { RECORDED_AT, startReplay } from "../src/alphavantage/replay.ts";
import { prepareService, type Service } from "../src/service.ts";
import { type Browser, startBrowser } from "../tests/support/browser.ts";
import { fakeMachine } from "../tests/support/machine.ts";
import manifest from "../deno.json" with { type: "json" };

const HOUR = 3_600_000;
const MOST_BYTES = 150_000;
const DRAWN = "document.querySelector('#chart canvas') && Number(document.getElementById('chart').dataset.drawn) > 0";
const PICTURES = [
  { name: "overview", path: "/", height: 720, ready: "document.querySelector('svg.timeline')" },
  { name: "series", path: "/symbols/TSLA/daily?range=6m", height: 1085, ready: DRAWN },
];

/** A clock that goes on from where it is set, and at last stands still, so that two pictures differ only when the page does. */
function clockAt(start: number) {
  let shift = start - Date.now();
  let still: number | null = null;
  return {
    now: () => still ?? Date.now() + shift,
    set: (at: number) => void (shift = at - Date.now()),
    stop: (at: number) => void (still = at),
  };
}

/** A day as the schedule makes it: the run that fills the database, then ticks of a holiday on which little is due. */
async function liveThatDay(service: Service, clock: ReturnType<typeof clockAt>): Promise<void> {
  await service.beat();
  for (const hours of [0, 6, 12]) {
    clock.set(RECORDED_AT + hours * HOUR + 2_000);
    await service.beat();
  }
  clock.stop(RECORDED_AT + 14 * HOUR + 20 * 60_000);
  await service.beat();
}

async function takePictures(browser: Browser, address: string): Promise<void> {
  const tab = await browser.open();
  await tab.send("Emulation.setScrollbarsHidden", { hidden: true });
  for (const { name, path, height, ready } of PICTURES) {
    const size = { width: 1280, height };
    await tab.send("Emulation.setDeviceMetricsOverride", { ...size, deviceScaleFactor: 1, mobile: false });
    await tab.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "light" }] });
    await tab.goto(address + path);
    await tab.until(ready);
    const file = new URL(`../docs/${name}.png`, import.meta.url).pathname;
    await tab.screenshot(file, { ...size, whole: false });
    const { size: bytes } = await Deno.stat(file);
    console.log(`docs/${name}.png: ${bytes} bytes`);
    if (bytes > MOST_BYTES) throw new Error(`Cannot keep "${file}": ${bytes} bytes are more than ${MOST_BYTES}`);
  }
}

const dir = await Deno.makeTempDir({ prefix: "stocks-etl-pictures-" });
const replay = startReplay();
const clock = clockAt(RECORDED_AT - 60_000);
const stop = new AbortController();
let service: Service | null = null;
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request, info) => {
  return await service!.fetch(request, info);
});
try {
  const values = {
    ALPHAVANTAGE_API_KEY: "recorded",
    ALPHAVANTAGE_URL: replay.url,
    API_POLITE_DELAY_SEC: "0",
    API_REQUESTS_PER_MINUTE: "600",
    STOCK_SYMBOLS: "TSLA:60min+daily,MSFT:60min+daily,AMZN:60min+daily,VZ:60min+daily+weekly+monthly,AMZM:daily",
    SCHEDULE_CRON: "0 */6 * * *",
    DATA_DIR: dir,
    LOG_DIR: `${dir}/logs`,
    LOG_LEVEL: "error",
    PORT: String(server.addr.port),
  };
  const machine = fakeMachine(values, { now: clock.now, stop: stop.signal, version: manifest.version, owner: "vm" });
  service = prepareService({ name: "serve", host: null, port: null }, machine);
  if (service === null) throw new Error(`Cannot start the program: ${machine.told.err}`);
  await liveThatDay(service, clock);
  {
    await using browser = await startBrowser();
    await takePictures(browser, `http://127.0.0.1:${server.addr.port}`);
  }
  stop.abort();
  await service.untilStopped(() => server.shutdown());
} finally {
  await server.shutdown();
  await replay.close();
  await Deno.remove(dir, { recursive: true });
}
