import { toJwksUri } from "../../token/keys/remote-key-set.ts";
import { fetchText } from "../../http/client.ts";
import { readUsableKeys } from "../../token/keys/jwk.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";
import { failureText, printable } from "../../logging/describe-error.ts";
import { withProgress, type Terminal } from "../terminal.ts";
import { toProxyAdvice } from "./proxy.ts";

/** Auth0 has three keys at most. A warning for each of a thousand would hide the rest. */
const MAX_WARNINGS = 10;

/** The keys of an issuer, as the authorizer fetches them, and which of them it ignores. */
export async function checkKeys(
  issuer: string,
  timeoutMs: number,
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const uri = toJwksUri(issuer);
  const askedAt = terminal.clock();
  try {
    const text = await withProgress(terminal, `Fetching ${uri}`, fetchText(uri, timeoutMs));
    const document = parseJson(text);
    return [usable(uri, document, terminal.clock() - askedAt), ...ignored(document)];
  } catch (error) {
    const advice = `Without keys every request is answered with 500. The authorizer waits ${timeoutMs} ms (JWKS_TIMEOUT_MS) and follows no redirect.${toProxyAdvice(terminal.env)}`;
    return [problem("keys", `${uri}: ${failureText(error)}`, advice)];
  }
}

function usable(uri: string, document: unknown, durationMs: number): Finding {
  try {
    const ids = [...readUsableKeys(document).keys()];
    return ok("keys", `${ids.length} usable: ${ids.map(printable).join(", ")} (${durationMs} ms)`);
  } catch (error) {
    const advice =
      "No token can be verified. The tenant must publish an RSA key of at least 2048 bits for RS256.";
    return problem("keys", `${uri}: ${failureText(error)}`, advice);
  }
}

function ignored(document: unknown): readonly Finding[] {
  const keys = members(document)["keys"];
  if (!Array.isArray(keys)) return [];
  const warnings = [...keys.filter((key) => !isUsableAlone(key)).map(unusableKey), ...duplicates(keys)];
  const more = warnings.length - MAX_WARNINGS;
  return more > 0
    ? [...warnings.slice(0, MAX_WARNINGS), warning("key", `${more} more are ignored`, "See the key set.")]
    : warnings;
}

/** A usable key, in which one member at a time is replaced to find the wrong ones. */
const USABLE = { kty: "RSA", kid: "key", n: Buffer.alloc(256, 0xff).toString("base64url"), e: "AQAB" };
const MEMBERS = ["kty", "kid", "alg", "use", "key_ops", "n", "e"] as const;

/** The members for which alone the authorizer would ignore a key. */
function wrongMembers(key: Readonly<Record<string, unknown>>): readonly string[] {
  return MEMBERS.filter((name) => !isUsableAlone({ ...USABLE, [name]: key[name] }));
}

function describeMember(name: string, value: unknown): string {
  if (value === undefined) return `${name} is missing`;
  if (typeof value === "string" && (name === "n" || name === "e")) {
    if (value.includes("=")) return `${name} is padded`;
    if (!/^[\w-]+$/.test(value)) return `${name} is not base64url`;
    return name === "n" ? "n has the wrong size" : "e is not a usable exponent";
  }
  return `${name} is ${printable(value)}`;
}

function isUsableAlone(key: unknown): boolean {
  return isUsable([key]);
}

/** Whether the authorizer's own rule finds a key among these. */
function isUsable(keys: readonly unknown[]): boolean {
  try {
    return readUsableKeys({ keys }).size === 1;
  } catch {
    return false;
  }
}

function unusableKey(key: unknown): Finding {
  const jwk = members(key);
  const { kid, kty, alg, use, n } = jwk;
  const bits = typeof n === "string" ? ` of ${Buffer.from(n, "base64url").length * 8} bits` : "";
  const description = `${printable(kty ?? "no kty")}${bits}, alg ${printable(alg ?? "none")}, use ${printable(use ?? "none")}`;
  const wrong = wrongMembers(jwk).map((name) => describeMember(name, jwk[name]));
  return warning(
    "key",
    `the key ${printable(kid ?? "without kid")} is ignored: ${description}; ${wrong.join(", ")}`,
    "Usable is an RSA key of 2048 bits or more, for RS256 signatures. Tokens signed with another key are unauthorized.",
  );
}

/** Key IDs that stand for several keys, of which the authorizer cannot tell which one signed: by its own rule. */
function duplicates(keys: readonly unknown[]): readonly Finding[] {
  const byId = new Map<string, unknown[]>();
  for (const key of keys.filter(isUsableAlone)) {
    const { kid } = members(key);
    byId.set(String(kid), [...(byId.get(String(kid)) ?? []), key]);
  }
  return [...byId]
    .filter(([, alike]) => !isUsable(alike))
    .map(([kid]) =>
      warning(
        "key",
        `the key ID ${printable(kid)} stands for several keys`,
        "All of them are ignored, and tokens signed with one are unauthorized.",
      ),
    );
}

/** Of any value: what is not an object has no members. */
function members(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
