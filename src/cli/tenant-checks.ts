import type { Settings } from "../settings/settings.ts";
import { jwksUriOf } from "../oauth/key-set.ts";
import { fetchText } from "../remote/fetch.ts";
import { usableKeys } from "../oauth/public-key.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";
import { printable, withProgress, type Terminal } from "./terminal.ts";

/** What a look at a tenant needs to know. */
export type TenantSettings = Pick<Settings, "jwksTimeoutMs" | "clockToleranceSeconds">;

/** Longer than the authorizer's own limit: that a tenant is slow is a finding, not a failure. */
const DISCOVERY_TIMEOUT_MS = 5000;
/** The `Date` header counts whole seconds. */
const DATE_RESOLUTION_MS = 1000;

/** Everything that can be seen of a tenant from outside, by its issuer identifier. */
export async function checkTenant(
  issuer: string,
  settings: TenantSettings,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const discovery = checkDiscovery(issuer, settings, terminal);
  const keys = checkKeys(issuer, settings, terminal);
  return [...(await discovery), ...(await keys)];
}

interface Document {
  readonly issuer?: unknown;
  readonly jwks_uri?: unknown;
  readonly id_token_signing_alg_values_supported?: unknown;
}

/** OpenID Connect Discovery 1.0 §4. The authorizer does not read the document; its contradictions tell mistakes. */
async function checkDiscovery(
  issuer: string,
  { clockToleranceSeconds }: TenantSettings,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const url = `${issuer}.well-known/openid-configuration`;
  const askedAt = terminal.clock();
  let response: Response;
  try {
    const limits = { redirect: "manual", signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS) } as const;
    response = await withProgress(terminal, `Fetching ${url}`, fetch(url, limits));
  } catch (error) {
    return [
      problem(
        "discovery",
        `${url}: ${causeOf(error)}`,
        "Check AUTH0_DOMAIN for a typing mistake, and the network.",
      ),
    ];
  }
  const answeredAt = terminal.clock();
  const clock = checkClock(response.headers.get("date"), { askedAt, answeredAt }, clockToleranceSeconds);
  return [...(await checkDocument(url, issuer, response)), ...clock];
}

async function checkDocument(url: string, issuer: string, response: Response): Promise<readonly Finding[]> {
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    const target = printable(headers.get("location") ?? "nowhere");
    return [
      problem(
        "discovery",
        `${url} redirects to ${target}`,
        "The authorizer follows no redirect. Set AUTH0_DOMAIN to the domain that answers itself.",
      ),
    ];
  }
  const document = status === 200 ? await readDocument(response) : undefined;
  if (document === undefined) {
    const what = status === 200 ? "is not a discovery document" : `answers HTTP ${status}`;
    return [
      problem(
        "discovery",
        `${url} ${what}`,
        "Is AUTH0_DOMAIN the domain of an Auth0 tenant, or its custom domain?",
      ),
    ];
  }
  return [
    ok("discovery", url),
    checkIssuerOf(document, issuer),
    checkJwksUri(document, issuer),
    checkAlgorithm(document),
  ];
}

async function readDocument(response: Response): Promise<Document | undefined> {
  const document: unknown = await response.json().catch(() => undefined);
  return typeof document === "object" && document !== null ? document : undefined;
}

function checkIssuerOf({ issuer }: Document, expected: string): Finding {
  if (issuer === expected) return ok("issuer", expected);
  const what = `the tenant calls itself ${printable(issuer)}, the settings say ${expected}`;
  return `${String(issuer)}/` === expected
    ? problem(
        "issuer",
        what,
        "Issuers are compared character by character, and Auth0's end with a slash. This is not Auth0, or a proxy rewrites its answers.",
      )
    : problem(
        "issuer",
        what,
        "Set AUTH0_DOMAIN to the domain that stands in the `iss` of the tokens; to both, while you move from one to the other.",
      );
}

function checkJwksUri({ jwks_uri: uri }: Document, issuer: string): Finding {
  const expected = jwksUriOf(issuer);
  return uri === expected
    ? ok("jwks-uri", expected)
    : problem(
        "jwks-uri",
        `the tenant publishes its keys at ${printable(uri)}`,
        `The authorizer fetches them at ${expected}, where Auth0 has them. See that both are the same.`,
      );
}

function checkAlgorithm({ id_token_signing_alg_values_supported: algorithms }: Document): Finding {
  return Array.isArray(algorithms) && algorithms.includes("RS256")
    ? ok("algorithm", "the tenant signs with RS256")
    : problem(
        "algorithm",
        `the tenant signs with ${printable(algorithms)}, not with RS256`,
        "In the Auth0 application, under Advanced Settings, OAuth, switch the JSON Web Token signature algorithm to RS256.",
      );
}

/** RFC 9110 §6.6.1. Between the two moments the tenant wrote its answer. */
function checkClock(
  date: string | null,
  { askedAt, answeredAt }: { readonly askedAt: number; readonly answeredAt: number },
  toleranceSeconds: number,
): readonly Finding[] {
  const tenantTime = Date.parse(date ?? "");
  if (Number.isNaN(tenantTime)) return [];
  const ahead = tenantTime - answeredAt;
  const behind = askedAt - (tenantTime + DATE_RESOLUTION_MS);
  const skew = Math.round(Math.max(ahead, behind, 0) / 1000);
  if (skew <= toleranceSeconds) return [ok("clock", "this machine and the tenant agree about the time")];
  const what = `the tenant's clock is ${skew} s ${ahead > 0 ? "ahead of" : "behind"} this machine's`;
  return [
    problem(
      "clock",
      what,
      `More than AUTHORIZER_CLOCK_TOLERANCE_SECONDS (${toleranceSeconds}). Lambda's clock is right: see which of these two is not.`,
    ),
  ];
}

async function checkKeys(
  issuer: string,
  { jwksTimeoutMs }: TenantSettings,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const uri = jwksUriOf(issuer);
  const askedAt = terminal.clock();
  try {
    const text = await withProgress(terminal, `Fetching ${uri}`, fetchText(uri, jwksTimeoutMs));
    return judgeKeys(uri, text, terminal.clock() - askedAt);
  } catch (error) {
    const advice = `Without keys nobody gets in. The authorizer waits ${jwksTimeoutMs} ms (JWKS_TIMEOUT_MS) and follows no redirect.`;
    return [problem("keys", `${uri}: ${causeOf(error)}`, advice)];
  }
}

function judgeKeys(uri: string, text: string, durationMs: number): readonly Finding[] {
  const document = parseJson(text);
  const keys = (document as { keys?: unknown } | undefined)?.keys;
  const unusable = Array.isArray(keys) ? keys.filter((key) => !isUsableAlone(key)).map(unusableKey) : [];
  try {
    const usable = [...usableKeys(document).keys()];
    const what = `${usable.length} usable: ${usable.map(printable).join(", ")} (${durationMs} ms)`;
    return [ok("keys", what), ...unusable, ...duplicates(keys as readonly unknown[])];
  } catch (error) {
    return [
      problem(
        "keys",
        `${uri}: ${causeOf(error)}`,
        "Nobody gets in. The tenant must publish an RSA key of at least 2048 bits for RS256.",
      ),
      ...unusable,
    ];
  }
}

/** Asks the authorizer's own rule. */
function isUsableAlone(key: unknown): boolean {
  try {
    return usableKeys({ keys: [key] }).size === 1;
  } catch {
    return false;
  }
}

function unusableKey(key: unknown): Finding {
  const { kid, kty, alg, use, n } = (key ?? {}) as Readonly<Record<string, unknown>>;
  const bits = typeof n === "string" ? ` of ${Buffer.from(n, "base64url").length * 8} bits` : "";
  const what = `the key ${printable(kid ?? "without kid")} is ignored: ${printable(kty ?? "no kty")}${bits}, alg ${printable(alg ?? "none")}, use ${printable(use ?? "none")}`;
  return warning(
    "key",
    what,
    "Usable is an RSA key of 2048 bits or more, for RS256 signatures. Tokens signed with another are refused.",
  );
}

function duplicates(keys: readonly unknown[]): readonly Finding[] {
  const ids = keys.map((key) => (key as { kid?: unknown }).kid);
  const twice = new Set(ids.filter((kid, index) => ids.indexOf(kid) !== index));
  return [...twice].map((kid) =>
    warning(
      "key",
      `the key ID ${printable(kid)} stands for several keys`,
      "All of them are ignored, and tokens signed with one are refused.",
    ),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` says no more than "fetch failed"; its cause knows. */
function causeOf(error: unknown): string {
  const { message, cause } = error as Error;
  const { message: deeper, code } = (cause ?? {}) as NodeJS.ErrnoException;
  return [deeper, code, message].find((text) => text !== undefined && text !== "") ?? "no answer";
}
