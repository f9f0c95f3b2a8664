/** How is a secret kept out of every text that leaves the program, however the text spells it? */

const MARK = "[redacted]";

/** A shorter secret (the vendor's public key `demo`, a three-letter password) is a word, or part of one, in honest text. */
const MIN_ANYWHERE = 8;

/**
 * A function that takes the secrets out of a text and leaves `[redacted]` where they stood.
 *
 * Found as they are, in any letter case, percent-encoded (wholly or as a URL does it) and as JSON or HTML escape them.
 * A secret of fewer than 8 characters goes only where its place says what it is: after `apikey=`, `API key as`, or as the
 * password in `//user:password@`. Anywhere else it would shred ordinary words and prices.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.map((secret) => secret.trim()))].filter((secret) => secret !== "");
  const long = known.filter((secret) => secret.length >= MIN_ANYWHERE).flatMap(spellings);
  const short = known.filter((secret) => secret.length < MIN_ANYWHERE).flatMap(spellings);
  const anywhere = long.length === 0 ? null : new RegExp(oneOf(long), "gi");
  const inPlace = short.length === 0
    ? null
    : new RegExp(`(apikey=|API key as |//[^\\s/:@]*:)(?:${oneOf(short)})(?![A-Za-z0-9])`, "gi");
  return (text) => {
    const once = anywhere === null ? text : text.replace(anywhere, MARK);
    return inPlace === null ? once : once.replace(inPlace, `$1${MARK}`);
  };
}

function spellings(secret: string): string[] {
  const encoded = encodeURIComponent(secret);
  const form = new URLSearchParams({ s: secret }).toString().slice(2);
  const bytes = [...new TextEncoder().encode(secret)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  const json = JSON.stringify(secret).slice(1, -1);
  const html = secret.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return [secret, encoded, form, bytes, json, html];
}

/** Longest first: of two that begin alike the longer must be taken, or its tail stays. */
function oneOf(texts: readonly string[]): string {
  return [...new Set(texts)].sort((a, b) => b.length - a.length).map((text) => RegExp.escape(text)).join("|");
}
