/** Which small wrongs could be done to a source file? Pure: text in, changed texts out. */
import { codeOf, lineAt } from "../support/source.ts";

export interface Mutation {
  readonly line: number;
  /** `a < b` becomes `a <= b`: what stood there and what stands there now. */
  readonly was: string;
  readonly is: string;
  /** The whole file, changed. */
  readonly text: string;
}

interface Operator {
  readonly pattern: RegExp;
  readonly becomes: (found: string) => readonly string[];
}

const SWAPS: Record<string, string[]> = {
  "===": ["!=="],
  "!==": ["==="],
  "<": ["<=", ">"],
  "<=": ["<", ">"],
  ">": [">=", "<"],
  ">=": [">", "<"],
  "&&": ["||"],
  "||": ["&&"],
  "??": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "%": ["*"],
  "?": ["&& false ?", "|| true ?"],
  true: ["false"],
  false: ["true"],
  min: ["max"],
  max: ["min"],
  floor: ["ceil"],
  ceil: ["floor"],
  some: ["every"],
  every: ["some"],
};

/** The formatter puts blanks around every operator, and none around the signs of a type's arguments. */
const CODE: readonly Operator[] = [
  { pattern: /(?<= )(?:===|!==|<=|>=|<|>|&&|\|\||\?\?|[-+*%?])(?= )/g, becomes: (found) => SWAPS[found]! },
  // A division, not the beginning of a pattern.
  { pattern: /(?<=[\w)\]] )(?<!\breturn )\/(?= )/g, becomes: () => ["*"] },
  { pattern: /\b(?:true|false)\b/g, becomes: (found) => SWAPS[found]! },
  { pattern: /(?<=\bMath\.)(?:min|max|floor|ceil)\b/g, becomes: (found) => SWAPS[found]! },
  { pattern: /(?<=\.)(?:some|every)(?=\()/g, becomes: (found) => SWAPS[found]! },
  { pattern: /(?<![\w$.#])\d[\d_]*(?![\w.])/g, becomes: (found) => [String(Number(found.replaceAll("_", "")) + 1)] },
  { pattern: /(?<=[\s(])!(?=[\w(])/g, becomes: () => [""] },
  { pattern: /(?<=\breturn )(?!(?:undefined|true|false);)[^;{}\n]+(?=;)/g, becomes: () => ["undefined!"] },
  { pattern: /(?<=^ +)(?:await )?[\w.]+\([^\n]*\)(?=;$)/gm, becomes: () => [""] },
  { pattern: /(?<=^ +)(?:break|continue)(?=;$)/gm, becomes: () => [""] },
  // An element of a table on a line of its own.
  { pattern: /^ +\[.*\],$/gm, becomes: () => [""] },
];

/** SQL lives in template literals, where the code above finds nothing. */
const SQL: readonly Operator[] = [
  { pattern: /(?<= )and(?= )/g, becomes: () => ["or"] },
  { pattern: /(?<= )or(?= )/g, becomes: () => ["and"] },
  { pattern: /\bis distinct from\b/g, becomes: () => ["is not distinct from"] },
  { pattern: /\bis null\b/g, becomes: () => ["is not null"] },
  { pattern: /\bis not null\b/g, becomes: () => ["is null"] },
  { pattern: /(?<= )(?:=|<>|<|>|<=|>=)(?= )/g, becomes: (found) => [found === "=" ? "<>" : "="] },
  { pattern: /(?<=when |then |else |and |\()not (?=[\w(])/g, becomes: () => [""] },
  { pattern: /\bleft join\b/g, becomes: () => ["join"] },
  { pattern: /\bcoalesce\((\w+\.\w+), (\w+\.\w+)\)/g, becomes: (found) => found.slice(9, -1).split(", ") },
  { pattern: /'(?:week|month)'/g, becomes: (found) => [found === "'week'" ? "'month'" : "'week'"] },
  { pattern: /(?<=then |else )'\w+'/g, becomes: () => ["'none'"] },
  { pattern: /\b(?:given|stored|judged)\.(?:open|high|low|close|volume)\b/g, becomes: () => ["1"] },
];

/** Says nothing when the program runs. */
const DECLARATION = /^\s*(?:import |export (?:type|interface) |type |interface |readonly |[|&] )/;

/** Every mutation of a file, in its order. `sql`: those of the SQL in its texts as well. */
export function mutationsOf(text: string, { sql }: { sql: boolean }): Mutation[] {
  const code = codeOf(text);
  const comments = [...text.matchAll(/\/\*[\s\S]*?\*\/|\/\/.*/g)].map((
    { index, 0: { length } },
  ) => [index, index + length]);
  const inComment = (at: number) => comments.some(([from, to]) => from! <= at && at < to!);
  const changes = [
    ...changesBy(CODE, code),
    ...conditionsOf(code),
    // Blank in the code, but there: the inside of a literal.
    ...(sql ? changesBy(SQL, text).filter(({ at, length }) => code.slice(at, at + length).trim() === "") : []),
  ];
  return changes
    .filter(({ at }) => !inComment(at) && !DECLARATION.test(lineOf(text, at)))
    .sort((a, b) => a.at - b.at)
    .map((change) => mutationBy(change, text));
}

interface Change {
  readonly at: number;
  readonly length: number;
  readonly is: string;
}

function changesBy(operators: readonly Operator[], source: string): Change[] {
  return operators.flatMap(({ pattern, becomes }) =>
    [...source.matchAll(pattern)].flatMap(({ index: at, 0: was }) =>
      becomes(was).map((is) => ({ at, length: was.length, is }))
    )
  );
}

/** A condition is always met, or never. */
function conditionsOf(code: string): Change[] {
  return [...code.matchAll(/\bif \(/g)].flatMap(({ index, 0: { length } }) => {
    const at = index + length;
    let end = at;
    for (let depth = 1; depth > 0; end++) depth += code[end] === "(" ? 1 : code[end] === ")" ? -1 : 0;
    return ["true", "false"].map((is) => ({ at, length: end - 1 - at, is }));
  });
}

function mutationBy({ at, length, is }: Change, text: string): Mutation {
  const was = text.slice(at, at + length);
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const shown = (middle: string) => {
    const before = text.slice(start, at).trimStart().slice(-40);
    return `${before}${middle}${text.slice(at + length, at + length + 30)}`.replace(/\s+/g, " ").trim();
  };
  return {
    line: lineAt(text, at),
    was: shown(was),
    is: shown(is),
    text: text.slice(0, at) + is + text.slice(at + length),
  };
}

function lineOf(text: string, at: number): string {
  const end = text.indexOf("\n", at);
  return text.slice(text.lastIndexOf("\n", at - 1) + 1, end < 0 ? undefined : end);
}
