import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createLocalJWKSet, createRemoteJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from "jose";
import { ALICE, startFakeTenant, type FakeTenant } from "../../src/testing/index.ts";

let tenant: FakeTenant;
beforeAll(async () => {
  tenant = await startFakeTenant();
});
afterAll(() => tenant.close());

async function published(): Promise<JSONWebKeySet> {
  const response = await fetch(tenant.jwksUri);
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as JSONWebKeySet;
}

async function isVerifiable(token: string): Promise<boolean> {
  return jwtVerify(token, createLocalJWKSet(await published())).then(
    () => true,
    () => false,
  );
}

it("issues ID tokens that its published keys verify", async () => {
  const keys = createRemoteJWKSet(new URL(tenant.jwksUri));
  const expected = { issuer: tenant.issuer, audience: "test-application", typ: "JWT", algorithms: ["RS256"] };
  const { payload } = await jwtVerify(tenant.idToken(), keys, expected);
  expect(payload).toMatchObject(ALICE);
});

it("issues ID tokens for any user, application and organization", () => {
  const user = { sub: "auth0|bob", email: "bob@example.com", email_verified: false };
  const token = tenant.idToken({ user, clientId: "mobile", organization: "org_1", claims: { nonce: "n" } });
  expect(decodeJwt(token)).toMatchObject({ ...user, aud: "mobile", org_id: "org_1", nonce: "n" });
});

it("issues access tokens of Auth0's own profile", async () => {
  const token = tenant.accessToken({ scope: "read", permissions: ["write:orders"], organization: "org_1" });
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await published()));
  expect(protectedHeader.typ).toBe("JWT");
  expect(payload).toMatchObject({
    sub: ALICE.sub,
    azp: "test-application",
    aud: ["https://api.example.com/", `${tenant.issuer}userinfo`],
    scope: "read",
    permissions: ["write:orders"],
    org_id: "org_1",
    "https://example.com/email": ALICE.email,
    "https://example.com/email_verified": true,
  });
  expect(payload).not.toHaveProperty("jti");
});

it("issues access tokens of RFC 9068", async () => {
  const token = tenant.accessToken({ profile: "rfc9068", clientId: "mobile" });
  const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await published()));
  expect(protectedHeader.typ).toBe("at+jwt");
  expect(payload).toMatchObject({ client_id: "mobile", jti: expect.any(String) });
  expect(payload).not.toHaveProperty("azp");
});

it("issues tokens to machines", () => {
  expect(decodeJwt(tenant.machineToken({ clientId: "cron" }))).toMatchObject({
    sub: "cron@clients",
    gty: "client-credentials",
    aud: "https://api.example.com/",
  });
});

it("leaves out a claim or a header parameter that is undefined", () => {
  const token = tenant.idToken({ claims: { email: undefined }, header: { typ: undefined } });
  expect(decodeJwt(token)).not.toHaveProperty("email");
  expect(JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString())).not.toHaveProperty(
    "typ",
  );
});

it("rotates to the key that it had published before, and keeps the old one until it is revoked", async () => {
  const [old, next] = tenant.publishedKeys;
  const before = tenant.idToken();
  tenant.rotate();
  expect(tenant.currentKey).toBe(next);
  expect([await isVerifiable(before), await isVerifiable(tenant.idToken())]).toEqual([true, true]);
  if (old) tenant.revoke(old);
  expect([await isVerifiable(before), await isVerifiable(tenant.idToken())]).toEqual([false, true]);
});

it("fails on demand: with a status, by silence, and then no longer", async () => {
  tenant.fail(503);
  await expect(published()).rejects.toThrow("503");
  tenant.fail("silent");
  await expect(fetch(tenant.jwksUri, { signal: AbortSignal.timeout(100) })).rejects.toThrow("timeout");
  tenant.fail();
  await expect(published()).resolves.toHaveProperty("keys");
});

const AGENT_API = "https://api.example.com/";

it("issues an agent's own token: the agent is the subject, and there is no actor", () => {
  const claims = decodeJwt(tenant.agentToken({ agent: "planner", clientId: "agent-client" }));
  expect(claims).toMatchObject({
    sub: "planner",
    sub_profile: "ai_agent",
    client_id: "agent-client",
    client_profile: "service ai_agent",
    aud: AGENT_API,
  });
  for (const claim of ["act", "gty", "azp"]) expect(claims).not.toHaveProperty(claim);
});

it("issues a user's token from a login to an agent's client", () => {
  const claims = decodeJwt(tenant.agentToken({ grant: "login" }));
  expect(claims).toMatchObject({
    sub: ALICE.sub,
    sub_profile: "user",
    client_profile: "ai_agent",
    "https://example.com/email": ALICE.email,
    act: { sub: "agt_1a2b3c", iss: tenant.issuer, sub_profile: "ai_agent", client_id: "test-application" },
  });
  expect(claims["act"]).not.toHaveProperty("act");
});

it("issues a token that an agent exchanged on behalf of a user, with the application in front of it", () => {
  expect(decodeJwt(tenant.agentToken({ grant: "on-behalf-of" }))).toMatchObject({
    sub: ALICE.sub,
    sub_profile: "user",
    client_profile: "service ai_agent",
    act: {
      sub: "agt_1a2b3c",
      sub_profile: "ai_agent",
      act: { sub: "web-application", sub_profile: "browser_app", client_id: "web-application" },
    },
  });
});

it("nests up to five actors, and no more", () => {
  const exchanged = (earlierActors: readonly string[]) =>
    decodeJwt(tenant.agentToken({ grant: "on-behalf-of", agent: "a", earlierActors }));
  const chain: unknown[] = [];
  let act = exchanged(["b", "c", "d", "web"])["act"] as Record<string, unknown> | undefined;
  for (; act !== undefined; act = act["act"] as typeof act) chain.push([act["sub"], act["sub_profile"]]);
  expect(chain).toEqual([
    ["a", "ai_agent"],
    ["b", "ai_agent"],
    ["c", "ai_agent"],
    ["d", "ai_agent"],
    ["web", "browser_app"],
  ]);
  expect(() => exchanged(["b", "c", "d", "e", "web"])).toThrow("at most 5 actors");
});

it("refuses a user without a subject by name, and leaves the claim out where a test asks for that", () => {
  const user = { email: "bob@example.com", email_verified: true } as typeof ALICE;
  expect(() => tenant.idToken({ user })).toThrow("The user has no sub");
  expect(() => tenant.accessToken({ user })).toThrow("The user has no sub");
  expect(decodeJwt(tenant.idToken({ claims: { sub: undefined } }))).not.toHaveProperty("sub");
});
