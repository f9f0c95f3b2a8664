/** A strict reader of OpenMetrics 1.0 text, for gauges and infos: whatever the specification forbids is an error. */

export interface ReadFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$|^[+-]?Inf$|^NaN$/i;

/** The families in their order. @throws Error that names the line */
export function readOpenMetrics(text: string): Map<string, ReadFamily> {
  if (!text.endsWith("# EOF\n")) throw new Error("the text does not end with # EOF and a line break");
  if (/\r/.test(text)) throw new Error("a carriage return");
  const lines = text.slice(0, -"# EOF\n".length).split("\n");
  if (lines.pop() !== "") throw new Error("# EOF does not begin a line");
  const families = new Map<string, ReadFamily>();
  let current: { -readonly [Key in keyof ReadFamily]: ReadFamily[Key] } | null = null;
  const seen = new Set<string>();
  for (const line of lines) {
    const fail = (found: string) => new Error(`${found}: ${line}`);
    const [, word, name = "", rest = ""] = /^# (TYPE|UNIT|HELP) (\S+) ?(.*)$/.exec(line) ?? [];
    if (word !== undefined) {
      if (!NAME.test(name)) throw fail("no name of a metric");
      if (current === null || current.name !== name) {
        if (families.has(name)) throw fail("a family comes twice, or is interrupted");
        current = { name, type: "", unit: "", help: "", samples: [] };
        families.set(name, current);
      }
      if (current.samples.length > 0) throw fail("described after its samples");
      if (word === "TYPE") {
        if (current.type !== "" || !["gauge", "info"].includes(rest)) throw fail("no type, or a second one");
        current.type = rest;
      } else if (word === "UNIT") {
        if (current.unit !== "" || rest === "" || !name.endsWith(`_${rest}`)) {
          throw fail("the name does not end in its unit");
        }
        current.unit = rest;
      } else {
        if (current.help !== "" || rest === "" || /(?<!\\)(\\\\)*\\(?![\\n"])/.test(rest)) {
          throw fail("no help, or badly escaped");
        }
        current.help = rest;
      }
      continue;
    }
    const sample = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample === null) throw fail("neither a description nor a sample");
    const suffix = current?.type === "info" ? "_info" : "";
    if (current === null || sample[1] !== current.name + suffix) throw fail("a sample outside its family");
    if (!NUMBER.test(sample[3]!)) throw fail("no number");
    const value = Number(sample[3]);
    if (current.type === "info" && value !== 1) throw fail("an info is 1");
    const labels = labelsIn(sample[2], fail);
    const identity = `${sample[1]} ${JSON.stringify(Object.entries(labels).sort())}`;
    if (seen.has(identity)) throw fail("the same sample twice");
    seen.add(identity);
    current.samples.push({ labels, value });
  }
  for (const { name, type, help } of families.values()) {
    if (type === "" || help === "") throw new Error(`${name} has no type or no help`);
  }
  return families;
}

function labelsIn(text: string | undefined, fail: (found: string) => Error): Record<string, string> {
  const labels: Record<string, string> = {};
  if (text === undefined) return labels;
  let rest = text;
  while (rest !== "") {
    const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(,(?=.)|$)/.exec(rest);
    if (pair === null || pair[1]! in labels) throw fail("labels");
    labels[pair[1]!] = pair[2]!.replace(/\\(.)/g, (_, one) => one === "n" ? "\n" : one);
    rest = rest.slice(pair[0].length);
  }
  return labels;
}
