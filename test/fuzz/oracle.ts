import { createLocalJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import type { Settings } from "../../src/settings/settings.ts";
import { AUDIENCE, CLIENT_ID, EMAIL_CLAIM, ISSUER, NOW } from "../tokens.ts";
import { isActorChain, isTooMuch, lacksClaim, customContext } from "./custom-claims.ts";
import type { Ground, GATEWAYS } from "./fixtures.ts";

/**
 * What should come of a token, by rules that were written down a second time, without a look at the first. The
 * signature, the dates and the issuer are `jose`'s to check; what `jose` cannot express is checked here.
 */
export type Expectation =
  | {
      readonly outcome: "allow";
      readonly context: Readonly<Record<string, string>>;
      /** The API key of the policy. */
      readonly usageKey: unknown;
    }
  | { readonly outcome: "deny" | "unauthorized"; readonly why: string };

export type Oracle = (token: string, team: Partial<Settings>, gateway: Gateway) => Promise<Expectation>;

type Gateway = (typeof GATEWAYS)[number];

type Json = Readonly<Record<string, unknown>>;

export function createOracle({ published }: Ground): Oracle {
  const keys = createLocalJWKSet({ keys: published.map(({ jwk }) => ({ ...jwk, kty: "RSA" })) });
  return async (token, team, gateway) => {
    const strict = readStrictly(token);
    if (strict === undefined) return { outcome: "unauthorized", why: "form" };
    const [header, claims] = strict;
    const wrong = findHeaderError(header) ?? findClaimsError(header, claims, team);
    if (wrong !== undefined) return { outcome: "unauthorized", why: wrong };
    if (!(await joseAccepts(token, keys, team))) return { outcome: "unauthorized", why: "jose" };
    return callerExpectation(claims, team, gateway);
  };
}

async function joseAccepts(token: string, keys: JWTVerifyGetKey, team: Partial<Settings>): Promise<boolean> {
  try {
    await jwtVerify(token, keys, {
      algorithms: ["RS256"],
      issuer: ISSUER,
      audience: [CLIENT_ID, AUDIENCE],
      requiredClaims: ["iss", "aud", "sub", "exp", "iat"],
      clockTolerance: team.clockToleranceSeconds ?? 5,
      currentDate: new Date(NOW * 1000),
    });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}

/**
 * Stricter than `jose`, which accepts: other last characters of a part, tokens of any size, more than 500 brackets
 * and names in a part (which take longer to parse than a signature to verify), `typ` of any kind,
 * unknown extensions of the header that are not critical, and `iat` in the future.
 */
function readStrictly(token: string): readonly [Json, Json] | undefined {
  if (token.length > 8192 || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return undefined;
  const parts = token.split(".");
  if (parts.some((part) => Buffer.from(part, "base64url").toString("base64url") !== part)) return undefined;
  const [header, claims] = parts.map(parsed);
  return header === undefined || claims === undefined ? undefined : [header, claims];
}

function parsed(part: string): Json | undefined {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const text = decoder.decode(Buffer.from(part, "base64url"));
    if ((text.match(/[[{]|":/g) ?? []).length > 500) return undefined;
    const value: unknown = JSON.parse(text);
    const isObject = Object.prototype.toString.call(value) === "[object Object]";
    // A map without a prototype, so that nothing is found that is not there.
    return isObject
      ? (Object.assign(Object.create(null) as object, ownMembers(value as object)) as Json)
      : undefined;
  } catch {
    return undefined;
  }
}

function ownMembers(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== "__proto__"));
}

function findHeaderError(header: Json): string | undefined {
  if (header["alg"] !== "RS256") return "alg";
  if (typeof header["kid"] !== "string" || header["kid"].length === 0) return "kid";
  return ["crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"].find((name) => name in header);
}

const isText = (value: unknown): value is string => typeof value === "string";
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isTextOrAbsent = (value: unknown): boolean => value === undefined || isText(value);
const isDate = (value: unknown): value is number =>
  typeof value === "number" && value >= -253_402_300_739 && value <= 253_402_300_739;

/** The rules for both kinds of token, and then those for the one that it is. */
function findClaimsError(header: Json, claims: Json, team: Partial<Settings>): string | undefined {
  const tolerance = team.clockToleranceSeconds ?? 5;
  if (claims["iss"] !== ISSUER) return "iss";
  if (!isText(claims["sub"]) || claims["sub"] === "") return "sub";
  for (const name of ["azp", "org_id", "org_name", "jti"]) if (!isTextOrAbsent(claims[name])) return name;
  for (const name of ["exp", "iat"]) if (!isDate(claims[name])) return name;
  if (claims["nbf"] !== undefined && !isDate(claims["nbf"])) return "nbf";
  if (NOW - (claims["exp"] as number) >= tolerance) return "exp";
  if ((claims["iat"] as number) - NOW > tolerance) return "iat";
  if ("cnf" in claims) return "cnf";
  if ("events" in claims) return "events";
  if ("act" in claims && !isActorChain(claims["act"])) return "act";
  const aud = isText(claims["aud"]) ? [claims["aud"]] : claims["aud"];
  if (!isTexts(aud)) return "aud";
  if (aud.includes(CLIENT_ID) === aud.includes(AUDIENCE)) return "aud";
  const typ = header["typ"];
  if (typ !== undefined && !isText(typ)) return "typ";
  const kind = typ === undefined ? "" : /^(?:application\/)?(jwt|at\+jwt)$/i.exec(typ)?.[1]?.toLowerCase();
  return aud.includes(CLIENT_ID)
    ? findIdTokenError(kind, aud, claims)
    : findAccessTokenError(kind, claims, team);
}

function findIdTokenError(
  kind: string | undefined,
  aud: readonly string[],
  claims: Json,
): string | undefined {
  if (kind !== "" && kind !== "jwt") return "typ";
  const azp = given(claims["azp"]);
  if (new Set(aud).size > 1 || (aud.length > 1 && azp === undefined)) return "aud";
  if (azp !== undefined && azp !== CLIENT_ID) return "azp";
  return ["permissions", "gty", "client_id"].find((name) => name in claims);
}

function findAccessTokenError(
  kind: string | undefined,
  claims: Json,
  team: Partial<Settings>,
): string | undefined {
  const { scope, permissions, gty } = claims;
  const [azp, client] = [given(claims["azp"]), given(claims["client_id"])];
  if ("nonce" in claims) return "nonce";
  if (kind !== "at+jwt" && (kind !== "jwt" || team.accessTokenProfile === "rfc9068")) return "typ";
  if (
    kind === "at+jwt" &&
    !(isText(client) && client !== "" && isText(claims["jti"]) && claims["jti"] !== "")
  )
    return "rfc9068";
  if (!isTextOrAbsent(client) || (azp !== undefined && client !== undefined && azp !== client))
    return "client_id";
  if (!isTextOrAbsent(scope)) return "scope";
  if (permissions !== undefined && !isTexts(permissions)) return "permissions";
  return gty === undefined || isText(gty) || isTexts(gty) ? undefined : "gty";
}

/** What that gateway would not forward as it is. */
function isUnsupported(
  context: Readonly<Record<string, string>>,
  { permissions, actors }: Readonly<Record<"permissions" | "actors", readonly string[]>>,
  gateway: Gateway,
): boolean {
  const isUnsafe = (c: string): boolean =>
    c < " " ||
    (c >= "\u007f" && c <= "\u009f") ||
    /^[\ud800-\udfff]$/.test(c) ||
    (gateway === "http-1.0" && (c === '"' || c === "\\"));
  return (
    Object.values(context).some((text) => /^\s|\s$/.test(text) || Array.from(text).some(isUnsafe)) ||
    permissions.some((permission) => permission === "" || /\s/.test(permission)) ||
    actors.some((actor) => /\s/.test(actor)) ||
    Buffer.byteLength(JSON.stringify([context["sub"], Object.entries(context)])) > 6144
  );
}

type Principal = "user" | "agent" | "machine" | "anonymous";

/** The words of a profile; what cannot have any is one that says nothing known. */
function wordsOf(profile: unknown): readonly string[] {
  if (profile === undefined) return [];
  return isText(profile) ? (profile.match(/[^ ]+/g) ?? []) : ["?"];
}

function profiled(words: readonly string[]): Principal {
  if (words.includes("ai_agent")) return "agent";
  return words.some((word) => word !== "user") ? "machine" : "user";
}

function principalOf(claims: Json): Principal {
  const own = wordsOf(claims["sub_profile"]);
  const client = "act" in claims ? [] : wordsOf(claims["client_profile"]);
  if (own.length > 0) return profiled(own);
  if (client.some((word) => !/^(user|browser_app|native_app)$/.test(word))) return profiled(client);
  const grants = [claims["gty"]].flat();
  const subject = String(claims["sub"]);
  if (subject.startsWith("anon@")) return "anonymous";
  const isMachine =
    subject.endsWith("@clients") ||
    grants.includes("client-credentials") ||
    grants.includes("client_credentials") ||
    subject === clientOf(claims);
  return isMachine ? "machine" : "user";
}

/** An ID token's own application is no machine, whatever its subject. */
function clientOf(claims: Json): unknown {
  return isForApplication(claims) ? undefined : (given(claims["azp"]) ?? given(claims["client_id"]));
}

function isForApplication(claims: Json): boolean {
  return [claims["aud"]].flat().includes(CLIENT_ID);
}

function callerExpectation(claims: Json, team: Partial<Settings>, gateway: Gateway): Expectation {
  const own = customContext(claims, team);
  const context = { ...contextOf(claims), ...own };
  const permissions = (claims["permissions"] ?? []) as string[];
  const scopes = context["scope"]?.split(" ") ?? [];
  const principal = principalOf(claims);
  const refuse = (why: string): Expectation => ({ outcome: "deny", why });
  if (isTooMuch(own)) return refuse("too much");
  if (isUnsupported(context, { permissions, actors: actorsOf(claims["act"]) }, gateway))
    return refuse("unsupported");
  if (principal === "machine" && team.allowMachines !== true) return refuse("machine");
  if (principal === "agent" && team.allowAgents !== true) return refuse("agent");
  if (principal === "anonymous" && team.allowAnonymous !== true) return refuse("anonymous");
  if (!mayAct(actorsOf(claims["act"])[0], team.actors ?? "none")) return refuse("actor");
  if (!isOfOrganization(claims, team.organizations ?? [])) return refuse("org");
  if (context["email"] === undefined && team.emailPolicy !== "optional") return refuse("email");
  if ((team.emailPolicy ?? "verified") === "verified" && context["email_verified"] !== "true")
    return refuse("unverified");
  if (team.requiredPermissions?.some((p) => !scopes.includes(p) && !permissions.includes(p)) === true)
    return refuse("permission");
  if (lacksClaim(claims, team)) return refuse("claim");
  const domain = context["email"]?.split("@")[1]?.toLowerCase() ?? "";
  if (team.emailDomains !== undefined && !team.emailDomains.includes(domain)) return refuse("domain");
  return { outcome: "allow", context, usageKey: usageKeyOf(claims, team, gateway) };
}

/** Only REST APIs have usage plans; what could not be a key chooses none. */
function usageKeyOf(claims: Json, { usageKeyClaim = "" }: Partial<Settings>, gateway: Gateway): unknown {
  const key = claims[usageKeyClaim];
  const isKey = isText(key) && key.length >= 20 && key.length <= 128 && !/[^A-Za-z0-9]/.test(key);
  return gateway.startsWith("rest") && isKey ? key : undefined;
}

/** An address that is not plain is not there; a verification that is not a boolean is not known. */
function contextOf(claims: Json): Readonly<Record<string, string>> {
  const isId = isForApplication(claims);
  const name = isId ? "email" : EMAIL_CLAIM;
  const email = isPlainAddress(claims[name]) ? claims[name] : undefined;
  const verified = claims[`${name}_verified`];
  const isVerificationKnown = email !== undefined && (verified === true || verified === false);
  const scopes = isId || !isText(claims["scope"]) ? [] : claims["scope"].split(" ").filter(Boolean);
  const permissions = (claims["permissions"] ?? []) as string[];
  const principal = principalOf(claims);
  const parts: Readonly<Record<string, unknown>> = {
    sub: claims["sub"],
    email,
    email_verified: isVerificationKnown ? String(verified) : undefined,
    token_use: isId ? "id" : "access",
    iss: ISSUER,
    aud: isId ? CLIENT_ID : AUDIENCE,
    client_id: given(claims["azp"]) ?? (isId ? [claims["aud"]].flat()[0] : given(claims["client_id"])),
    exp: String(Math.floor(claims["exp"] as number)),
    scope: scopes.length > 0 ? scopes.join(" ") : undefined,
    permissions: permissions.length > 0 ? permissions.join(" ") : undefined,
    org_id: given(claims["org_id"]),
    org_name: given(claims["org_name"]),
    actor: actorsOf(claims["act"])[0],
    actors: actorsOf(claims["act"]).join(" ") || undefined,
    principal_type: principal === "user" ? undefined : principal,
  };
  const present = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as Readonly<Record<string, string>>;
}

/** An empty string counts as absent. */
function given(value: unknown): unknown {
  return value === "" ? undefined : value;
}

function mayAct(actor: string | undefined, allowed: "none" | "any" | readonly string[]): boolean {
  if (actor === undefined || allowed === "any") return true;
  return allowed !== "none" && allowed.includes(actor);
}

/** The subjects of a chain of actors, the current one first. */
function actorsOf(act: unknown): readonly string[] {
  if (typeof act !== "object" || act === null) return [];
  const { sub, act: earlier } = act as { sub: string; act?: unknown };
  return [sub, ...actorsOf(earlier)];
}

/** A name that looks like an ID is compared with IDs alone. */
function isOfOrganization(claims: Json, allowed: readonly string[]): boolean {
  const [ids, names] = [true, false].map((isId) => allowed.filter((one) => one.startsWith("org_") === isId));
  return (
    allowed.length === 0 ||
    ids?.includes(claims["org_id"] as string) === true ||
    names?.includes(claims["org_name"] as string) === true
  );
}

function isPlainAddress(value: unknown): boolean {
  if (!isText(value) || value.length > 254) return false;
  const halves = value.split("@");
  return (
    halves.length === 2 &&
    halves.every(
      (half) =>
        half !== "" && half.split("").every((c) => c > " " && c < "\u007f" && c !== '"' && c !== "\\"),
    )
  );
}
