import { beforeAll, describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/token/jwt.ts";
import {
  createLogoutTokenVerifier,
  parseLogoutToken,
  type LogoutTokenRules,
} from "../../src/token/logout-token.ts";
import { AuthorizerError } from "../../src/errors.ts";
import { createSigningKey, signJwt, type SigningKey } from "../../src/testing/signing-key.ts";
import {
  ACCESS_TOKEN,
  changed,
  CLIENT_ID,
  encoded,
  HEADER,
  ID_TOKEN,
  ISSUER,
  LOGOUT_EVENT,
  LOGOUT_TOKEN,
  NOW,
  outcomeOf,
  RULES,
  type Changes,
  createTokenVerifier,
} from "../tokens.ts";
import { StaticKeySet } from "./keys/static-key-set.ts";

function outcome(claims: Changes, header: Changes = {}, rules: LogoutTokenRules = RULES): string {
  const jwt = { header: changed(HEADER, header), claims: changed(LOGOUT_TOKEN, claims) };
  return outcomeOf(() => parseLogoutToken(jwt, rules, NOW));
}

/** A rule of OIDC Back-Channel Logout 1.0 §2.4 or §2.6: what breaks it, why that is refused, and what only just keeps it. */
type Pair = readonly [rule: string, broken: Changes, reason: string, kept: Changes];

const CLAIM_RULES: readonly Pair[] = [
  ["`iss` is there", { iss: undefined }, "missing_claim: iss", { iss: ISSUER }],
  [
    "`iss` is one of ours, exactly",
    { iss: ISSUER.slice(0, -1) },
    "unknown_issuer",
    { iss: RULES.issuers[1] },
  ],
  ["`aud` is there", { aud: undefined }, "missing_claim: aud", { aud: [CLIENT_ID] }],
  ["`aud` is text", { aud: 1 }, "invalid_claim: aud", { aud: "MobileApp" }],
  ["`aud` is not empty", { aud: [] }, "unknown_audience", { aud: CLIENT_ID }],
  ["`aud` names one of the applications", { aud: "OtherApp" }, "unknown_audience", { aud: CLIENT_ID }],
  [
    "`aud` names no other application",
    { aud: [CLIENT_ID, "OtherApp"] },
    "unknown_audience",
    { aud: [CLIENT_ID, "MobileApp"] },
  ],
  ["`aud` is not an API", { aud: RULES.audiences[0] }, "unknown_audience", {}],
  ["`iat` is there", { iat: undefined }, "missing_claim: iat", { iat: 0 }],
  ["`iat` is a number", { iat: String(NOW) }, "invalid_claim: iat", { iat: NOW + 0.5 }],
  ["`iat` has come, or is tolerated", { iat: NOW + 5.001 }, "not_yet_valid", { iat: NOW + 5 }],
  ["`nbf` has come, or is tolerated", { nbf: NOW + 5.001 }, "not_yet_valid", { nbf: NOW + 5 }],
  ["`exp` is there", { exp: undefined }, "missing_claim: exp", { exp: NOW + 1 }],
  ["`exp` is a number", { exp: String(NOW + 60) }, "invalid_claim: exp", { exp: NOW + 60.5 }],
  ["`exp` has not come, nor the tolerance", { exp: NOW - 5 }, "expired", { exp: NOW - 4.999 }],
  ["`jti` is there", { jti: undefined }, "missing_claim: jti", { jti: "1" }],
  ["`jti` is text", { jti: 1 }, "invalid_claim: jti", { jti: "1" }],
  ["`jti` is not empty", { jti: "" }, "invalid_claim: jti", { jti: " " }],
  ["`events` is there", { events: undefined }, "wrong_token_type: events", {}],
  ["`events` is an object", { events: [LOGOUT_EVENT] }, "wrong_token_type: events", {}],
  ["`events` is not null", { events: null }, "wrong_token_type: events", {}],
  [
    "`events` has the logout",
    { events: { [`${LOGOUT_EVENT}/`]: {} } },
    "wrong_token_type: events",
    { events: { [LOGOUT_EVENT]: {}, "https://acme.com/other": 1 } },
  ],
  [
    "the event's value is an object",
    { events: { [LOGOUT_EVENT]: true } },
    "wrong_token_type: events",
    { events: { [LOGOUT_EVENT]: { a: 1 } } },
  ],
  ["the event's value is not a list", { events: { [LOGOUT_EVENT]: [] } }, "wrong_token_type: events", {}],
  ["the event's value is not null", { events: { [LOGOUT_EVENT]: null } }, "wrong_token_type: events", {}],
  ["there is no `nonce`", { nonce: "n" }, "wrong_token_type: nonce", { nonces: "n" }],
  ["there is no `nonce`, not even null", { nonce: null }, "wrong_token_type: nonce", {}],
  ["`sid` is there, whatever `sub` is", { sid: undefined }, "missing_claim: sid", { sub: undefined }],
  ["`sid` is text", { sid: 1 }, "invalid_claim: sid", { sid: "1" }],
  ["`sid` is not empty", { sid: "" }, "invalid_claim: sid", { sid: " " }],
  ["`sub` is text, if it is there", { sub: 1 }, "invalid_claim: sub", { sub: "a" }],
];

describe("the claims of a logout token", () => {
  test.each(CLAIM_RULES)("%s", (_, broken, reason, kept) => {
    expect(outcome(broken)).toBe(reason);
    expect(outcome(kept)).toBe("accepted");
  });

  test("others are ignored, as the specification demands", () => {
    expect(outcome({ trace_id: "1", azp: 7, org_id: [], unheard_of: {} })).toBe("accepted");
  });

  test("name the session and when it ended", () => {
    const jwt = { header: HEADER, claims: LOGOUT_TOKEN };
    expect(parseLogoutToken(jwt, RULES, NOW)).toEqual({
      issuer: ISSUER,
      sessionId: "session-1",
      issuedAt: NOW - 1,
    });
  });
});

describe("the type of a logout token", () => {
  test.each(["logout+jwt", "LOGOUT+JWT", "application/logout+jwt", "JWT", "jwt", undefined])(
    "may be %s",
    (typ) => expect(outcome({}, { typ })).toBe("accepted"),
  );

  test.each(["at+jwt", "secevent+jwt", "logout", "", 1, null])("may not be %j", (typ) =>
    expect(outcome({}, { typ })).toBe("wrong_token_type: typ"),
  );
});

let key: SigningKey;
let otherKey: SigningKey;
beforeAll(() => {
  key = createSigningKey({ kid: "key-1" });
  otherKey = createSigningKey({ kid: "key-2" });
});

function verifiers() {
  const keySet = new StaticKeySet(key);
  const options = { rules: RULES, getKeySet: () => keySet, clock: () => NOW * 1000 };
  const word = (verified: Promise<unknown>): Promise<string> =>
    verified.then(
      () => "accepted",
      (error: unknown) => (error instanceof AuthorizerError ? error.message : Promise.reject(error as Error)),
    );
  const verifyLogoutToken = createLogoutTokenVerifier(options);
  const verify = createTokenVerifier(options);
  return {
    asLogoutToken: (token: string) => word(verifyLogoutToken(token)),
    asToken: (token: string) => word(verify(token)),
    asked: keySet.asked,
  };
}

const signed = (claims: JsonObject, header: Changes = {}, by = key): string =>
  signJwt(changed(HEADER, header), claims, by);

describe("the verifier of logout tokens", () => {
  test("accepts one that the tenant signed", async () => {
    await expect(verifiers().asLogoutToken(signed(LOGOUT_TOKEN))).resolves.toBe("accepted");
  });

  test.each([
    ["`alg` is none", () => `${encoded({ alg: "none" })}.${encoded(LOGOUT_TOKEN)}.`, "malformed_token"],
    [
      "`alg` is none, with something for a signature",
      () => `${encoded({ alg: "none" })}.${encoded(LOGOUT_TOKEN)}.AAAA`,
      "unsupported_algorithm",
    ],
    ["`alg` is HS256", () => signed(LOGOUT_TOKEN, { alg: "HS256" }), "unsupported_algorithm"],
    ["it names no key", () => signed(LOGOUT_TOKEN, { kid: undefined }), "unsupported_header: no kid"],
    ["it is encrypted", () => "a.b.c.d.e", "opaque_or_encrypted_token"],
    ["it is too long", () => "a".repeat(8193), "token_too_large"],
    ["it has expired", () => signed(changed(LOGOUT_TOKEN, { exp: NOW - 5 })), "expired"],
  ])("asks for no key where %s", async (_, token, reason) => {
    const { asLogoutToken, asked } = verifiers();
    await expect(asLogoutToken(token())).resolves.toBe(reason);
    expect(asked).toEqual([]);
  });

  test("refuses one that another key signed, or that names another", async () => {
    const { asLogoutToken } = verifiers();
    await expect(asLogoutToken(signed(LOGOUT_TOKEN, {}, otherKey))).resolves.toBe("bad_signature");
    await expect(asLogoutToken(signed(LOGOUT_TOKEN, { kid: "key-2" }))).resolves.toBe("unknown_key");
  });

  test("asks the key set of the token's own issuer", async () => {
    const asked: string[] = [];
    const getKeySet = (issuer: string) => (asked.push(issuer), new StaticKeySet(key));
    const verify = createLogoutTokenVerifier({ rules: RULES, getKeySet, clock: () => NOW * 1000 });
    await verify(signed(changed(LOGOUT_TOKEN, { iss: RULES.issuers[1] })));
    expect(asked).toEqual([RULES.issuers[1]]);
  });
});

describe("kinds of token are never confused", () => {
  test("an ID token is not a logout token, nor with `sid` and `jti` in it", async () => {
    const { asLogoutToken, asToken } = verifiers();
    const idToken = signed(changed(ID_TOKEN, { sid: "session-1", jti: "1" }));
    await expect(asToken(idToken)).resolves.toBe("accepted");
    await expect(asLogoutToken(idToken)).resolves.toBe("wrong_token_type: events");
  });

  test("an access token is not a logout token", async () => {
    await expect(verifiers().asLogoutToken(signed(ACCESS_TOKEN))).resolves.toBe("unknown_audience");
  });

  test.each(["JWT", "logout+jwt"])(
    "a logout token of type %s is not accepted as an ID token",
    async (typ) => {
      const { asLogoutToken, asToken } = verifiers();
      const logoutToken = signed(LOGOUT_TOKEN, { typ });
      await expect(asLogoutToken(logoutToken)).resolves.toBe("accepted");
      await expect(asToken(logoutToken)).resolves.toMatch(/^wrong_token_type/);
    },
  );
});
