/**
 * What does somebody want launched, and what is wrong with it, field by field? The same fields stand in the address of
 * the page, in the form that launches and in links to it; they are judged by the rules of the terminal.
 */
import { type Series, seriesName } from "../bar.ts";
import { isDate } from "../calendar.ts";
import { type Again, checkNote, checkSeries } from "../launch.ts";
import { Refused } from "../refused.ts";
import { named, parseIntervals, parseSymbols } from "../selection.ts";

/** The fields as they were typed and ticked. */
export interface LaunchForm {
  readonly symbols: string;
  readonly intervals: readonly string[];
  readonly force: boolean;
  readonly note: string;
  /** A range of dates; both empty: there is none. */
  readonly from: string;
  readonly to: string;
  /** The run whose series are meant; empty: none. */
  readonly of: string;
  /** Which of them: `all`, `failed` or `chosen`. */
  readonly again: string;
  /** Those chosen, `IBM daily`. */
  readonly series: readonly string[];
}

export type Field = "symbols" | "intervals" | "note" | "of" | "range";

/** A launch that may be asked for. */
export interface LaunchWish {
  /** `null`: those of the earlier run. */
  readonly series: readonly Series[] | null;
  readonly of: { readonly runId: number; readonly again: Again } | null;
  readonly force: boolean;
  readonly note: string | null;
}

/** A backfill that may be asked for. */
export interface BackfillWish {
  readonly series: readonly Series[];
  readonly from: string;
  /** `null`: today. */
  readonly to: string | null;
  readonly note: string | null;
}

/** With problems both wishes are `null`, else one of them is. */
export interface Judged {
  readonly problems: Readonly<Partial<Record<Field, string>>>;
  readonly wish: LaunchWish | null;
  /** What is wished when there is a range. */
  readonly backfill: BackfillWish | null;
}

export function launchFormOf(given: Pick<URLSearchParams | FormData, "get" | "getAll">): LaunchForm {
  const text = (name: string) => String(given.get(name) ?? "").trim();
  const list = (name: string) => given.getAll(name).map(String).filter((one) => one !== "");
  const again = text("again");
  return {
    symbols: text("symbols"),
    intervals: list("intervals"),
    force: text("force") !== "",
    note: text("note"),
    from: text("from"),
    to: text("to"),
    of: text("of"),
    again,
    // The page of a run sends its ticks with every button.
    series: again === "chosen" ? list("series") : [],
  };
}

/** Where the page shows this form. */
export function launchAddress(form: Partial<LaunchForm>): string {
  const query = new URLSearchParams(
    Object.entries(form).flatMap(([name, value]) => {
      if (typeof value === "boolean") return value ? [[name, "yes"]] : [];
      return [value].flat().filter((one) => one !== "").map((one) => [name, one]);
    }),
  );
  return query.size === 0 ? "/launch" : `/launch?${query}`;
}

/** @param configured the series that are meant where none is named */
export function judgeLaunch(form: LaunchForm, configured: readonly Series[]): Judged {
  const problems: Partial<Record<Field, string>> = {};
  const attempt = <T>(field: Field, read: () => T): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problems[field] = error.message.replace(/^Cannot launch a run: /, "");
      return null;
    }
  };
  const note = attempt("note", () => checkNote(form.note));
  const of = form.of === "" ? null : attempt("of", () => earlierRun(form));
  const afresh = form.of === "" ? chosenSeries(form, { configured, problems }) : null;
  const named = form.series.length === 0 ? null : attempt("of", () => checkSeries(form.series.map(namedSeries)));
  const series = named ?? afresh;
  const range = form.from === "" && form.to === "" ? null : attempt("range", () => rangeOf(form));
  if (Object.keys(problems).length > 0) return { problems, wish: null, backfill: null };
  if (range === null || series === null) {
    return { problems, wish: { series, of, force: form.force, note }, backfill: null };
  }
  return { problems, wish: null, backfill: { series, ...range, note } };
}

/** Whether it is over, or to come, is for the clock to say. */
function rangeOf({ from, to, of, force }: LaunchForm): { from: string; to: string | null } {
  const wrong = [from, to].find((date) => date !== "" && !isDate(date));
  const found = wrong !== undefined
    ? `${JSON.stringify(wrong)} is not a date of the form YYYY-MM-DD`
    : from === ""
    ? "it has no beginning"
    : to !== "" && from > to
    ? `"${from}" is after "${to}"`
    : of !== ""
    ? "a backfill is of series that are chosen, not of an earlier run"
    : force
    ? "a backfill asks for what is missing: leave out Force"
    : null;
  if (found !== null) throw new Refused("invalid", found);
  return { from, to: to === "" ? null : to };
}

function earlierRun({ of, again, series }: LaunchForm): { runId: number; again: Again } {
  if (!/^\d{1,15}$/.test(of)) throw new Refused("invalid", `${JSON.stringify(of)} is not the number of a run`);
  if (again === "chosen" && series.length === 0) {
    throw new Refused("invalid", `no series of run ${of} was chosen; go back and tick some`);
  }
  return { runId: Number(of), again: again === "failed" ? "failed" : "all" };
}

/** `IBM daily`; what has no interval is refused by its name. */
function namedSeries(text: string): { symbol: string; interval: string } {
  const [, symbol = text, interval = ""] = /^(.*) (\S+)$/.exec(text) ?? [];
  return { symbol, interval };
}

/** Both named: every symbol in every interval. One of them: the configured ones stand for the other. */
function chosenSeries(
  form: LaunchForm,
  { configured, problems }: { configured: readonly Series[]; problems: Partial<Record<Field, string>> },
): readonly Series[] | null {
  const { symbols, wrong } = parseSymbols(form.symbols);
  const intervals = parseIntervals(form.intervals.join(","));
  if (wrong[0] !== undefined) problems.symbols = wrong.slice(0, 3).join("; ");
  if (intervals.wrong[0] !== undefined) problems.intervals = intervals.wrong[0];
  if (wrong.length + intervals.wrong.length > 0) return null;
  try {
    const meant = named(configured, {
      symbols: symbols.length === 0 ? null : symbols,
      intervals: intervals.intervals.length === 0 ? null : intervals.intervals,
    });
    if (!("message" in meant)) return checkSeries(meant.series);
    problems.intervals = `no configured series has it: these are ${configured.map(seriesName).join(", ")}`;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    problems.symbols = error.message.replace(/^Cannot launch a run: /, "");
  }
  return null;
}
