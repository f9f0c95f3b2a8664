/**
 * How do files become one archive whose bytes depend on nothing but theirs? No owner, no clock, no order of a disk: the
 * same commit built twice is the same file, and whoever has the source can check it.
 */
import { gzipSync } from "node:zlib";

export interface ArchivedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly executable?: boolean;
}

const BLOCK = 512;
/** Unix seconds. Not 0: GNU tar warns of a time that old. */
const MODIFIED = 1_000_000_000;
/** Where gzip's header names the system it was made on, and the value for "unknown". */
const [GZIP_SYSTEM, UNKNOWN_SYSTEM] = [9, 255];

/** A gzipped ustar archive of plain files, in the order given. @throws Error when a name does not fit */
export function archiveOf(files: readonly ArchivedFile[]): Uint8Array {
  const blocks = files.flatMap((
    file,
  ) => [headerOf(file), file.bytes, new Uint8Array(-file.bytes.length & (BLOCK - 1))]);
  const tar = joined([...blocks, new Uint8Array(2 * BLOCK)]);
  const gzipped = new Uint8Array(gzipSync(tar, { level: 6 }));
  gzipped[GZIP_SYSTEM] = UNKNOWN_SYSTEM;
  return gzipped;
}

function headerOf({ name, bytes, executable = false }: ArchivedFile): Uint8Array {
  if (!/^[\w.-]{1,99}$/.test(name)) {
    throw new Error(`Cannot archive "${name}": it is not a plain name of 99 characters`);
  }
  const header = new Uint8Array(BLOCK);
  const put = (offset: number, text: string) => header.set(new TextEncoder().encode(text), offset);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, "0");
  put(0, name);
  put(100, `${octal(executable ? 0o755 : 0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`);
  put(124, `${octal(bytes.length, 11)}\0${octal(MODIFIED, 11)}\0`);
  // The checksum is taken with blanks in its own place.
  put(148, " ".repeat(8));
  put(156, "0");
  put(257, "ustar\x0000");
  put(148, `${octal(header.reduce((sum, byte) => sum + byte, 0), 6)}\0 `);
  return header;
}

/** One after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
