import { toJwksUri } from "../../token/keys/remote-key-set.ts";
import { send, type HttpResponse } from "../../http/client.ts";
import { ok, problem, type Finding } from "./finding.ts";
import { failureText, printable } from "../../logging/describe-error.ts";
import { withProgress, type Terminal } from "../terminal.ts";
import { toProxyAdvice } from "./proxy.ts";

/** Longer than the authorizer's own limit: that a tenant is slow is a finding, not a failure. */
const DISCOVERY_TIMEOUT_MS = 5000;
/** Auth0's document has 3 kB. */
const MAX_DISCOVERY_BYTES = 150_000;
/** The headers `Date` and `Age` count whole seconds. */
const RESOLUTION_MS = 1000;

/** Auth0 lists both, whatever its applications are set to. */
const HS256_TOO = " (an application may still be set to HS256: check one of its tokens)";

interface Document {
  readonly issuer?: unknown;
  readonly jwks_uri?: unknown;
  readonly id_token_signing_alg_values_supported?: unknown;
}

/**
 * OpenID Connect Discovery 1.0 §4. The authorizer does not read the document; what contradicts the settings is a finding.
 *
 * @param toleranceSeconds how far the tenant's clock may be from this machine's
 */
export async function checkDiscovery(
  issuer: string,
  toleranceSeconds: number,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const url = `${issuer}.well-known/openid-configuration`;
  const askedAt = terminal.clock();
  try {
    const request = { url, headers: { accept: "application/json" }, maxBytes: MAX_DISCOVERY_BYTES };
    const response = await withProgress(terminal, `Fetching ${url}`, send(request, DISCOVERY_TIMEOUT_MS));
    const answeredAt = terminal.clock();
    const clock = checkClock(response, { askedAt, answeredAt }, toleranceSeconds);
    return [...checkResponse(url, issuer, response), ...clock];
  } catch (error) {
    const advice = `Check the spelling of AUTH0_DOMAIN, and the network.${toProxyAdvice(terminal.env)}`;
    return [problem("discovery", `${url}: ${failureText(error)}`, advice)];
  }
}

function checkResponse(
  url: string,
  issuer: string,
  { status, headers, text }: HttpResponse,
): readonly Finding[] {
  if (status >= 300 && status < 400) {
    const target = printable(headers.location ?? "nowhere");
    const advice =
      "The authorizer does not follow redirects. Set AUTH0_DOMAIN to the domain that answers without one.";
    return [problem("discovery", `${url} redirects to ${target}`, advice)];
  }
  const document = status === 200 ? parseObject(text) : undefined;
  if (document === undefined) {
    const what = status === 200 ? "is not a discovery document" : `answers HTTP ${status}`;
    const advice = "Is AUTH0_DOMAIN the domain of an Auth0 tenant, or its custom domain?";
    return [problem("discovery", `${url} ${what}`, advice)];
  }
  const findings = [checkIssuer(document, issuer), checkJwksUri(document, issuer), checkAlgorithm(document)];
  return [ok("discovery", url), ...findings];
}

function parseObject(text: string): Document | undefined {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === "object" && document !== null && !Array.isArray(document)
      ? document
      : undefined;
  } catch {
    return undefined;
  }
}

function checkIssuer({ issuer }: Document, expected: string): Finding {
  if (issuer === expected) return ok("issuer", expected);
  const name = issuer === undefined ? "does not name itself" : `calls itself ${printable(issuer)}`;
  const lacksSlash = typeof issuer === "string" && `${issuer}/` === expected;
  return problem(
    "issuer",
    `the tenant ${name}, the settings say ${expected}`,
    lacksSlash
      ? "Issuers are compared character by character, and Auth0's end with a slash. This is not Auth0, or a proxy rewrites its answers."
      : "Set AUTH0_DOMAIN to the domain in the `iss` of your tokens. While you move from one domain to another, list both.",
  );
}

function checkJwksUri({ jwks_uri: uri }: Document, issuer: string): Finding {
  const expected = toJwksUri(issuer);
  if (uri === expected) return ok("jwks-uri", expected);
  const what =
    uri === undefined
      ? "the tenant does not say where its keys are"
      : `the tenant publishes its keys at ${printable(uri)}`;
  const advice = `The authorizer fetches them at ${expected}, as Auth0 publishes them. Make sure that both are the same.`;
  return problem("jwks-uri", what, advice);
}

function checkAlgorithm({ id_token_signing_alg_values_supported: algorithms }: Document): Finding {
  if (Array.isArray(algorithms) && algorithms.includes("RS256"))
    return ok("algorithm", `the tenant signs with RS256${algorithms.includes("HS256") ? HS256_TOO : ""}`);
  return Array.isArray(algorithms)
    ? problem(
        "algorithm",
        `the tenant signs with ${printable(algorithms)}, not with RS256`,
        "In the Auth0 application, under Advanced Settings, OAuth, switch the JSON Web Token signature algorithm to RS256.",
      )
    : problem(
        "algorithm",
        "the tenant does not list the algorithms that it signs with",
        "Auth0 lists them in `id_token_signing_alg_values_supported`. This is not Auth0, or a proxy rewrites its answers.",
      );
}

/**
 * RFC 9110 §6.6.1. Between the two moments the tenant wrote its answer, or a cache did that had kept it for `Age`
 * seconds: by the tenant's clock it was then any time from `Date` to `Date` and `Age` together (RFC 9111 §5.1).
 */
function checkClock(
  { headers }: HttpResponse,
  { askedAt, answeredAt }: { readonly askedAt: number; readonly answeredAt: number },
  toleranceSeconds: number,
): readonly Finding[] {
  const earliest = Date.parse(headers.date ?? "");
  if (Number.isNaN(earliest)) return [];
  const age = getAgeMs(headers.age);
  const latest = earliest + RESOLUTION_MS + (age === undefined ? 0 : age + RESOLUTION_MS);
  const ahead = earliest - answeredAt;
  const behind = askedAt - latest;
  const skew = Math.round(Math.max(ahead, behind, 0) / 1000);
  if (skew <= toleranceSeconds) {
    const cached = age === undefined ? "" : ", as far as an answer from a cache can tell";
    return [ok("clock", `this machine's clock and the tenant's agree${cached}`)];
  }
  const what = `the tenant's clock is ${skew} s ${ahead > 0 ? "ahead of" : "behind"} this machine's`;
  const advice = `More than AUTHORIZER_CLOCK_TOLERANCE_SECONDS (${toleranceSeconds}). Lambda's clock is right, so check both of these.`;
  return [problem("clock", what, advice)];
}

/** What an `Age` says that is not a number of seconds is not known: then nothing is proven to be late. */
function getAgeMs(age: string | undefined): number | undefined {
  if (age === undefined) return undefined;
  return /^\d{1,10}$/.test(age) ? Number(age) * 1000 : Infinity;
}
