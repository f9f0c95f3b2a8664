/** What is code in a TypeScript file, and what only text? Enough of a scanner for the house rules, without a parser. */

/**
 * The text with the contents of comments, strings and regular expressions blanked, every other character in its place.
 * Quotes stay, and so does the code inside `${…}`.
 */
export function codeOf(text: string): string {
  const out = Array.from({ length: text.length }, (_, at) => text[at]!);
  const blank = (from: number, to: number) => {
    for (let at = from; at < to; at++) if (out[at] !== "\n") out[at] = " ";
  };
  // Depths of braces at which a template literal goes on, innermost last.
  const templates: number[] = [];
  let depth = 0;
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    let end = at + 1;
    if (text.startsWith("//", at) && text[at - 1] !== ":") {
      end = endOf(text, { from: at, pattern: /\n/g });
      blank(at, end);
    } else if (text.startsWith("/*", at)) {
      end = endOf(text, { from: at + 2, pattern: /\*\//g, inclusive: true });
      blank(at, end);
    } else if (char === '"' || (char === "'" && !/\w/.test(text[at - 1] ?? ""))) {
      // An apostrophe in JSX text (Don't) opens nothing; a string never crosses a line.
      end = endOf(text, { from: at + 1, pattern: char === '"' ? /\\[^]|["\n]/g : /\\[^]|['\n]/g, inclusive: true });
      blank(at + 1, end - 1);
    } else if (char === "/" && regexMayStart(out, at)) {
      end = endOf(text, { from: at + 1, pattern: /\\[^]|\[(?:\\[^]|[^\]\\\n])*\]|[/\n]/g, inclusive: true });
      blank(at + 1, end - 1);
    } else if (char === "`" || (char === "}" && templates.at(-1) === depth)) {
      if (char === "}") templates.pop();
      end = endOf(text, { from: at + 1, pattern: /\\[^]|`|\$\{/g, inclusive: true });
      const open = text[end - 1] === "{";
      blank(at + 1, end - 1);
      if (open) templates.push(depth);
    } else if (char === "{") depth++;
    else if (char === "}") depth--;
    at = end;
  }
  return out.join("");
}

/** Where the first match of `pattern` that is not an escape or a class begins, or ends if `inclusive`. */
function endOf(
  text: string,
  { from, pattern, inclusive = false }: { from: number; pattern: RegExp; inclusive?: boolean },
): number {
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    if (match[0].startsWith("\\") || match[0].startsWith("[")) continue;
    return inclusive ? pattern.lastIndex : match.index;
  }
  return text.length;
}

/** A slash divides after a value and opens an expression after an operator or a keyword. `</b>` in JSX does neither. */
function regexMayStart(code: readonly string[], at: number): boolean {
  let before = at - 1;
  while (before >= 0 && /\s/.test(code[before]!)) before--;
  if (before < 0) return true;
  if (code[before] === "<" || code[at + 1] === ">") return false;
  const word = /[\w$]+$/.exec(code.slice(Math.max(0, before - 12), before + 1).join(""))?.[0];
  if (word !== undefined) return ["return", "typeof", "case", "in", "of", "await", "yield"].includes(word);
  return !")]}\"'`".includes(code[before]!);
}

export interface Import {
  /** As written; `null` when it is computed. */
  readonly specifier: string | null;
  readonly line: number;
}

/** Every module the file asks for: static, re-exported, dynamic, and types. */
export function importsOf(text: string, code: string = codeOf(text)): Import[] {
  const imports: Import[] = [];
  const forms = /\b(?:import|export)\s[^;"'`=()]*?\bfrom\s*(["'])|\bimport\s*(["'])|(?<!\.)\bimport\s*\(\s*(["'`])?/g;
  for (const match of code.matchAll(forms)) {
    const quote = match[1] ?? match[2] ?? match[3];
    const start = match.index + match[0].length;
    const end = quote === undefined ? -1 : code.indexOf(quote, start);
    const computed = end < 0 || quote === "`" || (match[3] !== undefined && !/^\s*[,)]/.test(code.slice(end + 1)));
    const specifier = computed ? null : text.slice(start, end);
    imports.push({ specifier, line: lineAt(text, match.index) });
  }
  return imports;
}

export interface Block {
  /** What stands before the brace, back to the end of the statement before it. */
  readonly header: string;
  readonly line: number;
  readonly lines: number;
}

/** Every `{…}` of the code with what introduces it. */
export function blocksOf(code: string): Block[] {
  const blocks: Block[] = [];
  const open: number[] = [];
  for (const { 0: brace, index } of code.matchAll(/[{}]/g)) {
    if (brace === "{") open.push(index);
    const start = brace === "}" ? open.pop() : undefined;
    if (start === undefined) continue;
    const header = code.slice(0, start).split(/[;}]\s*\n|\n\s*\n/).at(-1)!.trim();
    const [first, last] = [lineAt(code, start), lineAt(code, index)];
    blocks.push({ header, line: first, lines: last - first + 1 });
  }
  return blocks;
}

/** Counted from 1. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
