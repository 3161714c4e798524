import { describe, expect, test } from "@jest/globals";
import { toIdentity, type Identity } from "../../src/identity/identity.ts";
import {
  ACCESS_TOKEN,
  changed,
  claimsOf,
  CLIENT_ID,
  EMAIL_CLAIM,
  HEADER,
  ID_TOKEN,
  ISSUER,
  NOW,
  RFC9068_HEADER,
  RFC9068_TOKEN,
  type Changes,
} from "../tokens.ts";

const RULES = { emailClaim: EMAIL_CLAIM };

const fromIdToken = (changes: Changes = {}): Promise<Identity> =>
  claimsOf(HEADER, changed(ID_TOKEN, changes)).then((claims) => toIdentity(claims, RULES));
const fromAccessToken = (
  changes: Changes = {},
  rules: { emailClaim: string | undefined } = RULES,
): Promise<Identity> =>
  claimsOf(HEADER, changed(ACCESS_TOKEN, changes)).then((claims) => toIdentity(claims, rules));

test("an ID token says who the user is", async () => {
  expect(await fromIdToken({ email: "alice@acme.com", email_verified: true, org_id: "org_1" })).toEqual({
    subject: "auth0|alice",
    email: { kind: "address", address: "alice@acme.com", verified: true },
    tokenUse: "id",
    issuer: ISSUER,
    clientId: CLIENT_ID,
    expiresAt: NOW + 3600,
    scopes: [],
    permissions: [],
    organization: { id: "org_1", name: undefined },
    principalType: "user",
    audience: "WebApp",
    actors: [],
    claims: changed(ID_TOKEN, { email: "alice@acme.com", email_verified: true, org_id: "org_1" }),
  });
});

test("an access token says also what the user may do", async () => {
  expect(await fromAccessToken({ permissions: ["read:x", "write:x"] })).toEqual({
    subject: "auth0|alice",
    email: { kind: "missing" },
    tokenUse: "access",
    issuer: ISSUER,
    clientId: CLIENT_ID,
    expiresAt: NOW + 3600,
    scopes: ["openid", "email"],
    permissions: ["read:x", "write:x"],
    organization: undefined,
    principalType: "user",
    audience: "https://api.acme.com/",
    actors: [],
    claims: changed(ACCESS_TOKEN, { permissions: ["read:x", "write:x"] }),
  });
});

describe("the client", () => {
  test.each([
    [
      "the authorized party of an ID token",
      "id",
      { azp: "MobileApp", aud: [CLIENT_ID, "MobileApp"] },
      "MobileApp",
    ],
    ["the only audience of an ID token", "id", { aud: CLIENT_ID }, CLIENT_ID],
    ["the only audience of an ID token that lists it", "id", { aud: [CLIENT_ID] }, CLIENT_ID],
    ["`azp` of an access token", "access", { azp: "MobileApp" }, "MobileApp"],
    ["`client_id` of an access token", "access", { azp: undefined, client_id: "MobileApp" }, "MobileApp"],
    ["never an audience of an access token", "access", { azp: undefined }, undefined],
  ] as const)("is %s", async (_, use, changes, expected) => {
    const claims = changed(use === "id" ? ID_TOKEN : ACCESS_TOKEN, changes);
    expect(toIdentity(await claimsOf(HEADER, claims), RULES).clientId).toBe(expected);
  });
});

test("the end is in whole seconds, and never later than the token says", async () => {
  expect((await fromIdToken({ exp: NOW + 0.9 })).expiresAt).toBe(NOW);
});

describe("scopes", () => {
  test.each([
    ["none", undefined, []],
    ["an empty text", "", []],
    ["one", "openid", ["openid"]],
    ["spaces around them", "  openid   email ", ["openid", "email"]],
  ])("may be %s", async (_, scope, expected) => {
    expect((await fromAccessToken({ scope })).scopes).toEqual(expected);
  });
});

describe("a machine", () => {
  const machine = async (changes: Changes): Promise<boolean> =>
    (await fromAccessToken(changes)).principalType === "machine";

  test.each([
    ["its subject ends in @clients", { sub: "WebApp@clients" }, true],
    ["its grant is client-credentials", { gty: "client-credentials" }, true],
    ["its grant is spelled as OAuth spells it", { gty: "client_credentials" }, true],
    ["one of its grants is client-credentials", { gty: ["refresh_token", "client-credentials"] }, true],
    ["it is its own subject", { sub: "WebApp", azp: undefined, client_id: "WebApp" }, true],
    ["@clients is only a part of its subject", { sub: "auth0|alice@clients.com" }, false],
    ["its grant is another", { gty: "password" }, false],
    ["its grants are others", { gty: ["refresh_token", "password"] }, false],
    ["its client is another", { client_id: CLIENT_ID }, false],
    ["nothing says so", {}, false],
  ])("is recognized where %s", async (_, changes, expected) => {
    expect(await machine(changes)).toBe(expected);
  });

  test("is recognized in RFC 9068's profile", async () => {
    const claims = changed(RFC9068_TOKEN, { sub: CLIENT_ID });
    expect(toIdentity(await claimsOf(RFC9068_HEADER, claims), RULES).principalType).toBe("machine");
  });
});

describe("an anonymous visitor", () => {
  test.each([
    ["their subject begins with anon@", { sub: "anon@5f7c8ec7c33c6c004bbafe82" }, "anonymous"],
    ["their subject begins so, and nothing else matters", { sub: "anon@x@clients" }, "anonymous"],
    ["anon@ is only a part of the subject", { sub: "auth0|anon@5f7c" }, "user"],
    ["the subject only looks alike", { sub: "ANON@5f7c" }, "user"],
  ])("is recognized where %s", async (_, changes, expected) => {
    expect((await fromAccessToken(changes)).principalType).toBe(expected);
    expect((await fromIdToken(changes)).principalType).toBe(expected);
  });
});

test("an ID token grants nothing, whatever claim `scope` it has", async () => {
  expect(await fromIdToken({ scope: "delete:everything" })).toMatchObject({ scopes: [], permissions: [] });
});

test("an organization may have a name beside its ID, or alone", async () => {
  expect((await fromAccessToken({ org_id: "org_1", org_name: "acme" })).organization).toEqual({
    id: "org_1",
    name: "acme",
  });
  expect((await fromIdToken({ org_name: "acme" })).organization).toEqual({ id: undefined, name: "acme" });
});

test("permissions are what the tenant signed", async () => {
  expect((await fromAccessToken({ permissions: ["read:x", "é", "a|b"] })).permissions).toEqual([
    "read:x",
    "é",
    "a|b",
  ]);
});

const A_LOCAL_PART = "a".repeat(245);

describe("the email is carried byte for byte:", () => {
  test.each([
    ["an ordinary address", "alice@example.com"],
    ["upper case, which is not folded", "Alice@Example.COM"],
    ["a plus tag", "alice+news@example.com"],
    ["an apostrophe", "o'brien@example.com"],
    ["every sign of an atom", "!#$%&'*+-/=?^_`{|}~@example.com"],
    ["dots in odd places, which the tenant allowed", "..a.@example.com"],
    ["an address literal", "alice@[192.0.2.1]"],
    ["Punycode", "alice@xn--bcher-kva.example"],
    ["no dot in the domain", "root@localhost"],
    ["254 characters", `${A_LOCAL_PART}@acme.com`],
    ["what looks like a wildcard", "*@*"],
    ["what looks like a policy variable", "${aws:username}@example.com"],
    ["a comma, which no list is made of", "alice,bob@example.com"],
  ])("%s", async (_, address) => {
    expect((await fromIdToken({ email: address })).email).toMatchObject({ kind: "address", address });
    expect((await fromAccessToken({ [EMAIL_CLAIM]: address })).email).toMatchObject({
      kind: "address",
      address,
    });
  });
});

describe("the email is not carried at all where it", () => {
  test.each([
    ["has two @", "attacker@evil.com@company.com"],
    ["is quoted", '"alice"@example.com'],
    ["has a quoted @", '"a@b"@example.com'],
    ["has a backslash", "a\\b@example.com"],
    ["has no @", "alice.example.com"],
    ["has nothing before the @", "@example.com"],
    ["has nothing after the @", "alice@"],
    ["has a space", "alice @example.com"],
    ["has a space in front", " alice@example.com"],
    ["has a space behind", "alice@example.com "],
    ["has a tab", "alice\t@example.com"],
    ["has a line behind", "alice@example.com\n"],
    ["could break a header", "alice@example.com\r\nX-Admin: true"],
    ["has a null", "alice@example.com\u0000"],
    ["has a DEL", "alice\u007f@example.com"],
    ["has a name around it", "Alice <alice@example.com>"],
    ["has a Cyrillic letter", "\u0430lice@example.com"],
    ["has a Kelvin sign", "mi\u212ae@example.com"],
    ["has a dotless i", "al\u0131ce@example.com"],
    ["has a long s", "\u017fam@example.com"],
    ["has a full-width letter", "\uff41lice@example.com"],
    ["has a full-width @", "alice\uff20example.com"],
    ["has a full-width @ beside a real one", "a\uff20b@example.com"],
    ["has a zero-width joiner", "ali\u200dce@example.com"],
    ["has an override of direction", "\u202ealice@example.com"],
    ["has a combining accent", "alice\u0301@example.com"],
    ["has a non-breaking space", "alice\u00a0@example.com"],
    ["has half a character", "alice\ud800@example.com"],
    ["has an international domain", "alice@bücher.example"],
    ["has 255 characters", `a${A_LOCAL_PART}@acme.com`],
    ["has 4,000 characters", `${"a".repeat(4_000)}@acme.com`],
    ["is a list", ["alice@example.com"]],
    ["is an object", { address: "alice@example.com" }],
    ["is a number", 7],
    ["is true", true],
    ["is false", false],
  ])("%s", async (_, email) => {
    const unsupported = { kind: "unsupported" };
    expect((await fromIdToken({ email, email_verified: true })).email).toEqual(unsupported);
    expect((await fromAccessToken({ [EMAIL_CLAIM]: email })).email).toEqual(unsupported);
  });
});

describe("the email is missing where", () => {
  test.each([
    ["there is none", undefined],
    ["it is null", null],
    ["it is empty", ""],
  ])("%s", async (_, email) => {
    expect((await fromIdToken({ email, email_verified: true })).email).toEqual({ kind: "missing" });
    expect((await fromAccessToken({ [EMAIL_CLAIM]: email })).email).toEqual({ kind: "missing" });
  });

  test("an access token has only a bare `email`, which some Action put there", async () => {
    expect((await fromAccessToken({ email: "alice@example.com", email_verified: true })).email).toEqual({
      kind: "missing",
    });
  });

  test("and is found there where `email` is the claim of access tokens", async () => {
    const claims = { email: "alice@example.com", email_verified: true };
    expect((await fromAccessToken(claims, { emailClaim: "email" })).email).toEqual({
      kind: "address",
      address: "alice@example.com",
      verified: true,
    });
  });

  test("an ID token has only the namespaced claim", async () => {
    expect((await fromIdToken({ [EMAIL_CLAIM]: "alice@example.com" })).email).toEqual({ kind: "missing" });
  });

  test("no claim is configured for access tokens", async () => {
    const email = { email: "alice@example.com", undefined: "alice@example.com" };
    expect((await fromAccessToken(email, { emailClaim: undefined })).email).toEqual({ kind: "missing" });
  });
});

describe("the email is verified", () => {
  test.each([
    ["where the claim is true", true, true],
    ["not where it is false", false, false],
    ["nor the opposite where it is the text true", "true", undefined],
    ["nor the opposite where it is 1", 1, undefined],
    ["nor the opposite where it is null", null, undefined],
    ["nor the opposite where it is a list", [true], undefined],
    ["nor the opposite where there is no such claim", undefined, undefined],
  ])("%s", async (_, claim, verified) => {
    const address = "alice@example.com";
    const expected = { kind: "address", address, verified };
    expect((await fromIdToken({ email: address, email_verified: claim })).email).toEqual(expected);
    const namespaced = { [EMAIL_CLAIM]: address, [`${EMAIL_CLAIM}_verified`]: claim };
    expect((await fromAccessToken(namespaced)).email).toEqual(expected);
  });

  test("only by the claim beside it", async () => {
    const { email } = await fromAccessToken({ [EMAIL_CLAIM]: "alice@example.com", email_verified: true });
    expect(email).toMatchObject({ verified: undefined });
  });
});

test("those who act for the user are all subjects of the chain, the current one first", async () => {
  const act = { sub: "agent@clients", act: { sub: "auth0|earlier" } };
  expect((await fromAccessToken({ act })).actors).toEqual(["agent@clients", "auth0|earlier"]);
  expect((await fromIdToken()).actors).toEqual([]);
});

describe("Auth0's profiles of agents", () => {
  const CREDENTIALS = {
    sub: "agt_1",
    azp: "AgentApp",
    sub_profile: "ai_agent",
    client_profile: "service ai_agent",
  };
  const LOGIN = {
    sub_profile: "user",
    client_profile: "ai_agent",
    act: { sub: "agt_1", sub_profile: "ai_agent" },
  };
  const EXCHANGE = {
    sub_profile: "user",
    client_profile: "service ai_agent",
    act: { sub: "agt_1", act: { sub: "WebApp@clients" } },
  };

  test.each([
    ["client credentials", CREDENTIALS, "agent"],
    ["a login by an application of an agent", LOGIN, "user"],
    ["an exchange on behalf of a user", EXCHANGE, "user"],
    ["a profile of the subject alone", { sub_profile: "ai_agent" }, "agent"],
    [
      "the subject's profile before the application's",
      { sub_profile: "user", client_profile: "ai_agent" },
      "user",
    ],
    ["the subject's profile before its name", { sub: "x@clients", sub_profile: "user" }, "user"],
    ["a service", { sub_profile: "service" }, "machine"],
    ["an unknown profile", { sub_profile: "robot" }, "machine"],
    ["a profile that is not a string", { sub_profile: ["user"] }, "machine"],
    ["null for a profile", { sub_profile: null }, "machine"],
    ["an empty profile, which counts as absent", { sub_profile: "" }, "user"],
    ["two profiles, one of them a user's", { sub_profile: "user service" }, "machine"],
    ["the application's profile alone", { client_profile: "service ai_agent" }, "agent"],
    ["a service's profile alone", { client_profile: "service" }, "machine"],
    ["an application's profile with an actor", { client_profile: "ai_agent", act: { sub: "agt_1" } }, "user"],
    ["a browser's profile alone", { client_profile: "browser_app" }, "user"],
    ["a user's and a browser's profile", { client_profile: "user browser_app" }, "user"],
    ["a native application's profile alone", { client_profile: "native_app" }, "user"],
    ["a user's profile between spaces", { sub: "x@clients", sub_profile: "  user  " }, "user"],
    ["a browser's profile of a machine", { sub: "x@clients", client_profile: "browser_app" }, "machine"],
  ])("%s", async (_what, claims, expected) => {
    expect((await fromAccessToken(claims)).principalType).toBe(expected);
  });

  test("hold for ID tokens too", async () => {
    expect((await fromIdToken({ sub_profile: "ai_agent" })).principalType).toBe("agent");
    expect((await fromIdToken({ sub_profile: "user" })).principalType).toBe("user");
  });
});
