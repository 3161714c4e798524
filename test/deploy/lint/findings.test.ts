import { beforeAll, describe, expect, test } from "@jest/globals";
import {
  lintTemplate,
  formatFinding,
  RULES,
  type Finding as Found,
  type RuleName,
} from "../../../src/deploy/lint/lint.ts";
import type { Template } from "../../../src/deploy/lint/cloudformation.ts";
import { packageService, type Packaged } from "../../infra/packaged.ts";

let whoami: Packaged;
beforeAll(async () => (whoami = await packageService("deploy=whoami")));

/** A change of the template's resources, which may be any. */
type Resources = Record<string, { Properties: Record<string, unknown>; DependsOn?: unknown }>;
type Change = (resources: Resources) => void;

function plant(change: Change): Template {
  const template = structuredClone(whoami.template);
  change(template.Resources as Resources);
  return template;
}

function set(resource: string, properties: Record<string, unknown>): Change {
  return (resources) => Object.assign(resources[resource]?.Properties ?? {}, properties);
}

function remove(resource: string): Change {
  return (resources) => Reflect.deleteProperty(resources, resource);
}

function everythingIn(template: Template): readonly Found[] {
  return lintTemplate(template, { everyFunction: true });
}

const wider =
  (change: object): Change =>
  (resources) => {
    const role = resources["Auth0AuthorizerRole"]?.Properties as {
      Policies: { PolicyDocument: { Statement: object[] } }[];
    };
    Object.assign(role.Policies[0]?.PolicyDocument.Statement[0] ?? {}, change);
  };

const DEPLOYMENT = "ApiGatewayDeployment";

function without(dependencies: unknown, left: string): readonly string[] {
  return [dependencies].flat().filter((id): id is string => typeof id === "string" && id !== left);
}

const PLANTED: [string, RuleName, string, Change][] = [
  [
    "a REST route without an authorizer",
    "unguarded-route",
    "ApiGatewayMethodRestDashtokenWhoamiGet",
    set("ApiGatewayMethodRestDashtokenWhoamiGet", { AuthorizationType: "NONE" }),
  ],
  [
    "an HTTP route without an authorizer",
    "unguarded-route",
    "HttpApiRouteGetHttpDashpolicyWhoami",
    set("HttpApiRouteGetHttpDashpolicyWhoami", { AuthorizerId: undefined }),
  ],
  [
    "a WebSocket API that every client may connect to",
    "unguarded-route",
    "SconnectWebsocketsRoute",
    set("SconnectWebsocketsRoute", { AuthorizationType: "NONE" }),
  ],
  ["a WebSocket API without $connect", "unguarded-route", "WebsocketsApi", remove("SconnectWebsocketsRoute")],
  [
    "a policy that is kept for an hour",
    "authorizer-ttl",
    "Auth0ApiGatewayAuthorizer",
    set("Auth0ApiGatewayAuthorizer", { AuthorizerResultTtlInSeconds: 3600 }),
  ],
  [
    "a simple answer that is kept for five minutes",
    "simple-answer-outlives-token",
    "HttpApiAuthorizerAuth0Simple",
    set("HttpApiAuthorizerAuth0Simple", { AuthorizerResultTtlInSeconds: 300 }),
  ],
  [
    "a REST API that caches by the query",
    "identity-source-without-token",
    "RestDashrequestApiGatewayAuthorizer",
    set("RestDashrequestApiGatewayAuthorizer", {
      IdentitySource: "method.request.querystring.access_token, method.request.header.X-Session",
    }),
  ],
  [
    "a REST API that caches by nothing",
    "identity-source-without-token",
    "RestDashrequestApiGatewayAuthorizer",
    set("RestDashrequestApiGatewayAuthorizer", { IdentitySource: undefined }),
  ],
  [
    "an HTTP API that caches by a session",
    "identity-source-without-token",
    "HttpApiAuthorizerAuth0",
    set("HttpApiAuthorizerAuth0", { IdentitySource: ["$request.header.X-Session"] }),
  ],
  [
    "an HTTP API that expects the token in the query",
    "identity-source-without-token",
    "HttpApiAuthorizerAuth0Simple",
    set("HttpApiAuthorizerAuth0Simple", { IdentitySource: ["$request.querystring.access_token"] }),
  ],
  [
    "an HTTP API that expects the token among the subprotocols of a WebSocket",
    "identity-source-without-token",
    "HttpApiAuthorizerAuth0Simple",
    set("HttpApiAuthorizerAuth0Simple", { IdentitySource: ["$request.header.Sec-WebSocket-Protocol"] }),
  ],
  [
    "a WebSocket API that asks for Serverless's default header",
    "unread-token",
    "Auth0WebsocketsAuthorizer",
    set("Auth0WebsocketsAuthorizer", { IdentitySource: ["route.request.header.Auth"] }),
  ],
  [
    "a WebSocket API that asks for a parameter of another name",
    "unread-token",
    "Auth0WebsocketsAuthorizer",
    set("Auth0WebsocketsAuthorizer", { IdentitySource: ["route.request.querystring.token"] }),
  ],
  [
    "a timeout of 1000 seconds",
    "function-timeout",
    "Auth0LambdaFunction",
    set("Auth0LambdaFunction", { Timeout: 1000 }),
  ],
  [
    "a log without a retention period",
    "log-retention",
    "Auth0LogGroup",
    set("Auth0LogGroup", { RetentionInDays: undefined }),
  ],
  ["a log group that the template lacks", "log-retention", "WhoamiLambdaFunction", remove("WhoamiLogGroup")],
  [
    "a processor that was not chosen",
    "not-arm64",
    "WhoamiLambdaFunction",
    set("WhoamiLambdaFunction", { Architectures: undefined }),
  ],
  [
    "a 403 that a browser hides",
    "no-cors-on-403",
    "ApiGatewayRestApi",
    set("Auth0AccessDeniedResponse", { ResponseParameters: {} }),
  ],
  [
    "a gateway response that comes too late",
    "gateway-response-not-deployed",
    "Auth0UnauthorizedResponse",
    (resources) => {
      for (const [id, resource] of Object.entries(resources).filter(([name]) => name.startsWith(DEPLOYMENT)))
        resources[id] = { ...resource, DependsOn: without(resource.DependsOn, "Auth0UnauthorizedResponse") };
    },
  ],
  ["a role that may do all with logs", "wildcard-iam", "Auth0AuthorizerRole", wider({ Action: ["logs:*"] })],
  ["a role for every log group", "wildcard-iam", "Auth0AuthorizerRole", wider({ Resource: "*" })],
  [
    "a role for log groups that begin alike",
    "wildcard-iam",
    "Auth0AuthorizerRole",
    wider({ Resource: { "Fn::Sub": "arn:${AWS::Partition}:logs:::log-group:/aws/lambda/auth0*:*" } }),
  ],
  ["a role for all but one thing", "wildcard-iam", "Auth0AuthorizerRole", wider({ NotAction: "iam:*" })],
  [
    "a role with a managed policy for all of a service",
    "wildcard-iam",
    "Auth0AuthorizerRole",
    set("Auth0AuthorizerRole", {
      ManagedPolicyArns: [{ "Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonDynamoDBFullAccess_v2" }],
    }),
  ],
  [
    "a role that any account may assume",
    "wildcard-iam",
    "Auth0AuthorizerRole",
    set("Auth0AuthorizerRole", {
      AssumeRolePolicyDocument: {
        Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "*" } },
      },
    }),
  ],
  [
    "an identity that is appended to what the caller sent",
    "appended-identity",
    "HttpApiIntegrationWhoami",
    set("HttpApiIntegrationWhoami", {
      RequestParameters: { "append:header.x-user-email": "$context.authorizer.email" },
    }),
  ],
  [
    "a function that every API may call",
    "any-api-permission",
    "Auth0LambdaPermissionWebsockets",
    set("Auth0LambdaPermissionWebsockets", { SourceArn: undefined }),
  ],
];

describe("our rules", () => {
  test("find nothing in what we deploy", () => {
    expect(everythingIn(whoami.template)).toEqual([]);
  });

  test.each(PLANTED)("find %s: %s", (_, rule, resource, change) => {
    const { severity } = RULES[rule];
    expect(everythingIn(plant(change))).toEqual([expect.objectContaining({ rule, resource, severity })]);
  });

  test.each<[string, Change]>([
    [
      "the header in small letters, beside another",
      set("RestDashrequestApiGatewayAuthorizer", {
        IdentitySource: "method.request.header.X-Tenant, method.request.header.authorization",
      }),
    ],
    [
      "the route beside it on an HTTP API",
      set("HttpApiAuthorizerAuth0", {
        IdentitySource: ["$context.routeKey", "$request.header.Authorization"],
      }),
    ],
    [
      "a WebSocket's subprotocols",
      set("Auth0WebsocketsAuthorizer", {
        IdentitySource: ["route.request.header.Sec-WebSocket-Protocol"],
      }),
    ],
    [
      "a WebSocket's header",
      set("Auth0WebsocketsAuthorizer", { IdentitySource: ["route.request.header.Authorization"] }),
    ],
    [
      "a WebSocket's parameter of another name, which the function reads",
      (resources) => {
        set("Auth0WebsocketsAuthorizer", { IdentitySource: ["route.request.querystring.token"] })(resources);
        const { Environment } = resources["Auth0LambdaFunction"]?.Properties as {
          Environment: { Variables: object };
        };
        Object.assign(Environment.Variables, { AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER: "token" });
      },
    ],
    [
      "a WebSocket's header in small letters, beside another",
      set("Auth0WebsocketsAuthorizer", {
        IdentitySource: ["route.request.header.Auth", "route.request.header.authorization"],
      }),
    ],
    ["nothing, where a WebSocket caches nothing", set("Auth0WebsocketsAuthorizer", { IdentitySource: [] })],
    [
      "a TOKEN authorizer's other header, which is its key",
      set("Auth0ApiGatewayAuthorizer", { IdentitySource: "method.request.header.X-Token" }),
    ],
    [
      "nothing, where nothing is cached",
      set("RestDashrequestApiGatewayAuthorizer", {
        IdentitySource: undefined,
        AuthorizerResultTtlInSeconds: 0,
      }),
    ],
    [
      "an authorizer of AWS's own",
      set("HttpApiAuthorizerAuth0", { AuthorizerType: "JWT", IdentitySource: [] }),
    ],
  ])("let an identity source with the token pass: %s", (_, change) => {
    expect(everythingIn(plant(change))).toEqual([]);
  });

  test("do not judge a WebSocket's parameter that only a deployment knows", () => {
    const source = { "Fn::Sub": "route.request.querystring.${Parameter}" };
    const change = set("Auth0WebsocketsAuthorizer", { IdentitySource: [source] });
    expect(everythingIn(plant(change)).map(({ rule }) => rule)).toEqual(["value-at-deployment"]);
  });

  test("find everything that is wrong with a 401 without headers", () => {
    const findings = everythingIn(plant(set("Auth0UnauthorizedResponse", { ResponseParameters: {} })));
    expect(findings.map(({ rule }) => rule)).toEqual(["no-cors-on-401", "no-challenge-on-401"]);
  });

  test("find that a simple answer is kept for an hour, by both names", () => {
    const findings = everythingIn(
      plant(set("HttpApiAuthorizerAuth0Simple", { AuthorizerResultTtlInSeconds: 3600 })),
    );
    expect(findings.map(({ rule }) => rule)).toEqual(["authorizer-ttl", "simple-answer-outlives-token"]);
  });

  test("count API Gateway's own five minutes where a REST API says nothing", () => {
    const silent = plant(set("Auth0ApiGatewayAuthorizer", { AuthorizerResultTtlInSeconds: undefined }));
    expect(everythingIn(silent)).toEqual([]);
  });

  test("find nothing where the identity overwrites, or where something else is appended", () => {
    const parameters = {
      "overwrite:header.x-user-email": "$context.authorizer.email",
      "append:header.x-request": "$context.requestId",
    };
    const template = plant(set("HttpApiIntegrationWhoami", { RequestParameters: parameters }));
    expect(lintTemplate(template)).toEqual([]);
  });

  test("leave out what they are told to", () => {
    const template = plant(wider({ Resource: "*" }));
    expect(lintTemplate(template)).toHaveLength(1);
    expect(lintTemplate(template, { except: ["wildcard-iam"] })).toEqual([]);
  });

  test.each<[string, Change]>([
    ["a processor that was not chosen", set("WhoamiLambdaFunction", { Architectures: undefined })],
    ["a timeout of 1000 seconds", set("WhoamiLambdaFunction", { Timeout: 1000 })],
    ["a log group that the template lacks", remove("WhoamiLogGroup")],
  ])("leave the functions behind alone, unless they are told not to: %s", (_, change) => {
    const template = plant(change);
    expect(lintTemplate(template)).toEqual([]);
    expect(everythingIn(template)).toHaveLength(1);
  });

  test("leave a processor alone that is written out", () => {
    const template = plant(set("WhoamiLambdaFunction", { Architectures: ["x86_64"] }));
    expect(everythingIn(template)).toEqual([]);
  });

  test("accept another team's authorizer on a route", () => {
    const elsewhere = plant((resources) => {
      set("Auth0ApiGatewayAuthorizer", {
        AuthorizerUri: { "Fn::GetAtt": ["WhoamiLambdaFunction", "Arn"] },
        IdentitySource: "method.request.header.X-Session",
      })(resources);
    });
    expect(lintTemplate(elsewhere)).toEqual([]);
  });
});

describe("routes without an authorizer", () => {
  const open: Change = (resources) => {
    set("ApiGatewayMethodRestDashtokenWhoamiGet", { AuthorizationType: "NONE" })(resources);
    set("HttpApiRouteGetHttpDashpolicyWhoami", { AuthorizationType: "NONE" })(resources);
  };

  test("are named as their API names them", () => {
    expect(lintTemplate(plant(open)).map(formatFinding)).toEqual([
      expect.stringMatching(
        /^unguarded-route: ApiGatewayMethodRestDashtokenWhoamiGet: GET \/rest-token\/whoami has no authorizer\. /,
      ),
      expect.stringMatching(
        /^unguarded-route: HttpApiRouteGetHttpDashpolicyWhoami: GET \/http-policy\/whoami has no authorizer\. /,
      ),
    ]);
  });

  test("are not a finding where they are listed as public, and a list that names none of them is", () => {
    const publicRoutes = ["GET /rest-token/whoami", "GET /http-policy/whoami"];
    expect(lintTemplate(plant(open), { publicRoutes })).toEqual([]);
    expect(lintTemplate(plant(open), { publicRoutes: [...publicRoutes, "GET /helth"] })).toEqual([
      expect.objectContaining({ rule: "unknown-public-route", resource: "GET /helth", severity: "warning" }),
    ]);
  });

  test.each([
    ["AWS_IAM", { AuthorizationType: "AWS_IAM", AuthorizerId: undefined }],
    ["COGNITO_USER_POOLS", { AuthorizationType: "COGNITO_USER_POOLS" }],
  ])("are not those that %s guards", (_, properties) => {
    const template = plant(set("ApiGatewayMethodRestDashtokenWhoamiGet", properties));
    expect(lintTemplate(template)).toEqual([]);
  });
});

describe("the settings of a function", () => {
  const variables =
    (change: Record<string, unknown>): Change =>
    (resources) => {
      const { Environment } = resources["Auth0LambdaFunction"]?.Properties ?? {};
      Object.assign((Environment as { Variables: object }).Variables, change);
    };

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      "neither applications nor APIs",
      { AUTH0_CLIENT_IDS: "" },
      /AUTH0_CLIENT_IDS is required, or AUTH0_AUDIENCES/,
    ],
    [
      "the tenant of a developer's machine",
      { AUTH0_DOMAIN: "http://localhost:4000" },
      /AUTH0_DOMAIN is on a loopback/,
    ],
    ["no tenant", { AUTH0_DOMAIN: "" }, /AUTH0_DOMAIN is required/],
    [
      "a value that there is not",
      { AUTHORIZER_EMAIL_POLICY: "maybe" },
      /AUTHORIZER_EMAIL_POLICY must be one of/,
    ],
    [
      "a parameter whose default is wrong",
      { JWKS_TIMEOUT_MS: { Ref: "AlarmEmail" } },
      /JWKS_TIMEOUT_MS must be a whole number/,
    ],
  ])("are refused by name: %s", (_, change, message) => {
    const template = plant(variables(change));
    const withDefault = { ...template, Parameters: { AlarmEmail: { Default: "soon" } } };
    expect(lintTemplate(withDefault)).toContainEqual({
      rule: "settings",
      severity: "error",
      resource: "Auth0LambdaFunction",
      found: expect.stringMatching(message),
    });
  });

  test("are a warning where a variable only looks like one", () => {
    expect(lintTemplate(plant(variables({ AUTH0_CLIENTIDS: "abc" })))).toEqual([
      {
        rule: "unknown-setting",
        severity: "warning",
        resource: "Auth0LambdaFunction",
        found: "AUTH0_CLIENTIDS is not a setting. Did you mean AUTH0_CLIENT_IDS?",
      },
    ]);
  });

  test.each<[string, Record<string, unknown>]>([
    ["only an API", { AUTH0_CLIENT_IDS: "", AUTH0_AUDIENCES: "https://api/", AUTH0_EMAIL_CLAIM: "email" }],
    ["a variable of another team's", { AUDIT_TABLE: "audit" }],
  ])("pass: %s", (_, change) => {
    expect(lintTemplate(plant(variables(change)))).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["AUTH0_DOMAIN", { "Fn::ImportValue": "tenant" }],
    ["AUTH0_CLIENT_IDS", { "Fn::ImportValue": "apps" }],
    ["AUTH0_DOMAIN", "{{resolve:ssm:/tenant}}"],
  ])("are not checked where only a deployment knows %s", (name, value) => {
    expect(lintTemplate(plant(variables({ [name]: value })))).toEqual([
      expect.objectContaining({ rule: "value-at-deployment", found: expect.stringContaining(name) }),
    ]);
  });
});
