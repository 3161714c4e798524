import { createLocalJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from "jose";
import type { Settings } from "../../src/settings/settings.ts";
import { AUDIENCE, CLIENT_ID, EMAIL_CLAIM, ISSUER, NOW } from "../tokens.ts";
import type { Ground } from "./ground.ts";

/**
 * What should come of a token, by rules that were written down a second time, without a look at the first. The
 * signature, the dates and the issuer are `jose`'s to judge; what `jose` cannot express is judged here.
 */
export type Expectation =
  | { readonly outcome: "accepted"; readonly context: Readonly<Record<string, string>> }
  | { readonly outcome: "caller-refused" | "no-valid-token"; readonly why: string };

export type Oracle = (token: string, team: Partial<Settings>) => Promise<Expectation>;

type Json = Readonly<Record<string, unknown>>;

export function createOracle({ published }: Ground): Oracle {
  const keys = createLocalJWKSet({ keys: published.map(({ jwk }) => ({ ...jwk, kty: "RSA" })) });
  return async (token, team) => {
    const strict = readStrictly(token);
    if (strict === undefined) return { outcome: "no-valid-token", why: "form" };
    const [header, claims] = strict;
    const wrong = headerFault(header) ?? claimsFault(header, claims, team);
    if (wrong !== undefined) return { outcome: "no-valid-token", why: wrong };
    if (!(await joseAccepts(token, keys, team))) return { outcome: "no-valid-token", why: "jose" };
    return callerExpectation(claims, team);
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

function headerFault(header: Json): string | undefined {
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
function claimsFault(header: Json, claims: Json, team: Partial<Settings>): string | undefined {
  const tolerance = team.clockToleranceSeconds ?? 5;
  if (claims["iss"] !== ISSUER) return "iss";
  if (!isText(claims["sub"]) || claims["sub"] === "") return "sub";
  for (const name of ["azp", "org_id", "jti"]) if (!isTextOrAbsent(claims[name])) return name;
  for (const name of ["exp", "iat"]) if (!isDate(claims[name])) return name;
  if (claims["nbf"] !== undefined && !isDate(claims["nbf"])) return "nbf";
  if (NOW - (claims["exp"] as number) >= tolerance) return "exp";
  if ((claims["iat"] as number) - NOW > tolerance) return "iat";
  if ("cnf" in claims) return "cnf";
  if ("events" in claims) return "events";
  const aud = isText(claims["aud"]) ? [claims["aud"]] : claims["aud"];
  if (!isTexts(aud)) return "aud";
  if (aud.includes(CLIENT_ID) === aud.includes(AUDIENCE)) return "aud";
  const typ = header["typ"];
  if (typ !== undefined && !isText(typ)) return "typ";
  const kind = typ === undefined ? "" : /^(?:application\/)?(jwt|at\+jwt)$/i.exec(typ)?.[1]?.toLowerCase();
  const fault = aud.includes(CLIENT_ID) ? idFault(kind, aud, claims) : accessFault(kind, claims, team);
  return fault ?? unsafeClaim(claims);
}

function idFault(kind: string | undefined, aud: readonly string[], claims: Json): string | undefined {
  if (kind !== "" && kind !== "jwt") return "typ";
  if (new Set(aud).size > 1 || (aud.length > 1 && claims["azp"] === undefined)) return "aud";
  if (claims["azp"] !== undefined && claims["azp"] !== CLIENT_ID) return "azp";
  return ["scope", "permissions", "gty", "client_id"].find((name) => name in claims);
}

function accessFault(kind: string | undefined, claims: Json, team: Partial<Settings>): string | undefined {
  const { azp, client_id: client, scope, permissions, gty } = claims;
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

/** What some gateway would not hand on as it is. */
function unsafeClaim(claims: Json): string | undefined {
  const isUnsafe = (text: string): boolean =>
    Array.from(text).some(
      (c) =>
        c === '"' || c === "\\" || c < " " || (c >= "\u007f" && c <= "\u009f") || /^[\ud800-\udfff]$/.test(c),
    );
  const names = ["sub", "azp", "client_id", "scope", "org_id"];
  const found = names.find((name) => isText(claims[name]) && isUnsafe(claims[name]));
  const permissions = (claims["permissions"] ?? []) as string[];
  return (
    found ??
    permissions.find((permission) => permission === "" || /\s/.test(permission) || isUnsafe(permission))
  );
}

function callerExpectation(claims: Json, team: Partial<Settings>): Expectation {
  const aud = [claims["aud"]].flat();
  const isId = aud.includes(CLIENT_ID);
  const name = isId ? "email" : EMAIL_CLAIM;
  const email = claims[name];
  const verified = claims[`${name}_verified`];
  const hasEmail = email !== undefined && email !== null && email !== "";
  const scopes = isText(claims["scope"]) ? claims["scope"].split(" ").filter((scope) => scope !== "") : [];
  const permissions = (claims["permissions"] ?? []) as string[];
  const refuse = (why: string): Expectation => ({ outcome: "caller-refused", why });
  const grants = [claims["gty"]].flat();
  const isMachine =
    String(claims["sub"]).endsWith("@clients") ||
    grants.includes("client-credentials") ||
    grants.includes("client_credentials") ||
    claims["sub"] === claims["client_id"];
  if (isMachine && team.allowMachines !== true) return refuse("machine");
  if (team.organizations !== undefined && !team.organizations.includes(String(claims["org_id"])))
    return refuse("org");
  if (hasEmail && !isPlainAddress(email)) return refuse("unsupported");
  if (!hasEmail && team.email !== "optional") return refuse("missing");
  if ((team.email ?? "verified") === "verified" && verified !== true) return refuse("unverified");
  if (team.requiredPermissions?.some((p) => !scopes.includes(p) && !permissions.includes(p)) === true)
    return refuse("permission");
  const client = claims["azp"] ?? claims["client_id"] ?? (isId ? aud[0] : undefined);
  const context = {
    sub: claims["sub"],
    ...(hasEmail && { email, ...(verified !== undefined && { email_verified: String(verified === true) }) }),
    token_use: isId ? "id" : "access",
    iss: ISSUER,
    ...(client !== undefined && { client_id: client }),
    exp: String(Math.floor(claims["exp"] as number)),
    ...(scopes.length > 0 && { scope: scopes.join(" ") }),
    ...(permissions.length > 0 && { permissions: permissions.join(" ") }),
    ...(claims["org_id"] !== undefined && { org_id: claims["org_id"] }),
  };
  return { outcome: "accepted", context: context as unknown as Readonly<Record<string, string>> };
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
