import { describe, expect, test } from "@jest/globals";
import { checkTemplate, lintTemplate, type Options } from "../../../src/deploy/lint/lint.ts";
import { createStacks, getExports } from "../../../src/deploy/lint/stack.ts";
import { readAcceptances } from "../../../src/deploy/lint/accept.ts";
import type { Template } from "../../../src/deploy/lint/cloudformation.ts";
import { goodTemplates, type GoodTemplate, type Json } from "./templates.ts";

type Change = (resources: GoodTemplate["template"]["Resources"], template: Json) => void;

function spoil(name: string, change: Change): Template {
  const good = goodTemplates().find((each) => each.name === name);
  if (good === undefined) throw new Error(`no template ${name}`);
  change(good.template.Resources, good.template);
  return good.template as unknown as Template;
}

/** The rules that find something, each once. */
function rulesOf(name: string, change: Change, options: Options = {}): string[] {
  return Array.from(new Set(lintTemplate(spoil(name, change), options).map(({ rule }) => rule)));
}

const set =
  (id: string, properties: Json): Change =>
  (resources) =>
    void Object.assign(resources[id]?.Properties ?? {}, properties);

const all =
  (...changes: Change[]): Change =>
  (resources, template) =>
    changes.forEach((change) => change(resources, template));

const OPEN = { AuthorizationType: "NONE", AuthorizerId: undefined };
const url =
  (target: string, AuthType: string): Change =>
  (resources) => {
    const TargetFunctionArn = { "Fn::GetAtt": [target, "Arn"] };
    resources["Url"] = { Type: "AWS::Lambda::Url", Properties: { TargetFunctionArn, AuthType } };
  };
const other: Change = (resources) => {
  resources["Other"] = { Type: "AWS::Lambda::Function", Properties: { Handler: "other.handler" } };
};
const toOther: Change = (resources) => {
  const integration = structuredClone(resources["ToOrders"]);
  if (integration === undefined) return;
  integration.Properties["IntegrationUri"] = { "Fn::GetAtt": ["Other", "Arn"] };
  resources["ToOther"] = integration;
  Object.assign(resources["Rest"]?.Properties ?? {}, { Target: { "Fn::Sub": "integrations/${ToOther}" } });
  const permission = structuredClone(resources["MayCall"]);
  if (permission === undefined) return;
  permission.Properties["FunctionName"] = { Ref: "Other" };
  resources["MayCallOther"] = permission;
};
const proxy: Change = (resources) => {
  const open = structuredClone(resources["PostOrders"]);
  const path = structuredClone(resources["OrdersPath"]);
  if (open === undefined || path === undefined) return;
  path.Properties["PathPart"] = "{proxy+}";
  Object.assign(open.Properties, OPEN, { HttpMethod: "ANY", ResourceId: { Ref: "ProxyPath" } });
  Object.assign(resources, { ProxyPath: path, Proxy: open });
};
const mapped = (source: string, type = "HTTP_PROXY"): Change =>
  set("ToOrders", {
    IntegrationType: type,
    IntegrationUri: "https://backend.example.com/{proxy}",
    RequestParameters: { "overwrite:header.x-roles": source },
  });
const roles =
  (required: Json): Change =>
  (resources) => {
    const { Environment } = resources["Auth0"]?.Properties ?? {};
    const roles = { AUTH0_CONTEXT_CLAIMS: "roles=https://acme.com/roles", ...required };
    Object.assign((Environment as { Variables: Json }).Variables, roles);
  };

const tenant = (source: string): Change =>
  set("GetOrders", {
    Integration: {
      Type: "AWS_PROXY",
      Uri: { "Fn::GetAtt": ["Orders", "Arn"] },
      RequestParameters: { "integration.request.header.X-Amz-Tenant-Id": source },
    },
  });
const usageKeys =
  (ApiKeySourceType?: string): Change =>
  (resources, template) => {
    const { Environment } = resources["Auth0"]?.Properties ?? {};
    Object.assign((Environment as { Variables: Json }).Variables, {
      AUTHORIZER_USAGE_KEY_CLAIM: "client_id",
    });
    set("Api", { ApiKeySourceType })(resources, template);
  };
const usagePlan =
  (ApiKeySourceType: string, ...apis: string[]): Change =>
  (resources) => {
    resources["PartnerApi"] = {
      Type: "AWS::ApiGateway::RestApi",
      Properties: { Name: "partners", ApiKeySourceType },
    };
    const ApiStages = apis.map((api) => ({ ApiId: { Ref: api }, Stage: "prod" }));
    resources["Plan"] = { Type: "AWS::ApiGateway::UsagePlan", Properties: { ApiStages } };
  };

/** What changes in which template, and the rules that it breaks. */
type Case = [what: string, template: string, change: Change, rules: string[], options?: Options];

describe("each rule, refused when broken and accepted when only just kept", () => {
  test.each<Case>([
    [
      "a public $default with the backend of guarded routes",
      "HTTP, policy",
      set("Rest", OPEN),
      ["open-catch-all"],
      { publicRoutes: ["$default"] },
    ],
    [
      "a public $default with a backend of its own",
      "HTTP, policy",
      all(other, toOther, set("Rest", OPEN)),
      [],
      { publicRoutes: ["$default"] },
    ],
    [
      "a public {proxy+} to which methods fall that a resource does not declare",
      "REST, TOKEN",
      proxy,
      ["open-catch-all"],
      { publicRoutes: ["ANY /{proxy+}"] },
    ],
    [
      "a public GET /{proxy+} behind resources that all declare GET or ANY",
      "REST, TOKEN",
      all(proxy, set("Proxy", { HttpMethod: "GET" })),
      [],
      { publicRoutes: ["GET /{proxy+}"] },
    ],
    ["a function URL of a guarded function", "HTTP, policy", url("Orders", "NONE"), ["guarded-function-url"]],
    ["a function URL with signatures", "HTTP, policy", url("Orders", "AWS_IAM"), []],
    [
      "a function URL of another function",
      "HTTP, policy",
      all(other, url("Other", "NONE")),
      ["open-function-url"],
    ],
    [
      "a preflight with a backend, REST",
      "REST, TOKEN",
      set("Preflight", { Integration: { Type: "AWS_PROXY", Uri: { "Fn::GetAtt": ["Orders", "Arn"] } } }),
      ["options-with-backend"],
    ],
    [
      "a preflight with a backend, HTTP",
      "HTTP, policy",
      set("GetOrders", { ...OPEN, RouteKey: "OPTIONS /{proxy+}" }),
      [],
    ],
    [
      "an API key alone",
      "REST, TOKEN",
      set("GetOrders", { ...OPEN, ApiKeyRequired: true }),
      ["api-key-route"],
    ],
    ["an API key and an authorizer", "REST, TOKEN", set("GetOrders", { ApiKeyRequired: true }), []],
    [
      "an open route of a private API",
      "REST, TOKEN",
      all(set("GetOrders", OPEN), set("Api", { EndpointConfiguration: { Types: ["PRIVATE"] } })),
      ["restricted-route"],
    ],
    [
      "an open route of an API whose policy allows everyone",
      "REST, TOKEN",
      all(
        set("GetOrders", OPEN),
        set("Api", { Policy: { Statement: [{ Effect: "Allow", Principal: "*" }] } }),
      ),
      ["unguarded-route"],
    ],
    [
      "a permission for everyone",
      "HTTP, policy",
      set("MayCall", { Principal: "*", SourceArn: undefined }),
      ["public-permission"],
    ],
    [
      "a permission for everyone of one account",
      "HTTP, policy",
      set("MayCall", { Principal: "*", SourceArn: undefined, SourceAccount: "123456789012" }),
      [],
    ],
    [
      "a permission for every API",
      "HTTP, policy",
      set("MayCall", { SourceArn: undefined }),
      ["any-api-permission"],
    ],
    [
      "a permission for every API of every account",
      "HTTP, policy",
      set("MayCall", { SourceArn: "arn:aws:execute-api:eu-west-1:*:*/*" }),
      ["any-api-permission"],
    ],
    ...[
      { "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:*:*" },
      { "Fn::Join": [":", ["arn", { Ref: "AWS::Partition" }, "execute-api", "*", "*", "*"]] },
      "arn:aws:execute-api:*",
    ].map((SourceArn): Case => [
      `a permission for ${JSON.stringify(SourceArn)}`,
      "HTTP, policy",
      set("MayCall", { SourceArn }),
      ["any-api-permission"],
    ]),
    [
      "a permission for every API of this account",
      "HTTP, policy",
      set("MayCall", { SourceArn: { "Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:*" } }),
      [],
    ],
    [
      "a permission for another service",
      "HTTP, policy",
      all(other, set("MayCall", { Principal: "s3.amazonaws.com" })),
      ["backend-without-permission"],
    ],
    [
      "a header from a claim that may be absent",
      "HTTP, policy",
      all(mapped("$context.authorizer.roles"), roles({})),
      ["absent-claim"],
    ],
    [
      "a header from a claim that is demanded",
      "HTTP, policy",
      all(
        mapped("$context.authorizer.roles"),
        roles({ AUTH0_REQUIRED_CLAIMS: "https://acme.com/roles=member" }),
      ),
      [],
    ],
    ["a header from the subject", "HTTP, policy", mapped("$context.authorizer.sub"), []],
    [
      "a header of a Lambda proxy, REST",
      "REST, TOKEN",
      set("GetOrders", {
        Integration: {
          Type: "AWS_PROXY",
          Uri: { "Fn::GetAtt": ["Orders", "Arn"] },
          RequestParameters: { "integration.request.header.X-User": "context.authorizer.sub" },
        },
      }),
      ["ignored-mapping"],
    ],
    [
      "a tenant from the caller's header",
      "REST, TOKEN",
      tenant("method.request.header.X-Amz-Tenant-Id"),
      ["tenant-from-caller"],
    ],
    [
      "a tenant from the caller's path",
      "REST, TOKEN",
      tenant("method.request.path.tenant"),
      ["tenant-from-caller"],
    ],
    [
      "a tenant from the caller's user agent",
      "REST, TOKEN",
      tenant("context.identity.userAgent"),
      ["tenant-from-caller"],
    ],
    ["a tenant from the identity", "REST, TOKEN", tenant("context.authorizer.tenant"), []],
    ["a tenant that is always the same", "REST, TOKEN", tenant("'method.request.header.x'"), []],
    ["a tenant of the stage", "REST, TOKEN", tenant("stageVariables.tenant"), []],
    ["usage keys that the API does not read", "REST, TOKEN", usageKeys(), ["usage-key-ignored"]],
    ["usage keys and the header", "REST, TOKEN", usageKeys("HEADER"), ["usage-key-ignored"]],
    ["usage keys that the API reads", "REST, TOKEN", usageKeys("AUTHORIZER"), []],
    [
      "a usage plan that an API with the header shares",
      "REST, TOKEN",
      all(usageKeys("AUTHORIZER"), usagePlan("HEADER", "Api", "PartnerApi")),
      ["usage-key-in-header"],
      { except: ["route-not-read"] },
    ],
    [
      "a usage plan that another API with the authorizer's keys shares",
      "REST, TOKEN",
      all(usageKeys("AUTHORIZER"), usagePlan("AUTHORIZER", "Api", "PartnerApi")),
      [],
      { except: ["route-not-read"] },
    ],
    [
      "separate usage plans",
      "REST, TOKEN",
      all(usageKeys("AUTHORIZER"), usagePlan("HEADER", "PartnerApi")),
      [],
      { except: ["route-not-read"] },
    ],
    [
      "a type of its own without the header of DEFAULT_4XX",
      "REST, TOKEN",
      set("Unauthorized", { ResponseType: "THROTTLED", ResponseParameters: {} }),
      ["no-challenge-on-401", "gateway-response-without-cors"],
    ],
    [
      "CORS in DEFAULT_4XX alone",
      "REST, TOKEN",
      (resources) => {
        Reflect.deleteProperty(resources, "Unauthorized");
      },
      ["no-challenge-on-401"],
    ],
    [
      "a response of UNAUTHORIZED without CORS",
      "REST, TOKEN",
      set("Unauthorized", { ResponseParameters: { "gatewayresponse.header.WWW-Authenticate": "'Bearer'" } }),
      ["no-cors-on-401"],
    ],
    [
      "two responses of one type",
      "REST, TOKEN",
      set("Others", { ResponseType: "UNAUTHORIZED" }),
      ["no-cors-on-403", "duplicate-gateway-response"],
    ],
    [
      "a deployment that does not wait",
      "REST, TOKEN",
      (resources) => {
        Object.assign(resources["Deployment"] ?? {}, { DependsOn: "Others" });
      },
      ["gateway-response-not-deployed"],
    ],
    [
      "a name of 65 characters",
      "HTTP, policy",
      all(
        set("Auth0", { FunctionName: "a".repeat(65) }),
        set("Auth0Log", { LogGroupName: `/aws/lambda/${"a".repeat(65)}` }),
      ),
      ["function-name"],
    ],
    [
      "a name of 64 characters",
      "HTTP, policy",
      all(
        set("Auth0", { FunctionName: "a".repeat(64) }),
        set("Auth0Log", { LogGroupName: `/aws/lambda/${"a".repeat(64)}` }),
      ),
      [],
    ],
    ["the flag as text", "HTTP, simple", set("Guard", { EnableSimpleResponses: "true" }), []],
    [
      "a time to live by a parameter",
      "HTTP, policy",
      all(
        (_, template) => {
          template["Parameters"] = { Ttl: { Default: 300 } };
        },
        set("Guard", { AuthorizerResultTtlInSeconds: { Ref: "Ttl" } }),
      ),
      [],
    ],
    [
      "a source by Fn::Join",
      "HTTP, policy",
      set("Guard", { IdentitySource: [{ "Fn::Join": [".", ["$request", "header", "Authorization"]] }] }),
      [],
    ],
  ])("%s", (_, name, change, rules, options = {}) => {
    expect(rulesOf(name, change, options)).toEqual(rules);
  });
});

describe("what is this authorizer", () => {
  const caller: Change = (resources) => {
    const Variables = { AUTH0_DOMAIN: "not a domain", AUTH0_CLIENT_ID: "x", AUTH0_CLIENT_SECRET: "y" };
    const Properties = {
      Handler: "sync.handler",
      Runtime: "nodejs24.x",
      Timeout: 900,
      Environment: { Variables },
    };
    resources["Sync"] = { Type: "AWS::Lambda::Function", Properties };
  };

  test("a function that asks the Management API is not", () => {
    expect(rulesOf("HTTP, policy", caller)).toEqual([]);
  });

  test("an authorizer from a course is not, though its file has the same name", () => {
    const Variables = { AUTH0_DOMAIN: "acme", AUTH0_AUDIENCE: "https://api.acme.com" };
    expect(rulesOf("HTTP, policy", set("Auth0", { Timeout: 900, Environment: { Variables } }))).toEqual([]);
  });
});

describe("counts", () => {
  const half = all(set("GetOrders", OPEN), set("PostOrders", OPEN), set("GetOrder", { AuthorizerId: "abc" }));

  test("add up to the routes", () => {
    const { counts } = checkTemplate(spoil("HTTP, policy", half), { publicRoutes: ["GET /orders"] });
    expect(counts).toEqual({ routes: 5, guarded: 2, public: 1, open: 1, notRead: 1 });
  });
});

describe("an acceptance", () => {
  const open = all(set("GetOrders", OPEN), set("PostOrders", OPEN));

  test("leaves out the finding that it names, and no other", () => {
    const accept = readAcceptances([
      { rule: "unguarded-route", resource: "GetOrders", route: "GET /orders" },
    ]);
    const { findings, accepted } = checkTemplate(spoil("HTTP, policy", open), { accept });
    expect(findings.map(({ rule, resource }) => [rule, resource])).toEqual([
      ["unguarded-route", "PostOrders"],
    ]);
    expect(accepted).toBe(1);
  });

  test("that matches nothing is a warning", () => {
    const accept = readAcceptances([{ rule: "unguarded-route", route: "GET /order" }]);
    expect(
      lintTemplate(
        spoil("HTTP, policy", () => undefined),
        { accept },
      ),
    ).toEqual([
      expect.objectContaining({ rule: "unmatched-acceptance", severity: "warning", resource: "GET /order" }),
    ]);
  });

  test.each<[string, unknown, RegExp]>([
    ["no list", {}, /must be a list/],
    ["no such rule", [{ rule: "none", resource: "A" }], /entry 1: there is no rule none/],
    ["a whole rule", [{ rule: "not-arm64" }], /entry 1: it must name a resource or a route/],
    ["a misspelled member", [{ rule: "not-arm64", ressource: "A" }], /entry 1: ressource is not one of/],
    ["what is not text", [{ rule: "not-arm64", resource: 1 }], /must be strings/],
  ])("is refused: %s", (_, value, message) => {
    expect(() => readAcceptances(value)).toThrow(message);
  });
});

describe("paths", () => {
  const imported = { "Fn::ImportValue": "orders-path" };
  const below = all(set("OrderPath", { ParentId: imported }), set("GetOrder", OPEN));

  test("of a parent of another stack are not taken for the root", () => {
    const [finding] = lintTemplate(spoil("REST, TOKEN", below), { publicRoutes: ["GET /{id}"] });
    expect(finding).toMatchObject({ rule: "unguarded-route", route: "GET …/{id}" });
  });

  test("of an imported parent count where they are given", () => {
    const options = {
      parents: [{ id: imported, path: "/v1/orders" }],
      publicRoutes: ["GET /v1/orders/{id}"],
    };
    expect(lintTemplate(spoil("REST, TOKEN", below), options)).toEqual([]);
  });
});

test("an authorizer that another stack exports is not checked, unless that stack is checked too", () => {
  const root = spoil("HTTP, policy", set("GetOrders", { AuthorizerId: { "Fn::ImportValue": "guard" } }));
  expect(lintTemplate(root).map(({ rule }) => rule)).toEqual(["route-not-read"]);
  const shared = { ...root, Outputs: { Guard: { Value: { Ref: "Guard" }, Export: { Name: "guard" } } } };
  const exports = new Map(getExports(createStacks(shared, () => undefined).root));
  expect(lintTemplate(root, { exports })).toEqual([]);
});

test.each([
  null,
  1,
  "text",
  [],
  { Type: 1 },
  { Type: "AWS::ApiGateway::Method", Properties: null },
  { Type: "AWS::ApiGatewayV2::Route", Properties: [] },
  { Type: "AWS::Serverless::Function", Properties: { Events: 7 } },
])("does not crash on an odd resource: %j", (resource) => {
  const template = { Resources: { Odd: resource } } as unknown as Template;
  expect(() => lintTemplate(template)).not.toThrow();
});
