/** How is a secret kept out of every text that leaves the program, however the text spells it? */

const MARK = "[redacted]";

/** A shorter secret (the vendor's public key `demo`, a three-letter password) is a word, or part of one, in honest text. */
const MIN_ANYWHERE = 8;

/**
 * A function that takes the secrets out of a text and leaves `[redacted]` where they stood.
 *
 * Found as they are, in any letter case, and with any of their characters as a URL, JSON or HTML may write it: one escaped
 * letter in the middle hides nothing from whoever reads the text, so it must not hide the rest from us.
 * A secret of fewer than 8 characters goes only where its place says what it is: after `apikey=`, `API key as`, or as the
 * password in `//user:password@`. Anywhere else it would shred ordinary words and prices.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.map((secret) => secret.trim()))].filter((secret) => secret !== "");
  const long = known.filter((secret) => secret.length >= MIN_ANYWHERE);
  const short = known.filter((secret) => secret.length < MIN_ANYWHERE);
  const anywhere = long.length === 0 ? null : new RegExp(oneOf(long), "gi");
  const inPlace = short.length === 0
    ? null
    : new RegExp(`(apikey=|API key as |//[^\\s/:@]*:)(?:${oneOf(short)})(?![A-Za-z0-9])`, "gi");
  return (text) => {
    const once = anywhere === null ? text : text.replace(anywhere, MARK);
    return inPlace === null ? once : once.replace(inPlace, `$1${MARK}`);
  };
}

/** Longest first: of two that begin alike the longer must be taken, or its tail stays. */
function oneOf(secrets: readonly string[]): string {
  return secrets.toSorted((a, b) => b.length - a.length).map((secret) => Array.from(secret, spellings).join(""))
    .join("|");
}

const NAMED: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos" };

/** One character as a pattern: itself, and as URLs, forms, JSON (also JSON in JSON) and HTML escape it. */
function spellings(character: string): string {
  const hex = (number: number, digits: number) => number.toString(16).padStart(digits, "0");
  const point = character.codePointAt(0)!;
  const units = Array.from({ length: character.length }, (_, index) => hex(character.charCodeAt(index), 4));
  const bytes = [...new TextEncoder().encode(character)].map((byte) => `%${hex(byte, 2)}`).join("");
  const itself = /["\\/]/.test(character) ? `\\\\*${RegExp.escape(character)}` : RegExp.escape(character);
  const patterns = [
    itself,
    bytes,
    units.map((unit) => `\\\\+u${unit}`).join(""),
    `&#(?:0*${point}|x0*${hex(point, 1)});`,
  ];
  if (character === " ") patterns.push("\\+");
  if (character in NAMED) patterns.push(`&${NAMED[character]};`);
  return `(?:${patterns.join("|")})`;
}
