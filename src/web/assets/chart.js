/**
 * The chart that moves, in the place of the drawing the server made: candles and volume of the range, provisional bars
 * hollow, revised ones marked, missing sessions shaded.
 */
(() => {
  const place = document.getElementById("chart");
  const says = document.getElementById("chart-says");
  const { createChart, createSeriesMarkers, CandlestickSeries, HistogramSeries } = globalThis.LightweightCharts;
  const POINTS = 2_000;
  const intraday = place.dataset.intraday === "true";

  /** A variable of the style sheet as the canvas can use it: `light-dark()` is resolved only in a property. */
  function colour(name, alpha = 1) {
    const probe = place.appendChild(document.createElement("span"));
    probe.style.color = `var(--${name})`;
    const [red, green, blue] = getComputedStyle(probe).color.match(/[\d.]+/g);
    probe.remove();
    return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
  }

  const format = (options) => {
    const made = new Intl.DateTimeFormat("en-GB", { timeZone: place.dataset.zoneName, hourCycle: "h23", ...options });
    return (seconds) => made.format(seconds * 1000);
  };
  const day = format({ day: "numeric", month: "short", year: "numeric" });
  const clock = format({ hour: "2-digit", minute: "2-digit" });
  const whole = (seconds) => intraday ? `${day(seconds)} ${clock(seconds)}` : day(seconds);
  /** By what a mark on the time scale divides: year, month, day, time, time with seconds. */
  const MARKS = [format({ year: "numeric" }), format({ month: "short" }), format({ day: "numeric" }), clock, clock];

  let chart = null;
  let shown = null;
  let heard = null;

  function options() {
    return {
      autoSize: true,
      layout: {
        // Its logo would bring a style element, which our policy forbids: the notice is a line below the chart.
        attributionLogo: false,
        background: { color: colour("ground", 0) },
        textColor: colour("soft"),
        fontFamily: getComputedStyle(document.body).fontFamily,
        fontSize: 11,
        panes: { separatorColor: colour("line"), separatorHoverColor: colour("line"), enableResize: false },
      },
      grid: { vertLines: { color: colour("faint") }, horzLines: { color: colour("faint") } },
      rightPriceScale: { borderColor: colour("line") },
      timeScale: {
        borderColor: colour("line"),
        timeVisible: intraday,
        minBarSpacing: 0.2,
        tickMarkFormatter: (seconds, kind) => MARKS[kind](seconds),
      },
      crosshair: { mode: 0 },
      localization: { timeFormatter: whole },
    };
  }

  const seconds = (text) => Date.parse(text) / 1000;

  function draw({ candles, revised, gaps }) {
    const [up, down, ground] = [colour("up"), colour("down"), colour("ground")];
    const bars = candles.map(({ ts, settled, ...bar }) => {
      const rose = Number(bar.close) >= Number(bar.open);
      return {
        time: seconds(ts),
        open: Number(bar.open),
        high: Number(bar.high),
        low: Number(bar.low),
        close: Number(bar.close),
        volume: Number(bar.volume),
        rose,
        settled,
        ...(settled ? {} : { color: ground }),
      };
    });
    const times = new Set(bars.map(({ time }) => time));
    const missing = gaps.map(({ from, ...gap }) => ({ time: seconds(from), ...gap })).filter(({ time }) =>
      !times.has(time)
    );
    const byTime = (a, b) => a.time - b.time;
    const holes = missing.map(({ time }) => ({ time }));
    const kinds = { priceLineVisible: false, lastValueVisible: false };

    chart?.remove();
    chart = createChart(place, options());
    const shade = chart.addSeries(HistogramSeries, {
      ...kinds,
      color: colour("warn", 0.22),
      priceScaleId: "shade",
      autoscaleInfoProvider: () => ({ priceRange: { minValue: 0, maxValue: 1 } }),
    });
    shade.priceScale().applyOptions({ scaleMargins: { top: 0, bottom: 0 }, visible: false });
    shade.setData(missing.map(({ time }) => ({ time, value: 1 })));
    const prices = chart.addSeries(CandlestickSeries, {
      upColor: up,
      borderUpColor: up,
      wickUpColor: up,
      downColor: down,
      borderDownColor: down,
      wickDownColor: down,
      lastValueVisible: true,
      priceLineVisible: false,
    });
    prices.setData([...bars, ...holes].sort(byTime));
    const volume = chart.addSeries(HistogramSeries, { ...kinds, priceFormat: { type: "volume" } }, 1);
    volume.setData(
      bars.map(({ time, volume: value, rose }) => ({ time, value, color: colour(rose ? "up" : "down", 0.55) })),
    );
    chart.panes()[0].setStretchFactor(3);
    chart.panes()[1].setStretchFactor(1);

    const changed = [...new Set(revised.map((ts) => bars.findLast(({ time }) => time <= seconds(ts))?.time))];
    createSeriesMarkers(
      prices,
      changed.filter((time) => time !== undefined).map((time) => ({
        time,
        position: "aboveBar",
        shape: "circle",
        size: 0.6,
        color: colour("busy"),
      })),
    );
    chart.subscribeCrosshairMove(({ time }) => tell(time, { bars, missing, changed }));
    tell(undefined, { bars, missing, changed });
    chart.timeScale().fitContent();
    place.dataset.drawn = String(bars.length);
  }

  /** The bar under the pointer in words, else the newest. */
  function tell(time, { bars, missing, changed }) {
    const gap = missing.find((one) => one.time === time);
    const bar = bars.find((one) => one.time === time) ?? bars.at(-1);
    if (gap) says.textContent = `${gap.date} missing: ${gap.reason}`;
    else if (bar) {
      const notes = [bar.settled ? "" : ", provisional", changed.includes(bar.time) ? ", revised" : ""].join("");
      const { open, high, low, close, volume } = bar;
      says.textContent = `${whole(bar.time)}  O ${open}  H ${high}  L ${low}  C ${close}  V ${
        volume.toLocaleString("en-US")
      }${notes}`;
    }
  }

  async function load() {
    const address = new URL(place.dataset.bars, location.href);
    address.searchParams.set("points", String(POINTS));
    const response = await fetch(address);
    if (!response.ok) return;
    const text = await response.text();
    // Drawing anew would undo whatever part somebody has zoomed in on.
    if (text === heard) return;
    heard = text;
    shown = JSON.parse(text);
    if (shown.candles.length === 0) return;
    if (chart === null) place.replaceChildren();
    draw(shown);
  }

  load();

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => shown && draw(shown));
  // The facts beside it follow what happens; when they change, so may the bars.
  const facts = document.getElementById("facts");
  if (facts) new MutationObserver(() => load()).observe(facts, { childList: true });
})();
