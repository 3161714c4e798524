import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createHmac, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { createSigningKey, type SigningKey } from "../../src/testing/signing-key.ts";
import { authorizerEvent, bearerEvent } from "../../src/testing/events.ts";
import {
  ACCESS_TOKEN,
  AUDIENCE,
  base64url,
  changed,
  CLIENT_ID,
  EMAIL_CLAIM,
  encoded,
  HEADER,
  ID_TOKEN,
  ISSUER,
  NOW,
  signText,
  type Changes,
} from "../tokens.ts";
import { lastReason, underTest, verdictOf, type UnderTest } from "../authorizer-harness.ts";

/** Keys are slow to make, and a busy machine is slower. */
const KINDS = ["rest-token", "rest-request", "http-1.0", "http-2.0", "websocket"] as const;
const USER = changed(ID_TOKEN, { email: "alice@example.com", email_verified: true });
const EMAIL = { [EMAIL_CLAIM]: "alice@example.com", [`${EMAIL_CLAIM}_verified`]: true };

let key: SigningKey;
let mallory: SigningKey;
let api: UnderTest;

beforeAll(() => {
  key = createSigningKey({ kid: "key-1" });
  mallory = createSigningKey({ kid: "key-1" });
});
beforeEach(() => {
  api = underTest([key]);
});

const id = (claims: Changes = {}, header: Changes = {}): string =>
  signText(JSON.stringify({ ...HEADER, ...header }), JSON.stringify({ ...USER, ...claims }), key);
const access = (claims: Changes = {}, header: Changes = {}): string =>
  signText(
    JSON.stringify({ ...HEADER, ...header }),
    JSON.stringify({ ...ACCESS_TOKEN, ...EMAIL, ...claims }),
    key,
  );
const forged = (header: Changes, signature: string | ((input: string) => string), claims = USER): string => {
  const input = `${encoded({ ...HEADER, ...header })}.${encoded(claims)}`;
  return `${input}.${typeof signature === "string" ? signature : signature(input)}`;
};

/** "allowed", or the reason that was logged. */
async function outcomeOf(event: unknown): Promise<string | undefined> {
  const verdict = await verdictOf(api.authorize, event);
  return verdict.allowed ? "allowed" : lastReason(api);
}
const outcomeOfToken = (token: string): Promise<string | undefined> =>
  outcomeOf(bearerEvent("http-2.0", token));

test("the tokens that are attacked would be allowed", async () => {
  expect(await outcomeOfToken(id())).toBe("allowed");
  expect(await outcomeOfToken(access())).toBe("allowed");
});

describe("algorithm confusion", () => {
  const publicKey = (): ReturnType<typeof createPublicKey> => createPublicKey(key.privateKey);
  const pem = (type: "spki" | "pkcs1" = "spki"): string =>
    publicKey().export({ type, format: "pem" }).toString();

  test.each([
    ["the public key in PEM", () => pem()],
    ["the public key in PEM of PKCS #1 (CVE-2023-48223)", () => pem("pkcs1")],
    ["the public key in PEM without its last line end (CVE-2015-9235)", () => pem().trimEnd()],
    ["the public key in PEM with white space around it", () => ` \n${pem()}\n `],
    ["the public key in PEM with CRLF", () => pem().replaceAll("\n", "\r\n")],
    ["the public key in DER", () => publicKey().export({ type: "spki", format: "der" })],
    ["the public key as a JWK", () => JSON.stringify(key.jwk)],
    ["the modulus", () => key.jwk.n ?? ""],
    ["the modulus, decoded", () => Buffer.from(key.jwk.n ?? "", "base64url")],
    ["the key ID", () => key.kid],
    ["nothing", () => ""],
  ])("HS256 with %s for a secret", async (_, secret) => {
    for (const [alg, hash] of [
      ["HS256", "sha256"],
      ["RS256", "sha256"],
      ["HS512", "sha512"],
    ] as const) {
      const token = forged({ alg }, (input) => createHmac(hash, secret()).update(input).digest("base64url"));
      expect(await outcomeOfToken(token)).toBe(alg === "RS256" ? "bad_signature" : "unsupported_algorithm");
    }
  });

  test.each(["none", "None", "NONE", "nOnE", "none ", "", "null"])(
    "`none`, spelled %j (CVE-2015-2951)",
    async (alg) => {
      expect(await outcomeOfToken(forged({ alg }, "AAAA"))).toBe("unsupported_algorithm");
      expect(await outcomeOfToken(forged({ alg }, id().split(".")[2] ?? ""))).toBe("unsupported_algorithm");
      expect(await outcomeOfToken(forged({ alg }, ""))).toBe("malformed_token");
    },
  );

  test.each(["ES256", "PS256", "RS384", "RS512", "EdDSA", "HS256"])(
    "an RSA signature that is labelled %s",
    async (alg) => {
      expect(await outcomeOfToken(id({}, { alg }))).toBe("unsupported_algorithm");
    },
  );

  test("an ECDSA signature that is labelled RS256", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const token = forged({}, (input) => sign("sha256", Buffer.from(input), privateKey).toString("base64url"));
    expect(await outcomeOfToken(token)).toBe("bad_signature");
  });

  test("a signature with another hash that is labelled RS256", async () => {
    const token = forged({}, (input) =>
      sign("sha512", Buffer.from(input), key.privateKey).toString("base64url"),
    );
    expect(await outcomeOfToken(token)).toBe("bad_signature");
  });
});

describe("a signature that says nothing", () => {
  test.each([
    ["zeros (CVE-2022-21449's idea)", "A".repeat(342)],
    ["ones", Buffer.alloc(256, 0xff).toString("base64url")],
    ["one", Buffer.alloc(256, 0).fill(1, 255).toString("base64url")],
    ["one byte", "AA"],
    ["one of 8 kB", "A".repeat(6000)],
  ])("of %s", async (_, signature) => {
    expect(await outcomeOfToken(forged({}, signature))).toBe("bad_signature");
  });

  test("that is missing (CVE-2020-28042)", async () => {
    const [header = "", claims = ""] = id().split(".");
    expect(await outcomeOfToken(`${header}.${claims}.`)).toBe("malformed_token");
    expect(await outcomeOfToken(`${header}.${claims}`)).toBe("malformed_token");
  });

  test("that belongs to another token", async () => {
    const [header = "", claims = ""] = id({ sub: "auth0|mallory" }).split(".");
    expect(await outcomeOfToken(`${header}.${claims}.${id().split(".")[2] ?? ""}`)).toBe("bad_signature");
  });

  test("that Mallory's own key made, under our key's ID", async () => {
    const token = signText(JSON.stringify(HEADER), JSON.stringify(USER), mallory);
    expect(await outcomeOfToken(token)).toBe("bad_signature");
  });
});

describe("a key from outside", () => {
  test.each([
    ["jwk (CVE-2018-0114)", () => ({ jwk: mallory.jwk })],
    ["jku", () => ({ jku: "https://evil.example/jwks.json" })],
    ["jku on the tenant's own host", () => ({ jku: `${ISSUER}.well-known/jwks.json` })],
    ["x5u", () => ({ x5u: "https://evil.example/cert.pem" })],
    ["x5c", () => ({ x5c: ["MIIB"] })],
  ])("in the header parameter %s", async (_, header) => {
    const text = JSON.stringify({ ...HEADER, ...header() });
    const fetches = api.fetches();
    expect(await outcomeOfToken(signText(text, JSON.stringify(USER), mallory))).toBe("unsupported_header");
    expect(api.fetches()).toBe(fetches);
  });

  test.each([
    "../../../../dev/null",
    "key-1' OR '1'='1",
    "key-1\u0000",
    "key-1 ",
    "KEY-1",
    "__proto__",
    "constructor",
    "k".repeat(5000),
  ])("through the key ID %#", async (kid) => {
    const token = signText(JSON.stringify({ ...HEADER, kid }), JSON.stringify(USER), mallory);
    expect(await outcomeOfToken(token)).toBe("unknown_key");
  });

  test("through key IDs without end: they command no fetches", async () => {
    for (let i = 0; i < 200; i++) await outcomeOfToken(id({}, { kid: `bogus-${i}` }));
    expect(api.fetches()).toBe(1);
    expect(await outcomeOfToken(id())).toBe("allowed");
  });
});

describe("an issuer that is not ours", () => {
  test.each([
    ["a part of ours (CVE-2024-53861)", "https://acme.eu.auth0.com"],
    ["ours and more", `${ISSUER}evil/`],
    ["ours as a user name", "https://acme.eu.auth0.com@evil.example/"],
    ["ours as a subdomain", "https://acme.eu.auth0.com.evil.example/"],
    ["ours without TLS", "http://acme.eu.auth0.com/"],
    ["ours in upper case", "https://ACME.eu.auth0.com/"],
    ["ours with a Cyrillic letter", "https://\u0430cme.eu.auth0.com/"],
    ["ours with a port", "https://acme.eu.auth0.com:443/"],
    ["ours with a space", `${ISSUER} `],
    ["another tenant's", "https://evil.eu.auth0.com/"],
    ["of 4 kB", `https://${"x".repeat(4000)}/`],
  ])("%s", async (_, iss) => {
    expect(await outcomeOfToken(id({ iss }))).toBe("unknown_issuer");
  });

  test.each([
    ["a list with ours in it (CVE-2025-30144)", [ISSUER]],
    ["a list with ours and another", [ISSUER, "https://evil.example/"]],
    ["an object", { toString: ISSUER }],
    ["null", null],
    ["true", true],
  ])("%s", async (_, iss) => {
    expect(await outcomeOfToken(id({ iss }))).toBe("invalid_claim");
  });
});

describe("an audience that is not ours", () => {
  test.each([
    ["an empty text in a list", [""], "unknown_audience"],
    ["an empty text", "", "unknown_audience"],
    ["an empty list (CVE-2020-26160)", [], "unknown_audience"],
    ["null", null, "invalid_claim"],
    ["null in a list", [null], "invalid_claim"],
    ["an object", { 0: CLIENT_ID }, "invalid_claim"],
    ["true", true, "invalid_claim"],
    ["a part of ours", CLIENT_ID.slice(0, -1), "unknown_audience"],
    ["ours and more", `${CLIENT_ID}2`, "unknown_audience"],
    ["ours among others, joined", `${CLIENT_ID},Other`, "unknown_audience"],
    ["a name of the prototype's", "constructor", "unknown_audience"],
  ])("%s", async (_, aud, reason) => {
    expect(await outcomeOfToken(id({ aud }))).toBe(reason);
  });

  test("the application's token at the API, dressed up as the other kind", async () => {
    expect(await outcomeOfToken(id({ aud: [CLIENT_ID, AUDIENCE] }))).toBe("ambiguous_audience");
    expect(await outcomeOfToken(access({ aud: CLIENT_ID, gty: "password" }))).toBe("wrong_token_type");
  });
});

describe("an end that never comes", () => {
  const withExp = (literal: string): string => {
    const claims = JSON.stringify({ ...USER, exp: 12345 }).replace('"exp":12345', `"exp":${literal}`);
    return signText(JSON.stringify(HEADER), claims, key);
  };

  test.each([
    ["0", "expired"],
    ["-1", "expired"],
    ["-0", "expired"],
    ["1e-9", "expired"],
    ['"9e9"', "invalid_claim"],
    ['"9000000000"', "invalid_claim"],
    ["1e309", "invalid_claim"],
    ["1e300", "invalid_claim"],
    ["9007199254740993", "invalid_claim"],
    ["null", "invalid_claim"],
    ["true", "invalid_claim"],
    ["[9000000000]", "invalid_claim"],
    ['{"valueOf":9000000000}', "invalid_claim"],
    ["NaN", "malformed_token"],
    ["Infinity", "malformed_token"],
    ["0x7fffffff", "malformed_token"],
  ])("exp of %s", async (literal, reason) => {
    expect(await outcomeOfToken(withExp(literal))).toBe(reason);
  });

  test("exp as a number like any other is accepted, however it is spelled", async () => {
    expect(await outcomeOfToken(withExp("9e9"))).toBe("allowed");
    expect(await outcomeOfToken(withExp("9000000000.5"))).toBe("allowed");
  });

  test("no exp at all", async () => {
    expect(await outcomeOfToken(id({ exp: undefined }))).toBe("missing_claim");
  });
});

describe("a name that is there twice", () => {
  const twice = (first: Changes, second: Changes): string => {
    const claims = `${JSON.stringify({ ...USER, ...first }).slice(0, -1)},${JSON.stringify(second).slice(1)}`;
    return signText(JSON.stringify(HEADER), claims, key);
  };

  test("the last claim counts for every rule and for the context alike", async () => {
    expect(await outcomeOfToken(twice({ exp: NOW + 60 }, { exp: 0 }))).toBe("expired");
    expect(await outcomeOfToken(twice({ email_verified: true }, { email_verified: false }))).toBe(
      "email_not_verified",
    );
    const verdict = await verdictOf(
      api.authorize,
      bearerEvent("http-2.0", twice({ sub: "auth0|victim" }, { sub: "auth0|alice" })),
    );
    expect(verdict).toMatchObject({ allowed: true, context: { sub: "auth0|alice" } });
  });

  test("in the header", async () => {
    const header = JSON.stringify(HEADER).replace("{", '{"alg":"none","kid":"x",');
    expect(await outcomeOfToken(signText(header, JSON.stringify(USER), key))).toBe("allowed");
    const reversed = JSON.stringify(HEADER).replace("}", ',"alg":"none"}');
    expect(await outcomeOfToken(signText(reversed, JSON.stringify(USER), key))).toBe("unsupported_algorithm");
  });
});

describe("prototype pollution", () => {
  test.each(["__proto__", "constructor", "prototype"])("through a claim called %s", async (name) => {
    const poison = `"${name}":{"email":"victim@example.com","email_verified":true,"polluted":true}`;
    const rest = changed(USER, { email: undefined, email_verified: undefined });
    const claims = JSON.stringify(rest).replace("{", `{${poison},`);
    expect(await outcomeOfToken(signText(JSON.stringify(HEADER), claims, key))).toBe("email_missing");
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test("through a header of the request", async () => {
    const event = bearerEvent("http-2.0", id());
    const headers = JSON.parse(`{"__proto__":{"authorization":"Bearer ${id()}"}}`) as object;
    expect(await outcomeOf({ ...event, headers, identitySource: null })).toBe("missing_token");
  });

  test("of which others are guilty allows no caller", async () => {
    const polluted = Object.prototype as unknown as Record<string, unknown>;
    const names = ["email_verified", "email", "exp", "sub"];
    const rest = changed(USER, { email: undefined, email_verified: undefined, exp: undefined });
    const token = signText(JSON.stringify(HEADER), JSON.stringify(rest), key);
    try {
      Object.assign(polluted, { email_verified: true, email: "victim@example.com", exp: 9e9, sub: "x" });
      expect(await outcomeOfToken(token)).toBe("missing_claim");
    } finally {
      for (const name of names) Reflect.deleteProperty(polluted, name);
    }
  });
});

describe("another user's email", () => {
  test.each([
    ["attacker@evil.com@company.com", "email_unsupported"],
    ['"attacker@evil.com"@company.com', "email_unsupported"],
    ["victim@company.com\n@evil.com", "email_unsupported"],
    ["victim@company.com\u0000@evil.com", "email_unsupported"],
    ["vi\u212atim@company.com", "email_unsupported"],
    ["\uff56ictim@company.com", "email_unsupported"],
    ["v\u0456ctim@company.com", "email_unsupported"],
    ["victim@company.com\r\nX-Role: admin", "email_unsupported"],
  ])("%j", async (email, reason) => {
    expect(await outcomeOfToken(id({ email }))).toBe(reason);
    expect(await outcomeOfToken(access({ [EMAIL_CLAIM]: email }))).toBe(reason);
  });

  test("is never made up: what was signed arrives byte for byte, or no caller does", async () => {
    const part = fc.oneof(
      fc.emailAddress(),
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.string({ maxLength: 260 }),
    );
    const address = fc.oneof(
      part,
      fc.tuple(part, part).map((parts) => parts.join("@")),
    );
    let arrived = 0;
    await fc.assert(
      fc.asyncProperty(address, fc.boolean(), async (email, isId) => {
        const token = isId ? id({ email }) : access({ [EMAIL_CLAIM]: email });
        const verdict = await verdictOf(api.authorize, bearerEvent("rest-request", token));
        if (!verdict.allowed) {
          expect(lastReason(api)).toMatch(/^email_(unsupported|missing)$/);
          return;
        }
        arrived += 1;
        expect(verdict.context["email"]).toBe(JSON.parse(JSON.stringify(email)));
        expect(email).toMatch(/^[!-~]+@[!-~]+$/);
      }),
      { numRuns: 400 },
    );
    expect(arrived).toBeGreaterThan(40);
  });

  test("that is not verified (nOAuth)", async () => {
    for (const email_verified of [false, "true", "false", 1, null, undefined]) {
      expect(await outcomeOfToken(id({ email_verified }))).toBe("email_not_verified");
    }
  });

  test("in an access token, under the bare name", async () => {
    const bare = { email: "victim@company.com", email_verified: true, [EMAIL_CLAIM]: undefined };
    expect(await outcomeOfToken(access(bare))).toBe("email_missing");
  });

  test("in the machine's token", async () => {
    expect(await outcomeOfToken(access({ sub: "Cron@clients" }))).toBe("machine_not_allowed");
    expect(await outcomeOfToken(access({ gty: ["client-credentials"] }))).toBe("machine_not_allowed");
  });
});

describe("one token, many spellings", () => {
  test("padding behind the signature", async () => {
    expect(await outcomeOfToken(`${id()}=`)).toBe("malformed_token");
    expect(await outcomeOfToken(`${id()}==`)).toBe("malformed_token");
  });

  test("other last characters of the signature", async () => {
    const token = id();
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const verdicts = await Promise.all(
      alphabet.split("").map((last) => outcomeOfToken(token.slice(0, -1) + last)),
    );
    expect(verdicts.filter((verdict) => verdict === "allowed")).toHaveLength(1);
  });

  test.each(["%2E", "\u2024", "\uff0e", ".."])("%j for a dot", async (dot) => {
    expect(await outcomeOfToken(id().replace(".", dot))).not.toBe("allowed");
  });
});

describe("comma-joined and duplicated credentials", () => {
  test.each(KINDS)("two headers through %s", async (kind) => {
    const headers = [
      ["Authorization", `Bearer ${id()}`],
      ["Authorization", `Bearer ${id({ sub: "auth0|mallory" })}`],
    ] as const;
    expect(await outcomeOf(authorizerEvent(kind, { headers }))).toBe("malformed_header");
  });

  test.each(KINDS)("two tokens in one header through %s", async (kind) => {
    for (const joint of [",", ", ", " ", ";", "\t", "\u0000", ",Bearer "]) {
      const headers = [["Authorization", `Bearer ${id()}${joint}${id()}`]] as const;
      expect(await outcomeOf(authorizerEvent(kind, { headers }))).toBe("malformed_header");
    }
  });

  test("a header and a query parameter", async () => {
    const headers = [["Authorization", `Bearer ${id()}`]] as const;
    const query = [["access_token", id()]] as const;
    expect(await outcomeOf(authorizerEvent("websocket", { headers, query }))).toBe("malformed_header");
    for (const kind of ["rest-request", "http-1.0", "http-2.0"] as const) {
      expect(await outcomeOf(authorizerEvent(kind, { headers, query }))).toBe("allowed");
    }
  });

  test("a query parameter alone opens nothing but a WebSocket", async () => {
    const query = [["access_token", id()]] as const;
    expect(await outcomeOf(authorizerEvent("websocket", { query }))).toBe("allowed");
    for (const kind of ["rest-token", "rest-request", "http-1.0", "http-2.0"] as const) {
      expect(await outcomeOf(authorizerEvent(kind, { query }))).toBe("missing_token");
    }
  });

  test("a subprotocol beside a header or a query parameter", async () => {
    const protocol = ["Sec-WebSocket-Protocol", `bearer, ${id()}`] as const;
    const header = ["Authorization", `Bearer ${id()}`] as const;
    const query = [["access_token", id()]] as const;
    expect(await outcomeOf(authorizerEvent("websocket", { headers: [protocol] }))).toBe("allowed");
    const twice = [
      authorizerEvent("websocket", { headers: [protocol, header] }),
      authorizerEvent("websocket", { headers: [protocol], query }),
      authorizerEvent("websocket", { headers: [protocol, protocol] }),
    ];
    for (const event of twice) expect(await outcomeOf(event)).toBe("malformed_header");
  });

  test("a subprotocol alone opens nothing but a WebSocket", async () => {
    const headers = [["Sec-WebSocket-Protocol", `bearer, ${id()}`]] as const;
    for (const kind of ["rest-token", "rest-request", "http-1.0", "http-2.0"] as const) {
      expect(await outcomeOf(authorizerEvent(kind, { headers }))).toBe("missing_token");
    }
  });

  test("two query parameters", async () => {
    const query = [
      ["access_token", id()],
      ["access_token", id()],
    ] as const;
    expect(await outcomeOf(authorizerEvent("websocket", { query }))).toBe("malformed_header");
  });
});

describe("one caller in another's place", () => {
  test("the same token 100 times gives one answer", async () => {
    const event = bearerEvent("rest-request", access());
    const answers = await Promise.all(Array.from({ length: 100 }, () => api.authorize(event)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test("1,000 users at once each get their own identity", async () => {
    const users = Array.from({ length: 1000 }, (_, i) => ({ sub: `auth0|${i}`, email: `u${i}@example.com` }));
    const tokens = users.map((user, i) =>
      i % 3 === 0 ? access({ ...user, [EMAIL_CLAIM]: user.email }) : id(user),
    );
    const answers = await Promise.all(tokens.map((token) => api.authorize(bearerEvent("http-1.0", token))));
    answers.forEach((answer, i) => {
      expect(answer).toMatchObject({ principalId: users[i]?.sub, context: users[i] });
    });
  });

  test("a refused token in between changes nothing for the next", async () => {
    for (let i = 0; i < 20; i++) {
      expect(await outcomeOfToken(id({ exp: 0 }))).toBe("expired");
      expect(await outcomeOfToken(id())).toBe("allowed");
    }
  });
});

test('a simple answer says true or false, never `"false"`', async () => {
  api = underTest([key], { httpApiResponse: "simple" });
  const answer = async (token: string): Promise<unknown> => api.authorize(bearerEvent("http-2.0", token));
  await expect(answer(id())).resolves.toMatchObject({ isAuthorized: true });
  await expect(answer(id({ exp: 0 }))).rejects.toThrow("Unauthorized");
  await expect(answer(id({ email_verified: false }))).resolves.toMatchObject({ isAuthorized: false });
});

describe("a policy opens this API and stage, and nothing more,", () => {
  const partition = fc.constantFrom("aws", "aws-cn", "aws-us-gov");
  const stage = fc.constantFrom("prod", "$default", "v1");
  const segment = fc.oneof(
    fc.constantFrom(
      "*",
      "?",
      "..",
      "../",
      "%2f",
      "%2e%2e%2f",
      ":",
      "${aws:username}",
      "//",
      "$connect",
      "",
      "\n",
    ),
    fc.string({ unit: "binary", maxLength: 300 }),
  );
  const path = fc
    .array(segment, { maxLength: 12 })
    .map((segments) => `/${segments.join("/")}`.slice(0, 2000));

  test.each(KINDS)("whatever the path is: %s", async (kind) => {
    const good = id();
    const refused = id({ email_verified: false });
    await fc.assert(
      fc.asyncProperty(partition, stage, path, fc.boolean(), async (partition, stage, path, isGood) => {
        const gateway = { partition, stage };
        const headers = [["Authorization", `Bearer ${isGood ? good : refused}`]] as const;
        const answer = await api.authorize(authorizerEvent(kind, { path, headers }, gateway));
        const base = bearerEvent(kind, good, gateway);
        const arn = String(base["methodArn"] ?? base["routeArn"])
          .split("/", 2)
          .join("/");
        const resources = [...JSON.stringify(answer).matchAll(/"Resource":"([^"]*)"/g)].map(
          ([, found]) => found,
        );
        expect(new Set(resources)).toEqual(new Set([`${arn}/*`]));
        expect(arn).toContain(`arn:${partition}:execute-api:`);
        expect(arn.endsWith(`/${stage}`)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("and an ARN that would open more is not answered at all", async () => {
    for (const stage of ["*", "?", "pr*d", "a:b", "${x}", "", " "]) {
      const event = bearerEvent("rest-request", id(), { stage });
      expect(await outcomeOf(event)).toBe("unsupported_event");
    }
  });
});

test("what is refused leaves no token and no email behind", async () => {
  const tokens = [
    id({ exp: 0 }),
    id({ email_verified: false }),
    forged({}, "AAAA"),
    `${id()}x`,
    base64url("{}"),
  ];
  for (const kind of KINDS) {
    for (const token of tokens) {
      const verdict = await verdictOf(api.authorize, bearerEvent(kind, token));
      const told = `${verdict.allowed ? "" : verdict.told()}${api.lines.join("")}`;
      expect(verdict.allowed).toBe(false);
      expect(told).not.toContain("alice@example.com");
      expect(told).not.toContain(token.slice(0, 40));
      expect(told).not.toMatch(/eyJ|Bearer e/);
    }
  }
});
