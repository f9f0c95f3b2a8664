/**
 * How often may somebody try a password?
 *
 * Counted in memory: the process that listens is the only one that hears attempts, and nobody outside can make it
 * forget them. Every attempt counts before it is judged, so that a hundred at once are a hundred.
 */

export interface Throttle {
  /** Counts an attempt. @returns ms to wait; 0: it may be made */
  attempt(address: string): number;
  /** The password was right: the address's attempts are forgotten, and others' attempts never keep it out again. */
  forgive(address: string): void;
}

export interface Limits {
  /** Per minute. */
  readonly perAddress: number;
  readonly inAll: number;
}

const MINUTE_MS = 60_000;
/** Addresses that have logged in, remembered at most. */
const MOST_TRUSTED = 1_000;

export function createThrottle(
  { now, perAddress, inAll }: Limits & { now: () => number },
): Throttle {
  let minute = { since: -Infinity, total: 0, byAddress: new Map<string, number>() };
  const trusted = new Set<string>();
  return {
    attempt: (address) => {
      const place = placeOf(address);
      const at = now();
      // A clock that was put back begins a new minute as well.
      if (at < minute.since || at - minute.since >= MINUTE_MS) {
        minute = { since: at, total: 0, byAddress: new Map() };
      }
      const count = minute.byAddress.get(place) ?? 0;
      const full = count >= perAddress || (minute.total >= inAll && !trusted.has(place));
      if (full) return minute.since + MINUTE_MS - at;
      minute.byAddress.set(place, count + 1);
      if (!trusted.has(place)) minute.total += 1;
      return 0;
    },
    forgive: (address) => {
      const place = placeOf(address);
      minute.byAddress.delete(place);
      if (trusted.size < MOST_TRUSTED) trusted.add(place);
    },
  };
}

/** Whoever has one IPv6 address has the other 2^64 of its network. */
function placeOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.replace(/%.*$/, "").split("::");
  const left = head.split(":").filter((part) => part !== "");
  const right = (tail ?? "").split(":").filter((part) => part !== "");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4).join(":");
}
