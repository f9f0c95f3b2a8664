/** Where may the vendor be asked? The key travels in the URL, so it leaves this machine only encrypted. */

/** The address as it is used, or `null` when it may not be. */
export function vendorUrl(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || url.username + url.password + url.search + url.hash !== "") return null;
  const local = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && local) ? url.href : null;
}
