/** How are measurements written for Prometheus: which text does OpenMetrics 1.0 want? Pure. */

/** One value and what tells it from others of its family. `null`: not known, and left out: unknown is not 0. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number | null;
}

/** What is measured. A unit stands at the end of the name: `_seconds`, `_bytes`. */
export interface Family {
  readonly name: string;
  /** `info`: the value is 1, the labels are what is told. */
  readonly type: "gauge" | "info";
  readonly help: string;
  readonly samples: readonly Sample[];
}

export const OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const UNITS = ["seconds", "bytes"];

/** The whole text, its end marked: a scrape that was cut short is not taken for a whole one. */
export function openMetricsOf(families: readonly Family[]): string {
  return `${families.map(textOf).join("")}# EOF\n`;
}

function textOf({ name, type, help, samples }: Family): string {
  const unit = UNITS.find((unit) => name.endsWith(`_${unit}`));
  const head = [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${escaped(help)}`,
  ];
  const lines = samples.flatMap(({ labels = {}, value }) =>
    value === null ? [] : [`${name}${type === "info" ? "_info" : ""}${labelsOf(labels)} ${value}`]
  );
  return [...head, ...lines].map((line) => `${line}\n`).join("");
}

function labelsOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
