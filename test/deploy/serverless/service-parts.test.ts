import { describe, expect, test } from "@jest/globals";
import type { Template } from "../../../src/deploy/lint/cloudformation.ts";
import { HiddenFunctions } from "../../../src/deploy/serverless/builders.ts";
import { findNameIssues } from "../../../src/deploy/serverless/check-options.ts";
import type { Provider, Service } from "../../../src/deploy/serverless/framework-types.ts";
import { deployWithResponses, fitIn } from "../../../src/deploy/serverless/gateway-responses.ts";
import { findImportedPaths } from "../../../src/deploy/serverless/imported-paths.ts";
import { optionsFrom, type Options, type StackOptions } from "../../../src/deploy/serverless/options.ts";
import { addHttpApiAuthorizer, referToAuthorizer } from "../../../src/deploy/serverless/routes.ts";

function options(given: object = {}): Options {
  return optionsFrom({ domain: "acme.eu.auth0.com", audiences: "https://api.acme.com/", ...given })[0];
}

const ORIGIN = "gatewayresponse.header.Access-Control-Allow-Origin";
const CHALLENGE = "gatewayresponse.header.WWW-Authenticate";
const API = { Ref: "ApiGatewayRestApi" };

function response(type: string, parameters: object, api: object = API): object {
  const StatusCode = type === "DEFAULT_4XX" ? undefined : "401";
  const Properties = { ResponseType: type, RestApiId: api, StatusCode, ResponseParameters: parameters };
  return { Type: "AWS::ApiGateway::GatewayResponse", Properties };
}

const OURS = response("UNAUTHORIZED", { [ORIGIN]: "'*'", [CHALLENGE]: "'Bearer'" });

function fit(theirs: object, stack: Partial<StackOptions> = {}): Template["Resources"] {
  const template = { Resources: { Ours: structuredClone(OURS), Theirs: theirs } } as unknown as Template;
  fitIn(template, ["Ours"], { ...options().stack, ...stack });
  return template.Resources;
}

describe("gateway responses of the service", () => {
  const APP = { [ORIGIN]: "'https://app.acme.com'" };

  test("of the same type and API stay, and ours is left out", () => {
    expect(Object.keys(fit(response("UNAUTHORIZED", APP)))).toEqual(["Theirs"]);
    expect(Object.keys(fit(response("ACCESS_DENIED", APP)))).toEqual(["Ours", "Theirs"]);
    expect(Object.keys(fit(response("UNAUTHORIZED", APP, { Ref: "OtherApi" })))).toEqual(["Ours", "Theirs"]);
  });

  test("give ours the CORS headers of DEFAULT_4XX, unless the options say an origin", () => {
    const theirs = response("DEFAULT_4XX", APP);
    const parameters = (resources: Template["Resources"]): unknown =>
      resources["Ours"]?.Properties?.["ResponseParameters"];
    expect(parameters(fit(theirs))).toEqual({ ...APP, [CHALLENGE]: "'Bearer'" });
    expect(parameters(fit(theirs, { corsOrigin: "*" }))).toEqual({
      [ORIGIN]: "'*'",
      [CHALLENGE]: "'Bearer'",
    });
  });

  test("give ours the other headers of DEFAULT_4XX, but none that ours has", () => {
    const sniff = { "gatewayresponse.header.X-Content-Type-Options": "'nosniff'" };
    const theirs = response("DEFAULT_4XX", { ...sniff, [CHALLENGE.toLowerCase()]: "'Basic'" });
    const own = { [ORIGIN]: "'*'", [CHALLENGE]: "'Bearer'" };
    for (const stack of [{}, { corsOrigin: "*" }])
      expect(fit(theirs, stack)["Ours"]?.Properties?.["ResponseParameters"]).toEqual({ ...own, ...sniff });
  });

  test("are in the deployment, which is a copy: it waits for them, and for none that waits for it", () => {
    const waiting = { ...response("THROTTLED", {}), DependsOn: "Deployment" };
    const template = {
      Resources: {
        Deployment: {
          Type: "AWS::ApiGateway::Deployment",
          Properties: { RestApiId: API },
          DependsOn: ["Method"],
        },
        Theirs: response("DEFAULT_4XX", {}),
        OfAnother: response("DEFAULT_4XX", {}, { Ref: "OtherApi" }),
        Waiting: waiting,
        Empty: null,
      },
    } as unknown as Template;
    deployWithResponses(template);
    expect(template.Resources["Deployment"]).toMatchObject({ DependsOn: ["Method", "Theirs"] });
  });
});

test.each<[string, object, object[]]>([
  ["a map", { restApiResources: { "v1/orders": "abc" } }, [{ id: "abc", path: "/v1/orders" }]],
  ["a list", { restApiResources: [{ path: "/v1/", resourceId: "abc" }] }, [{ id: "abc", path: "/v1" }]],
  [
    "a root of another stack",
    { restApiRootResourceId: { "Fn::ImportValue": "root" } },
    [{ id: { "Fn::ImportValue": "root" }, path: "/" }],
  ],
  ["nothing", {}, []],
])("paths of imported parents are known from %s", (_, apiGateway, expected) => {
  expect(findImportedPaths({ apiGateway } as unknown as Provider)).toEqual(expected);
});

test.each<[string, number, number]>([
  ["64 characters", 64, 0],
  ["65 characters", 65, 1],
])("a function's name of %s", (_, length, issues) => {
  expect(findNameIssues({ auth0: { name: "a".repeat(length) } }, ["hello"])).toHaveLength(issues);
  expect(findNameIssues({ auth0: { name: "a" } }, ["auth0"])).toEqual([
    "functions.auth0 is a function already: give the plugin another name",
  ]);
});

describe("provider.httpApi.authorizers.auth0", () => {
  const add = (theirs: object, given: object = {}): { issues: readonly string[]; authorizer: unknown } => {
    const provider = { httpApi: { authorizers: { auth0: theirs } } } as unknown as Provider;
    const issues = addHttpApiAuthorizer(provider, options(given));
    return { issues, authorizer: provider.httpApi?.authorizers?.["auth0"] };
  };

  test("is honoured: its identity source and its time to live", () => {
    const identitySource = ["$request.header.Authorization", "$request.header.X-Tenant"];
    const { issues, authorizer } = add({ identitySource, resultTtlInSeconds: 30 });
    expect(issues).toEqual([]);
    expect(authorizer).toMatchObject({ functionName: "auth0", identitySource, resultTtlInSeconds: 30 });
  });

  test.each<[string, object, object, RegExp]>([
    ["a JWT authorizer", { type: "jwt" }, {}, /is another authorizer already/],
    ["another function", { functionName: "other" }, {}, /is another authorizer already/],
    ["simple responses before a policy", { enableSimpleResponses: true }, {}, /set httpApiResponse: simple/],
    [
      "a policy before simple responses",
      { enableSimpleResponses: false },
      { httpApiResponse: "simple" },
      /set httpApiResponse: policy/,
    ],
  ])("is refused where it is %s", (_, theirs, given, message) => {
    expect(add(theirs, given).issues).toEqual([expect.stringMatching(message)]);
  });

  test("has simple responses, and a minute, where the function answers so", () => {
    expect(add({}, { httpApiResponse: "simple" }).authorizer).toMatchObject({
      enableSimpleResponses: true,
      resultTtlInSeconds: 60,
    });
    expect(add({}).authorizer).toMatchObject({ enableSimpleResponses: false, resultTtlInSeconds: 300 });
    expect(add({}, { resultTtlSeconds: 0 }).authorizer).toMatchObject({ resultTtlInSeconds: 0 });
  });
});

test("a route of another stack's HTTP API refers to the authorizer that the plugin adds", () => {
  const events = [
    { httpApi: { method: "get", path: "/a", authorizer: { name: "auth0" } } },
    { httpApi: { method: "get", path: "/b", authorizer: { name: "other" } } },
  ];
  const service = { functions: { a: { events } } } as unknown as Service;
  expect(referToAuthorizer(service, "auth0", "HttpApiAuthorizerAuth0")).toBe(true);
  expect(events.map(({ httpApi }) => httpApi.authorizer)).toEqual([
    { id: { Ref: "HttpApiAuthorizerAuth0" }, type: "request" },
    { name: "other" },
  ]);
  expect(referToAuthorizer(service, "admin", "HttpApiAuthorizerAdmin")).toBe(false);
});

test("plugins that build do not see functions that are built, which come back afterwards", () => {
  const functions = { hello: {}, auth0: { handler: "authorizer.handler" } };
  const hidden = new HiddenFunctions(functions);
  hidden.hide(["auth0", "absent"]);
  expect(Object.keys(functions)).toEqual(["hello"]);
  hidden.restore();
  expect(functions).toEqual({ hello: {}, auth0: { handler: "authorizer.handler" } });
});
