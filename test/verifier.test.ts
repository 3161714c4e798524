import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAuthorizer } from "../src/authorizer/create-authorizer.ts";
import { identityFrom } from "../src/identity/reader/identity-from.ts";
import { getHint } from "../src/errors.ts";
import type { Settings } from "../src/settings/settings.ts";
import { bearerEvent } from "../src/testing/events.ts";
import { createSigningKey } from "../src/testing/signing-key.ts";
import { startRevocationTable, type RevocationTable } from "../src/testing/revocation-table.ts";
import { startFakeTenant, type FakeTenant } from "../src/testing/tenant.ts";
import {
  bearerToken,
  ConfigurationError,
  createVerifier,
  IdentityError,
  parseSnapshots,
  settingsFromEnvironment,
  VerificationError,
  type VerifiedCaller,
  type VerifierDependencies,
  type VerifyToken,
} from "../src/verifier.ts";

/** Keys are slow to make, and a busy machine is slower. */
const ROLES = "https://example.com/roles";

let now: number;
const clock = (): number => now;
let tenant: FakeTenant;

beforeAll(async () => {
  tenant = await startFakeTenant({ clock });
});
beforeEach(() => {
  now = Date.UTC(2026, 10, 24);
});
afterAll(() => tenant.close());
afterEach(() => tenant.fail());

function verifier(options: Partial<Settings> = {}, dependencies: VerifierDependencies = {}): VerifyToken {
  return createVerifier({ ...tenant.settings, ...options }, { clock, ...dependencies });
}

/** In one word what came of it, and the status that a caller would be answered. */
async function outcomeOf(verification: Promise<unknown>): Promise<string> {
  try {
    await verification;
    return "accepted";
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    return `${error.status} ${error.reason}`;
  }
}

describe("createVerifier", () => {
  test("says whose an ID token is", async () => {
    await expect(verifier()(tenant.idToken())).resolves.toEqual({
      subject: "auth0|alice",
      email: "alice@example.com",
      emailVerified: true,
      tokenUse: "id",
      issuer: tenant.issuer,
      clientId: "test-application",
      expiresAt: new Date(now + 3_600_000),
      scopes: [],
      permissions: [],
      organization: undefined,
      organizationName: undefined,
      principalType: "user",
      audience: expect.any(String),
      actor: undefined,
      actors: [],
      claims: {},
      context: expect.objectContaining({ sub: "auth0|alice", email: "alice@example.com" }),
    });
  });

  test("gives an identity that survives JSON", async () => {
    const caller = await verifier()(tenant.idToken());
    expect(JSON.parse(JSON.stringify(caller))).toMatchObject({
      subject: "auth0|alice",
      expiresAt: "2026-11-24T01:00:00.000Z",
    });
  });

  test("reads the team's own claims as they are declared", async () => {
    const verify = verifier({ contextClaims: { roles: ROLES } });
    const token = tenant.idToken({ claims: { [ROLES]: ["admin", "reader"] } });
    const { claims }: VerifiedCaller<{ roles: "list" }> = await verify(token, { claims: { roles: "list" } });
    expect(claims.roles).toEqual(["admin", "reader"]);
  });

  test("says so where a claim is not what it is declared to be", async () => {
    const verify = verifier({ contextClaims: { level: "https://example.com/level" } });
    const token = tenant.idToken({ claims: { "https://example.com/level": "seven" } });
    const verification = verify(token, { claims: { level: "number" } });
    await expect(verification).rejects.toThrow(IdentityError);
    await expect(verification).rejects.toMatchObject({ code: "wrong_type" });
  });

  test("accepts a token to the last moment of the tolerance, and no longer", async () => {
    const verify = verifier({ clockToleranceSeconds: 5 });
    const exp = now / 1000 + 60.5;
    const token = tenant.idToken({ claims: { exp } });
    now = (exp + 5) * 1000 - 1;
    expect(await outcomeOf(verify(token))).toBe("accepted");
    now += 1;
    expect(await outcomeOf(verify(token))).toBe("401 expired");
  });

  test("says every issue of its settings at once", () => {
    const misconfigured = (): unknown => createVerifier({ domain: [], clientIDs: ["a"] } as never);
    expect(misconfigured).toThrow(ConfigurationError);
    expect(misconfigured).toThrow(
      /domain is required[^]*clientIDs is not a setting. Did you mean clientIds\?/,
    );
  });

  test("refuses rules that only a gateway can keep, in place of leaving them out", () => {
    const env = {
      AUTH0_DOMAIN: "acme.eu.auth0.com",
      AUTH0_AUDIENCES: "https://api.acme.com/",
      AUTHORIZER_EMAIL_POLICY: "optional",
    };
    const create = (more: object) => (): unknown =>
      createVerifier(settingsFromEnvironment({ ...env, ...more }), {
        fetch: () => Promise.reject(new Error()),
      });
    const rules = { AUTHORIZER_ROUTE_PERMISSIONS: "GET /orders=read:orders", AUTHORIZER_SHARED: "true" };
    expect(create(rules)).toThrow(ConfigurationError);
    expect(create(rules)).toThrow(
      /routePermissions \(AUTHORIZER_ROUTE_PERMISSIONS\) needs the route[^]*shared \(AUTHORIZER_SHARED\) needs/,
    );
    expect(create({ AUTHORIZER_ROUTE_PERMISSIONS: "*=" })).toThrow(/1 issue/);
    expect(create({ AUTHORIZER_SHARED: "false", AUTHORIZER_ROUTE_PERMISSIONS: "" })).not.toThrow();
  });

  test("begins to fetch the keys when it is made, and fetches them once", async () => {
    const before = tenant.fetches;
    const verify = verifier();
    await Promise.all([verify(tenant.idToken()), verify(tenant.accessToken())]);
    expect(tenant.fetches - before).toBe(1);
  });

  test("verifies with packaged keys while the tenant is down", async () => {
    const keySets = { [tenant.issuer]: { keys: tenant.publishedKeys.map(({ jwk }) => jwk) } };
    const document = JSON.stringify({ takenAt: new Date(now).toISOString(), keySets });
    tenant.fail(503);
    expect(await outcomeOf(verifier()(tenant.idToken()))).toBe("500 keys_unavailable");
    const verify = verifier({}, { snapshots: parseSnapshots(document) });
    expect(await outcomeOf(verify(tenant.idToken()))).toBe("accepted");
  });

  test("tells of each fetch that failed, and writes nothing itself", async () => {
    const failures: string[] = [];
    tenant.fail(404);
    const verify = verifier({}, { onError: ({ event, detail }) => failures.push(`${event} ${detail}`) });
    await outcomeOf(verify(tenant.idToken()));
    expect(failures).toEqual([expect.stringContaining("key_fetch_failed HTTP 404")]);
  });
});

describe("with a table of revocations", () => {
  let table: RevocationTable;
  beforeEach(async () => {
    table = await startRevocationTable({ clock });
  });
  afterEach(() => table.close());
  const withTable = (dependencies: VerifierDependencies = {}): VerifyToken =>
    verifier(table.settings, { env: table.environment, ...dependencies });

  test("refuses a token that was ended, and only that one", async () => {
    table.revokeSession("ended");
    const verify = withTable();
    expect(await outcomeOf(verify(tenant.idToken({ claims: { sid: "ended" } })))).toBe("401 revoked");
    expect(await outcomeOf(verify(tenant.idToken({ claims: { sid: "other" } })))).toBe("accepted");
  });

  test("says 500 where the table cannot be read, and tells why", async () => {
    const events: string[] = [];
    table.fail("silent");
    const verify = withTable({ onError: ({ event }) => events.push(event) });
    expect(await outcomeOf(verify(tenant.idToken()))).toBe("500 revocations_unavailable");
    expect(events).toContain("revocation_lookup_failed");
  });
});

describe("a refusal", () => {
  test.each([
    ["without a token", () => undefined, "401 missing_token"],
    ["of an empty token", () => "", "401 missing_token"],
    ["of a string that is not a token", () => "abc", "401 opaque_or_encrypted_token"],
    [
      "of a key that the tenant does not have",
      () => tenant.idToken({ key: createSigningKey() }),
      "401 unknown_key",
    ],
    [
      "of a token for another application",
      () => tenant.idToken({ clientId: "other" }),
      "401 unknown_audience",
    ],
    [
      "of an unverified email",
      () => tenant.idToken({ claims: { email_verified: false } }),
      "403 email_not_verified",
    ],
    [
      "of a machine",
      () => tenant.accessToken({ claims: { gty: "client-credentials" } }),
      "403 machine_not_allowed",
    ],
  ])("%s names its reason and the status to answer", async (_, token, outcome) => {
    expect(await outcomeOf(verifier()(token()))).toBe(outcome);
  });

  test("says what happened and what to do, and nothing of the token", async () => {
    const token = tenant.idToken({ claims: { exp: undefined, email: "bob@example.com" } });
    const error: unknown = await verifier()(token).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: "VerificationError",
      detail: "exp",
      message: `missing_claim: exp. ${getHint("missing_claim")}`,
    });
    expect(String((error as Error).stack)).not.toContain("bob@example.com");
  });

  test("is an authorizer's refusal too, for whatever token, and so is an identity", async () => {
    const options: Partial<Settings> = { ...tenant.settings, contextClaims: { roles: ROLES } };
    const lines: string[] = [];
    const authorize = createAuthorizer(options, { clock, write: (line) => void lines.push(line) });
    const verify = createVerifier(options, { clock });
    for (const token of tokensOfAllKinds()) {
      const response = await authorize(bearerEvent("http-2.0", token)).catch(() => undefined);
      const { reason } = JSON.parse(lines.at(-1) ?? "") as { readonly reason?: string };
      const verification = verify(token, { claims: { roles: "list" } });
      if (reason !== undefined) await expect(verification).rejects.toMatchObject({ reason });
      else {
        const { context, ...caller } = await verification;
        expect(context).toEqual(response?.context);
        const event = { requestContext: { authorizer: { lambda: context } } };
        expect(caller).toEqual(identityFrom(event, { claims: { roles: "list" }, now }));
      }
    }
    expect(lines).toHaveLength(tokensOfAllKinds().length);
  });
});

/** What is accepted, and what is refused by form, by claim, by the caller and by what no gateway could forward. */
function tokensOfAllKinds(): readonly string[] {
  const end = now / 1000;
  return [
    tenant.idToken(),
    tenant.idToken({ claims: { [ROLES]: ["admin"] }, organization: "org_1" }),
    tenant.accessToken({ permissions: ["read:orders"], scope: "openid orders" }),
    tenant.accessToken({ profile: "rfc9068" }),
    `${tenant.idToken()}x`,
    "opaque",
    tenant.idToken({ claims: { exp: end - 6 } }),
    tenant.idToken({ claims: { sub: undefined } }),
    tenant.idToken({ claims: { cnf: { jkt: "x" } } }),
    tenant.idToken({ claims: { events: {} } }),
    tenant.idToken({ claims: { org_id: "", org_name: "", azp: "" } }),
    tenant.idToken({ claims: { sub: "auth0|alice " } }),
    tenant.idToken({ claims: { email: undefined } }),
    tenant.idToken({ claims: { email: "álice@example.com" } }),
    tenant.idToken({ claims: { sub: "auth0|ali\u0000ce" } }),
    tenant.accessToken({ permissions: ["read orders"] }),
    tenant.idToken({ claims: { [ROLES]: Array.from({ length: 300 }, (_, index) => `role-${index}`) } }),
    tenant.accessToken({ claims: { sub: "anon@1" } }),
  ];
}

test.each(["Bearer ", "bearer  "])(
  "says that %jstill stands before a token, and never the token",
  async (scheme) => {
    const token = tenant.idToken();
    const error: unknown = await verifier()(`${scheme}${token}`).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      status: 401,
      reason: "malformed_token",
      message: expect.stringContaining("there is still a scheme before the token"),
    });
    expect(String(error)).not.toContain(token);
    await expect(verifier()(bearerToken(`${scheme}${token}`))).resolves.toMatchObject({
      subject: "auth0|alice",
    });
    await expect(verifier()(`x${token}`)).rejects.not.toThrow("scheme");
  },
);

describe("bearerToken", () => {
  test.each([
    ["Bearer a.b.c", "a.b.c"],
    ["bearer  a.b.c", "a.b.c"],
  ])("takes the token out of %j", (header, token) => {
    expect(bearerToken(header)).toBe(token);
  });

  test.each([
    [undefined, "missing_token"],
    ["", "missing_token"],
    ["a.b.c", "malformed_header"],
    ["Bearer a.b.c, Bearer d.e.f", "malformed_header"],
    [`Bearer ${"a".repeat(9000)}`, "token_too_large"],
  ])("refuses %.40s as %s", async (header, reason) => {
    const parsing = Promise.resolve(header).then(bearerToken);
    expect(await outcomeOf(parsing)).toBe(`401 ${reason}`);
  });
});
