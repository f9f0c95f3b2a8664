/** How are passwords compared, and what stands for a log-in? */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** 256 bits nobody can guess, fit for a cookie. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** SHA-256 in hex. The parts cannot run into each other. */
export function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Takes the same time wherever the two begin to differ, and however long they are. */
export function same(a: string, b: string): boolean {
  return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}
