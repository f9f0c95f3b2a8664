/** What does a page know of whoever looks at it, and what does it hand back? */
import type { Child } from "hono/jsx";
import type { Asset } from "./assets.ts";
import type { RunColumn, Theme, Zone } from "./settings.ts";

/** `view` sees everything, `operate` also changes things. */
export type Role = "view" | "operate";

/** Who asks. */
export interface Visitor {
  readonly role: Role;
  /** `open`: this machine, no password is set. */
  readonly by: "open" | "session" | "bearer";
  /** Goes into every form as the field `token`, and comes back with it. */
  readonly token: string;
}

/** How somebody wants the pages. */
export interface Taste {
  readonly zone: Zone;
  readonly theme: Theme;
  /** Of lists of runs. */
  readonly hiddenColumns: readonly RunColumn[];
}

/** One look at one page. */
export interface Visit extends Visitor, Taste {
  /** Epoch ms. */
  readonly now: number;
  /** Path and query: where a form leads back to. */
  readonly here: string;
  /** The parts of the address that stand for something: `id` of `/runs/:id`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** What the action that led here has to say; `null`: nothing. */
  readonly said: string | null;
}

/** A page inside the layout. */
export interface Shown {
  readonly title: string;
  /** Answers the page's question, above everything else. */
  readonly sentence: Child;
  readonly body: Child;
  /** Loaded on this page only, in this order. */
  readonly scripts?: readonly Pick<Asset, "href">[];
}

export type ShowPage = (visit: Visit) => Promise<Shown>;

/** A row of the route table. `tab`: its name in the navigation; `null`: it is reached from another page. */
export interface Page {
  readonly path: string;
  readonly tab: string | null;
  readonly show: ShowPage;
}

/** What a form asks for. Answered with a redirection, so that reloading the page does not do it again. */
export interface Action {
  readonly path: string;
  act(visit: Visit, form: FormData): Promise<{ readonly to: string; readonly said: string }>;
}

/** What was asked for is not given. The message is for whoever asked. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 422 | 429 | 503, message: string) {
    super(message);
  }
}

/** A whole number out of an address. @throws Refusal when it is none */
export function idOf(text: string | undefined, what: string): number {
  const id = /^\d{1,15}$/.test(text ?? "") ? Number(text) : NaN;
  if (Number.isNaN(id)) throw new Refusal(404, `Cannot find ${what} "${text}": it is not a number`);
  return id;
}

/** A path of ours to lead back to; anything else, as another site's address, becomes `/`. */
export function ownPath(text: unknown): string {
  return typeof text === "string" && text.length <= 2_000 && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)
    ? text
    : "/";
}
