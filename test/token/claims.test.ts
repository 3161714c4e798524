import { describe, expect, test } from "@jest/globals";
import type { ClaimRules } from "../../src/token/claims.ts";
import {
  ACCESS_TOKEN,
  AUDIENCE,
  changed,
  claimsOf,
  CLIENT_ID,
  HEADER,
  ID_TOKEN,
  ISSUER,
  outcomeOfAsync,
  NOW,
  RFC9068_HEADER,
  RFC9068_TOKEN,
  RULES,
  type Changes,
} from "../tokens.ts";
import type { JsonObject } from "../../src/token/jwt.ts";

/** What the rules say of a token's header and claims. */
function outcome(header: JsonObject, claims: JsonObject, rules: Partial<ClaimRules> = {}): Promise<string> {
  return outcomeOfAsync(claimsOf(header, claims, { ...RULES, ...rules }));
}

/** A rule of ours: what breaks it, why that is refused, and what only just keeps it. */
type Pair = readonly [rule: string, broken: Changes, reason: string, kept: Changes];

const idToken = (claims: Changes, header: Changes = {}): Promise<string> =>
  outcome(changed(HEADER, header), changed(ID_TOKEN, claims));
const accessToken = (claims: Changes, header: Changes = {}): Promise<string> =>
  outcome(changed(HEADER, header), changed(ACCESS_TOKEN, claims));
const rfc9068Token = (claims: Changes, header: Changes = {}): Promise<string> =>
  outcome(changed(RFC9068_HEADER, header), changed(RFC9068_TOKEN, claims));

/** So many actors, each nested in the one after. */
const actors = (count: number): object => ({ sub: "agent", ...(count > 1 && { act: actors(count - 1) }) });

const EVERY_TOKEN: readonly Pair[] = [
  ["`iss` is there", { iss: undefined }, "missing_claim: iss", { iss: ISSUER }],
  ["`iss` is a string", { iss: [ISSUER] }, "invalid_claim: iss", { iss: ISSUER }],
  ["`iss` is not empty", { iss: "" }, "invalid_claim: iss", { iss: "https://login.acme.com/" }],
  ["`iss` keeps its slash", { iss: ISSUER.slice(0, -1) }, "unknown_issuer", { iss: ISSUER }],
  ["`iss` is exact, not a start", { iss: `${ISSUER}x` }, "unknown_issuer", { iss: ISSUER }],
  ["`iss` is exact, not a part", { iss: "https://acme" }, "unknown_issuer", { iss: ISSUER }],
  ["`iss` keeps its case", { iss: ISSUER.toUpperCase() }, "unknown_issuer", { iss: ISSUER }],
  ["`aud` is there", { aud: undefined }, "missing_claim: aud", {}],
  ["`aud` is text", { aud: 1 }, "invalid_claim: aud", {}],
  ["`aud` is not null", { aud: null }, "invalid_claim: aud", {}],
  ["`aud` is not empty", { aud: [] }, "unknown_audience", {}],
  ["`aud` is not a list of an empty string", { aud: [""] }, "unknown_audience", {}],
  ["`aud` lists text alone", { aud: [CLIENT_ID, 1] }, "invalid_claim: aud", {}],
  ["`aud` is not nested", { aud: [[CLIENT_ID]] }, "invalid_claim: aud", {}],
  ["`aud` is exact", { aud: `${CLIENT_ID} ` }, "unknown_audience", {}],
  ["`aud` names one kind of token", { aud: [CLIENT_ID, AUDIENCE] }, "ambiguous_audience", {}],
  ["`sub` is there", { sub: undefined }, "missing_claim: sub", { sub: "a" }],
  ["`sub` is a string", { sub: 7 }, "invalid_claim: sub", { sub: "7" }],
  ["`sub` is not empty", { sub: "" }, "invalid_claim: sub", { sub: " " }],
  ["`sub` is not null", { sub: null }, "invalid_claim: sub", { sub: "null" }],
  ["`jti` is a string", { jti: 7 }, "invalid_claim: jti", { jti: "7" }],
  ["`org_id` is a string", { org_id: ["org_1"] }, "invalid_claim: org_id", { org_id: "org_1" }],
  ["`org_id` is not null", { org_id: null }, "invalid_claim: org_id", { org_id: "" }],
  ["`org_name` is not null", { org_name: null }, "invalid_claim: org_name", { org_name: "" }],
  ["`azp` is not null", { azp: null }, "invalid_claim: azp", { azp: "" }],
  ["`act` is an object", { act: "agent" }, "invalid_claim: act", { act: { sub: "agent" } }],
  ["`act` is not a list", { act: [{ sub: "agent" }] }, "invalid_claim: act", {}],
  ["`act` is not null", { act: null }, "invalid_claim: act", {}],
  [
    "`act` names its subject",
    { act: { iss: ISSUER } },
    "invalid_claim: act",
    { act: { sub: "a", iss: ISSUER } },
  ],
  ["`act` names a subject of some length", { act: { sub: "" } }, "invalid_claim: act", {}],
  ["an earlier actor is one too", { act: { sub: "a", act: {} } }, "invalid_claim: act", {}],
  ["there are five actors at most", { act: actors(6) }, "invalid_claim: act", { act: actors(5) }],
  ["`org_name` is a string", { org_name: 7 }, "invalid_claim: org_name", { org_name: "acme" }],
  ["`azp` is a string", { azp: [CLIENT_ID] }, "invalid_claim: azp", { azp: CLIENT_ID }],
  ["`exp` is there", { exp: undefined }, "missing_claim: exp", { exp: NOW + 1 }],
  ["`exp` is a number", { exp: String(NOW + 60) }, "invalid_claim: exp", { exp: NOW + 60.5 }],
  ["`exp` is not null", { exp: null }, "invalid_claim: exp", { exp: NOW }],
  ["`exp` has a date", { exp: 253_402_300_740 }, "invalid_claim: exp", { exp: 253_402_300_739 }],
  ["`exp` has not come, nor the tolerance", { exp: NOW - 5 }, "expired", { exp: NOW - 4.999 }],
  ["`exp` is not zero", { exp: 0 }, "expired", {}],
  ["`exp` is not before all time", { exp: -1 }, "expired", {}],
  ["`iat` is there", { iat: undefined }, "missing_claim: iat", { iat: 0 }],
  ["`iat` is a number", { iat: "0" }, "invalid_claim: iat", { iat: 0 }],
  ["`iat` has a date", { iat: -253_402_300_740 }, "invalid_claim: iat", { iat: -253_402_300_739 }],
  ["`iat` has come, or the tolerance", { iat: NOW + 5.001 }, "not_yet_valid", { iat: NOW + 5 }],
  ["`nbf` is a number", { nbf: "0" }, "invalid_claim: nbf", { nbf: 0 }],
  ["`nbf` is not null", { nbf: null }, "invalid_claim: nbf", { nbf: undefined }],
  ["`nbf` has come, or the tolerance", { nbf: NOW + 5.001 }, "not_yet_valid", { nbf: NOW + 5 }],
  ["it is not bound to a key", { cnf: { jkt: "x" } }, "sender_constrained_token", { cnf: undefined }],
  ["it is not bound to nothing", { cnf: null }, "sender_constrained_token", { cnf: undefined }],
  ["it is not a logout token", { events: {} }, "wrong_token_type: events", { events: undefined }],
];

describe.each([
  ["an ID token", idToken],
  ["an access token of Auth0's profile", accessToken],
  ["an access token of RFC 9068", rfc9068Token],
])("%s", (_, outcomeWith) => {
  test("is accepted as it comes from Auth0", async () => {
    expect(await outcomeWith({})).toBe("accepted");
  });

  test.each(EVERY_TOKEN)("is acceptable only where %s", async (_rule, broken, reason, kept) => {
    expect(await outcomeWith(broken)).toBe(reason);
    expect(await outcomeWith(kept)).toBe("accepted");
  });

  test("may carry unknown claims", async () => {
    expect(await outcomeWith({ "https://acme.com/roles": [{ a: null }], constructor: 1 })).toBe("accepted");
  });
});

const ID_TOKENS: readonly Pair[] = [
  ["no audience is a stranger", { aud: [CLIENT_ID, "Other"], azp: CLIENT_ID }, "unknown_audience", {}],
  [
    "several audiences name the authorized party",
    { aud: [CLIENT_ID, "MobileApp"] },
    "missing_claim: azp",
    { aud: [CLIENT_ID, "MobileApp"], azp: "MobileApp" },
  ],
  ["`azp` is one of ours", { azp: "Other" }, "invalid_claim: azp", { azp: "MobileApp" }],
  ["`azp` names one of ours if it is not empty", { azp: " " }, "invalid_claim: azp", { azp: "" }],
  ["it has no `permissions`", { permissions: [] }, "wrong_token_type: permissions", {}],
  ["it has no `gty`", { gty: "password" }, "wrong_token_type: gty", {}],
  ["it has no `client_id`", { client_id: CLIENT_ID }, "wrong_token_type: client_id", {}],
];

describe("an ID token", () => {
  test("is recognized by its audience", async () => {
    expect((await claimsOf(HEADER, ID_TOKEN)).use).toBe("id");
  });

  test("was issued to its authorized party, or else to its only audience", async () => {
    const several = changed(ID_TOKEN, { aud: [CLIENT_ID, "MobileApp"], azp: "MobileApp" });
    expect((await claimsOf(HEADER, several)).clientId).toBe("MobileApp");
    expect((await claimsOf(HEADER, ID_TOKEN)).clientId).toBe(CLIENT_ID);
  });

  test("names the actors of a delegation, the current one first", async () => {
    const actorsOf = async (act: object) => (await claimsOf(HEADER, changed(ID_TOKEN, { act }))).actors;
    expect(await actorsOf({ sub: "agent" })).toEqual(["agent"]);
    expect(await actorsOf({ sub: "agent", act: { sub: "helper" } })).toEqual(["agent", "helper"]);
  });

  test.each(ID_TOKENS)("is acceptable only where %s", async (_, broken, reason, kept) => {
    expect(await idToken(broken)).toBe(reason);
    expect(await idToken(kept)).toBe("accepted");
  });

  test("may have a nonce, which only the client can check", async () => {
    expect(await idToken({ nonce: "n-0S6_WzA2Mj" })).toBe("accepted");
  });

  test("may have a custom claim `scope`, of any type", async () => {
    expect(await idToken({ scope: "openid" })).toBe("accepted");
    expect(await idToken({ scope: { anything: 1 } })).toBe("accepted");
  });

  test("may have its audience as a list", async () => {
    expect(await idToken({ aud: [CLIENT_ID] })).toBe("accepted");
  });

  test.each([undefined, "JWT", "jwt", "application/jwt", "Application/JWT"])(
    "may have the type %s",
    async (typ) => {
      expect(await idToken({}, { typ })).toBe("accepted");
    },
  );

  test.each([
    "at+jwt",
    "application/at+jwt",
    "logout+jwt",
    "dpop+jwt",
    "",
    "application/",
    "japplication/wt",
    "JWS",
    null,
    1,
  ])("cannot have the type %s", async (typ) => {
    expect(await idToken({}, { typ })).toBe("wrong_token_type: typ");
  });
});

const ACCESS_TOKENS: readonly Pair[] = [
  ["it has no `nonce`", { nonce: "n" }, "wrong_token_type: nonce", { nonce: undefined }],
  ["`scope` is a string", { scope: ["openid"] }, "invalid_claim: scope", { scope: "" }],
  ["`permissions` is a list", { permissions: "read:x" }, "invalid_claim: permissions", { permissions: [] }],
  [
    "`permissions` lists text alone",
    { permissions: ["read:x", 1] },
    "invalid_claim: permissions",
    { permissions: ["read:x"] },
  ],
  ["`permissions` is not null", { permissions: null }, "invalid_claim: permissions", {}],
  ["`gty` is text", { gty: 1 }, "invalid_claim: gty", { gty: "password" }],
  ["`gty` lists text alone", { gty: [1] }, "invalid_claim: gty", { gty: ["refresh_token", "password"] }],
  [
    "`azp` and `client_id` agree",
    { azp: CLIENT_ID, client_id: "MobileApp" },
    "invalid_claim: azp",
    { azp: CLIENT_ID, client_id: CLIENT_ID },
  ],
];

describe.each([
  ["Auth0's profile", accessToken],
  ["RFC 9068", rfc9068Token],
])("an access token of %s", (_, outcomeWith) => {
  test.each(ACCESS_TOKENS)("is acceptable only where %s", async (_rule, broken, reason, kept) => {
    expect(await outcomeWith(broken)).toBe(reason);
    expect(await outcomeWith(kept)).toBe("accepted");
  });

  test("may have others among its audiences", async () => {
    expect(await outcomeWith({ aud: ["https://else.where/", AUDIENCE] })).toBe("accepted");
  });

  test.each(["at+JWS", "logout+jwt", "dpop+jwt", "", "at+jwt ", "application/application/at+jwt", null, 1])(
    "cannot have the type %s",
    async (typ) => {
      expect(await outcomeWith({}, { typ })).toBe("wrong_token_type: typ");
    },
  );

  test("cannot have a type that only Unicode folds to one of ours", async () => {
    expect(await outcomeWith({}, { typ: "\uff2a\uff37\uff34" })).toBe("wrong_token_type: typ");
    expect(await outcomeWith({}, { typ: "\uff41t+jwt" })).toBe("wrong_token_type: typ");
  });

  test("must have a type", async () => {
    expect(await outcomeWith({}, { typ: undefined })).toBe("wrong_token_type: typ");
  });
});

describe("an access token of Auth0's profile", () => {
  test("is recognized by its audience", async () => {
    expect((await claimsOf(HEADER, ACCESS_TOKEN)).use).toBe("access");
  });

  test.each([
    ["two words", "openid email", ["openid", "email"]],
    ["spaces to spare", " openid  email ", ["openid", "email"]],
    ["nothing", "", []],
    ["no claim", undefined, []],
  ])("has the scopes of `scope`: %s", async (_, scope, scopes) => {
    expect(await claimsOf(HEADER, changed(ACCESS_TOKEN, { scope }))).toMatchObject({ scopes });
  });

  test("need not name its client", async () => {
    expect(await accessToken({ azp: undefined })).toBe("accepted");
  });

  test("is refused where only RFC 9068 is accepted", async () => {
    const token = changed(ACCESS_TOKEN, { client_id: CLIENT_ID, jti: "a1" });
    expect(await outcome(HEADER, token, { accessTokenProfile: "rfc9068" })).toBe("wrong_token_type: typ");
  });
});

describe("an access token of RFC 9068", () => {
  test.each(["at+jwt", "AT+JWT", "application/at+jwt", "APPLICATION/at+JWT"])(
    "may have the type %s",
    async (typ) => {
      expect(await rfc9068Token({}, { typ })).toBe("accepted");
    },
  );

  test.each([
    ["`client_id` is there", { client_id: undefined }, "missing_claim: client_id", {}],
    ["`client_id` is a string", { client_id: 1 }, "invalid_claim: client_id", {}],
    ["`client_id` is not empty", { client_id: "" }, "invalid_claim: client_id", {}],
    ["`jti` is there", { jti: undefined }, "missing_claim: jti", {}],
    ["`jti` is not empty", { jti: "" }, "invalid_claim: jti", { jti: "b" }],
  ] satisfies Pair[])("is acceptable only where %s", async (_, broken, reason, kept) => {
    expect(await rfc9068Token(broken)).toBe(reason);
    expect(await rfc9068Token(kept)).toBe("accepted");
  });

  test("is accepted where only RFC 9068 is", async () => {
    expect(await outcome(RFC9068_HEADER, RFC9068_TOKEN, { accessTokenProfile: "rfc9068" })).toBe("accepted");
  });
});

describe("the clock tolerance", () => {
  test.each([
    [0, NOW, "expired", NOW + 0.001],
    [60, NOW - 60, "expired", NOW - 59.999],
  ])("of %d s lets a token live that much longer", async (clockToleranceSeconds, late, reason, inTime) => {
    expect(await outcome(HEADER, changed(ID_TOKEN, { exp: late }), { clockToleranceSeconds })).toBe(reason);
    expect(await outcome(HEADER, changed(ID_TOKEN, { exp: inTime }), { clockToleranceSeconds })).toBe(
      "accepted",
    );
  });

  test.each([
    [0, NOW + 0.001, NOW],
    [60, NOW + 60.001, NOW + 60],
  ])("of %d s lets a token be used that much sooner", async (clockToleranceSeconds, early, inTime) => {
    expect(await outcome(HEADER, changed(ID_TOKEN, { iat: early }), { clockToleranceSeconds })).toBe(
      "not_yet_valid",
    );
    expect(await outcome(HEADER, changed(ID_TOKEN, { iat: inTime }), { clockToleranceSeconds })).toBe(
      "accepted",
    );
  });
});

describe("of several broken rules", () => {
  test("the issuer is reported first, so that a stranger's token teaches nothing", async () => {
    expect(await idToken({ iss: "https://evil.example/", aud: "x", exp: 0, sub: "" })).toBe("unknown_issuer");
  });

  test("the issuer of a token without an audience is still refused", async () => {
    expect(await idToken({ iss: "https://evil.example/", aud: undefined })).toBe("unknown_issuer");
  });
});
