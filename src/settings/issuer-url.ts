const SCHEMES = ["https:", "http:"];

/** The issuer identifier of a domain that is more than a plain name, or a URL. */
export function issuerOfUrl(text: string): string {
  const url = parseUrl(text.includes("://") ? text : `https://${text}`);
  if (url === undefined || !SCHEMES.includes(url.protocol) || url.href !== `${url.origin}/`) {
    throw new Error(`must be a domain such as acme.eu.auth0.com, without a path: ${text}`);
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new Error(`must use https, except on a loopback host: ${text}`);
  }
  return url.href;
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
