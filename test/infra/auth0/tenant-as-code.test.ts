import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { createAuthorizer } from "../../../src/authorizer/create-authorizer.ts";
import { bearerEvent, startFakeTenant, type FakeTenant } from "../../../src/testing/index.ts";

const FOLDER = "infra/auth0";

interface Config {
  readonly AUTH0_ALLOW_DELETE: boolean;
  readonly AUTH0_INCLUDED_ONLY: readonly string[];
  readonly AUTH0_KEYWORD_REPLACE_MAPPINGS: Readonly<Record<string, unknown>>;
}

const config = JSON.parse(readFileSync(`${FOLDER}/config.example.json`, "utf8")) as Config;
const keywords = config.AUTH0_KEYWORD_REPLACE_MAPPINGS;
const API = String(keywords["API_IDENTIFIER"]);
const CLAIM = String(keywords["EMAIL_CLAIM"]);

/** As auth0-deploy-cli fills in keywords: `##NAME##` as it is, `"@@NAME@@"` as JSON. */
function filled(text: string): string {
  return Object.entries(keywords).reduce(
    (result, [name, value]) =>
      result.replaceAll(`##${name}##`, String(value)).replaceAll(`"@@${name}@@"`, JSON.stringify(value)),
    text,
  );
}

interface TenantFile extends Readonly<Record<string, unknown>> {
  readonly resourceServers: readonly Readonly<Record<string, unknown>>[];
  readonly clients: readonly (Readonly<Record<string, unknown>> & { readonly name: string })[];
  readonly actions: readonly { readonly name: string; readonly code: string; readonly secrets: unknown }[];
  readonly triggers: Readonly<Record<string, readonly { readonly action_name: string }[]>>;
}

const source = readFileSync(`${FOLDER}/tenant.yaml`, "utf8");
const tenantFile = parse(filled(source)) as TenantFile;

describe("the tenant's file", () => {
  test("leaves no keyword open, and none of the example unused", () => {
    const [action] = tenantFile.actions;
    const code = readFileSync(`${FOLDER}/${action?.code ?? ""}`, "utf8");
    expect(filled(source + code)).not.toMatch(/##[A-Z_]+##|@@[A-Z_]+@@/);
    for (const name of Object.keys(keywords)) expect(source + code).toContain(name);
  });

  test("has everything signed with RS256, and access tokens of RFC 9068", () => {
    const [api] = tenantFile.resourceServers;
    expect(api).toMatchObject({
      identifier: API,
      signing_alg: "RS256",
      token_dialect: "rfc9068_profile_authz",
    });
    expect(tenantFile.clients.map(({ app_type: type }) => type)).toEqual([
      "spa",
      "native",
      "non_interactive",
    ]);
    for (const client of tenantFile.clients) {
      expect(client).toMatchObject({ oidc_conformant: true, jwt_configuration: { alg: "RS256" } });
    }
  });

  test("lets no application use a flow that puts tokens into addresses or asks for passwords", () => {
    const grants = tenantFile.clients.flatMap(({ grant_types: types }) => types as string[]);
    expect(new Set(grants)).toEqual(new Set(["authorization_code", "refresh_token", "client_credentials"]));
  });

  test("holds no secret, deletes nothing, and touches nothing that it does not name", () => {
    expect(source).not.toMatch(/client_secret:|secret_value|password:/);
    expect(tenantFile.actions.flatMap(({ secrets }) => secrets)).toEqual([]);
    expect(config).not.toHaveProperty("AUTH0_CLIENT_SECRET");
    expect(config.AUTH0_ALLOW_DELETE).toBe(false);
    expect([...config.AUTH0_INCLUDED_ONLY].sort()).toEqual(Object.keys(tenantFile).sort());
  });

  test("runs its Action after each login", () => {
    expect(tenantFile.triggers["post-login"]?.map(({ action_name: name }) => name)).toEqual(
      tenantFile.actions.map(({ name }) => name),
    );
  });
});

interface PostLoginEvent {
  readonly resource_server?: { readonly identifier: string };
  readonly user: { readonly email?: string | undefined; readonly email_verified?: unknown };
}

interface PostLoginModule {
  onExecutePostLogin?: (event: unknown, api: unknown) => Promise<void>;
}

/** The claims that the Action adds, run as Auth0 runs it: a CommonJS module with an event and an api. */
async function claimsAfter(event: PostLoginEvent): Promise<Record<string, unknown>> {
  const claims: Record<string, unknown> = {};
  const setCustomClaim = (name: string, value: unknown): void => void (claims[name] = value);
  const module: PostLoginModule = {};
  const code = readFileSync(`${FOLDER}/actions/add-email-to-access-token.js`, "utf8");
  runInNewContext(filled(code), { exports: module });
  const complete = { client: { client_id: "WebApp" }, tenant: { id: "acme" }, ...event };
  await module.onExecutePostLogin?.(complete, { accessToken: { setCustomClaim } });
  return claims;
}

const ALICE = { user_id: "auth0|alice", email: "alice@acme.com", email_verified: true };

describe("the Action after each login", () => {
  test.each([
    ["verified", true, true],
    ["not verified", false, false],
    ["verified, by something that is not true", "true", false],
    ["of a connection that does not say", undefined, false],
  ])("adds an address that is %s", async (_, verified, claim) => {
    const user = { ...ALICE, email_verified: verified };
    expect(await claimsAfter({ resource_server: { identifier: API }, user })).toEqual({
      [CLAIM]: "alice@acme.com",
      [`${CLAIM}_verified`]: claim,
    });
  });

  test.each([
    ["of another API", { resource_server: { identifier: "https://other.acme.com/" }, user: ALICE }],
    ["of no API", { user: ALICE }],
    [
      "of a user without an address",
      { resource_server: { identifier: API }, user: { email_verified: true } },
    ],
  ])("adds nothing to a token %s", async (_, event) => {
    expect(await claimsAfter(event)).toEqual({});
  });

  describe("and the authorizer", () => {
    let tenant: FakeTenant;
    beforeAll(
      async () =>
        (tenant = await startFakeTenant({ audience: API, emailClaim: "https://unused.example/email" })),
    );
    afterAll(() => tenant.close());

    test("agree on the claim", async () => {
      const claims = await claimsAfter({ resource_server: { identifier: API }, user: ALICE });
      const token = tenant.accessToken({ profile: "rfc9068", claims });
      const authorizer = createAuthorizer({
        ...tenant.settings,
        emailClaim: CLAIM,
        accessTokenProfile: "rfc9068",
        logLevel: "silent",
      });
      const answer = await authorizer(bearerEvent("rest-request", token));
      expect(answer).toMatchObject({ context: { email: "alice@acme.com", email_verified: "true" } });
    });
  });
});

describe("the tenant's file of revocations", () => {
  const settings = JSON.parse(readFileSync(`${FOLDER}/revocations.config.example.json`, "utf8")) as Config;
  const words = Object.entries(settings.AUTH0_KEYWORD_REPLACE_MAPPINGS);
  const fill = (text: string): string =>
    words.reduce(
      (result, [name, value]) =>
        result.replaceAll(`##${name}##`, String(value)).replaceAll(`"@@${name}@@"`, JSON.stringify(value)),
      text,
    );
  const yaml = readFileSync(`${FOLDER}/revocations.yaml`, "utf8");
  const code = readFileSync(`${FOLDER}/actions/add-session-to-access-token.js`, "utf8");
  const file = parse(fill(yaml)) as TenantFile;
  const sessionClaim = String(settings.AUTH0_KEYWORD_REPLACE_MAPPINGS["SESSION_CLAIM"]);

  async function claimsOf(event: object): Promise<Record<string, unknown>> {
    const claims: Record<string, unknown> = {};
    const module: PostLoginModule = {};
    runInNewContext(fill(code), { exports: module });
    const setCustomClaim = (name: string, value: unknown): void => void (claims[name] = value);
    await module.onExecutePostLogin?.(event, { accessToken: { setCustomClaim } });
    return claims;
  }

  test("leaves no keyword open, none of the example unused, deletes nothing and has no secret", () => {
    expect(fill(yaml + code)).not.toMatch(/##[A-Z_]+##|@@[A-Z_]+@@/);
    for (const [name] of words) expect(yaml + code).toContain(name);
    expect([...settings.AUTH0_INCLUDED_ONLY].sort()).toEqual(Object.keys(file).sort());
    expect(settings.AUTH0_ALLOW_DELETE).toBe(false);
  });

  test("asks for what the writer acts on, and sends it to EventBridge", () => {
    expect(file["eventStreams"]).toEqual([
      expect.objectContaining({
        status: "enabled",
        subscriptions: [
          { event_type: "user.updated" },
          { event_type: "user.deleted" },
          { event_type: "organization.member.deleted" },
        ],
        destination: expect.objectContaining({ type: "eventbridge" }),
      }),
    ]);
    expect(file["logStreams"]).toEqual([expect.objectContaining({ type: "eventbridge" })]);
  });

  test("keeps the Actions of the first file, whose list it replaces, and the names of its applications", () => {
    const names = ({ triggers }: TenantFile) => triggers["post-login"]?.map(({ action_name: name }) => name);
    expect(names(file)).toEqual([...(names(tenantFile) ?? []), ...file.actions.map(({ name }) => name)]);
    const applications = tenantFile.clients.map(({ name }) => name);
    for (const { name } of file.clients) expect(applications).toContain(name);
  });

  test("puts the session into tokens of the API that have one, by a name that Auth0 does not use", async () => {
    const resource = { resource_server: { identifier: API } };
    expect(await claimsOf({ ...resource, session: { id: "s-1" } })).toEqual({ [sessionClaim]: "s-1" });
    expect(await claimsOf(resource)).toEqual({});
    expect(await claimsOf({ session: { id: "s-1" } })).toEqual({});
    expect(sessionClaim).toMatch(/^https:/);
  });
});
