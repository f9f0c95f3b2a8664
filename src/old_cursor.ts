/** What does the cursor file of an older program say beside the bars it stored: was it moved although bars were not stored? */

/** The stamp in a cursor file: `{"cdc": "2025-11-06 19:30:00"}`, or nothing but a stamp. `null`: there is none. */
export function cursorStamp(text: string): string | null {
  const plain = text.replace(/^\uFEFF/, "").trim();
  const values = jsonValues(plain);
  const stamps = (values ?? [plain]).filter((value) => typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value));
  return stamps.length === 1 ? stamps[0] as string : null;
}

function jsonValues(text: string): unknown[] | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? Object.values(parsed) : [parsed];
  } catch {
    return null;
  }
}

export interface CursorBeside {
  /** Where the cursor stands, epoch ms. */
  readonly cursor: number;
  /** The newest bar the older program stored, epoch ms. */
  readonly newest: number;
  /** Our newest settled bar, epoch ms; `null`: none. */
  readonly watermark: number | null;
  /** A time as a text. */
  readonly told: (ts: number) => string;
}

/** One sentence for the operator. A cursor that is ahead means that an insert failed after which it was moved. */
export function judgeCursor({ cursor, newest, watermark, told }: CursorBeside): string {
  const both = `The cursor says ${told(cursor)}, the newest bar is ${told(newest)}`;
  if (cursor === newest) return `The cursor agrees with the newest bar, ${told(newest)}`;
  if (cursor < newest) return `${both}: it was not moved after the last insert, nothing is lost by that`;
  const lost = `${both}: bars after ${told(newest)} were lost`;
  return watermark === null || watermark <= newest
    ? `${lost}; the next run asks for what comes after it`
    : `${lost}; newer ones are stored here up to ${told(watermark)}, so only a backfill asks for those between`;
}
