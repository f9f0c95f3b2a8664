/**
 * What does a JSON text say, to the letter? A strict reader (RFC 8259) for oracles: it keeps repeated keys, their order and
 * numbers as written, and shares nothing with JSON.parse, which does neither.
 */

export type Json =
  | string
  | { readonly members: readonly (readonly [key: string, value: Json])[] }
  | { readonly items: readonly Json[] }
  /** A number as written, or `true`, `false`, `null`. */
  | { readonly word: string };

/** Deeper than any answer; more would need a stack of our own. */
const DEEPEST = 200;

/** `undefined`: it is no JSON. @throws {@link TOO_DEEP} */
export function readJson(text: string): Json | undefined {
  const reader = new Reader(text);
  try {
    return reader.whole();
  } catch (error) {
    if (error === NO_JSON) return undefined;
    throw error;
  }
}

/** Identity of the error for a text nested deeper than an oracle needs to look. */
export const TOO_DEEP = new Error("the text is nested too deep to be read");
const NO_JSON = new Error("the text is no JSON");

const SPACE = /[ \t\n\r]*/y;
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Json {
    const value = this.#value(0);
    this.#match(SPACE);
    if (this.#at !== this.#text.length) throw NO_JSON;
    return value;
  }

  #value(depth: number): Json {
    if (depth > DEEPEST) throw TOO_DEEP;
    this.#match(SPACE);
    switch (this.#text[this.#at]) {
      case '"':
        return this.#string();
      case "{": {
        const members: [string, Json][] = [];
        this.#list("}", () => {
          this.#match(SPACE);
          const key = this.#string();
          this.#match(SPACE);
          this.#expect(":");
          members.push([key, this.#value(depth + 1)]);
        });
        return { members };
      }
      case "[": {
        const items: Json[] = [];
        this.#list("]", () => items.push(this.#value(depth + 1)));
        return { items };
      }
      default: {
        const word = this.#match(WORD);
        if (word === "") throw NO_JSON;
        return { word };
      }
    }
  }

  #list(end: string, element: () => void): void {
    this.#at += 1;
    this.#match(SPACE);
    if (this.#text[this.#at] === end) return void (this.#at += 1);
    while (true) {
      element();
      this.#match(SPACE);
      const next = this.#text[this.#at++];
      if (next === end) return;
      if (next !== ",") throw NO_JSON;
    }
  }

  #string(): string {
    this.#expect('"');
    let value = "";
    for (let from = this.#at;; this.#at += 1) {
      const code = this.#text.charCodeAt(this.#at);
      // NaN, at the end, is no less than a space; it must not pass either.
      if (!(code >= 0x20)) throw NO_JSON;
      if (code !== 0x22 && code !== 0x5c) continue;
      value += this.#text.slice(from, this.#at);
      if (code === 0x22) break;
      value += this.#escape();
      from = this.#at + 1;
    }
    this.#at += 1;
    return value;
  }

  /** Ends on the last character of the escape. */
  #escape(): string {
    const letter = this.#text[++this.#at] ?? "";
    if (letter !== "u") {
      if (!Object.hasOwn(ESCAPES, letter)) throw NO_JSON;
      return ESCAPES[letter]!;
    }
    const digits = this.#text.slice(this.#at + 1, this.#at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw NO_JSON;
    this.#at += 4;
    return String.fromCharCode(parseInt(digits, 16));
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) throw NO_JSON;
    this.#at += 1;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}

/** The members of an object; none for anything else. */
export function membersOf(value: Json | undefined): readonly (readonly [key: string, value: Json])[] {
  return typeof value === "object" && "members" in value ? value.members : [];
}
