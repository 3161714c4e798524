import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createSigningKey } from "../../src/testing/signing-key.ts";
import { run } from "./command.ts";
import { DISCOVERY, json, KEY, KEYS, ScriptedTenant } from "./scripted-tenant.ts";

let tenant: ScriptedTenant;
beforeEach(async () => {
  tenant = await ScriptedTenant.start();
});
afterEach(() => tenant.close());

const MODULUS = String(KEY.jwk.n);

function toPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** Exactly one problem, with this in it. */
async function expectProblem(
  check: string,
  what: string,
  advice: string | RegExp,
  token?: string,
): Promise<void> {
  const { exitCode, problems } = await tenant.examined(token);
  expect(problems).toEqual([
    {
      check,
      status: "error",
      what: expect.stringContaining(what),
      advice: typeof advice === "string" ? expect.stringContaining(advice) : expect.stringMatching(advice),
    },
  ]);
  expect(exitCode).toBe(1);
}

describe("doctor finds", () => {
  test("nothing wrong with a good tenant and a good token", async () => {
    expect(await tenant.examined(tenant.accessToken())).toEqual({ exitCode: 0, problems: [], warnings: [] });
  });

  test("an issuer without the slash at its end", async () => {
    tenant.answers[DISCOVERY] = json(tenant.discovery({ issuer: tenant.issuer.slice(0, -1) }));
    await expectProblem(
      "issuer",
      `the tenant calls itself ${tenant.issuer.slice(0, -1)},`,
      "end with a slash",
    );
  });

  test("an issuer of another name, such as a custom domain's", async () => {
    tenant.answers[DISCOVERY] = json(tenant.discovery({ issuer: "https://acme.eu.auth0.com/" }));
    await expectProblem("issuer", "https://acme.eu.auth0.com/", "domain in the `iss` of your tokens");
  });

  test("a tenant that signs with HS256 only", async () => {
    tenant.answers[DISCOVERY] = json(tenant.discovery({ id_token_signing_alg_values_supported: ["HS256"] }));
    await expectProblem(
      "algorithm",
      '["HS256"], not with RS256',
      "switch the JSON Web Token signature algorithm",
    );
  });

  test("that an application may be set to HS256, which the tenant's own document does not tell", async () => {
    const line = async (algorithms: readonly string[]): Promise<string | undefined> => {
      tenant.answers[DISCOVERY] = json(
        tenant.discovery({ id_token_signing_alg_values_supported: algorithms }),
      );
      const { output } = await run(["doctor"], { env: tenant.environment() });
      return output.split("\n").find((each) => each.includes("algorithm"));
    };
    expect(await line(["HS256", "RS256"])).toMatch(/with RS256 \(an application may still be set to HS256/);
    expect(await line(["RS256"])).toMatch(/with RS256$/);
  });

  test("an empty key set", async () => {
    tenant.answers[KEYS] = json({ keys: [] });
    await expectProblem("keys", "no usable RS256 key", "at least 2048 bits");
  });

  test("a key that is too weak", async () => {
    const weak = createSigningKey({ bits: 1024, kid: "weak" });
    tenant.answers[KEYS] = json({ keys: [weak.jwk] });
    await expectProblem("keys", "no usable RS256 key", "at least 2048 bits");
    tenant.answers[KEYS] = json({ keys: [weak.jwk, KEY.jwk] });
    const { exitCode, warnings } = await tenant.examined();
    expect(exitCode).toBe(0);
    expect(warnings).toMatchObject([
      { check: "key", what: expect.stringContaining("weak is ignored: RSA of 1024 bits") },
    ]);
  });

  test("a key ID that stands for two keys", async () => {
    const twin = createSigningKey({ kid: "twin" });
    tenant.answers[KEYS] = json({ keys: [KEY.jwk, twin.jwk, createSigningKey({ kid: "twin" }).jwk] });
    expect((await tenant.examined()).warnings).toMatchObject([
      { what: expect.stringContaining("twin stands for several") },
    ]);
  });

  test("nothing in a key that is there twice, or has the ID of one for encryption", async () => {
    const { jwk } = createSigningKey({ kid: "twin" });
    tenant.answers[KEYS] = json({ keys: [KEY.jwk, jwk, jwk] });
    expect(await tenant.examined()).toMatchObject({ exitCode: 0, warnings: [] });
    const other = { ...createSigningKey({ kid: "twin" }).jwk, alg: "RSA-OAEP", use: "enc" };
    tenant.answers[KEYS] = json({ keys: [KEY.jwk, jwk, other] });
    expect((await tenant.examined()).warnings).toEqual([
      expect.objectContaining({ what: expect.stringContaining("alg is RSA-OAEP, use is enc") }),
    ]);
  });

  test("a discovery document that is missing", async () => {
    tenant.answers = { [KEYS]: json({ keys: [KEY.jwk] }) };
    await expectProblem("discovery", "answers HTTP 404", "Is AUTH0_DOMAIN the domain of an Auth0 tenant");
  });

  test("a discovery document that is a page for people", async () => {
    tenant.answers[DISCOVERY] = (_request, response) => response.end("<!doctype html>");
    await expectProblem("discovery", "is not a discovery document", "Is AUTH0_DOMAIN");
  });

  test("a redirect", async () => {
    tenant.answers[DISCOVERY] = (_request, response) =>
      response.writeHead(301, { location: "https://login.acme.com/" }).end();
    await expectProblem("discovery", "redirects to https://login.acme.com/", "does not follow redirects");
  });

  test("keys that are published elsewhere", async () => {
    tenant.answers[DISCOVERY] = json(tenant.discovery({ jwks_uri: "https://keys.acme.com/" }));
    await expectProblem("jwks-uri", "https://keys.acme.com/", "Make sure that both are the same");
  });

  test.each([
    ["ahead of", 120],
    ["behind", -120],
  ])("a clock that is %s this machine's", async (direction, seconds) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    tenant.answers[DISCOVERY] = json(tenant.discovery(), { date });
    await expectProblem("clock", `s ${direction} this machine's`, "AUTHORIZER_CLOCK_TOLERANCE_SECONDS (5)");
  });

  test.each([
    ["12 s old with its age", -12, "12", 0],
    ["a day old with its age", -86_400, "86400", 0],
    ["12 s old with an age that is not a number", -12, "a while", 0],
    ["12 s older than its age", -24, "12", 1],
    ["of the future, whatever its age", 120, "12", 1],
    ["of the future, with an age that is not a number", 120, "-1", 1],
  ])("a clock that is wrong only where it is proven: an answer %s", async (_, seconds, age, count) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    tenant.answers[DISCOVERY] = json(tenant.discovery(), { date, age });
    const { problems } = await tenant.examined();
    expect(problems.map(({ check }) => check)).toEqual(Array(count).fill("clock"));
  });

  test.each<[string, object, string]>([
    ["a padded modulus", { n: `${MODULUS}==` }, "n is padded"],
    ["a modulus in another alphabet", { n: MODULUS.replace(/^../, "+/") }, "n is not base64url"],
    ["an exponent of 1", { e: "AQ" }, "e is not a usable exponent"],
    ["use: null", { use: null }, "use is null"],
    ["use: enc", { use: "enc" }, "use is enc"],
    ["another algorithm", { alg: "RS512" }, "alg is RS512"],
    ["key_ops without verify", { key_ops: ["encrypt"] }, 'key_ops is ["encrypt"]'],
    ["no key type", { kty: undefined, use: null }, "kty is missing, use is null"],
  ])("which member of a key is wrong: %s", async (_, changes, wrong) => {
    tenant.answers[KEYS] = json({ keys: [KEY.jwk, { ...KEY.jwk, kid: "other", ...changes }] });
    const { warnings } = await tenant.examined();
    expect(warnings).toMatchObject([
      {
        what: expect.stringMatching(
          new RegExp(`^the key other is ignored: .*; ${wrong.replace(/[[\]]/g, "\\$&")}$`),
        ),
      },
    ]);
  });

  test("nothing wrong with a key that has only what it must have", async () => {
    const { kty, kid, n, e } = KEY.jwk;
    tenant.answers[KEYS] = json({ keys: [{ kty, kid, n, e }] });
    expect(await tenant.examined()).toMatchObject({ exitCode: 0, warnings: [] });
  });

  test.each([
    ["null", "has no token yet"],
    ["Bearer undefined", "has no token yet"],
    ["v1.MRefresh-Token_of.Auth0", undefined],
    ["v1.MRefresh-Token_of-Auth0", "must exchange it"],
    [`${toPart({ alg: "RSA-OAEP-256", enc: "A256GCM" })}.a.b.c.d`, "is encrypted: switch"],
    [`${toPart({ alg: "dir", enc: "A256GCM" })}..b.c.d`, undefined],
    ["e30.a.b.c.d", undefined],
  ])("what was sent in the place of a token: %s", async (token, clue) => {
    const { problems } = await tenant.examined(token);
    expect(problems).toHaveLength(1);
    const clues = /has no token yet, and|must exchange it|is encrypted: switch/;
    if (clue === undefined) expect(problems[0]?.advice).not.toMatch(clues);
    else expect(problems[0]?.advice).toContain(clue);
  });

  test.each([
    ["an access token", "https://api.acme.com/", "in the settings of the API."],
    [
      "an access token for userinfo too",
      ["https://api.acme.com/", "https://x/userinfo"],
      "settings of the API.",
    ],
    ["an ID token", "WebApp", "in the settings of the application."],
  ])("where the algorithm of %s is chosen", async (_, aud, where) => {
    for (const alg of ["HS256", "PS256"]) {
      const [, claims = "", signature = ""] = tenant.accessToken({ aud }).split(".");
      const token = `${toPart({ alg, typ: "JWT", kid: "key-1" })}.${claims}.${signature}`;
      await expectProblem("token", "unsupported_algorithm", `${where} It says ${alg}.`, token);
    }
  });

  test("a key set that is down", async () => {
    tenant.answers[KEYS] = (_request, response) => response.writeHead(503).end();
    await expectProblem("keys", "HTTP 503", "Without keys every request is answered with 500");
  });

  test("a token of another audience, and says which", async () => {
    const token = tenant.accessToken({ aud: "https://billing.acme.com/" });
    await expectProblem("token", "unknown_audience", "It says https://billing.acme.com/.", token);
  });

  test("a token without the email claim, and says which there are", async () => {
    const token = tenant.accessToken({
      "https://acme.com/email": undefined,
      "https://acme.com/user/email": "alice@acme.com",
    });
    await expectProblem("token", "email_missing", "the token has https://acme.com/user/email.", token);
  });

  test("a token with the email under a name that the setting takes", async () => {
    const token = tenant.accessToken({ "https://acme.com/email": undefined, email: "alice@acme.com" });
    await expectProblem("token", "email_missing", /the token has email\.$/, token);
  });

  test("nothing wrong with a good token, whatever the routes and the APIs need that it is not sent to", async () => {
    const token = tenant.accessToken();
    const settings = { AUTHORIZER_ROUTE_PERMISSIONS: "GET /orders=admin", AUTHORIZER_SHARED: "true" };
    const { output } = await run(["doctor", "-"], {
      env: { ...tenant.environment(), ...settings },
      input: token,
    });
    expect(output).toContain("allow, as");
  });

  test("a token with an unverified email", async () => {
    const token = tenant.accessToken({ "https://acme.com/email_verified": false });
    await expectProblem("token", "email_not_verified", "AUTHORIZER_EMAIL_POLICY=verified", token);
  });

  test("what else is wrong with a token that has expired", async () => {
    const old = { iat: 1_700_000_000, exp: 1_700_000_060 };
    const { problems, warnings } = await tenant.examined(
      tenant.accessToken({ ...old, aud: "https://billing.acme.com/" }),
    );
    expect(problems).toMatchObject([{ what: "unauthorized: unknown_audience" }]);
    expect(warnings).toEqual([]);
    expect(await tenant.examined(tenant.accessToken(old))).toMatchObject({
      exitCode: 0,
      warnings: [{ what: "the token has expired" }],
    });
  });

  test("every issue of the settings, and the tenant's as well", async () => {
    tenant.answers[KEYS] = json({ keys: [] });
    const { exitCode, problems } = await tenant.examined(undefined, {
      AUTH0_DOMAIN: tenant.issuer,
      AUTH0_CLIENT_ID: "WebApp",
    });
    expect(exitCode).toBe(1);
    expect(problems.map(({ what }) => what)).toEqual([
      expect.stringContaining("AUTH0_CLIENT_IDS is required"),
      expect.stringContaining("AUTH0_CLIENT_ID is not a setting. Did you mean AUTH0_CLIENT_IDS?"),
      expect.stringContaining("no usable RS256 key"),
    ]);
  });

  test("a variable that is misspelled", async () => {
    const { exitCode, warnings } = await tenant.examined(
      undefined,
      tenant.environment({ JWKS_TIMOUT_MS: "900" }),
    );
    expect(exitCode).toBe(0);
    expect(warnings).toEqual([
      {
        check: "settings",
        status: "warning",
        what: "JWKS_TIMOUT_MS is not a setting",
        advice: "Did you mean JWKS_TIMEOUT_MS?",
      },
    ]);
  });
});

describe("doctor", () => {
  test("says in words that a server does not speak TLS", async () => {
    const { exitCode, output } = await run(["doctor", "--domain", tenant.issuer.replace("http:", "https:")]);
    expect(output.match(/TLS failed: wrong version number$/gm)).toHaveLength(2);
    expect(output).not.toMatch(/error:|routines|\.c:|EPROTO/);
    expect(exitCode).toBe(1);
  });

  test("says in a sentence that a token is empty", async () => {
    const { exitCode, output, errors } = await run(["doctor", "-"], {
      env: tenant.environment(),
      input: " \n",
    });
    expect([exitCode, output]).toEqual([2, ""]);
    expect(errors).toContain("the token is empty");
  });

  test("looks at a tenant without any settings", async () => {
    const { exitCode, output } = await run(["doctor", "--domain", tenant.issuer]);
    expect(output).toMatch(/✓ discovery .*✓ issuer .*✓ keys +1 usable: key-1 .*No problems found\./s);
    expect(exitCode).toBe(0);
  });

  test("says that nothing answers", async () => {
    const { exitCode, output } = await run(["doctor", "--domain", "http://127.0.0.1:4"]);
    expect(output).toContain("ECONNREFUSED");
    expect(output).toContain("Check the spelling of AUTH0_DOMAIN");
    expect(exitCode).toBe(1);
  });

  test("says that it goes through no proxy, and asks for both documents with the same client", async () => {
    const proxy = await ScriptedTenant.start();
    const password = "hunter2";
    const address = proxy.issuer.replace("http://", `http://user:${password}@`);
    const env = { HTTPS_PROXY: address, https_proxy: address, NODE_USE_ENV_PROXY: "1" };
    const args = ["doctor", "--domain", "http://127.0.0.1:4"];
    const { output } = await run(args, { env });
    expect(output.match(/HTTPS_PROXY and https_proxy with NODE_USE_ENV_PROXY: neither/g)).toHaveLength(2);
    expect(output).not.toContain(password);
    expect(proxy.asked).toEqual([]);
    expect((await run(args, { env: { HTTPS_PROXY: " " } })).output).not.toMatch(/proxy/i);
    expect((await run(["doctor", "--domain", tenant.issuer], { env })).exitCode).toBe(0);
    await proxy.close();
  });

  test("never sends the token anywhere, and prints neither it nor the email", async () => {
    const token = tenant.accessToken();
    const [header = "", payload = "", signature = ""] = token.split(".");
    const { output, errors } = await run(["doctor", token], { env: tenant.environment() });
    for (const secret of [header, payload, signature, "alice@acme.com"]) {
      expect(tenant.asked.join("\n")).not.toContain(secret);
      expect(output + errors).not.toContain(secret);
    }
    expect(tenant.asked).toHaveLength(3);
  });

  test.each([
    ["an invalid domain", ["--domain", "acme.com/path"], "must be a domain such as"],
    ["an unknown option", ["--dommain", "acme.com"], "--dommain"],
    ["a token without settings to judge it by", ["a.b.c", "--domain", "acme.com"], "leave --domain out"],
    ["two tokens", ["a.b.c", "d.e.f"], "one token at a time"],
  ])("turns down %s", async (_, args, message) => {
    const { exitCode, errors } = await run(["doctor", ...args]);
    expect(errors).toContain(message);
    expect(exitCode).toBe(2);
  });
});
