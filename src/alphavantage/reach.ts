/** Does the vendor answer at all, and what time does it have there? Costs no request: no key is sent. */

export type Reached = { readonly date: number | null } | { readonly message: string };

/**
 * Asks the endpoint for its headers.
 *
 * @returns the server's clock from its `Date` header (epoch ms, whole seconds), or why it does not answer
 */
export async function reachVendor(url: string, { timeoutMs }: { timeoutMs: number }): Promise<Reached> {
  const { host } = new URL(url);
  try {
    const response = await fetch(url, {
      method: "HEAD",
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (response.status >= 500) return { message: `${host} answers with HTTP ${response.status}` };
    const date = Date.parse(response.headers.get("date") ?? "");
    return { date: Number.isNaN(date) ? null : date };
  } catch (error) {
    const timeout = error instanceof DOMException && error.name === "TimeoutError";
    return { message: timeout ? `${host} did not answer within ${timeoutMs / 1000} s` : `${host} cannot be reached` };
  }
}
