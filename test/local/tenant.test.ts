import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import type { JWTVerifyResult } from "jose";
import { request } from "node:http";
import { API_IDENTIFIER, EMAIL_CLAIM, ROLES_CLAIM, SPA_ORIGIN } from "../../local/tenant/directory.ts";
import type { Application } from "../../local/tenant/directory.ts";
import { machineToken, signIn } from "../../local/sign-in.ts";
import type { SignIn } from "../../local/sign-in.ts";
import { startLocalTenant } from "../../local/tenant/tenant.ts";
import type { Tenant } from "../../local/tenant/tenant.ts";

const OPAQUE = /^[\w-]{43}$/;

let tenant: Tenant;

beforeAll(async () => {
  tenant = await startLocalTenant();
});

afterAll(() => tenant.close());

/** Signs in to the single-page app, as the user with the verified email, for the API. */
function signedIn(changes: Partial<SignIn> = {}, { issuer, users, applications }: Tenant = tenant) {
  const { email, password } = users.verified;
  const client = asClient(applications.spa);
  return signIn({ issuer, ...client, email, password, audience: API_IDENTIFIER, ...changes });
}

function asClient({ clientId, redirectUris }: Application) {
  return { clientId, redirectUri: redirectUris[0] ?? "" };
}

/** What the tenant itself says of the token, by its published keys. */
function verified(token: string, audience: string, { issuer } = tenant): Promise<JWTVerifyResult> {
  const keys = createRemoteJWKSet(new URL(".well-known/jwks.json", issuer));
  return jwtVerify(token, keys, { issuer, audience, algorithms: ["RS256"] });
}

async function publishedKeyIds({ issuer } = tenant): Promise<string[]> {
  const response = await fetch(new URL(".well-known/jwks.json", issuer));
  const { keys } = (await response.json()) as { keys: { kid: string }[] };
  return keys.map((key) => key.kid);
}

function authorizeUrl(changes: Record<string, string> = {}): URL {
  const { clientId, redirectUri } = asClient(tenant.applications.spa);
  const url = new URL("authorize", tenant.issuer);
  const challenge = { code_challenge: "a".repeat(43), code_challenge_method: "S256" };
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: "openid",
  };
  url.search = new URLSearchParams({ ...parameters, ...challenge, ...changes }).toString();
  return url;
}

function visit(url: URL | string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { redirect: "manual", ...init });
}

/** The login page, and the cookies that belong to it. */
async function openLoginPage(changes: Record<string, string> = {}) {
  const first = await visit(authorizeUrl(changes));
  const url = new URL(first.headers.get("location") ?? "", tenant.issuer);
  const cookies = first.headers.getSetCookie().map((line) => line.split(";")[0]);
  const headers = { cookie: cookies.join("; ") };
  return { url, headers, page: await visit(url, { headers }) };
}

describe("a user who signs in", () => {
  it.each(["spa", "mobile"] as const)(
    "gets an ID token with the email, from the %s application",
    async (name) => {
      const client = asClient(tenant.applications[name]);
      const { id_token: token } = await signedIn(client);
      const { payload, protectedHeader } = await verified(token, client.clientId);
      const { sub, email } = tenant.users.verified;
      expect(payload).toMatchObject({
        sub,
        email,
        email_verified: true,
        aud: client.clientId,
        nickname: "vera",
      });
      expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: tenant.keys().current });
    },
  );

  it.each(["spa", "mobile"] as const)(
    "gets an access token for the API, from the %s application",
    async (name) => {
      const client = asClient(tenant.applications[name]);
      const { access_token: token } = await signedIn({ ...client, scope: "openid email read:messages" });
      const { payload, protectedHeader } = await verified(token, API_IDENTIFIER);
      expect(protectedHeader.typ).toBe("JWT");
      expect(payload).toEqual({
        iss: tenant.issuer,
        sub: tenant.users.verified.sub,
        aud: [API_IDENTIFIER, `${tenant.issuer}userinfo`],
        azp: client.clientId,
        scope: "openid email read:messages",
        [EMAIL_CLAIM]: tenant.users.verified.email,
        [`${EMAIL_CLAIM}_verified`]: true,
        [ROLES_CLAIM]: ["member", "editor"],
        iat: expect.any(Number),
        exp: expect.any(Number),
      });
    },
  );

  it("gets an opaque access token where no audience is asked for, good for the tenant's userinfo", async () => {
    const { issuer, users, applications } = tenant;
    const { email, password } = users.unverified;
    const tokens = await signIn({ issuer, email, password, ...asClient(applications.spa) });
    expect(tokens.access_token).toMatch(OPAQUE);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    const userinfo = await visit(new URL("userinfo", issuer), { headers });
    expect(await userinfo.json()).toMatchObject({ sub: users.unverified.sub, email, email_verified: false });
  });

  it("gets tokens that say that the email is not verified, where it is not", async () => {
    const { email, password } = tenant.users.unverified;
    const tokens = await signedIn({ email, password });
    const id = await verified(tokens.id_token, tenant.applications.spa.clientId);
    const access = await verified(tokens.access_token, API_IDENTIFIER);
    expect(id.payload["email_verified"]).toBe(false);
    expect(access.payload[`${EMAIL_CLAIM}_verified`]).toBe(false);
  });

  it("gets tokens from the foreign application that name it, and not ours", async () => {
    const client = asClient(tenant.applications.foreign);
    const { id_token: token } = await signedIn(client);
    expect((await verified(token, client.clientId)).payload.aud).toBe(client.clientId);
  });

  it("gets a refresh token without a consent page, which works once", async () => {
    const tokens = await signedIn({ scope: "openid offline_access" });
    const refresh = () =>
      visit(new URL("oauth/token", tenant.issuer), {
        method: "POST",
        body: new URLSearchParams({
          grant_type: "refresh_token",
          client_id: tenant.applications.spa.clientId,
          refresh_token: tokens.refresh_token ?? "",
        }),
      });
    const first = (await (await refresh()).json()) as { access_token: string; refresh_token: string };
    expect((await verified(first.access_token, API_IDENTIFIER)).payload.sub).toBe(tenant.users.verified.sub);
    expect(first.refresh_token).not.toBe(tokens.refresh_token);
    expect((await refresh()).status).toBe(400);
  });

  it("may ask for consent to be prompted for, and sees no page for it", async () => {
    const { issuer } = tenant;
    const cookies = new Map<string, string>();
    await signedIn({ cookies });
    const response = await visit(authorizeUrl({ prompt: "consent" }), {
      headers: { cookie: header(cookies) },
    });
    const login = new URL(response.headers.get("location") ?? "", issuer);
    for (const line of response.headers.getSetCookie()) cookies.set(...splitCookie(line));
    const next = await visit(login, { headers: { cookie: header(cookies) } });
    expect(next.status).toBe(303);
    expect(next.headers.get("location")).toContain(`${issuer}authorize/`);
  });

  it("can be another user the next time, in the same browser", async () => {
    const cookies = new Map<string, string>();
    await signedIn({ cookies });
    const { email, password, sub } = tenant.users.unverified;
    await visit(new URL("v2/logout", tenant.issuer), { headers: { cookie: header(cookies) } });
    const { id_token: token } = await signedIn({ cookies, email, password });
    expect((await verified(token, tenant.applications.spa.clientId)).payload.sub).toBe(sub);
  });
});

describe("a machine", () => {
  const ask = (changes: { clientSecret?: string; audience?: string } = {}) => {
    const { clientId, clientSecret } = tenant.applications.machine;
    const secret = clientSecret ?? "";
    return machineToken({
      issuer: tenant.issuer,
      clientId,
      clientSecret: secret,
      audience: API_IDENTIFIER,
      ...changes,
    });
  };

  it("gets an access token in its own name, without an email", async () => {
    const { clientId } = tenant.applications.machine;
    const { payload } = await verified((await ask()).access_token, API_IDENTIFIER);
    expect(payload).toEqual({
      iss: tenant.issuer,
      sub: `${clientId}@clients`,
      aud: API_IDENTIFIER,
      azp: clientId,
      gty: "client-credentials",
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
  });

  it("gets nothing with a wrong secret", async () => {
    await expect(ask({ clientSecret: "wrong" })).rejects.toThrow("invalid_client");
  });

  it("gets nothing for an API that does not exist", async () => {
    const refusal = "access_denied: Service not found: https://elsewhere.example/";
    await expect(ask({ audience: "https://elsewhere.example/" })).rejects.toThrow(refusal);
  });

  it("gets nothing where it names no API", async () => {
    await expect(ask({ audience: "" })).rejects.toThrow("access_denied: No audience parameter was provided");
  });
});

describe("the tenant refuses", () => {
  it.each([
    ["a wrong password", "verified@example.com", "wrong"],
    ["an unknown email", "nobody@example.com", "a-long-password-for-vera"],
    ["another user's password", "verified@example.com", "a-long-password-for-uwe"],
    ["an empty password", "verified@example.com", ""],
  ])("%s, and does not tell which of the two is wrong", async (_what, email, password) => {
    const { url, headers } = await openLoginPage();
    const body = new URLSearchParams({ email, password });
    const answer = await visit(url, { method: "POST", headers, body });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain("Wrong email or password.");
    await expect(signedIn({ email, password })).rejects.toThrow("Wrong email or password.");
  });

  it("a login form from a browser that did not start the sign-in", async () => {
    const { url } = await openLoginPage();
    const { email, password } = tenant.users.verified;
    const answer = await visit(url, { method: "POST", body: new URLSearchParams({ email, password }) });
    expect(answer.status).toBe(400);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it("a login form whose address and cookie are of two sign-ins", async () => {
    const [{ url }, { headers }] = [await openLoginPage(), await openLoginPage()];
    expect((await visit(url, { headers })).status).toBe(400);
  });

  it("a sign-in without PKCE", async () => {
    const url = authorizeUrl();
    url.searchParams.delete("code_challenge");
    url.searchParams.delete("code_challenge_method");
    const location = new URL((await visit(url)).headers.get("location") ?? "");
    expect(location.origin).toBe(SPA_ORIGIN);
    expect(location.searchParams.get("error")).toBe("invalid_request");
    expect(location.searchParams.get("error_description")).toContain("PKCE");
  });

  it("PKCE in the clear", async () => {
    const response = await visit(authorizeUrl({ code_challenge_method: "plain" }));
    expect(response.headers.get("location")).toContain("error=invalid_request");
  });

  it("an unlisted redirect URI, and does not go there", async () => {
    const response = await visit(authorizeUrl({ redirect_uri: "https://evil.example/" }));
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
  });

  it("an API that does not exist, as Auth0 does", async () => {
    const refusal = "access_denied: Service not found: https://elsewhere.example/";
    await expect(signedIn({ audience: "https://elsewhere.example/" })).rejects.toThrow(refusal);
  });

  it("a name that is not its own, as in DNS rebinding", async () => {
    expect(await statusAs("evil.example")).toBe(421);
    expect(await statusAs(new URL(tenant.issuer).host)).toBe(200);
  });
});

describe("the login page", () => {
  it("escapes what it repeats", async () => {
    const { page } = await openLoginPage({ login_hint: `"><script>alert(1)</script>` });
    const html = await page.text();
    expect(html).toContain("&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;");
    expect(html).not.toContain("<script");
  });

  it("escapes a wrong email too", async () => {
    const { url, headers } = await openLoginPage();
    const body = new URLSearchParams({ email: `'"&<img src=x>`, password: "x" });
    const html = await (await visit(url, { method: "POST", headers, body })).text();
    expect(html).toContain(`value="&#39;&#34;&#38;&#60;img src=x&#62;"`);
    expect(html).not.toContain("<img");
  });

  it("is filled in for a user, shows who may sign in, and starts at the button", async () => {
    const { page } = await openLoginPage();
    const html = await page.text();
    const { verified, unverified } = tenant.users;
    expect(html).toMatch(new RegExp(`<input id="email"[^>]*value="${verified.email}"`));
    expect(html).toMatch(new RegExp(`<input id="password"[^>]*value="${verified.password}"`));
    expect(html).toMatch(/<button type="submit" autofocus>/);
    for (const { email, password } of [verified, unverified])
      expect(html).toContain(`${email}, password <code>${password}</code>`);
  });

  it("takes the user whom the application hints at, and no password for an unknown one", async () => {
    const { page: known } = await openLoginPage({ login_hint: tenant.users.unverified.email });
    expect(await known.text()).toContain(`value="${tenant.users.unverified.password}"`);
    const { page: unknown } = await openLoginPage({ login_hint: "nobody@example.com" });
    expect(await unknown.text()).toMatch(/<input id="password"[^>]*autofocus value=""/);
  });

  it("labels its fields, and loads nothing from anywhere", async () => {
    const { page } = await openLoginPage();
    const html = await page.text();
    expect(html).toMatch(/<label for="email">[^]*<input[^>]*id="email"/);
    expect(html).toMatch(/<label for="password">[^]*<input[^>]*id="password"[^>]*type="password"/);
    expect(html).not.toMatch(/https?:|src=|@import/);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("cache-control")).toBe("no-store");
  });
});

describe("signing out", () => {
  const logout = (parameters: Record<string, string>, cookies = new Map<string, string>()) => {
    const url = new URL(`v2/logout?${new URLSearchParams(parameters).toString()}`, tenant.issuer);
    return visit(url, { headers: { cookie: header(cookies) } });
  };

  it("ends the session and goes to a listed address", async () => {
    const cookies = new Map<string, string>();
    await signedIn({ cookies });
    const client_id = tenant.applications.spa.clientId;
    const answer = await logout({ client_id, returnTo: SPA_ORIGIN }, cookies);
    expect([answer.status, answer.headers.get("location")]).toEqual([302, `${SPA_ORIGIN}/`]);
    await expect(signedIn({ cookies, password: "wrong" })).rejects.toThrow("Wrong email or password.");
  });

  it.each([
    [
      "an unlisted address",
      { client_id: "LocalSinglePageApp00000000000001", returnTo: "https://evil.example/" },
    ],
    [
      "another application's address",
      { client_id: "LocalMobileApp000000000000000002", returnTo: SPA_ORIGIN },
    ],
    ["an address with no application", { returnTo: SPA_ORIGIN }],
    ["an address of an unknown application", { client_id: "nobody", returnTo: SPA_ORIGIN }],
  ])("does not go to %s", async (_what, parameters) => {
    const answer = await logout(parameters);
    expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  });

  it("goes to the application's first address where none is asked for", async () => {
    const answer = await logout({ client_id: tenant.applications.spa.clientId });
    expect(answer.headers.get("location")).toBe(`${SPA_ORIGIN}/`);
  });
});

describe("a browser's rights", () => {
  const tokenEndpoint = (origin: string) =>
    visit(new URL("oauth/token", tenant.issuer), {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        client_id: tenant.applications.spa.clientId,
      }),
    });

  it("let the single-page app call the token endpoint, and no other page", async () => {
    expect((await tokenEndpoint(SPA_ORIGIN)).headers.get("access-control-allow-origin")).toBe(SPA_ORIGIN);
    expect(
      (await tokenEndpoint("https://evil.example")).headers.get("access-control-allow-origin"),
    ).toBeNull();
  });

  it.each(["openid-configuration", "jwks.json"])("let the single-page app read %s", async (document) => {
    const url = new URL(`.well-known/${document}`, tenant.issuer);
    const response = await visit(url, { headers: { origin: SPA_ORIGIN } });
    expect(response.headers.get("access-control-allow-origin")).toBe(SPA_ORIGIN);
  });
});

describe("a silent sign-in in a frame", () => {
  const silently = async (cookies: Map<string, string>) => {
    const url = authorizeUrl({ prompt: "none", response_mode: "web_message" });
    return (await visit(url, { headers: { cookie: header(cookies) } })).text();
  };

  it("hands the page a code while the session lasts, and asks for a login without one", async () => {
    const cookies = new Map<string, string>();
    await signedIn({ cookies });
    expect(await silently(cookies)).toMatch(/"response":{"code":"/);
    expect(await silently(new Map())).toContain(`"error":"login_required"`);
  });
});

describe("the discovery document", () => {
  it("names Auth0's paths under an issuer that ends with a slash", async () => {
    const { issuer } = tenant;
    const response = await visit(new URL(".well-known/openid-configuration", issuer));
    expect(issuer).toMatch(/^http:\/\/localhost:\d+\/$/);
    expect(await response.json()).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}authorize`,
      token_endpoint: `${issuer}oauth/token`,
      userinfo_endpoint: `${issuer}userinfo`,
      jwks_uri: `${issuer}.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ["HS256", "RS256"],
    });
  });
});

describe("keys", () => {
  it("are two, the current and the next one, and publish nothing private", async () => {
    const other = await startLocalTenant();
    const response = await visit(new URL(".well-known/jwks.json", other.issuer));
    const { keys } = (await response.json()) as { keys: Record<string, string>[] };
    const { current, next } = other.keys();
    expect(keys.map((key) => key["kid"])).toEqual([current, next]);
    expect(keys.map((key) => Object.keys(key).sort())).toEqual(
      Array(2).fill(["alg", "e", "kid", "kty", "n", "use"]),
    );
    await other.close();
  });

  it("rotate and are revoked while sessions, codes and tokens go on", async () => {
    const cookies = new Map<string, string>();
    const before = await signedIn({ cookies });
    const old = tenant.keys();
    const rotated = await tenant.rotateKeys();
    expect(rotated).toEqual({ current: old.next, next: expect.any(String), previous: [old.current] });
    await verified(before.access_token, API_IDENTIFIER);

    // No password could be right: only the session of before can sign this user in.
    const after = await signedIn({ cookies, password: "not asked for" });
    expect(decodeProtectedHeader(after.id_token).kid).toBe(old.next);
    expect(decodeProtectedHeader(after.access_token).kid).toBe(old.next);

    expect(tenant.revokeKey()).toEqual({ ...rotated, previous: [] });
    expect(await publishedKeyIds()).not.toContain(old.current);
    await expect(verified(before.access_token, API_IDENTIFIER)).rejects.toThrow("no applicable key");
    await verified(after.access_token, API_IDENTIFIER);
  });

  it("are not lost where they are rotated twice at once", async () => {
    const { current, next } = tenant.keys();
    await Promise.all([tenant.rotateKeys(), tenant.rotateKeys()]);
    expect(tenant.keys().previous).toEqual([next, current]);
    tenant.revokeKey(current);
    tenant.revokeKey(next);
  });

  it("cannot be revoked while they are current or next", () => {
    const { current, next } = tenant.keys();
    for (const kid of [current, next, undefined]) expect(() => tenant.revokeKey(kid)).toThrow("rotate first");
  });
});

describe("the local controls", () => {
  const order = (path: string, headers: Record<string, string> = {}, method = "POST") =>
    visit(new URL(`_local/${path}`, tenant.issuer), { method, headers });

  it("rotate and revoke keys over HTTP", async () => {
    const { current, next } = tenant.keys();
    expect(await (await order("keys/rotate")).json()).toMatchObject({ current: next, previous: [current] });
    expect(await (await order(`keys/revoke?kid=${current}`)).json()).toMatchObject({ previous: [] });
    expect((await order("keys/revoke")).status).toBe(409);
  });

  it("take the key set down and up again, and nothing else with it", async () => {
    const status = async () => (await visit(new URL(".well-known/jwks.json", tenant.issuer))).status;
    await order("down");
    expect(await status()).toBe(503);
    await expect(signedIn()).resolves.toHaveProperty("id_token");
    await order("up");
    expect(await status()).toBe(200);
  });

  it("obey the single-page app, and no page elsewhere", async () => {
    const { current } = tenant.keys();
    for (const origin of ["https://evil.example", "null", "http://localhost:4003"]) {
      expect((await order("keys/rotate", { origin })).status).toBe(403);
    }
    expect(tenant.keys().current).toBe(current);
    const answer = await order("up", { origin: SPA_ORIGIN });
    expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([200, SPA_ORIGIN]);
  });

  it("do nothing on GET, and nothing that they do not know", async () => {
    expect((await order("keys/rotate", {}, "GET")).status).toBe(405);
    expect((await order("keys/burn")).status).toBe(404);
  });
});

describe("a tenant of other options", () => {
  it("issues access tokens in the profile of RFC 9068", async () => {
    const other = await startLocalTenant({ accessTokenProfile: "rfc9068" });
    const { access_token: token } = await signedIn({}, other);
    const { payload, protectedHeader } = await verified(token, API_IDENTIFIER, other);
    expect(protectedHeader.typ).toBe("at+jwt");
    expect(payload).toMatchObject({ client_id: other.applications.spa.clientId, jti: expect.any(String) });
    expect(payload).not.toHaveProperty("azp");
    await other.close();
  });

  it("serves another API, another page and another claim, with tokens of another lifetime", async () => {
    const options = {
      apiIdentifier: "urn:other",
      emailClaim: "https://other.example/mail",
      tokenLifetimeSeconds: 60,
    };
    const other = await startLocalTenant({ ...options, spaOrigins: ["http://localhost:4009"] });
    const redirectUri = "http://localhost:4009/callback";
    const { access_token: token } = await signedIn({ redirectUri, audience: "urn:other" }, other);
    const { payload } = await verified(token, "urn:other", other);
    expect(payload["https://other.example/mail"]).toBe("verified@example.com");
    expect(Number(payload.exp) - Number(payload.iat)).toBe(60);
    await other.close();
  });

  it("says which port is taken", async () => {
    const port = Number(new URL(tenant.issuer).port);
    await expect(startLocalTenant({ port })).rejects.toThrow(
      `EADDRINUSE: address already in use 127.0.0.1:${port}`,
    );
  });
});

function header(cookies: Map<string, string>): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}

function splitCookie(line: string): [string, string] {
  const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  return [name, value];
}

/** The answer to somebody who calls the tenant by another name, which fetch does not let one do. */
function statusAs(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const url = new URL(".well-known/jwks.json", tenant.issuer);
    request(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}
