/** How do the bars look? A drawing that needs no script, in the place the script's chart then takes. */
import { intradayLength, type Series } from "../bar.ts";
import { useVisit } from "./facts.tsx";
import type { ChartFacts } from "./series.tsx";
import { dayIn, timeIn, zoneName } from "./words.ts";

/** One bar, or several neighbours as one. Prices and volume are decimal strings. */
export interface Candle {
  /** Of its first bar, epoch ms. */
  readonly ts: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly settled: boolean;
}

const HEIGHT = 340;
const [TOP, PRICES, VOLUME_TOP, BOTTOM] = [12, 230, 256, 314] as const;
/** Percent of the width; the rest is the price scale's. */
const WIDE = 92;

export function CandleChart({ series, chart, from, newest }: {
  series: Series;
  chart: ChartFacts;
  from: number | null;
  newest: number;
}) {
  const { zone } = useVisit();
  const intraday = intradayLength(series.interval) !== null;
  const address = `/api/v1/series/${encodeURIComponent(series.symbol)}/${series.interval}/bars`;
  return (
    <>
      <p class="legend chart-legend">
        <span class="up">rose</span>
        <span class="down">fell</span>
        <span class="hollow">provisional, hollow</span>
        <span class="revised">revised</span>
        <span class="missing">missing session</span>
        <span id="chart-says" class="says" aria-live="off"></span>
      </p>
      <div
        id="chart"
        class="chart"
        data-bars={from === null ? address : `${address}?from=${new Date(from).toISOString()}`}
        data-newest={String(newest)}
        data-zone-name={intraday ? zone.name : "UTC"}
        data-intraday={String(intraday)}
      >
        <Drawing series={series} chart={chart} zone={intraday ? zone.name : "UTC"} intraday={intraday} />
      </div>
      <p class="aside small">
        {intraday ? `Times are ${zoneName(zone.name, newest)}. ` : "Dates are the exchange's. "}
        The chart that moves is <a href="https://www.tradingview.com/" rel="noreferrer">TradingView</a>{" "}
        Lightweight Charts™, © 2026 TradingView, Inc., Apache License 2.0; it is part of this program and asks nobody.
      </p>
    </>
  );
}

function Drawing({ series, chart, zone, intraday }: {
  series: Series;
  chart: ChartFacts;
  zone: string;
  intraday: boolean;
}) {
  const { candles } = chart;
  if (candles.length === 0) return <p class="empty">No bar in this range.</p>;
  const [low, high] = [
    Math.min(...candles.map(({ low }) => Number(low))),
    Math.max(...candles.map(({ high }) => Number(high))),
  ];
  const most = Math.max(1, ...candles.map(({ volume }) => Number(volume)));
  const y = (price: number) =>
    high === low ? (TOP + PRICES) / 2 : TOP + ((high - price) / (high - low)) * (PRICES - TOP);
  const step = WIDE / candles.length;
  const label = (ts: number) =>
    intraday ? `${dayIn(zone, ts)}, ${timeIn(zone, ts).slice(11)}` : timeIn("UTC", ts, "date");
  const every = Math.ceil(candles.length / 5);
  return (
    <svg
      class="candles"
      width="100%"
      height={HEIGHT}
      role="img"
      aria-label={`${series.symbol} ${series.interval}, ${candles.length} candles from ${label(candles[0]!.ts)} to ${
        label(candles.at(-1)!.ts)
      }`}
    >
      {[0, 0.25, 0.5, 0.75, 1].map((part) => {
        const price = high - (high - low) * part;
        return (
          <g class="divider">
            <line x1="0" x2={`${WIDE}%`} y1={y(price)} y2={y(price)} />
            <text x="100%" y={y(price) + 4} text-anchor="end">{price.toFixed(2)}</text>
          </g>
        );
      })}
      {chart.gaps.map(({ from, date, reason }) => {
        const after = candles.findIndex(({ ts }) => ts > from);
        return after > 0 && (
          <rect
            class="shade"
            x={`${((after - 0.1) * step).toFixed(3)}%`}
            y="0"
            width={`${(step * 0.2).toFixed(3)}%`}
            height={BOTTOM}
          >
            <title>{`${date} missing: ${reason}`}</title>
          </rect>
        );
      })}
      {candles.map((candle, index) => (
        <CandleMark
          candle={candle}
          x={index * step}
          step={step}
          y={y}
          volume={(Number(candle.volume) / most) * (BOTTOM - VOLUME_TOP)}
          said={label(candle.ts)}
          revised={chart.revised.includes(candle.ts)}
        />
      ))}
      {candles.map(({ ts }, index) =>
        index % every === 0 && index + every / 2 < candles.length && (
          <text x={`${index * step}%`} y={HEIGHT - 8}>{label(ts)}</text>
        )
      )}
    </svg>
  );
}

function CandleMark({ candle, x, step, y, volume, said, revised }: {
  candle: Candle;
  x: number;
  step: number;
  y: (price: number) => number;
  volume: number;
  said: string;
  revised: boolean;
}) {
  const { open, high, low, close, settled } = candle;
  const [begin, end] = [Number(open), Number(close)];
  const top = y(Math.max(begin, end));
  const middle = `${(x + step / 2).toFixed(3)}%`;
  const body = { x: `${(x + step * 0.15).toFixed(3)}%`, width: `${(step * 0.7).toFixed(3)}%` };
  const notes = [...(settled ? [] : ["provisional"]), ...(revised ? ["revised"] : [])];
  return (
    <g class={`candle ${end >= begin ? "up" : "down"}${settled ? "" : " hollow"}`}>
      <title>
        {`${said}\nopen ${open}, high ${high}, low ${low}, close ${close}\nvolume ${candle.volume}${
          notes.length === 0 ? "" : `\n${notes.join(", ")}`
        }`}
      </title>
      <line x1={middle} x2={middle} y1={y(Number(high)).toFixed(1)} y2={y(Number(low)).toFixed(1)} />
      <rect {...body} y={top.toFixed(1)} height={Math.max(1, y(Math.min(begin, end)) - top).toFixed(1)} />
      <rect class="volume" {...body} y={(BOTTOM - volume).toFixed(1)} height={volume.toFixed(1)} />
      {revised && <circle class="revised" cx={middle} cy={(y(Number(high)) - 7).toFixed(1)} r="3" />}
    </g>
  );
}
