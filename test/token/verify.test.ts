import { beforeAll, describe, expect, test } from "@jest/globals";
import { checkAudience, narrowAudiences, type JwtVerifierOptions } from "../../src/token/verify.ts";
import type { KeySet } from "../../src/token/keys/remote-key-set.ts";
import { AuthorizerError } from "../../src/errors.ts";
import { createSigningKey, signJwt, type SigningKey } from "../../src/testing/signing-key.ts";
import {
  ACCESS_TOKEN,
  AUDIENCE,
  changed,
  CLIENT_ID,
  HEADER,
  ID_TOKEN,
  ISSUER,
  NOW,
  RULES,
  type Changes,
  createTokenVerifier,
  outcomeOfAsync,
} from "../tokens.ts";
import { publicKeyOf, StaticKeySet } from "./keys/static-key-set.ts";

let key: SigningKey;
let otherKey: SigningKey;
beforeAll(() => {
  key = createSigningKey({ kid: "key-1" });
  otherKey = createSigningKey({ kid: "key-2" });
});

function verifier(options: Partial<JwtVerifierOptions> = {}) {
  const keySet = new StaticKeySet(key);
  const verify = createTokenVerifier({
    rules: RULES,
    getKeySet: () => keySet,
    clock: () => NOW * 1000,
    ...options,
  });
  const outcome = (token: string): Promise<string> =>
    verify(token).then(
      ({ use }) => use,
      (error: unknown) => (error instanceof AuthorizerError ? error.message : Promise.reject(error as Error)),
    );
  return { verify, outcome, asked: keySet.asked };
}

const signed = (claims: Changes = {}, header: Changes = {}, by = key): string =>
  signJwt(changed(HEADER, header), changed(ID_TOKEN, claims), by);

describe("the verifier", () => {
  test("gives the claims of a token that the issuer signed", async () => {
    const token = signJwt(HEADER, ACCESS_TOKEN, key);
    await expect(verifier().verify(token)).resolves.toEqual({
      use: "access",
      issuer: ISSUER,
      subject: "auth0|alice",
      audience: "https://api.acme.com/",
      actors: [],
      clientId: "WebApp",
      scopes: ["openid", "email"],
      permissions: [],
      grantTypes: [],
      organization: undefined,
      issuedAt: NOW - 60,
      expiresAt: NOW + 3600,
      all: ACCESS_TOKEN,
    });
    await expect(verifier().outcome(signed())).resolves.toBe("id");
  });

  test("asks the issuer's key set for the key that the token names", async () => {
    const { outcome, asked } = verifier();
    await expect(outcome(signed({}, { kid: "key-9" }))).resolves.toBe("unknown_key");
    expect(asked).toEqual(["key-9"]);
  });

  test("refuses a token that another key signed", async () => {
    await expect(verifier().outcome(signed({}, {}, otherKey))).resolves.toBe("bad_signature");
  });

  test("keeps why a signature is bad as the cause", async () => {
    const refusal = await verifier()
      .verify(signed({}, {}, otherKey))
      .catch((error: unknown) => error);
    expect((refusal as AuthorizerError).cause).toMatchObject({ message: "Invalid signature" });
  });

  test("refuses a token whose claims were changed afterwards", async () => {
    const [header, , signature] = signed().split(".") as [string, string, string];
    const [, claims] = signed({ sub: "auth0|mallory" }).split(".") as [string, string, string];
    await expect(verifier().outcome(`${header}.${claims}.${signature}`)).resolves.toBe("bad_signature");
  });

  test("refuses a signature of the wrong length", async () => {
    await expect(verifier().outcome(signed().slice(0, -2))).resolves.toMatch(/bad_signature|malformed_token/);
    await expect(verifier().outcome(`${signed().split(".").slice(0, 2).join(".")}.AAAA`)).resolves.toBe(
      "bad_signature",
    );
  });

  test.each([
    ["is malformed", () => "e30.e30", "malformed_token"],
    ["has another algorithm", () => signed({}, { alg: "HS256" }), "unsupported_algorithm"],
    ["has no key ID", () => signed({}, { kid: undefined }), "unsupported_header: no kid"],
    ["has another issuer", () => signed({ iss: "https://evil.example/" }), "unknown_issuer"],
    ["has expired", () => signed({ exp: NOW - 60 }), "expired"],
  ])("asks for no key where a token %s", async (_, token, outcome) => {
    const { outcome: judge, asked } = verifier();
    await expect(judge(token())).resolves.toBe(outcome);
    expect(asked).toEqual([]);
  });

  test("asks the key set of the token's own issuer, and no other", async () => {
    const asked: string[] = [];
    const getKeySet = (issuer: string) => (asked.push(issuer), new StaticKeySet());
    await expect(verifier({ getKeySet }).outcome(signed())).resolves.toBe("unknown_key");
    expect(asked).toEqual([ISSUER]);
  });

  test("asks for no key set where the issuer is not one of the rules", async () => {
    const getKeySet = (): never => {
      throw new Error("a key set was asked for");
    };
    const rules = { ...RULES, issuers: ["https://login.acme.com/"] };
    await expect(verifier({ getKeySet, rules }).outcome(signed())).resolves.toBe("unknown_issuer");
  });

  test("goes by the clock that it was given, in milliseconds", async () => {
    const token = signed({ exp: NOW + 3600 });
    const at = (seconds: number) => verifier({ clock: () => seconds * 1000 }).outcome(token);
    await expect(at(NOW + 3604.999)).resolves.toBe("id");
    await expect(at(NOW + 3605)).resolves.toBe("expired");
  });

  test("checks the end of a token by its own clock alone", async () => {
    const longAgo = { iat: 1000, exp: 2000, nbf: 1000 };
    const farAhead = { iat: 9_000_000_000, exp: 9_000_003_600, nbf: 9_000_000_000 };
    await expect(verifier({ clock: () => 1_500_000 }).outcome(signed(longAgo))).resolves.toBe("id");
    await expect(verifier({ clock: () => 9_000_000_001_000 }).outcome(signed(farAhead))).resolves.toBe("id");
  });

  test("passes on what the key set says of itself", async () => {
    const down: KeySet = {
      key: () => Promise.reject(new AuthorizerError("keys_unavailable", "acme.eu.auth0.com: HTTP 503")),
    };
    const { outcome } = verifier({ getKeySet: () => down });
    await expect(outcome(signed())).resolves.toBe("keys_unavailable: acme.eu.auth0.com: HTTP 503");
  });

  test("checks by the key that the key set gives, whatever key had the same ID before", async () => {
    const successor = createSigningKey({ kid: key.kid });
    const given = [key, successor].map(publicKeyOf);
    const keySet: KeySet = { key: () => Promise.resolve(given[0] ?? missing()) };
    const { outcome } = verifier({ getKeySet: () => keySet });
    await expect(outcome(signed())).resolves.toBe("id");
    given.shift();
    await expect(outcome(signed())).resolves.toBe("bad_signature");
    await expect(outcome(signJwt(HEADER, ID_TOKEN, successor))).resolves.toBe("id");
  });

  test("leaves stack traces as they were, whether a signature is good or bad", async () => {
    const { stackTraceLimit } = Error;
    await verifier().outcome(signed());
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    await verifier().outcome(signed({}, {}, otherKey));
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });

  const nested = (depth: number): Changes => ({
    "https://acme.com/deep": JSON.parse("[".repeat(depth) + "]".repeat(depth)) as unknown,
  });

  test("takes claims whose strings are full of colons", async () => {
    await expect(verifier().outcome(signed({ "https://acme.com/text": ":".repeat(600) }))).resolves.toBe(
      "id",
    );
  });

  test("takes claims that are nested deeply", async () => {
    await expect(verifier().outcome(signed(nested(450)))).resolves.toBe("id");
  });

  test.each([
    ["arrays in arrays", nested(2800)],
    ["empty objects", { more: Array.from({ length: 1800 }, () => ({})) }],
    ["names", Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`n${index}`, 0]))],
  ])("refuses claims of so many %s that parsing them would take longer than verifying", async (_, claims) => {
    await expect(verifier().outcome(signed(claims))).resolves.toBe("token_too_large: more than 500 members");
  });
});

function missing(): never {
  throw new Error("the key is not published");
}

describe("what the verifier takes beside the rules", () => {
  test("is a cutoff: a token of that second counts, and one of the second before does not", async () => {
    await expect(verifier({ cutoff: NOW - 60 }).outcome(signed({ iat: NOW - 60 }))).resolves.toBe("id");
    await expect(verifier({ cutoff: NOW - 60 }).outcome(signed({ iat: NOW - 61 }))).resolves.toBe(
      "issued_before_cutoff",
    );
  });

  test("is a request's own audiences, which only ever narrow the rules", () => {
    const rules = { clientIds: ["A", "B"], audiences: ["https://a/", "https://b/"] };
    expect(narrowAudiences(rules, undefined)).toEqual(rules);
    expect(narrowAudiences(rules, ["B", "https://a/", "C"])).toEqual({
      clientIds: ["B"],
      audiences: ["https://a/"],
    });
  });
});

describe("onStep", () => {
  const STEPS = [
    "header",
    "issuer",
    "audience",
    "token-type",
    "subject",
    "lifetime",
    "sender-constraint",
    "key",
    "signature",
  ];

  const stepsOf = async (token: string): Promise<readonly string[]> => {
    const steps: string[] = [];
    await outcomeOfAsync(verifier().verify(token, { onStep: (step) => steps.push(step) }));
    return steps;
  };

  test("names every check of a valid token, in order", async () => {
    expect(await stepsOf(signed())).toEqual(STEPS);
  });

  test.each([
    ["header", () => signed({}, { alg: "none" })],
    ["issuer", () => signed({ iss: "https://evil.example/" })],
    ["audience", () => signed({ aud: "Other" })],
    ["token-type", () => signed({ nonce: "n", gty: "password" })],
    ["subject", () => signed({ sub: "" })],
    ["lifetime", () => signed({ exp: NOW - 5 })],
    ["sender-constraint", () => signed({ cnf: {} })],
    ["key", () => signed({}, { kid: "key-9" })],
    ["signature", () => signed({}, {}, otherKey)],
  ])("names the check that failed last: %s", async (step, token) => {
    expect(await stepsOf(token())).toEqual(STEPS.slice(0, STEPS.indexOf(step) + 1));
  });
});

test.each([
  [CLIENT_ID, { use: "id", audience: CLIENT_ID }],
  [[`${ISSUER}userinfo`, AUDIENCE], { use: "access", audience: AUDIENCE }],
])("the audience %j", (aud, expected) => {
  expect(checkAudience({ aud }, RULES)).toEqual(expected);
});

test.each([
  [{ org_id: "org_1" }, { id: "org_1", name: undefined }],
  [{ org_name: "acme" }, { id: undefined, name: "acme" }],
  [
    { org_id: "org_1", org_name: "acme" },
    { id: "org_1", name: "acme" },
  ],
])("the organization of %j", async (claims, organization) => {
  await expect(verifier().verify(signed(claims))).resolves.toMatchObject({ organization });
});
