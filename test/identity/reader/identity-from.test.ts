import { describe, expect, it } from "@jest/globals";
import {
  identityFrom,
  IdentityError,
  type IdentityContext,
} from "../../../src/identity/reader/identity-from.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const EXP = NOW / 1000 + 60;
const CONTEXT: IdentityContext = {
  sub: "auth0|alice",
  email: "alice@example.com",
  email_verified: "true",
  token_use: "access",
  iss: "https://acme.eu.auth0.com/",
  aud: "https://api.acme.com/",
  client_id: "WebApp",
  exp: String(EXP),
  scope: "openid email",
  permissions: "read:orders write:orders",
  org_id: "org_1",
};
const AWS = { principalId: "auth0|alice", integrationLatency: 24 };

/** An event with something in the place of the authorizer. */
function behind(authorizer: unknown) {
  return { requestContext: { authorizer } };
}

function reason(authorizer: unknown, now = NOW): string {
  try {
    identityFrom(behind(authorizer), { now });
    return "none";
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    return error.code;
  }
}

describe("the identity", () => {
  it.each([
    ["a REST or WebSocket API", { ...AWS, ...CONTEXT }],
    ["an HTTP API with a 1.0 integration", CONTEXT],
    ["an HTTP API with a 2.0 integration", { lambda: CONTEXT }],
  ])("is read from the event of %s", (_, authorizer) => {
    expect(identityFrom(behind(authorizer), { now: NOW })).toEqual({
      subject: "auth0|alice",
      email: "alice@example.com",
      emailVerified: true,
      tokenUse: "access",
      issuer: "https://acme.eu.auth0.com/",
      clientId: "WebApp",
      expiresAt: new Date(EXP * 1000),
      scopes: ["openid", "email"],
      permissions: ["read:orders", "write:orders"],
      organization: "org_1",
      organizationName: undefined,
      principalType: "user",
      audience: "https://api.acme.com/",
      actor: undefined,
      actors: [],
      claims: {},
    });
  });

  it("leaves undefined what the token did not say", () => {
    const { sub, iss, aud, exp } = CONTEXT;
    expect(identityFrom(behind({ sub, iss, aud, exp, token_use: "id" }), { now: NOW })).toEqual({
      subject: sub,
      email: undefined,
      emailVerified: undefined,
      tokenUse: "id",
      issuer: iss,
      clientId: undefined,
      expiresAt: new Date(EXP * 1000),
      scopes: [],
      permissions: [],
      organization: undefined,
      organizationName: undefined,
      principalType: "user",
      audience: "https://api.acme.com/",
      actor: undefined,
      actors: [],
      claims: {},
    });
  });

  it("says where an email is not verified", () => {
    const authorizer = { ...CONTEXT, email_verified: "false" };
    expect(identityFrom(behind(authorizer), { now: NOW }).emailVerified).toBe(false);
  });
});

describe("an identity is missing", () => {
  it.each([
    ["no authorizer", undefined],
    ["null", null],
    ["a text", "auth0|alice"],
    ["a principal alone", AWS],
    ["an empty `lambda`", { lambda: {} }],
    ["`lambda` null, as AWS sends it without a context", { lambda: null }],
    ["a native JWT authorizer", { jwt: { claims: CONTEXT, scopes: null } }],
    ["a Cognito authorizer", { claims: CONTEXT }],
    [
      "serverless-offline's placeholders with a decoded, unverified token",
      { principalId: "offlineContext_authorizer_principalId", claims: CONTEXT, scopes: ["openid"] },
    ],
    [
      "serverless-offline's principal beside an identity",
      { ...CONTEXT, principalId: "offlineContext_authorizer_principalId" },
    ],
    ["inherited values", Object.create(CONTEXT) as unknown],
  ])("from an event with %s", (_, authorizer) => {
    expect(reason(authorizer)).toBe("missing");
  });

  it.each(["sub", "iss", "exp", "token_use"])("without `%s`, or with an empty one", (name) => {
    expect([reason({ ...CONTEXT, [name]: undefined }), reason({ ...CONTEXT, [name]: "" })]).toEqual([
      "missing",
      "missing",
    ]);
  });

  it.each(Object.keys(CONTEXT))("with a `%s` that is no text", (name) => {
    expect([reason({ ...CONTEXT, [name]: 1 }), reason({ ...CONTEXT, [name]: ["a"] })]).toEqual([
      "missing",
      "missing",
    ]);
  });

  it.each([
    ["token_use", "refresh"],
    ["email_verified", "yes"],
    ["exp", "soon"],
    ["exp", "1e12"],
    ["exp", "-1"],
    ["exp", "9".repeat(30)],
  ])("with `%s` of %j", (name, value) => {
    expect(reason({ ...CONTEXT, [name]: value })).toBe("missing");
  });

  it("without a request context", () => {
    const event = {} as Parameters<typeof identityFrom>[0];
    expect(() => identityFrom(event)).toThrow("Attach the authorizer to this route");
  });
});

/** What another team's authorizer may forward that flattens the claims of a Cognito token. */
const COGNITO_CLAIMS = {
  principalId: "4f1c-aa",
  sub: "4f1c-aa",
  iss: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
  aud: "https://api.acme.com/",
  token_use: "access",
  client_id: "6bn2",
  scope: "openid",
  exp: String(EXP),
};

describe("an identity is foreign", () => {
  const ours = ["https://login.acme.com/", "https://acme.eu.auth0.com/"];
  const reasonFor = (authorizer: unknown, issuers: readonly string[]): string => {
    try {
      identityFrom(behind(authorizer), { now: NOW, issuers });
      return "none";
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      return error.code;
    }
  };

  it("where `issuers` does not name its issuer, and not where it does", () => {
    expect(reasonFor(COGNITO_CLAIMS, ours)).toBe("wrong_issuer");
    expect(reasonFor({ lambda: COGNITO_CLAIMS }, ours)).toBe("wrong_issuer");
    expect(reasonFor(CONTEXT, ours)).toBe("none");
    expect(reasonFor({ lambda: CONTEXT }, ours)).toBe("none");
  });

  it("only where `issuers` is given: without it a foreign authorizer's claims pass", () => {
    expect(reason(COGNITO_CLAIMS)).toBe("none");
  });

  it.each([
    ["a slash less", "https://acme.eu.auth0.com"],
    ["the domain alone", "acme.eu.auth0.com"],
    ["more at its end", "https://acme.eu.auth0.com/x"],
    ["other letters", "HTTPS://ACME.EU.AUTH0.COM/"],
  ])("to an issuer with %s", (_, issuer) => {
    expect(reasonFor(CONTEXT, [issuer])).toBe("wrong_issuer");
  });

  it("to no issuer at all, and to a text that only contains its issuer", () => {
    expect(reasonFor(CONTEXT, [])).toBe("wrong_issuer");
    const text = "https://acme.eu.auth0.com/" as unknown as readonly string[];
    expect(reasonFor(CONTEXT, text)).toBe("wrong_issuer");
  });

  it("before it is expired, and says what to look at", () => {
    const late = () => identityFrom(behind(COGNITO_CLAIMS), { now: EXP * 2000, issuers: ours });
    expect(late).toThrow("Attach the right authorizer, or spell the issuer as the tokens do");
  });

  it("never where there is none", () => {
    expect(reasonFor(undefined, ours)).toBe("missing");
  });
});

describe("an identity expires", () => {
  it("with the token and the authorizer's tolerance", () => {
    const end = EXP * 1000 + 5000;
    expect([reason(CONTEXT, end - 1), reason(CONTEXT, end)]).toEqual(["none", "expired"]);
  });

  it("with a custom tolerance", () => {
    const at = (now: number) => () => identityFrom(behind(CONTEXT), { now, clockToleranceSeconds: 0 });
    expect(at(EXP * 1000 - 1)).not.toThrow();
    expect(at(EXP * 1000)).toThrow("past the end");
  });

  it("where the time cannot be told", () => {
    expect(reason(CONTEXT, NaN)).toBe("expired");
  });

  it("by the clock of the Lambda, unless told otherwise", () => {
    const seconds = Math.floor(Date.now() / 1000);
    expect(identityFrom(behind({ ...CONTEXT, exp: String(seconds + 3600) })).subject).toBe("auth0|alice");
    expect(() => identityFrom(behind({ ...CONTEXT, exp: String(seconds - 60) }))).toThrow("past the end");
  });
});

describe("a context that the authorizer did not write", () => {
  it.each<[key: string, value: unknown]>([
    ["token_use", "id "],
    ["token_use", "xid"],
    ["token_use", "access token"],
    ["token_use", undefined],
    ["email_verified", "untrue"],
    ["email_verified", "falsehood"],
    ["principal_type", "user"],
    ["principal_type", "agents"],
    ["principal_type", "no agent"],
    ["custom_claims", "e30="],
    ["custom_claims", "=e30"],
    ["custom_claims", "NQ"],
    ...["email", "client_id", "scope", "permissions", "org_id", "org_name", "actor", "actors"].flatMap(
      (key): [key: string, value: unknown][] => [
        [key, ""],
        [key, 7],
      ],
    ),
  ])("has another form of `%s`: %j", (key, value) => {
    expect(reason({ ...CONTEXT, [key]: value })).toBe("missing");
  });

  it("is told by the name of the error, and by the claim whose type is wrong", () => {
    const read = (context: object): unknown => {
      try {
        return identityFrom(behind(context), { now: NOW, claims: { plan: "number" } });
      } catch (error) {
        return error;
      }
    };
    expect(read({})).toMatchObject({
      name: "IdentityError",
      message: "The event has no identity. Attach the authorizer to this route.",
    });
    expect(read({ ...CONTEXT, plan: "pro" })).toMatchObject({
      message:
        "plan: The claim is not of the type that `claims` declares. Compare what the tenant's Action writes.",
    });
  });
});

it("reads words whatever spaces are between them", () => {
  expect(identityFrom(behind({ ...CONTEXT, scope: " a  b " }), { now: NOW }).scopes).toEqual(["a", "b"]);
});

describe("a declared claim", () => {
  const read = (type: "number" | "boolean" | "json", value: unknown): unknown => {
    const context = { ...CONTEXT, own: value };
    return identityFrom(behind(context), { now: NOW, claims: { own: type } }).claims.own;
  };

  it.each([
    ["number", "-1", -1],
    ["number", "1.25", 1.25],
    ["number", "1e21", 1e21],
    ["number", "1e+21", 1e21],
    ["number", "1.5e-7", 1.5e-7],
    ["boolean", "false", false],
    ["boolean", "true", true],
    ["json", "pro", "pro"],
  ] as const)("of the type %s is read from %j", (type, text, expected) => {
    expect(read(type, text)).toBe(expected);
  });

  it.each([
    ["number", "1x"],
    ["number", "x1"],
    ["number", "1.x"],
    ["number", ""],
    ["boolean", "False"],
  ] as const)("of the type %s is not read from %j", (type, text) => {
    expect(() => read(type, text)).toThrow("own: The claim is not of the type");
  });

  it("is absent where its key is not a text, which no gateway forwards", () => {
    expect(read("number", 7)).toBeUndefined();
  });
});
