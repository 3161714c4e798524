import fc from "fast-check";
import { createLocalJWKSet, errors, jwtVerify } from "jose";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { createLogoutTokenVerifier } from "../../src/token/logout-token.ts";
import { AuthorizerError } from "../../src/errors.ts";
import { getLogoutHint } from "../../src/revocation/writers/logout-hints.ts";
import { StaticKeySet } from "../token/keys/static-key-set.ts";
import {
  changed,
  CLIENT_ID,
  HEADER,
  ID_TOKEN,
  ISSUER,
  LOGOUT_EVENT,
  LOGOUT_TOKEN,
  NOW,
  RULES,
  signText,
  createTokenVerifier,
} from "../tokens.ts";
import { at, createGround, type Ground } from "./fixtures.ts";
import { buildMutated, mutatedTokens } from "./mutated-tokens.ts";

const RUNS = 2000;

let ground: Ground;
let verifyLogout: (token: string) => Promise<unknown>;
let isLogout: (token: string) => Promise<boolean>;
let isIdentity: (token: string) => Promise<boolean>;
let oracle: (token: string) => Promise<boolean>;
beforeAll(() => {
  ground = createGround();
  const keySet = new StaticKeySet(...ground.published);
  const options = { rules: RULES, getKeySet: () => keySet, clock: () => NOW * 1000 };
  verifyLogout = createLogoutTokenVerifier(options);
  isLogout = accepts(verifyLogout);
  isIdentity = accepts(createTokenVerifier(options));
  oracle = oracleOf(ground);
});

/** Whether a token is accepted. Anything but a refusal is thrown on. */
function accepts(verify: (token: string) => Promise<unknown>): (token: string) => Promise<boolean> {
  return (token) =>
    verify(token).then(
      () => true,
      (error: unknown) => (error instanceof AuthorizerError ? false : Promise.reject(error as Error)),
    );
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  Object.prototype.toString.call(value) === "[object Object]";

/**
 * The rules of OIDC Back-Channel Logout 1.0 §2.6, written down a second time: the signature, the dates, the issuer and
 * the audience are `jose`'s to check.
 */
function oracleOf({ published }: Ground): (token: string) => Promise<boolean> {
  const keys = createLocalJWKSet({ keys: published.map(({ jwk }) => ({ ...jwk, kty: "RSA" })) });
  return async (token) => {
    const options = {
      algorithms: ["RS256"],
      issuer: [...RULES.issuers],
      audience: [...RULES.clientIds],
      requiredClaims: ["iat", "exp", "jti", "events", "sid"],
      clockTolerance: RULES.clockToleranceSeconds,
      currentDate: new Date(NOW * 1000),
    };
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, options);
      return isCanonical(token) && isOf(protectedHeader) && says(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) return false;
      throw error;
    }
  };
}

/** Where `jose` is more tolerant: letters at a part's end that mean nothing, a token that is too long. */
function isCanonical(token: string): boolean {
  const isPart = (part: string): boolean => Buffer.from(part, "base64url").toString("base64url") === part;
  return token.length <= 8192 && token.split(".").every(isPart);
}

function isOf(header: Readonly<Record<string, unknown>>): boolean {
  const steers = ["crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"].some((name) => name in header);
  const { typ = "jwt", kid } = header;
  return !steers && isText(kid) && /^(application\/)?(logout\+)?jwt$/i.test(String(typ)) && isText(typ);
}

function says(claims: Readonly<Record<string, unknown>>): boolean {
  const { aud, events, iat, jti, nbf, sid, sub } = claims;
  const latest = NOW + RULES.clockToleranceSeconds;
  return (
    [aud].flat().every((value) => RULES.clientIds.includes(String(value)) && isText(value)) &&
    isObject(events) &&
    isObject(events[LOGOUT_EVENT]) &&
    !("nonce" in claims) &&
    [jti, sid].every(isText) &&
    (sub === undefined || typeof sub === "string") &&
    [iat, nbf].every((time) => time === undefined || (typeof time === "number" && time <= latest))
  );
}

const anything = fc.constantFrom<unknown>(null, "", 0, 1, true, [], {}, "x", [CLIENT_ID], { a: {} });
const time = fc.oneof(fc.integer({ min: NOW - 12, max: NOW + 12 }), anything);
const claim = fc.oneof(
  fc.record({ name: fc.constantFrom("iat", "exp", "nbf"), value: time }),
  fc.record({
    name: fc.constantFrom("aud"),
    value: fc.oneof(fc.array(fc.constantFrom<unknown>(CLIENT_ID, "MobileApp", "Other", 1)), anything),
  }),
  fc.record({
    name: fc.constantFrom("events"),
    value: fc.oneof(anything, fc.dictionary(fc.constantFrom(LOGOUT_EVENT, "other"), anything)),
  }),
  fc.record({
    name: fc.constantFrom("iss", "sub", "sid", "jti", "nonce", "azp", "scope", "permissions"),
    value: fc.oneof(anything, fc.constantFrom<unknown>(undefined, ISSUER, RULES.issuers[1])),
  }),
);
const parameter = fc.record({
  name: fc.constantFrom("typ", "alg", "kid", "crit", "x"),
  value: fc.constantFrom<unknown>(
    "logout+jwt",
    "application/jwt",
    "at+jwt",
    "key-2",
    "key-3",
    "RS256",
    undefined,
    1,
  ),
});
const recipes = fc.record({
  base: fc.constantFrom(LOGOUT_TOKEN, LOGOUT_TOKEN, LOGOUT_TOKEN, ID_TOKEN),
  key: fc.constantFrom(0, 0, 0, 0, 1, 2),
  claims: fc.array(claim, { maxLength: 2 }),
  header: fc.array(parameter, { maxLength: 1 }),
});

type Named = readonly { readonly name: string; readonly value: unknown }[];
const members = (named: Named) => Object.fromEntries(named.map(({ name, value }) => [name, value]));

describe("logout tokens of any content", () => {
  test("are accepted where jose and the specification do, and never as an identity too", async () => {
    let accepted = 0;
    for (const { base, key, claims, header } of fc.sample(recipes, { numRuns: RUNS, seed: 18 })) {
      const changedHeader = changed(HEADER, { kid: `key-${key + 1}`, ...members(header) });
      const payload = JSON.stringify(changed(base, members(claims)));
      const token = signText(JSON.stringify(changedHeader), payload, at(ground.keys, key));
      const verdict = await isLogout(token);
      expect([token, verdict]).toEqual([token, await oracle(token)]);
      if (verdict) expect(await isIdentity(token)).toBe(false);
      accepted += Number(verdict);
    }
    expect(accepted).toBeGreaterThan(RUNS / 10);
  });

  test("that were spoilt after they were signed are accepted where jose does", async () => {
    const tokens = [signText(JSON.stringify(HEADER), JSON.stringify(LOGOUT_TOKEN), at(ground.keys, 0))];
    let accepted = 0;
    for (const recipe of fc.sample(mutatedTokens, { numRuns: RUNS, seed: 18 })) {
      const token = buildMutated(recipe, { ...ground, tokens });
      const verdict = await isLogout(token);
      expect([token, verdict]).toEqual([token, await oracle(token)]);
      accepted += Number(verdict);
    }
    expect(accepted).toBeGreaterThan(RUNS / 100);
  });

  test("that are refused have a hint in the words of logout tokens", async () => {
    const tokens = [signText(JSON.stringify(HEADER), JSON.stringify(LOGOUT_TOKEN), at(ground.keys, 0))];
    const reasons = new Set<string>();
    for (const recipe of fc.sample(mutatedTokens, { numRuns: RUNS, seed: 19 })) {
      const refusal = await verifyLogout(buildMutated(recipe, { ...ground, tokens })).catch(
        (error: unknown) => error,
      );
      if (!(refusal instanceof AuthorizerError)) continue;
      reasons.add(refusal.code);
      expect([refusal.code, getLogoutHint(refusal.code)]).toEqual([
        refusal.code,
        expect.stringContaining("ogout token"),
      ]);
    }
    expect(reasons.size).toBeGreaterThan(5);
  });
});
