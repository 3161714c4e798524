import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createAuthorizer } from "../../../src/authorizer/create-authorizer.ts";
import { toDeployableVariables } from "../../../src/deploy/package/deployment-values.ts";
import {
  findIndistinct,
  findUnknownOffline,
  settingsOfLocalTenant,
  toOfflineVariables,
  withOwnSettingsOnly,
} from "../../../src/deploy/serverless/offline-tenant.ts";
import { findOptionIssues } from "../../../src/deploy/serverless/check-options.ts";
import { optionsFrom, type Options } from "../../../src/deploy/serverless/options.ts";
import { settingsFromEnvironment } from "../../../src/settings/settings.ts";
import { bearerEvent } from "../../../src/testing/events.ts";
import { startFakeTenant, type FakeTenant } from "../../../src/testing/tenant.ts";

const ACME = {
  clientId: "acme-web",
  audience: "https://api.acme.com/",
  emailClaim: "https://acme.com/email",
};

let deployed: FakeTenant;
let local: FakeTenant;
beforeAll(async () => {
  deployed = await startFakeTenant(ACME);
  local = await startFakeTenant();
});
afterAll(() => Promise.all([deployed.close(), local.close()]));

/** What a local tenant tells of itself. */
function toTenantVariables({ settings }: FakeTenant): Readonly<Record<string, string>> {
  const { domain, clientIds, audiences, emailClaim } = settings;
  return {
    AUTH0_DOMAIN: domain.join(),
    AUTH0_CLIENT_IDS: clientIds.join(),
    AUTH0_AUDIENCES: audiences.join(),
    AUTH0_EMAIL_CLAIM: emailClaim,
  };
}

type Environment = Readonly<Record<string, unknown>>;

/** The function's environment as it is deployed, and as it is under serverless-offline beside this shell. */
function environments(
  given: object,
  shell: Environment,
): readonly [deployed: Environment, offline: Environment] {
  const [options] = optionsFrom({ domain: deployed.issuer, ...given });
  const own = toDeployableVariables(options.settings);
  return [
    own,
    {
      ...shell,
      ...withOwnSettingsOnly({ ...own, ...toOfflineVariables(options, toTenantVariables(local)) }),
    },
  ];
}

async function outcomeOf(environment: Environment, token: string): Promise<number> {
  const quiet = { ...(environment as Record<string, string>), AUTHORIZER_LOG_LEVEL: "silent" };
  const authorize = createAuthorizer(settingsFromEnvironment(quiet));
  const answer = await authorize(bearerEvent("rest-token", token)).catch(
    (error: unknown) => (error as Error).message,
  );
  if (typeof answer === "string") return answer === "Unauthorized" ? 401 : 500;
  return JSON.stringify(answer).includes('"Effect":"Allow"') ? 200 : 403;
}

const { clientId: clientIds, audience: audiences, emailClaim } = ACME;
const SHELL = { AUTH0_CLIENT_IDS: "test-application", AUTHORIZER_EMAIL_POLICY: "optional" };

describe("serverless-offline with the local tenant decides as the deployed stage does", () => {
  test.each<[what: string, given: object, idToken: number, accessToken: number]>([
    ["APIs only", { audiences, emailClaim }, 401, 200],
    ["applications only", { clientIds }, 200, 401],
    ["both", { clientIds, audiences, emailClaim }, 200, 200],
    ["an empty list of applications", { clientIds: [], audiences, emailClaim }, 401, 200],
    ["an empty text for applications", { clientIds: "", audiences, emailClaim }, 401, 200],
    ["commas for applications", { clientIds: [" , "].join(), audiences, emailClaim }, 401, 200],
    ["an empty text for APIs", { clientIds, audiences: "" }, 200, 401],
    ["no claim with the email", { clientIds, audiences, emailPolicy: "optional" }, 200, 200],
    ["another email domain", { clientIds, audiences, emailClaim, emailDomains: ["acme.com"] }, 403, 403],
    [
      "the users' email domain",
      { clientIds, audiences, emailClaim, emailDomains: ["example.com"] },
      200,
      200,
    ],
  ])("with %s", async (_, given, idToken, accessToken) => {
    const [ofStage, offline] = environments(given, SHELL);
    expect(await outcomeOf(ofStage, deployed.idToken())).toBe(idToken);
    expect(await outcomeOf(offline, local.idToken())).toBe(idToken);
    expect(await outcomeOf(ofStage, deployed.accessToken())).toBe(accessToken);
    expect(await outcomeOf(offline, local.accessToken())).toBe(accessToken);
  });

  test("whatever the shell or the service says to all functions", async () => {
    const [ofStage, offline] = environments({ clientIds }, SHELL);
    const user = { sub: "auth0|eve", email: "eve@example.com", email_verified: false };
    expect(await outcomeOf(ofStage, deployed.idToken({ user }))).toBe(403);
    expect(await outcomeOf(offline, local.idToken({ user }))).toBe(403);
    const [lenient, lenientOffline] = environments({ clientIds, emailPolicy: "present" }, SHELL);
    expect(await outcomeOf(lenient, deployed.idToken({ user }))).toBe(200);
    expect(await outcomeOf(lenientOffline, local.idToken({ user }))).toBe(200);
  });

  test("but for the tenant: each accepts its own tokens, and refuses the other's", async () => {
    const [ofStage, offline] = environments({ audiences, emailClaim }, {});
    expect(await outcomeOf(ofStage, local.accessToken())).toBe(401);
    expect(await outcomeOf(offline, deployed.accessToken())).toBe(401);
  });
});

/** Authorizers of one service. */
function authorizers(own: object): readonly Options[] {
  return optionsFrom({ domain: "acme.eu.auth0.com", authorizers: own });
}

describe("several authorizers", () => {
  const TWO = { orders: { audiences: "https://orders/" }, admin: { audiences: ["https://admin/"] } };
  const tenantWith = (list: string): Readonly<Record<string, string>> => ({
    ...toTenantVariables(local),
    AUTH0_AUDIENCES: list,
  });

  test("with different APIs are refused, where each would accept the tokens of the other", () => {
    expect(findIndistinct(authorizers(TWO), toTenantVariables(local))).toEqual([
      "the authorizers have different audiences, which the local tenant does not have: start it with " +
        "npx auth0-authorizer tenant --audience https://admin/ --audience https://orders/",
    ]);
    expect(findIndistinct(authorizers(TWO), tenantWith("https://orders/"))).toHaveLength(1);
  });

  test("keep their own where the tenant has them", () => {
    const tenant = tenantWith("https://admin/,https://orders/,https://other/");
    const all = authorizers(TWO);
    expect(findIndistinct(all, tenant)).toEqual([]);
    const audiencesOf = (name: string): unknown =>
      all
        .filter(({ stack }) => stack.name === name)
        .map((options) => toOfflineVariables(options, tenant)["AUTH0_AUDIENCES"])[0];
    expect([audiencesOf("orders"), audiencesOf("admin")]).toEqual(["https://orders/", "https://admin/"]);
  });

  test("with the same APIs need no such tenant, in whatever form these are written", () => {
    const same = { a: { audiences: "urn:a, urn:b" }, b: { audiences: ["urn:a", "urn:b"] } };
    expect(findIndistinct(authorizers(same), toTenantVariables(local))).toEqual([]);
    const different = { a: { clientIds: "one" }, b: { clientIds: "two" } };
    expect(findIndistinct(authorizers(different), toTenantVariables(local))).toHaveLength(1);
  });
});

describe("what only a deployment knows", () => {
  const ORGANIZATION = { "Fn::ImportValue": "acme-organization" };

  test("is named, because serverless-offline cannot have it", () => {
    const [options] = optionsFrom({ domain: "acme.eu.auth0.com", audiences, organizations: [ORGANIZATION] });
    expect(findUnknownOffline(options)).toEqual([
      expect.stringMatching(
        /^auth0: organizations is known only at deployment\. .*\$\{param:organizations\}/,
      ),
    ]);
    const [known] = optionsFrom({ domain: "acme.eu.auth0.com", audiences, organizations: ["acme"] });
    expect(findUnknownOffline(known)).toEqual([]);
  });

  test("may be what the local tenant brings", () => {
    const given = { domain: ORGANIZATION, audiences: [ORGANIZATION], offlineTenant: "local" };
    expect(findUnknownOffline(optionsFrom(given)[0])).toEqual([]);
    expect(toOfflineVariables(optionsFrom(given)[0], toTenantVariables(local))).toEqual({
      AUTH0_DOMAIN: local.issuer,
      AUTH0_AUDIENCES: "https://api.example.com/",
    });
    const [alone] = optionsFrom({ ...given, offlineTenant: undefined });
    expect(findUnknownOffline(alone)).toHaveLength(2);
  });
});

describe("a misspelt setting is named beside offlineTenant too", () => {
  const given = { domain: "localhost", audiences, emailClaim, offlineTenant: "local" };
  test.each([
    ["emailDomain", "emailDomains", ["acme.com"]],
    ["requiredPermission", "requiredPermissions", ["admin"]],
    ["offlineTennant", "offlineTenant", "local"],
  ])("%s, where %s was meant", (misspelt, meant, value) => {
    expect(findOptionIssues({ ...given, [misspelt]: value }, 0)).toEqual([
      `${misspelt} is not a setting. Did you mean ${meant}?`,
    ]);
    expect(findOptionIssues({ ...given, [meant]: value }, 0)).toEqual([]);
  });
});

describe("the local tenant", () => {
  test.each(["https://evil.example/", "http://localhost.evil.example/", "locale", "http://10.0.0.7:4000"])(
    "%s is refused, because it is not on this machine",
    async (url) => {
      await expect(settingsOfLocalTenant(url)).rejects.toThrow(
        "offlineTenant must be local, or a URL of this",
      );
    },
  );

  test("that does not answer is named, with the command that starts it", async () => {
    await expect(settingsOfLocalTenant("http://127.0.0.1:9/")).rejects.toThrow(
      /No local tenant answers at http:\/\/127\.0\.0\.1:9\/ .*npx auth0-authorizer tenant --port 9,/,
    );
  });
});
