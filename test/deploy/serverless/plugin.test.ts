import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { freePorts, type Ports } from "../../../local/ports.ts";
import { signIn } from "../../../local/sign-in.ts";
import { API_IDENTIFIER } from "../../../local/tenant/directory.ts";
import { startLocalTenant, type Tenant } from "../../../local/tenant/tenant.ts";
import { lintTemplate } from "../../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../../src/deploy/lint/cloudformation.ts";
import { startFakeTenant } from "../../../src/testing/tenant.ts";
import { complaintsOfAws } from "../../../tools/validate/aws.ts";
import { call, type Attachment } from "../../e2e/call.ts";
import { createConsumer, type Consumer } from "../../examples/consumer.ts";
import { evaluated } from "../../infra/cloudformation.ts";
import { zipEntries } from "../../infra/zip-entries.ts";
import { packNpmPackage } from "../../tools/npm-package.ts";
import { codeFiles } from "../../../src/deploy/package/function-files.ts";

const EXAMPLE = readFileSync("examples/plugin/serverless.yml", "utf8");
const SECTION = "  auth0Authorizer:\n";
const IDENTITY_SOURCE = "method.request.header.X-Tenant, method.request.header.authorization";

let consumer: Consumer;
beforeAll(async () => (consumer = await createConsumer("plugin", await packNpmPackage())));
afterAll(() => consumer.remove());

type Edit = readonly [from: string, to: string];

/** Packages the example with some of its text changed, and without asking its tenant, which does not exist. */
async function packageWith(...edits: readonly Edit[]): Promise<Template> {
  const changed = edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`The example has no ${from}`);
    return text.replace(from, to);
  }, EXAMPLE);
  writeFileSync(
    join(consumer.folder, "serverless.yml"),
    changed.replace(SECTION, changed.includes("snapshot:") ? SECTION : `${SECTION}    snapshot: false\n`),
  );
  return consumer.package();
}

function option(line: string): Edit {
  return [SECTION, `${SECTION}    ${line}\n`];
}

function zipOf(name: string): Buffer {
  return readFileSync(join(consumer.folder, ".serverless", name));
}

describe("examples/plugin, packaged", () => {
  let template: Template;
  beforeAll(async () => (template = await packageWith()));

  test("has no finding by our rules, nor by AWS's", () => {
    expect(lintTemplate(template, { publicRoutes: ["GET /health"] })).toEqual([]);
    const path = join(consumer.folder, ".serverless/cloudformation-template-update-stack.json");
    expect(complaintsOfAws([path]).get(path)).toEqual([]);
  });

  test.each([
    ["Auth0ApiGatewayAuthorizer", "method.request.header.Authorization", "ApiGatewayMethodRestHelloGet"],
    ["HttpApiAuthorizerAuth0", ["$request.header.Authorization"], "HttpApiRouteGetHttpHello"],
    ["Auth0WebsocketsAuthorizer", ["route.request.querystring.access_token"], "SconnectWebsocketsRoute"],
  ])("%s takes the token from %s and guards %s", (authorizer, source, route) => {
    expect(template.Resources[authorizer]?.Properties).toMatchObject({ IdentitySource: source });
    expect(template.Resources[route]?.Properties).toMatchObject({ AuthorizerId: { Ref: authorizer } });
  });

  test("has the function with its settings, on arm64, with a role that only writes to its own log", () => {
    expect(template.Resources["Auth0LambdaFunction"]?.Properties).toMatchObject({
      Handler: "authorizer.handler",
      Architectures: ["arm64"],
      Timeout: 8,
      MemorySize: 512,
      Environment: {
        Variables: {
          AUTH0_DOMAIN: "acme.eu.auth0.com",
          AUTH0_AUDIENCES: "https://api.acme.com/",
          AUTH0_EMAIL_CLAIM: "https://acme.com/email",
        },
      },
      Role: { "Fn::GetAtt": ["Auth0AuthorizerRole", "Arn"] },
    });
    expect(template.Resources["Auth0LogGroup"]?.Properties).toMatchObject({ RetentionInDays: 30 });
    expect(JSON.stringify(template.Resources["Auth0AuthorizerRole"])).toContain(
      '"Resource":{"Fn::GetAtt":["Auth0LogGroup","Arn"]}',
    );
  });

  test("has a zip with the bundle and nothing else, and the service's own code without it", () => {
    expect(zipEntries(zipOf("auth0.zip"))).toEqual(codeFiles("dist"));
    expect(zipEntries(zipOf("plugin-example.zip")).join()).not.toContain("authorizer.main.cjs");
  });

  test("has a permission for its own APIs, and for no other", () => {
    const permissions = getResources(template, "AWS::Lambda::Permission");
    expect(permissions.length).toBeGreaterThan(5);
    for (const { properties } of permissions) expect(properties["SourceArn"]).toBeDefined();
  });

  test("leaves no placeholder of this project's own configuration", () => {
    expect(JSON.stringify(template)).not.toMatch(/\$\{(self|sls|param)|"AuthorizerLambdaFunction/);
  });

  test("answers a 401 with a challenge", () => {
    expect(challengeOf(template)).toBe(`'Bearer realm="api"'`);
  });

  test("has alarms, and no dashboard", () => {
    expect(getResources(template, "AWS::CloudWatch::Alarm")).toHaveLength(8);
    expect(getResources(template, "AWS::CloudWatch::Dashboard")).toHaveLength(0);
    expect(template.Resources["Auth0ErrorsAlarm"]?.Properties?.["AlarmName"]).toEqual({
      "Fn::Sub": "${Auth0LambdaFunction}-errors",
    });
  });
});

describe("revocations: true", () => {
  let template: Template;
  beforeAll(async () => {
    template = await packageWith(
      option("revocations: true\n    revocationOnFailure: allow\n    sessionRetentionDays: 365"),
      option("eventBus: aws.partner/auth0.com/acme-1/auth0.events"),
      option("backChannelLogout: true\n    logoutClientIds: [WebApp]"),
    );
  });

  const properties = (id: string): Readonly<Record<string, unknown>> | undefined =>
    template.Resources[id]?.Properties;

  test("has no finding by our rules, nor by AWS's", () => {
    expect(lintTemplate(template, { publicRoutes: ["GET /health"] })).toEqual([]);
    const path = join(consumer.folder, ".serverless/cloudformation-template-update-stack.json");
    expect(complaintsOfAws([path]).get(path)).toEqual([]);
    expect(JSON.stringify(template)).not.toMatch(/\$\{(self|sls|param|file)/);
  });

  test("tells the authorizer its table, and lets it read it", () => {
    expect(template.Resources["Auth0LambdaFunction"]).toMatchObject({
      Properties: {
        Environment: {
          Variables: { REVOCATION_TABLE: { Ref: "Auth0RevocationTable" }, REVOCATION_ON_FAILURE: "allow" },
        },
      },
      DependsOn: expect.arrayContaining(["Auth0RevocationReaderPolicy"]),
    });
    expect(properties("Auth0RevocationReaderPolicy")).toMatchObject({
      Roles: [{ Ref: "Auth0AuthorizerRole" }],
    });
    expect(template.Resources["Auth0RevocationTable"]).toMatchObject({
      DeletionPolicy: "Retain",
      Properties: { BillingMode: "PAY_PER_REQUEST", DeletionProtectionEnabled: true },
    });
  });

  test("has the writers, each with a role of its own, and the rule and the address by which they are called", () => {
    expect(properties("Auth0RevokeOnEventLambdaFunction")).toMatchObject({
      Handler: "revoke-on-event.handler",
      Role: { "Fn::GetAtt": ["Auth0RevokeOnEventRole", "Arn"] },
      Environment: { Variables: { REVOCATION_SESSION_RETENTION_DAYS: "365" } },
    });
    expect(properties("Auth0BackChannelLogoutLambdaFunction")).toMatchObject({
      Handler: "back-channel-logout.handler",
      Role: { "Fn::GetAtt": ["Auth0BackChannelLogoutRole", "Arn"] },
      Environment: { Variables: { AUTH0_DOMAIN: "acme.eu.auth0.com", AUTH0_CLIENT_IDS: "WebApp" } },
    });
    expect(properties("Auth0EventStreamRule")).toMatchObject({
      EventBusName: "aws.partner/auth0.com/acme-1/auth0.events",
      Targets: [{ Arn: { "Fn::GetAtt": ["Auth0RevokeOnEventLambdaFunction", "Arn"] } }],
    });
    expect(getResources(template, "AWS::Lambda::Url")).toHaveLength(1);
    expect(template.Outputs?.["Auth0RevocationTable"]).toBeDefined();
  });

  test("packages the writers in a zip of their own", () => {
    expect(zipEntries(zipOf("auth0-revocations.zip"))).toEqual([
      "revoke-on-event.cjs",
      "back-channel-logout.cjs",
    ]);
  });

  test("has alarms where there are alarms", () => {
    const alarms = getResources(template, "AWS::CloudWatch::Alarm").map(({ name }) => name);
    expect(alarms).toContain("Auth0RevocationSilenceAlarm");
    expect(alarms).toContain("Auth0BackChannelLogoutAlarm");
  });
});

/** The challenge of a REST API's 401. */
function challengeOf(template: Template): unknown {
  const responses = getResources(template, "AWS::ApiGateway::GatewayResponse");
  const unauthorized = responses.find(({ properties }) => properties["ResponseType"] === "UNAUTHORIZED");
  const { ResponseParameters } = evaluated(template, unauthorized?.properties) as {
    readonly ResponseParameters: Readonly<Record<string, unknown>>;
  };
  return ResponseParameters["gatewayresponse.header.WWW-Authenticate"];
}

describe("the options that add something", () => {
  const address = "https://api.acme.com/.well-known/oauth-protected-resource";
  let template: Template;
  beforeAll(async () => {
    const tenant = await startFakeTenant();
    try {
      template = await packageWith(
        ["domain: acme.eu.auth0.com", `domain: ${tenant.issuer}`],
        option("snapshot: true\n    except: [settings]"),
        option(`resourceMetadata: ${address}`),
        option("dashboard: true"),
        option("alarmRefusedPercent: 20"),
        [
          "  architecture: arm64\n",
          "  architecture: arm64\n  tracing: { lambda: true }\n  vpc: { securityGroupIds: [sg-1], subnetIds: [subnet-1] }\n",
        ],
      );
    } finally {
      await tenant.close();
    }
  });

  test("put the address of the resource's metadata into the challenge of a 401", () => {
    expect(challengeOf(template)).toBe(`'Bearer realm="api", resource_metadata="${address}"'`);
  });

  test("switch a dashboard on, of the alarms that are there", () => {
    const body = JSON.stringify(template.Resources["Auth0Dashboard"]?.Properties);
    expect(body).toContain("${Auth0KeysUnavailableAlarm.Arn}");
    expect(body).toContain("${Auth0LambdaFunction}");
    expect(template.Resources["Auth0RefusalRateAlarm"]?.Properties?.["Threshold"]).toBe(20);
  });

  test("take nothing that the role has no permission for from the other functions", () => {
    expect(template.Resources["HelloLambdaFunction"]?.Properties).toHaveProperty("VpcConfig");
    expect(template.Resources["Auth0LambdaFunction"]?.Properties).not.toHaveProperty("VpcConfig");
    expect(template.Resources["Auth0LambdaFunction"]?.Properties).not.toHaveProperty("TracingConfig");
  });

  test("package the tenant's keys", () => {
    expect(zipEntries(zipOf("auth0.zip"))).toContain("jwks-snapshot.json");
  });
});

describe("the options that change something", () => {
  let template: Template;
  beforeAll(async () => {
    template = await packageWith(
      option(
        "alarms: false\n    gatewayResponses: false\n    except: [no-cors-on-401, no-cors-on-403, no-challenge-on-401]",
      ),
      option("name: guard"),
      ["cors: true, authorizer: auth0", "cors: true, authorizer: guard"],
      ["authorizer: { name: auth0 }", "authorizer: { name: guard }"],
      ["route: $connect, authorizer: auth0", "route: $connect, authorizer: { name: guard }"],
    );
  });

  test("switch alarms and gateway responses off", () => {
    expect(getResources(template, "AWS::CloudWatch::Alarm", "AWS::ApiGateway::GatewayResponse")).toEqual([]);
  });

  test("give it another name", () => {
    expect(template.Resources["GuardLambdaFunction"]).toBeDefined();
    expect(template.Resources["GuardWebsocketsAuthorizer"]?.Properties).toMatchObject({
      IdentitySource: ["route.request.querystring.access_token"],
    });
  });
});

/** Services with several issues each, because to package one takes seconds: every issue is named. */
const ISSUES: [string, Edit[], [string, string][]][] = [
  [
    "options",
    [
      ["emailClaim:", "emailClaims:"],
      ["    domain: acme.eu.auth0.com\n", ""],
      ["    audiences: https://api.acme.com/\n", ""],
      option("alarm: false"),
      option("emailPolicy: maybe"),
      option("eventBus: aws.partner/auth0.com/acme-1"),
      option("revocationOnFailure: allow"),
    ],
    [
      ["a misspelling in a setting", "emailClaims is not a setting. Did you mean emailClaim?"],
      ["a misspelling in an option", "alarm is not a setting. Did you mean alarms?"],
      ["a forgotten tenant", "domain is required: the domain of the tenant"],
      ["a forgotten API", "clientIds is required, or audiences, or both"],
      ["a value that there is not", "emailPolicy must be one of verified, present, optional"],
      ["an event bus without revocations", "eventBus needs revocations: true"],
      ["what to do without a table, and no table", "revocationOnFailure needs revocationTable"],
    ].map(([name = "", text = ""]) => [name, `- auth0Authorizer: ${text}`]),
  ],
  [
    "options of revocations",
    [
      option("revocations: true\n    revocationTable: acme"),
      option("backChannelLogout: true\n    silenceHours: 0"),
      option("sessionRetentionDays: 0.5\n    warmReadUnits: 11999"),
    ],
    [
      ["another table", "revocationTable and revocations: true name two tables"],
      ["an endpoint for logout of no application", "backChannelLogout needs logoutClientIds"],
      ["a silence of no hours", "silenceHours must be a whole number from 1 to 168"],
      ["half a day", "sessionRetentionDays must be a whole number"],
      ["less than a new table has", "warmReadUnits must be a whole number of at least 12000"],
    ].map(([name = "", text = ""]) => [name, `- auth0Authorizer: ${text}`]),
  ],
  [
    "routes and the tenant",
    [
      ["domain: acme.eu.auth0.com", "domain: http://localhost:4000"],
      ["cors: true, authorizer: auth0", "cors: true"],
      ["method: get, authorizer: { name: auth0 }", "method: get"],
      ["route: $connect, authorizer: auth0", "route: $connect"],
      ["    publicRoutes: [GET /health]\n", ""],
    ],
    [
      ["the tenant of this machine", "- settings: Auth0LambdaFunction: AUTH0_DOMAIN is on a loopback host"],
      [
        "an open route of a REST API",
        "- unguarded-route: ApiGatewayMethodRestHelloGet: GET /rest/hello has no authorizer",
      ],
      [
        "an open route of an HTTP API",
        "- unguarded-route: HttpApiRouteGetHttpHello: GET /http/hello has no authorizer",
      ],
      ["an open WebSocket API", "- unguarded-route: SconnectWebsocketsRoute: $connect has no authorizer"],
      [
        "an open route that publicRoutes does not list",
        "- unguarded-route: HttpApiRouteGetHealth: GET /health has no authorizer",
      ],
    ],
  ],
  [
    "the cache",
    [
      [
        "cors: true, authorizer: auth0",
        "cors: true, authorizer: { name: auth0, type: request, identitySource: method.request.header.X-Session }",
      ],
    ],
    [
      [
        "an identity source without the token",
        "- identity-source-without-token: Auth0ApiGatewayAuthorizer: answers are cached for 300 s under method.request.header.X-Session",
      ],
    ],
  ],
  ["names", [option("name: hello")], [["a name that is taken", "- functions.hello is a function already"]]],
];

describe.each(ISSUES)(
  "issues in %s are reported before anything is deployed, by name",
  (_, edits, issues) => {
    let refused: { readonly code?: unknown; readonly stdout?: unknown };
    beforeAll(async () => {
      refused = await packageWith(...edits).then(
        () => ({}),
        (error: unknown) => error as typeof refused,
      );
    });

    test.each(issues)("%s", (_name, line) => {
      expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining(line) });
    });
  },
);

describe("what looks like an issue, and is not", () => {
  let template: Template;
  let beside: Template;
  beforeAll(async () => {
    template = await packageWith(
      ["cors: true, authorizer: auth0", "cors: true, authorizer: { name: auth0, resultTtlInSeconds: 3600 }"],
      option("gatewayResponses: false"),
      ["audiences: https://api.acme.com/", "clientIds: [WebApp]"],
      ["path: /health, method: get", "path: /health, method: get, authorizer: { type: aws_iam }"],
      ["    publicRoutes: [GET /health]\n", ""],
    );
    beside = await packageWith([
      "cors: true, authorizer: auth0",
      `cors: true, authorizer: { name: auth0, type: request, resultTtlInSeconds: 300, identitySource: "${IDENTITY_SOURCE}" }`,
    ]);
  });

  test("is packaged: answers that are kept for an hour, of which it warns", () => {
    expect(template.Resources["Auth0ApiGatewayAuthorizer"]?.Properties).toMatchObject({
      AuthorizerResultTtlInSeconds: 3600,
    });
  });

  test("is packaged: no gateway responses, of which it warns", () => {
    expect(getResources(template, "AWS::ApiGateway::GatewayResponse")).toEqual([]);
  });

  test("is packaged: ID tokens instead of access tokens", () => {
    const { Variables } = template.Resources["Auth0LambdaFunction"]?.Properties?.["Environment"] as {
      readonly Variables: object;
    };
    expect(Variables).toMatchObject({ AUTH0_CLIENT_IDS: "WebApp" });
    expect(Variables).not.toHaveProperty("AUTH0_AUDIENCES");
  });

  test("is packaged: a route that IAM guards", () => {
    expect(template.Resources["HttpApiRouteGetHealth"]?.Properties).toMatchObject({
      AuthorizationType: "AWS_IAM",
    });
  });

  test("is packaged: an identity source with the token beside another", () => {
    expect(beside.Resources["Auth0ApiGatewayAuthorizer"]?.Properties).toMatchObject({
      IdentitySource: IDENTITY_SOURCE,
    });
  });

  test("is packaged: answers that are kept for five minutes", () => {
    expect(beside.Resources["Auth0ApiGatewayAuthorizer"]?.Properties).toMatchObject({
      AuthorizerResultTtlInSeconds: 300,
    });
  });
});

describe("examples/plugin, under serverless-offline with the local tenant", () => {
  let tenant: Tenant;
  let ports: Ports;
  let token: string;
  beforeAll(async () => {
    ports = await freePorts();
    tenant = await startLocalTenant({ port: ports.tenant });
    token = await accessToken(tenant);
    // With everything of revocations, of which there is nothing on one's own machine.
    const [, revoking] = option(
      "revocations: true\n    revocationOnFailure: allow\n    backChannelLogout: true\n    logoutClientIds: [WebApp]",
    );
    writeFileSync(join(consumer.folder, "serverless.yml"), EXAMPLE.replace(SECTION, revoking));
    await consumer.start(ports.webSocket, [
      `--httpPort=${ports.http}`,
      `--websocketPort=${ports.webSocket}`,
      `--lambdaPort=${ports.lambda}`,
      `--param=OFFLINE_TENANT=${tenant.issuer}`,
    ]);
  });
  afterAll(() => tenant.close());

  const url = (attachment: Attachment): string =>
    attachment === "webSocket"
      ? `ws://localhost:${ports.webSocket}`
      : `http://localhost:${ports.http}/${attachment === "restToken" ? "local/rest" : "http"}/hello`;

  test.each<[Attachment, number]>([
    ["restToken", 401],
    ["httpPolicy", 401],
    // serverless-offline makes every throw of an authorizer a 500 here; API Gateway answers 401.
    ["webSocket", 500],
  ])("%s allows a signed-in user, and no other caller", async (attachment, refused) => {
    const { sub: subject, email } = tenant.users.verified;
    expect(await call(attachment, url(attachment), token)).toEqual({
      status: 200,
      identity: { subject, email },
    });
    expect(await call(attachment, url(attachment))).toMatchObject({ status: refused, identity: undefined });
    expect(await call(attachment, url(attachment), "not.a.token")).toMatchObject({ identity: undefined });
  });

  test("a public route needs no token", async () => {
    expect(await (await fetch(`http://localhost:${ports.http}/health`)).text()).toBe("ok");
  });
});

async function accessToken({ issuer, applications, users }: Tenant): Promise<string> {
  const { clientId, redirectUris } = applications.spa;
  const { email, password } = users.verified;
  const [redirectUri = ""] = redirectUris;
  const tokens = await signIn({ issuer, clientId, redirectUri, email, password, audience: API_IDENTIFIER });
  return tokens.access_token;
}
