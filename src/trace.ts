/** How does work say under which span it is to be seen, when somebody traces? Whoever does not trace hands {@link untraced}. Pure. */

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** The span of some work: what it comes to is told while it is under way. */
export interface Span {
  set(attributes: Attributes): void;
}

/** Carries out the work under a span of that name, inside the span around it. An error marks the span and goes out. */
export type Trace = <T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>) => Promise<T>;

/** As the global function of that name. */
export type Fetch = (input: URL | string, init?: RequestInit) => Promise<Response>;

export const untraced: Trace = (_name, _attributes, work) => work({ set: () => {} });
