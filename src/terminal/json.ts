/** How does a value look as JSON? Instants as ISO 8601 in UTC: who reads JSON should not have to know how we count. */

const INSTANTS = new Set([
  "now",
  "until",
  "learntAt",
  "blockedUntil",
  "nextTick",
  "next",
  "first",
  "watermark",
  "newest",
  "answeredAt",
  "at",
  "askedAt",
  "createdAt",
  "dueAt",
  "noticedAt",
  "triedAt",
  "sentAt",
  "firstSeenAt",
  "lastSeenAt",
  "receivedAt",
]);

/** The value as JSON, ending in a line break. A number under the name of an instant, or a list of them, is one. */
export function asJson(value: unknown): string {
  const written = JSON.stringify(value, (key, one) => INSTANTS.has(key) ? inWords(one) : one, 2);
  return `${written}\n`;
}

function inWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inWords);
  return typeof value === "number" ? new Date(value).toISOString() : value;
}
