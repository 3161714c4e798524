import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";
import { decodeText } from "../../src/cli/pasted-text.ts";
import { STEPS } from "../../src/cli/explain/trace.ts";
import { getHint, type Reason } from "../../src/errors.ts";
import { authorizerEvent } from "../../src/testing/events.ts";
import { createSigningKey } from "../../src/testing/signing-key.ts";
import { startRevocationTable, type RevocationTable } from "../../src/testing/revocation-table.ts";
import { ALICE, startFakeTenant, type FakeTenant } from "../../src/testing/tenant.ts";
import { startServer } from "../token/loopback-server.ts";
import { run, type Ran } from "./command.ts";

let tenant: FakeTenant;
let table: RevocationTable;
let folder: string;

beforeAll(async () => {
  tenant = await startFakeTenant();
  table = await startRevocationTable();
  table.revokeSession("ended");
  folder = mkdtempSync(join(tmpdir(), "explain-"));
});
afterAll(async () => {
  await tenant.close();
  await table.close();
  rmSync(folder, { recursive: true });
});

function environment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return {
    AUTH0_DOMAIN: tenant.issuer,
    AUTH0_CLIENT_IDS: "test-application",
    AUTH0_AUDIENCES: "https://api.example.com/",
    AUTH0_EMAIL_CLAIM: "https://example.com/email",
    ...changes,
  };
}

interface Explained {
  readonly verdict: string;
  readonly reason?: Reason;
  readonly hint?: string;
  readonly steps: readonly { readonly step: keyof typeof STEPS; readonly outcome: string }[];
}

async function explained(token: string, env = environment(), ...options: string[]): Promise<Explained> {
  const { output } = await run(["explain", "--json", ...options], { env, input: token });
  return JSON.parse(output) as Explained;
}

/** What the Lambda logs about the same request. */
async function logged(token: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const lines: string[] = [];
  const settings = settingsFromEnvironment({ ...env, AUTHORIZER_LOG_LEVEL: "info" });
  const authorizer = createAuthorizer(settings, { env, write: (line) => lines.push(line) });
  const value = /\s/.test(token) || token === "" ? token : `Bearer ${token}`;
  const headers = value === "" ? [] : ([["Authorization", value]] as const);
  await authorizer(authorizerEvent("rest-request", { headers })).catch(() => undefined);
  const decision = lines.map((line) => JSON.parse(line) as Record<string, string>).find((l) => l["decision"]);
  return decision?.["reason"] ?? decision?.["decision"];
}

interface Case {
  readonly token: () => string;
  readonly at: keyof typeof STEPS;
  readonly env?: () => NodeJS.ProcessEnv;
}

const seconds = (): number => Math.floor(Date.now() / 1000);
const DEAF_TENANT = "http://127.0.0.1:1/";

/** What no token alone can bring about. */
type ReasonOfTheEvent =
  | "unsupported_event"
  | "identity_source_without_token"
  | "identity_source_without_route"
  | "stage_variable_invalid"
  | "route_not_listed"
  | "missing_token";

/** One token for each reason, and the rule that finds it. */
const REFUSED: Readonly<Record<Exclude<Reason, ReasonOfTheEvent>, Case>> = {
  malformed_header: { token: () => "Basic YWxpY2U6c2VjcmV0", at: "credential" },
  malformed_token: { token: () => "a.b", at: "form" },
  opaque_or_encrypted_token: { token: () => "an-opaque-token", at: "form" },
  token_too_large: { token: () => tenant.idToken({ claims: { more: "x".repeat(9000) } }), at: "credential" },
  unsupported_algorithm: { token: () => tenant.idToken({ header: { alg: "HS256" } }), at: "header" },
  unsupported_header: { token: () => tenant.idToken({ header: { crit: ["exp"] } }), at: "header" },
  unknown_issuer: {
    token: () => tenant.idToken({ claims: { iss: "https://other.example/" } }),
    at: "issuer",
  },
  unknown_audience: { token: () => tenant.idToken({ clientId: "another-application" }), at: "audience" },
  ambiguous_audience: {
    token: () => tenant.idToken({ claims: { aud: ["test-application", "https://api.example.com/"] } }),
    at: "audience",
  },
  wrong_token_type: { token: () => tenant.idToken({ claims: { events: {} } }), at: "token-type" },
  missing_claim: { token: () => tenant.idToken({ claims: { sub: undefined } }), at: "subject" },
  invalid_claim: { token: () => tenant.idToken({ claims: { sub: 7 } }), at: "subject" },
  expired: { token: () => tenant.idToken({ claims: { exp: seconds() - 60 } }), at: "lifetime" },
  not_yet_valid: { token: () => tenant.idToken({ claims: { iat: seconds() + 600 } }), at: "lifetime" },
  sender_constrained_token: {
    token: () => tenant.accessToken({ claims: { cnf: { jkt: "x" } } }),
    at: "sender-constraint",
  },
  unknown_key: { token: () => tenant.idToken({ key: createSigningKey() }), at: "key" },
  keys_unavailable: {
    token: () => tenant.idToken({ claims: { iss: DEAF_TENANT } }),
    env: () => ({ AUTH0_DOMAIN: DEAF_TENANT }),
    at: "key",
  },
  bad_signature: {
    token: () => tenant.idToken({ key: createSigningKey({ kid: tenant.currentKey.kid }) }),
    at: "signature",
  },
  issued_before_cutoff: {
    token: () => tenant.idToken({ claims: { iat: Date.UTC(2026, 10, 1) / 1000 - 1 } }),
    env: () => ({ AUTHORIZER_ISSUED_AFTER: "2026-11-01T00:00:00Z" }),
    at: "lifetime",
  },
  revoked: {
    token: () => tenant.idToken({ claims: { sid: "ended" } }),
    env: () => ({ REVOCATION_TABLE: table.name, ...table.environment }),
    at: "revocation",
  },
  revocations_unavailable: {
    token: () => tenant.idToken(),
    env: () => ({ REVOCATION_TABLE: "another-table", ...table.environment }),
    at: "revocation",
  },
  context_value_unsupported: {
    token: () => tenant.idToken({ user: { ...ALICE, sub: "a\nb" } }),
    at: "context",
  },
  anonymous_not_allowed: {
    token: () => tenant.accessToken({ user: { ...ALICE, sub: "anon@5f7c8ec7c33c6c004bbafe82" } }),
    at: "anonymous",
  },
  machine_not_allowed: { token: () => tenant.machineToken(), at: "machine" },
  agent_not_allowed: {
    token: () => tenant.accessToken({ claims: { sub: "agt_1", sub_profile: "ai_agent" } }),
    at: "agent",
  },
  actor_not_allowed: {
    token: () => tenant.accessToken({ claims: { act: { sub: "agt_1" } } }),
    at: "actor",
  },
  organization_not_allowed: {
    token: () => tenant.idToken(),
    env: () => ({ AUTH0_ORGANIZATIONS: "org_1" }),
    at: "organization",
  },
  email_missing: { token: () => tenant.idToken({ user: { sub: "auth0|bob" } }), at: "email" },
  email_not_verified: {
    token: () => tenant.idToken({ user: { ...ALICE, email_verified: false } }),
    at: "email",
  },
  email_unsupported: {
    token: () => tenant.idToken({ user: { ...ALICE, email: "a@b@example.com" } }),
    at: "email",
  },
  email_domain_not_allowed: {
    token: () => tenant.idToken(),
    env: () => ({ AUTHORIZER_EMAIL_DOMAINS: "acme.com" }),
    at: "email",
  },
  claim_not_allowed: {
    token: () => tenant.idToken(),
    env: () => ({ AUTH0_REQUIRED_CLAIMS: "amr=mfa" }),
    at: "claims",
  },
  claims_too_large: {
    token: () => tenant.idToken({ claims: { "https://acme.com/notes": "x".repeat(2100) } }),
    env: () => ({ AUTH0_CONTEXT_CLAIMS: "notes=https://acme.com/notes" }),
    at: "context",
  },
  permission_missing: {
    token: () => tenant.accessToken(),
    env: () => ({ AUTH0_REQUIRED_PERMISSIONS: "read:all" }),
    at: "permissions",
  },
};

describe("explain finds", () => {
  test.each(Object.entries(REFUSED))("%s, as the authorizer does", async (reason, { token, at, env }) => {
    const [text, settings] = [token(), environment(env?.())];
    const { verdict, steps, ...why } = await explained(text, settings);
    expect(why).toMatchObject({ reason, hint: getHint(reason as Reason) });
    expect(await logged(text, settings)).toBe(reason);
    const order = Object.keys(STEPS)
      .filter((rule) => !["event", "identity-source", "stage", "route"].includes(rule))
      .filter((rule) => rule !== "revocation" || at === rule);
    const outcomes = order.map((rule) =>
      rule === at ? verdict : order.indexOf(rule) < order.indexOf(at) ? "passed" : "not reached",
    );
    expect(steps.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  test("unsupported_event, missing_token, and the rest of an event that it knows", async () => {
    const file = join(folder, "event.json");
    writeFileSync(file, JSON.stringify({ Records: [] }));
    expect(await explained("", environment(), "--event", file)).toMatchObject({
      reason: "unsupported_event",
    });

    writeFileSync(file, JSON.stringify(authorizerEvent("rest-request")));
    expect(await explained("", environment(), "--event", file)).toMatchObject({ reason: "missing_token" });

    const headers = [["Authorization", `Bearer ${tenant.accessToken()}`]] as const;
    writeFileSync(file, JSON.stringify(authorizerEvent("http-2.0", { headers })));
    expect(await explained("", environment(), "--event", file)).toMatchObject({ verdict: "allow" });
  });

  test("nothing wrong with a good token, as the authorizer does", async () => {
    for (const token of [
      tenant.idToken(),
      tenant.accessToken(),
      tenant.accessToken({ profile: "rfc9068" }),
    ]) {
      const { verdict, steps } = await explained(token);
      expect(verdict).toBe("allow");
      expect(steps.map(({ outcome }) => outcome)).toEqual(
        Array(Object.keys(STEPS).length - 5).fill("passed"),
      );
      expect(await logged(token, environment())).toBe("allow");
    }
  });
});

describe("explain reads an event as the authorizer does", () => {
  const explainEvent = async (event: object, settings: NodeJS.ProcessEnv) => {
    const file = join(folder, "sent.json");
    writeFileSync(file, JSON.stringify(event));
    return explained("", environment(settings), "--event", file);
  };

  test("with the token of a WebSocket in the parameter of the settings", async () => {
    const event = authorizerEvent("websocket", { query: [["token", tenant.idToken()]] });
    const settings = { AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER: "token" };
    expect(await explainEvent(event, settings)).toMatchObject({ verdict: "allow" });
    expect(await explainEvent(event, {})).toMatchObject({ reason: "missing_token" });
  });

  test("with no more audiences than the API's stage accepts", async () => {
    const api = "https://api.example.com/";
    const token = tenant.accessToken({ claims: { aud: ["test-application", api] } });
    const headers = [["Authorization", `Bearer ${token}`]] as const;
    const event = {
      ...authorizerEvent("rest-request", { headers }),
      stageVariables: { auth0Audiences: api },
    };
    expect(await explainEvent(event, {})).toMatchObject({ verdict: "allow" });
    expect(await explainEvent({ ...event, stageVariables: null }, {})).toMatchObject({
      reason: "ambiguous_audience",
    });
  });
});

test("explain says which routes a token may call", async () => {
  const routes = "GET /orders/{id}=read:orders,ANY /admin/{proxy+}=admin,GET /hello=";
  const env = environment({ AUTHORIZER_ROUTE_PERMISSIONS: routes });
  const token = tenant.accessToken({ claims: { permissions: ["read:orders"] } });
  const told = await run(["explain", "-"], { env, input: token });
  expect(told.output).toContain("Routes that this token may call:");
  expect(told.output).toContain("✓ GET /orders/{id}");
  expect(told.output).toContain("✗ ANY /admin/{proxy+}   lacks admin");
  expect(told.output).toContain("✓ GET /hello");
  const { output } = await run(["explain", "--json", "-"], { env, input: token });
  expect(JSON.parse(output)).toMatchObject({
    verdict: "allow",
    routes: [
      { route: "GET /orders/{id}", allowed: true },
      { route: "ANY /admin/{proxy+}", allowed: false, missing: "admin" },
      { route: "GET /hello", allowed: true },
    ],
  });
  expect((await run(["explain", "-"], { env: environment(), input: token })).output).not.toContain("Routes");
});

/** Errors that can come together, so that the order of the rules matters. */
const ERRORS: readonly Readonly<Record<string, unknown>>[] = [
  { iss: "https://other.example/" },
  { aud: "another-application" },
  { aud: ["test-application", "https://api.example.com/"] },
  { aud: undefined },
  { events: {} },
  { scope: "openid" },
  { sub: 7 },
  { sub: 'a"b' },
  { sub: "job@clients" },
  { exp: 1 },
  { exp: "soon" },
  { iat: 9_000_000_000 },
  { cnf: {} },
  { email: "a@b@c" },
  { email_verified: false },
  { org_id: "org_2" },
];

test("explain agrees with the authorizer about tokens with several errors", async () => {
  const env = environment({ AUTH0_ORGANIZATIONS: "org_1" });
  const stranger = createSigningKey();
  const errors = fc.uniqueArray(fc.constantFrom(...ERRORS), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(errors, fc.boolean(), async (some, forged) => {
      const claims = Object.assign({ org_id: "org_1" }, ...some) as Record<string, unknown>;
      const token = tenant.idToken({ claims, key: forged ? stranger : undefined });
      const { verdict, reason } = await explained(token, env);
      expect(reason ?? verdict).toBe(await logged(token, env));
    }),
    { numRuns: 150 },
  );
});

describe("explain survives anything", () => {
  // eslint-disable-next-line no-control-regex -- what a terminal obeys
  const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/;
  const anything = fc.jsonValue({ maxDepth: 3 });
  const headers = fc.dictionary(fc.constantFrom("alg", "kid", "typ", "crit", "jwk"), anything);
  const NAMES = ["aud", "iat", "exp", "nbf", "sub", "azp", "email", "scope", "permissions", "gty", "org_id"];
  const claims = fc.dictionary(fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: "binary" })), anything);
  const signed = fc
    .tuple(fc.oneof(fc.constant({}), headers), claims)
    .map(([header, some]) => tenant.idToken({ header, claims: some }));
  const cut = fc.tuple(signed, fc.nat(), fc.string()).map(([token, at, more]) => {
    const place = at % token.length;
    return token.slice(0, place) + more + token.slice(place + more.length);
  });
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string().map((some) => `Bearer ${some}`),
    signed,
    cut,
  );

  test("that a token may be", async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (input, asText) => {
        const env = environment();
        const options = asText ? [] : ["--json"];
        const { exitCode, output, errors } = await run(["explain", ...options], { env, input });
        expect(output + errors).not.toMatch(OBEYED);
        if (exitCode === 2) expect(errors).toContain("the token is empty");
        else expect([0, 1]).toContain(exitCode);
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });

  test("that a file of keys may be", async () => {
    const file = join(folder, "any-keys.json");
    const sets = fc.oneof(anything, fc.record({ keys: fc.oneof(anything, fc.array(anything)) }));
    const document = fc.oneof(sets, fc.record({ keySets: fc.oneof(sets, fc.constant(null)) }));
    await fc.assert(
      fc.asyncProperty(document, async (some) => {
        writeFileSync(file, JSON.stringify(some));
        const { exitCode, output } = await run(["explain", "--keys", file], {
          env: environment(),
          input: tenant.idToken(),
        });
        expect(output).toContain("keys_unavailable");
        expect(output).toContain("any-keys.json: ");
        expect(exitCode).toBe(3);
      }),
      {
        numRuns: 100,
        endOnFailure: true,
        examples: [[null], [{ keySets: null }], [{ keySets: { [tenant.issuer]: null } }]],
      },
    );
  });

  test("that an event may be", async () => {
    const file = join(folder, "any-event.json");
    const event = fc.oneof(
      anything,
      fc.record({ type: fc.constantFrom("TOKEN", "REQUEST"), methodArn: anything, headers: anything }),
      fc.record({ version: fc.constantFrom("1.0", "2.0"), type: anything, routeArn: anything }),
    );
    await fc.assert(
      fc.asyncProperty(event, async (some) => {
        writeFileSync(file, JSON.stringify(some));
        const { exitCode, output } = await run(["explain", "--event", file], { env: environment() });
        expect([1, 3]).toContain(exitCode);
        expect(output).not.toMatch(OBEYED);
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });
});

describe("what explain prints", () => {
  const show = (token: string, ...options: string[]): Promise<Ran> =>
    run(["explain", ...options], { env: environment(), input: token });

  const ADDRESSES = [
    "alice@example.com",
    "samlp|acme|alice@example.com",
    "alice|wonder@example.com",
    '"alice <wonder"@example.com',
    "<alice@example.com>",
    "alice\uff20example.com",
    "alice",
  ];

  test.each(ADDRESSES.flatMap((address) => [[address], [address, "--json"]] as [string, ...string[]][]))(
    "has no signature in it and nothing of the email %s %s",
    async (address, ...options) => {
      const sub = address === "alice" ? "auth0|1" : address;
      const token = tenant.idToken({ user: { sub, email: address, email_verified: true } });
      const { output } = await show(token, ...options);
      expect(output).toContain("(email hidden)");
      expect(output).not.toMatch(/alice|wonder/);
      expect(output).not.toContain(token.split(".")[2]);
    },
  );

  test("has no email in it that stands in a claim for something else", async () => {
    for (const claims of [{ azp: "bob@x.com" }, { exp: ["bob@x.com"] }, { org_id: "bob@x.com" }]) {
      const { output } = await show(tenant.idToken({ claims }));
      expect(output).not.toContain("bob");
    }
    const { output } = await show(tenant.idToken({ claims: { aud: ["a", { "bob@x.com": ["bob@x.com"] }] } }));
    expect(output).toContain('["a",{"(email hidden)":["(email hidden)"]}]');
  });

  test("has the claims beside the steps that they decide: agent and actor", async () => {
    const agent = await show(tenant.agentToken({ agent: "agt_1" }));
    expect(agent.output).toMatch(/✗ agent .*\n\s+sub_profile ai_agent\n/);
    const acting = await show(tenant.agentToken({ grant: "login", agent: "agt_1" }), "--json");
    const { steps } = JSON.parse(acting.output) as {
      steps: { step: string; outcome: string; token: Record<string, string> }[];
    };
    const actor = steps.find(({ step }) => step === "actor");
    expect(actor?.outcome).toBe("deny");
    expect(actor?.token["act"]).toContain('"sub":"agt_1"');
    const secret = await show(tenant.accessToken({ claims: { act: { sub: "bob@x.com" } } }));
    expect(secret.output).toContain('act {"sub":"(email hidden)"}');
  });

  test("has the subject of a machine in it, which only looks like an email", async () => {
    const { output } = await show(tenant.machineToken());
    expect(output).toMatch(/sub \S+@clients/);
  });

  test("has the email in it when asked for", async () => {
    expect((await show(tenant.idToken(), "--show-email")).output).toContain("email alice@example.com");
  });

  test("holds nothing that a terminal would obey of what a server said", async () => {
    const server = await startServer((_request, response) =>
      response.writeHead(200, { "content-encoding": "\u009b31m" }).end(),
    );
    const issuer = `http://127.0.0.1:${server.port}/`;
    const env = environment({ AUTH0_DOMAIN: issuer });
    for (const options of [[], ["--json"]]) {
      const ran = await run(["explain", ...options], {
        env,
        input: tenant.idToken({ claims: { iss: issuer } }),
      });
      expect(ran.output).toContain("content encoding ");
      expect(ran.output + ran.errors).not.toContain("\u009b");
    }
    await server.close();
  });

  test("holds nothing that a terminal would obey", async () => {
    const { output } = await show(tenant.idToken({ claims: { aud: "\u001b[2J\u009b31m\u202e" } }));
    expect(output).toContain("\\u{1b}[2J\\u{9b}31m\\u{202e}");
    for (const control of ["\u001b", "\u009b", "\u202e"]) expect(output).not.toContain(control);
  });

  test("is coloured on a terminal only", async () => {
    const token = tenant.idToken();
    const env = environment();
    expect((await run(["explain", token], { env, colour: true })).output).toContain(
      "\u001b[32mallow\u001b[0m",
    );
    expect((await run(["explain", token], { env })).output).not.toContain("\u001b");
  });

  test("takes a token, a header's value, and a whole header line alike", async () => {
    const token = tenant.idToken();
    const plain = await show(token);
    expect(plain.output).toMatch(/An ID token .*✓ signature .*\nallow\n/s);
    expect(await show(`Bearer ${token}\n`)).toEqual(plain);
    expect(await show(`authorization: bearer ${token}`)).toEqual(plain);
  });
});

describe("explain reads what was pasted", () => {
  const ended = async (input: string): Promise<string> => {
    const { exitCode, output, errors } = await run(["explain", "--json"], { env: environment(), input });
    return exitCode === 2 ? errors : (JSON.parse(output) as Explained).verdict;
  };
  const wrapped = (text: string, width = 80): string => text.replace(new RegExp(`.{${width}}`, "g"), "$&\n");

  test.each<[string, (token: string) => string]>([
    ["in double quotes", (token) => `"${token}"`],
    ["in single quotes, with a comma", (token) => `'${token}',`],
    ["in the quotes of a word processor", (token) => `\u201c${token}\u201d`],
    ["with a header in quotes", (token) => `"Authorization: Bearer ${token}"`],
    ["wrapped at 80 columns", (token) => wrapped(token)],
    [
      "wrapped with the scheme, by Windows",
      (token) => wrapped(`Bearer ${token}`, 76).replaceAll("\n", "\r\n  "),
    ],
    [
      "as the token endpoint answers",
      (token) => JSON.stringify({ id_token: token, expires_in: 3600 }, null, 2),
    ],
    ["as a line of that answer", (token) => `  "id_token": "${token}",`],
    ["as a form", (token) => `expires_in=3600&id_token=${token}&token_type=Bearer`],
    ["in the address of a callback", (token) => `https://app.acme.com/cb#state=x&access_token=${token}`],
    [
      "in a curl command",
      (token) => `curl -s 'https://api.acme.com/me' -H 'Authorization: Bearer ${token}' -v`,
    ],
    ["in a request", (token) => `GET / HTTP/1.1\nHost: api\nauthorization: bearer ${token}\naccept: */*`],
    ["after a byte order mark", (token) => `\ufeff${token}\r\n`],
    ["between spaces without a width", (token) => `\u200b${token}\u200b\n`],
    ["in a cookie", (token) => `Cookie: theme=dark; session=${token}; lang=en`],
    ["in JavaScript", (token) => `fetch("/me", { headers: { Authorization: \`Bearer ${token}\` } })`],
    ["as another member of JSON", (token) => JSON.stringify({ user: { idToken: token } }, null, 2)],
    ["in a list", (token) => JSON.stringify([{ access_token: token }])],
    ["as a variable of a shell", (token) => `export TOKEN='${token}'`],
    ["in an address of jwt.io", (token) => `https://jwt.io/#debugger-io?token=${token}`],
    ["in angle brackets", (token) => `<${token}>`],
    ["over several lines of a shell", (token) => wrapped(token, 76).replaceAll("\n", "\\\n")],
  ])("a token %s", async (_, paste) => {
    expect(await ended(paste(tenant.idToken()))).toBe("allow");
    const forged = tenant.idToken({ key: createSigningKey() });
    expect(await ended(paste(forged))).toBe("unauthorized");
  });

  test("and says so where it holds two tokens, or none", async () => {
    const [id_token, access_token] = [tenant.idToken(), tenant.accessToken()];
    expect(await ended(JSON.stringify({ id_token, access_token }))).toContain("several tokens in this text");
    expect(await ended(`id_token=${id_token}&access_token=${access_token}`)).toContain("several tokens");
    expect(await ended(JSON.stringify({ id_token, access_token: id_token }))).toBe("allow");
    expect(await ended(`A='${id_token}' B='${access_token}'`)).toContain("several tokens");
    expect(await ended('{"error":"invalid_grant"}')).toContain("a token endpoint that issued none");
    expect(await ended('{"kid":"x"}')).toContain("JSON without a token");
  });

  test("but joins nothing that an authorizer would not see as one token", async () => {
    const token = tenant.idToken();
    const inputs = [
      `Bearer Bearer ${token}`,
      token.replace(".", " ."),
      `Basic ${token}`,
      `${token} ${token}`,
    ];
    for (const input of [...inputs, `Authorization: DPoP ${token}`, `Bearer ${token},x`])
      expect(await ended(input)).toBe("unauthorized");
  });

  test.each(["utf-8", "utf-16le", "utf-16be"])("%s, with a mark or without", (encoding) => {
    for (const text of ["eyJ.e30.c2ln", "\ufeffeyJ.e30.c2ln", ""]) {
      const bytes = Buffer.from(text, encoding === "utf-8" ? "utf8" : "utf16le");
      expect(decodeText(encoding === "utf-16be" ? bytes.swap16() : bytes)).toBe(text.replace("\ufeff", ""));
    }
  });
});

describe("explain names what a file of keys lacks", () => {
  async function detailWith(content: string | Buffer, token = tenant.idToken()): Promise<string> {
    const file = join(folder, "lacking.json");
    writeFileSync(file, content);
    const { output, errors } = await run(["explain", "--keys", file], { env: environment(), input: token });
    return `${output}${errors}`.replaceAll(file, "FILE");
  }
  const jwk = (changes: object = {}) => ({ ...tenant.currentKey.jwk, ...changes });

  test.each<[string, () => string, string]>([
    ["a JWK without kid", () => JSON.stringify(jwk({ kid: undefined })), "FILE: this key has no kid"],
    ["a JWK for encryption", () => JSON.stringify(jwk({ use: "enc" })), "FILE: no usable RS256 key"],
    [
      "another key",
      () => JSON.stringify(createSigningKey({ kid: "other" }).jwk),
      "FILE: does not have this key",
    ],
    ["PEM", () => "-----BEGIN PUBLIC KEY-----\nMIIB", "--keys: FILE is PEM, which has no key ID"],
    ["half a file", () => '{"keys":', "--keys: FILE is not JSON"],
    [
      "another tenant's snapshot",
      () => JSON.stringify({ keySets: { "https://other.example/": { keys: [jwk()] } } }),
      "has no keys of ISSUER, only of https://other.example/",
    ],
    ["an empty snapshot", () => JSON.stringify({ keySets: {} }), "has no keys of ISSUER, of no tenant"],
  ])("%s", async (_, content, lacks) => {
    const said = await detailWith(content());
    expect(said).toContain(lacks.replace("ISSUER", tenant.issuer));
    expect(said).not.toContain("could not be fetched");
  });

  test("but takes one JWK, in UTF-16 too", async () => {
    expect(await detailWith(JSON.stringify(jwk()))).toContain("allow");
    expect(await detailWith(Buffer.from(`\ufeff${JSON.stringify({ keys: [jwk()] })}`, "utf16le"))).toContain(
      "allow",
    );
  });
});

test.each([
  ["null", "has no token yet"],
  ["Bearer undefined", "has no token yet"],
  ["v1.Mrefresh", "This is a refresh token"],
  ["opaque", undefined],
])("explain says what %s is", async (input, clue) => {
  const { output } = await run(["explain", "--json"], { env: environment(), input });
  const explained = JSON.parse(output) as { readonly clue?: string };
  if (clue === undefined) expect(explained).not.toHaveProperty("clue");
  else expect(explained.clue).toContain(clue);
  const { output: text } = await run(["explain"], { env: environment(), input });
  expect(text.includes("has no token yet, and") || text.includes("This is a refresh token")).toBe(
    clue !== undefined,
  );
});

describe("explain with a table of revocations", () => {
  const env = (): NodeJS.ProcessEnv => environment({ REVOCATION_TABLE: table.name, ...table.environment });

  test("looks whether the token is revoked", async () => {
    const { verdict, steps } = await explained(tenant.idToken(), env());
    expect(verdict).toBe("allow");
    expect(steps.find(({ step }) => step === "revocation")).toMatchObject({ outcome: "passed" });
  });

  test("does not read it offline", async () => {
    const reads = table.reads;
    const { verdict, steps } = await explained(tenant.idToken(), env(), "--offline");
    expect(verdict).toBe("unverified");
    expect(steps.find(({ step }) => step === "revocation")).toMatchObject({ outcome: "skipped" });
    expect(table.reads).toBe(reads);
  });
});

describe("explain", () => {
  test.each([
    ["0 where the token is accepted", (): string => tenant.idToken(), [], 0],
    ["1 where it is unauthorized", (): string => "a.b", [], 1],
    ["2 where it is used wrongly", (): string => "a.b", ["--at", "noon"], 2],
    ["3 where nothing was checked with a key", (): string => tenant.idToken(), ["--offline"], 3],
  ] as const)("exits with %s", async (_, token, options, exitCode) => {
    expect(await run(["explain", token(), ...options], { env: environment() })).toMatchObject({ exitCode });
  });

  test("says what is broken in the settings", async () => {
    const { exitCode, errors } = await run(["explain", "a.b.c"], { env: { AUTH0_CLIENT_IDS: "a" } });
    expect(exitCode).toBe(2);
    expect(errors).toContain("AUTH0_DOMAIN is required");
  });

  test("asks for a token at a terminal", async () => {
    expect(await run(["explain"], { env: environment() })).toMatchObject({ exitCode: 2 });
  });

  test.each(["", " \n", "Bearer", "Bearer ", "Authorization:", "authorization: bearer \n"])(
    "says in a sentence that there is no token in %j",
    async (input) => {
      const { exitCode, output, errors } = await run(["explain", "-"], { env: environment(), input });
      expect([exitCode, output]).toEqual([2, ""]);
      expect(errors).toMatch(/^auth0-authorizer explain: the token is empty: .*\n.*--help\n$/);
      expect(await run(["explain", input], { env: environment() })).toMatchObject({ exitCode: 2, errors });
    },
  );

  test("fetches nothing when told so, and does not call the token accepted", async () => {
    const before = tenant.fetches;
    const { verdict, steps } = await explained(
      tenant.idToken({ key: createSigningKey() }),
      environment(),
      "--offline",
    );
    expect(verdict).toBe("unverified");
    expect(steps.filter(({ outcome }) => outcome === "skipped").map(({ step }) => step)).toEqual([
      "key",
      "signature",
    ]);
    expect(tenant.fetches).toBe(before);
  });

  test.each([
    ["a JWK Set", (keys: object) => keys],
    [
      "a snapshot",
      (keys: object) => ({ takenAt: "2026-11-22T12:00:00Z", keySets: { [tenant.issuer]: keys } }),
    ],
  ])("takes the keys from %s", async (_, document) => {
    const file = join(folder, "keys.json");
    writeFileSync(file, JSON.stringify(document({ keys: [tenant.currentKey.jwk] })));
    const before = tenant.fetches;
    expect(await explained(tenant.idToken(), environment(), "--keys", file)).toMatchObject({
      verdict: "allow",
    });
    const forged = tenant.idToken({ key: createSigningKey() });
    expect(await explained(forged, environment(), "--keys", file)).toMatchObject({ reason: "unknown_key" });
    expect(tenant.fetches).toBe(before);
  });

  test("checks as of the given time", async () => {
    const old = tenant.idToken({ claims: { iat: 1_700_000_000, exp: 1_700_003_600 } });
    expect(await explained(old, environment(), "--at", "2023-11-14T22:30:00Z")).toMatchObject({
      verdict: "allow",
    });
    expect(await explained(old)).toMatchObject({ reason: "expired" });
  });

  test.each(["5", "2026", "2026-11-30", "2026-11-30T18:00:00", "2026-02-30T18:00:00Z", "yesterday", ""])(
    "takes no time such as %j, as revoke does not",
    async (time) => {
      const dependencies = { env: environment(), input: tenant.idToken() };
      const { exitCode, errors } = await run(["explain", "--at", time], dependencies);
      expect(exitCode).toBe(2);
      expect(errors).toContain("--at must be a time such as 2026-11-22T12:00:00Z");
    },
  );

  test.each([
    ["a token beside an event", ["token", "--event", "event.json"], "a token or --event, not both"],
    ["keys beside --offline", ["--offline", "--keys", "keys.json"], "--offline checks no signature"],
  ])("refuses %s, of which it would ignore one", async (_, options, message) => {
    const { exitCode, errors } = await run(["explain", ...options], { env: environment(), input: "token" });
    expect(exitCode).toBe(2);
    expect(errors).toContain(message);
  });

  test("says what it waits for", async () => {
    tenant.fail("silent");
    const env = environment({ JWKS_TIMEOUT_MS: "600" });
    const { exitCode, errors } = await run(["explain", tenant.idToken()], { env });
    tenant.fail();
    expect(errors).toContain(`Fetching ${tenant.jwksUri} …\n`);
    expect(exitCode).toBe(3);
  });
});
