import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify, type JWTVerifyResult } from "jose";
import { createHash } from "node:crypto";
import { signIn as codeSignIn } from "../../local/sign-in.ts";
import { API_IDENTIFIER, EMAIL_CLAIM, applications as directory } from "../../local/tenant/directory.ts";
import { startLocalTenant, type Tenant } from "../../local/tenant/tenant.ts";
import { fragmentOf, LegacyPage, PASSWORD_REALM } from "./legacy-page.ts";

const LIFETIME_MS = 60_000;

let now = Date.now();
let tenant: Tenant;
let page: LegacyPage;

beforeAll(async () => {
  tenant = await startLocalTenant({ clock: () => now });
});
afterAll(() => tenant.close());
beforeEach(() => {
  page = new LegacyPage(tenant);
});

/** What the tenant itself says of the token, by its published keys. */
function verified(token = "", audience = page.application.clientId): Promise<JWTVerifyResult> {
  const keys = createRemoteJWKSet(new URL(".well-known/jwks.json", tenant.issuer));
  return jwtVerify(token, keys, { issuer: tenant.issuer, audience, algorithms: ["RS256"] });
}

async function ticketOf({ email, password } = tenant.users.verified, from = page): Promise<string> {
  const answer = (await (await from.authenticate(email, password)).json()) as Record<string, string>;
  return answer["login_ticket"] ?? "";
}

/** Signs in as Lock does, and leaves a session behind. */
async function signIn(from = page): Promise<Readonly<Record<string, string>>> {
  return fragmentOf(await from.authorize({ login_ticket: await ticketOf(undefined, from) }));
}

describe("the implicit flow", () => {
  test("gives an ID token as Auth0 writes it: with the email, the nonce, and a header with typ", async () => {
    await signIn();
    const { id_token: token, state } = fragmentOf(await page.authorize({ nonce: "n-1", state: "s-1" }));
    const { payload, protectedHeader } = await verified(token);
    const { sub, email } = tenant.users.verified;
    expect(payload).toMatchObject({ sub, email, email_verified: true, nonce: "n-1" });
    expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: tenant.keys().current });
    expect(state).toBe("s-1");
  });

  test("binds the access token that comes along to it (at_hash)", async () => {
    const { id_token: id, access_token: access = "", token_type: type, expires_in: seconds } = await signIn();
    const hash = createHash("sha256").update(access).digest().subarray(0, 16).toString("base64url");
    expect((await verified(id)).payload["at_hash"]).toBe(hash);
    expect([type, seconds]).toEqual(["Bearer", "86400"]);
  });

  test("gives an access token for the API where one is asked for", async () => {
    await signIn();
    const { access_token: token } = fragmentOf(await page.authorize({ audience: API_IDENTIFIER }));
    const { payload } = await verified(token, API_IDENTIFIER);
    expect(payload).toMatchObject({
      [EMAIL_CLAIM]: tenant.users.verified.email,
      azp: page.application.clientId,
    });
  });

  test("gives the ID token alone where no more is asked for", async () => {
    await signIn();
    const answer = fragmentOf(await page.authorize({ response_type: "id_token" }));
    expect(Object.keys(answer).sort()).toEqual(["id_token", "state"]);
  });

  test("shows the login page to whom the tenant does not know", async () => {
    const answer = await page.authorize();
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toMatch(/\/u\/login\//);
  });

  test("is not for an application that is not registered for it", async () => {
    const spa = new LegacyPage(tenant, tenant.applications.spa);
    const { error_description: reason } = fragmentOf(await spa.authorize());
    expect(reason).toContain("response_type is not allowed for this client");
  });

  test("needs a nonce", async () => {
    expect(fragmentOf(await page.authorize({ nonce: "" }))).toMatchObject({ error: "invalid_request" });
  });
});

test("pages on another port sign in, and npm run token still does as the directory says", async () => {
  const other = await startLocalTenant({ spaOrigins: ["http://localhost:4009"] });
  const { issuer, applications, users } = other;
  const { clientId, redirectUris } = applications.legacy;
  expect(redirectUris).toContain("http://localhost:4009/auth0-js");
  const { email, password } = users.verified;
  const redirectUri = directory.legacy.redirectUris[0] ?? "";
  expect(redirectUri).toContain("http://localhost:4001/");
  const tokens = await codeSignIn({ issuer, clientId, redirectUri, email, password });
  expect(decodeProtectedHeader(tokens.id_token)).toMatchObject({ alg: "RS256" });
  await other.close();
});

describe("silent renewal in a frame", () => {
  test("gives a new ID token while the session lasts", async () => {
    await signIn();
    const { id_token: token, state } = await page.silently({ state: "s-2" });
    expect(decodeProtectedHeader(token ?? "").typ).toBe("JWT");
    expect((await verified(token)).payload["email"]).toBe(tenant.users.verified.email);
    expect(state).toBe("s-2");
  });

  test("says login_required without a session", async () => {
    expect(await page.silently()).toMatchObject({ error: "login_required" });
  });
});

describe("cross-origin authentication", () => {
  test("gives a ticket that signs in, also in a frame", async () => {
    const { id_token: token } = await page.silently({ login_ticket: await ticketOf() });
    expect((await verified(token)).payload.sub).toBe(tenant.users.verified.sub);
  });

  test("answers to the page of the application, with its cookies", async () => {
    const { email, password } = tenant.users.verified;
    const answer = await page.authenticate(email, password);
    expect(answer.headers.get("access-control-allow-origin")).toBe(page.origin);
    expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^co=[\w-]{43};/);
    expect(cookie.toLowerCase()).toMatch(/; path=\/authorize;.*; samesite=lax; httponly$/);
  });

  test.each([
    ["a wrong password", "verified@example.com", "wrong"],
    ["an unknown email", "nobody@example.com", "a-long-password-for-vera"],
  ])("refuses %s, and does not tell which of the two is wrong", async (_what, email, password) => {
    const answer = await page.authenticate(email, password);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({
      error: "access_denied",
      error_description: "Wrong email or password.",
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test("refuses another connection than the users' own", async () => {
    const { email: username, password } = tenant.users.verified;
    const { clientId: client_id } = page.application;
    const attempt = (realm: string): Promise<Response> =>
      page.post("co/authenticate", { client_id, username, password, realm });
    expect((await attempt("another-database")).status).toBe(401);
    expect((await attempt("Username-Password-Authentication")).status).toBe(200);
  });

  test.each([
    ["another page", { origin: "https://evil.example" }, 403],
    ["a page that hides where it is from", { origin: "null" }, 403],
    [
      "a body that is not JSON, which a page sends without asking first",
      { "content-type": "text/plain" },
      415,
    ],
  ])("refuses %s", async (_what, headers, status) => {
    const { email: username, password } = tenant.users.verified;
    const credentials = { client_id: page.application.clientId, username, password };
    const answer = await page.post("co/authenticate", credentials, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test("is not for an application that is not registered for it", async () => {
    const spa = new LegacyPage(tenant, tenant.applications.spa);
    const { email, password } = tenant.users.verified;
    expect((await spa.authenticate(email, password)).status).toBe(403);
  });

  test("lets the page ask, and no other", async () => {
    const allowed = await page.preflight("co/authenticate");
    expect(allowed.headers.get("access-control-allow-origin")).toBe(page.origin);
    expect(allowed.headers.get("access-control-allow-headers")).toBe("auth0-client,content-type");
    const refused = await page.preflight("co/authenticate", "https://evil.example");
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("does not fall over what is not a JSON object", async () => {
    for (const body of ["", "null", "[", '"text"'])
      expect((await page.post("co/authenticate", body)).status).toBe(400);
  });
});

describe("a login ticket is refused", () => {
  const refused = { error: "access_denied" };

  test("the second time", async () => {
    const login_ticket = await ticketOf();
    expect(fragmentOf(await page.authorize({ login_ticket }))).toHaveProperty("id_token");
    expect(fragmentOf(await page.authorize({ login_ticket }))).toMatchObject(refused);
  });

  test("after a minute, and not before", async () => {
    const first = await ticketOf();
    now += LIFETIME_MS - 1;
    expect(fragmentOf(await page.authorize({ login_ticket: first }))).toHaveProperty("id_token");
    const second = await ticketOf();
    now += LIFETIME_MS;
    expect(fragmentOf(await page.authorize({ login_ticket: second }))).toMatchObject(refused);
  });

  test("by another application", async () => {
    const login_ticket = await ticketOf();
    const { clientId: client_id, redirectUris } = tenant.applications.spa;
    const code = {
      response_type: "code",
      code_challenge: "a".repeat(43),
      code_challenge_method: "S256",
      response_mode: "fragment",
    };
    const redirect_uri = redirectUris[0] ?? "";
    expect(
      fragmentOf(await page.authorize({ client_id, redirect_uri, ...code, login_ticket })),
    ).toMatchObject(refused);
  });

  test("in a browser that did not ask for it, as in an attacker's link", async () => {
    const victim = new LegacyPage(tenant);
    const login_ticket = await ticketOf();
    expect(fragmentOf(await victim.authorize({ login_ticket }))).toMatchObject(refused);
    expect(await victim.silently()).toMatchObject({ error: "login_required" });
  });

  test("in a browser that asked for one of its own", async () => {
    const victim = new LegacyPage(tenant);
    await ticketOf(tenant.users.unverified, victim);
    const login_ticket = await ticketOf();
    expect(fragmentOf(await victim.authorize({ login_ticket }))).toMatchObject(refused);
  });

  test("also where a user is signed in, whose session goes on", async () => {
    await signIn();
    expect(fragmentOf(await page.authorize({ login_ticket: "guessed" }))).toMatchObject(refused);
    expect(await page.silently()).toHaveProperty("id_token");
  });
});

test("who signs in with a ticket takes the place of who was signed in", async () => {
  await signIn();
  await page.authorize({ login_ticket: await ticketOf(tenant.users.unverified) });
  const { id_token: token } = await page.silently();
  expect((await verified(token)).payload.sub).toBe(tenant.users.unverified.sub);
});

describe("the password grants", () => {
  const credentials = (): Record<string, string> => {
    const { email: username, password } = tenant.users.verified;
    return { client_id: page.application.clientId, username, password, scope: "openid profile email" };
  };
  const realm = { grant_type: PASSWORD_REALM, realm: "Username-Password-Authentication" };
  const tokens = async (body: Record<string, string>): Promise<Record<string, string>> =>
    (await (await page.post("oauth/token", { ...credentials(), ...body })).json()) as Record<string, string>;

  test.each([
    ["with a realm, as client.login", realm],
    ["without one, as client.loginWithDefaultDirectory", { grant_type: "password" }],
  ])("give tokens for JSON, %s", async (_what, grant) => {
    const { id_token: id, access_token: access = "", ...rest } = await tokens(grant);
    const { payload, protectedHeader } = await verified(id);
    expect(payload).toMatchObject({ sub: tenant.users.verified.sub, email: tenant.users.verified.email });
    expect(payload).not.toHaveProperty("nonce");
    expect(protectedHeader.typ).toBe("JWT");
    expect(access).toMatch(/^[\w-]{43}$/);
    expect(rest).toEqual({ scope: "openid profile email", expires_in: 86_400, token_type: "Bearer" });
  });

  test("give an access token for the API, and for no other", async () => {
    const { access_token: token } = await tokens({ ...realm, audience: API_IDENTIFIER });
    expect((await verified(token, API_IDENTIFIER)).payload).toMatchObject({
      sub: tenant.users.verified.sub,
      [EMAIL_CLAIM]: tenant.users.verified.email,
    });
    const refused = await tokens({ ...realm, audience: "https://elsewhere.example/" });
    expect(refused).toMatchObject({ error: "access_denied" });
  });

  test("give no ID token where the scope openid is not asked for", async () => {
    expect(await tokens({ ...realm, scope: "email" })).not.toHaveProperty("id_token");
  });

  test.each([
    ["a wrong password", { password: "wrong" }],
    ["an unknown email", { username: "nobody@example.com" }],
    ["no email at all", { username: "" }],
    ["another connection", { realm: "another-database" }],
  ])("refuse %s in Auth0.js's words", async (_what, changes) => {
    const answer = await page.post("oauth/token", { ...credentials(), ...realm, ...changes });
    expect(answer.status).toBe(403);
    expect(answer.headers.get("access-control-allow-origin")).toBe(page.origin);
    expect(await answer.json()).toEqual({
      error: "invalid_grant",
      error_description: "Wrong email or password.",
    });
  });

  test("are not for an application that is not registered for them, nor for another page", async () => {
    const { clientId: client_id } = tenant.applications.spa;
    expect(await tokens({ ...realm, client_id })).toMatchObject({ error: "invalid_request" });
    const elsewhere = { origin: "https://evil.example" };
    const answer = await page.post("oauth/token", { ...credentials(), ...realm }, elsewhere);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    expect(await answer.json()).toMatchObject({ error: "invalid_request" });
  });

  test("start no session", async () => {
    await tokens(realm);
    expect(await page.silently()).toMatchObject({ error: "login_required" });
  });
});

describe("what Lock asks for", () => {
  test("is which database the application has, as a script", async () => {
    const { clientId } = page.application;
    const answer = await page.visit(new URL(`client/${clientId}.js?t1`, tenant.issuer));
    const [, json = "{}"] = /^Auth0\.setClient\((.*)\);\n$/.exec(await answer.text()) ?? [];
    expect(answer.headers.get("content-type")).toContain("text/javascript");
    expect(JSON.parse(json)).toMatchObject({
      id: clientId,
      strategies: [{ name: "auth0", connections: [{ name: "Username-Password-Authentication" }] }],
    });
  });

  test("is not told of applications that do not sign in so", async () => {
    for (const clientId of ["nobody", tenant.applications.spa.clientId])
      expect((await page.visit(new URL(`client/${clientId}.js`, tenant.issuer))).status).toBe(404);
  });

  test.each(["usernamepassword/challenge", "dbconnections/signup/challenge"])(
    "is whether there is a puzzle, at %s",
    async (path) => {
      const allowed = (await page.preflight(path)).headers.get("access-control-allow-origin");
      expect([allowed, await (await page.post(path, { state: "s" })).json()]).toEqual([
        page.origin,
        { required: false },
      ]);
    },
  );
});

describe("signing up", () => {
  const signUp = (changes: Record<string, string> = {}): Promise<Response> =>
    page.post("dbconnections/signup", {
      client_id: page.application.clientId,
      connection: "Username-Password-Authentication",
      email: "new@example.com",
      password: "a-new-password",
      ...changes,
    });

  test("makes a user with an unverified email, who can sign in", async () => {
    const answer = await signUp({ email: "nora@example.com" });
    expect(answer.headers.get("access-control-allow-origin")).toBe(page.origin);
    expect(await answer.json()).toEqual({
      _id: expect.stringMatching(/^[\da-f]{24}$/),
      email: "nora@example.com",
      email_verified: false,
    });
    const newcomer = { ...tenant.users.verified, email: "nora@example.com", password: "a-new-password" };
    const { id_token: token } = await page.silently({ login_ticket: await ticketOf(newcomer) });
    expect((await verified(token)).payload).toMatchObject({
      email: "nora@example.com",
      email_verified: false,
    });
  });

  test.each([
    ["an email that is taken", { email: "verified@example.com" }],
    ["no email", { email: "" }],
    ["no password", { password: "" }],
    ["another connection", { connection: "another-database" }],
    ["an application that is not registered for it", { client_id: "LocalSinglePageApp00000000000001" }],
  ])("refuses %s, and does not tell which", async (_what, changes) => {
    const answer = await signUp(changes);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { name: "BadRequestError", code: "invalid_signup", description: "Invalid sign up", statusCode: 400 },
    ]);
  });

  test("does not change the password of who is there already", async () => {
    await signUp({ email: tenant.users.verified.email });
    expect(await signIn()).toHaveProperty("id_token");
  });
});
