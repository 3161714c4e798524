import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import type { Template } from "../../src/deploy/lint/cloudformation.ts";
import { readModel } from "../../src/deploy/lint/read/read-model.ts";
import { blocks, guides } from "../docs/guides.ts";

const PATH = "infra/sam/template.yml";
const AUTHORIZER = { "Fn::GetAtt": ["Auth0", "Arn"] };
const SOURCE = { Headers: ["Authorization"], ReauthorizeEvery: 300 };

type Properties = Readonly<Record<string, unknown>>;

/** The nested stack of alarms, where the package is installed. */
function readAlarms(location: string): unknown {
  expect(location).toMatch(/\/dist\/alarms\.json$|^alarms\.json$/);
  return JSON.parse(readFileSync("dist/alarms.json", "utf8"));
}

describe("the SAM template", () => {
  let template: Template;
  beforeAll(() => {
    template = parse(readFileSync(PATH, "utf8")) as Template;
  });
  const properties = (name: string): Properties => template.Resources[name]?.Properties ?? {};

  test("has no finding by our rules, as far as they know SAM", () => {
    expect(lintTemplate(template, { load: readAlarms, readFile: () => undefined })).toEqual([]);
  });

  test("has the authorizer from the package, with settings that it starts with", () => {
    const { Environment, CodeUri, Handler, Timeout } = properties("Auth0");
    expect([CodeUri, Handler, Timeout]).toEqual([
      "node_modules/auth0-api-gateway-authorizer/dist/authorizer.zip",
      "authorizer.handler",
      8,
    ]);
    const { Variables } = Environment as { Variables: NodeJS.ProcessEnv };
    expect(settingsFromEnvironment(Variables).audiences).toEqual(["https://api.acme.com/"]);
  });

  test("guards every route of the REST API, but no preflight", () => {
    expect(properties("RestApi")["Auth"]).toEqual({
      DefaultAuthorizer: "Auth0",
      AddDefaultAuthorizerToCorsPreflight: false,
      Authorizers: { Auth0: { FunctionArn: AUTHORIZER, FunctionPayloadType: "REQUEST", Identity: SOURCE } },
    });
  });

  test("guards every route of the HTTP API, which may call the authorizer", () => {
    expect(properties("HttpApi")["Auth"]).toEqual({
      DefaultAuthorizer: "Auth0",
      Authorizers: {
        Auth0: {
          FunctionArn: AUTHORIZER,
          AuthorizerPayloadFormatVersion: "2.0",
          EnableSimpleResponses: false,
          EnableFunctionDefaultPermissions: true,
          Identity: SOURCE,
        },
      },
    });
  });

  test("has no route of either API that switches its authorizer off", () => {
    const { Events } = properties("Hello") as { Events: Record<string, { Properties: Properties }> };
    const routes = Object.values(Events).map(({ Properties }) => [
      Properties["RestApiId"] ?? Properties["ApiId"],
      Properties["Auth"],
    ]);
    expect(routes).toEqual([
      [{ Ref: "RestApi" }, undefined],
      [{ Ref: "HttpApi" }, undefined],
    ]);
  });

  test("guards the WebSocket API at $connect, which has a stage and a route for messages", () => {
    expect(properties("ConnectRoute")).toMatchObject({
      RouteKey: "$connect",
      AuthorizationType: "CUSTOM",
      AuthorizerId: { Ref: "WebSocketAuth0" },
    });
    expect(properties("WebSocketAuth0")["IdentitySource"]).toEqual([
      "route.request.querystring.access_token",
    ]);
    expect(properties("MessageRoute")).toMatchObject({ RouteKey: "$default" });
    expect(properties("WebSocketStage")).toMatchObject({ ApiId: { Ref: "WebSocketApi" }, AutoDeploy: true });
  });

  test("says by itself who may call the authorizer only where SAM does not", () => {
    const permissions = Object.entries(template.Resources).filter(
      ([, { Type, Properties }]) =>
        Type === "AWS::Lambda::Permission" &&
        JSON.stringify(Properties?.["FunctionName"]) === '{"Ref":"Auth0"}',
    );
    expect(permissions.map(([name]) => name)).toEqual(["WebSocketMayCallAuth0"]);
  });

  test("has the alarms of the package", () => {
    const { TemplateURL, Parameters } = properties("Alarms");
    expect(TemplateURL).toBe("node_modules/auth0-api-gateway-authorizer/dist/alarms.json");
    expect(Parameters).toEqual({ AuthorizerLambdaFunction: { Ref: "Auth0" }, AlarmEmail: "" });
  });
});

describe("the options of the SAM page", () => {
  const page = readFileSync("docs/sam.md", "utf8");
  const read = (): Template => parse(readFileSync(PATH, "utf8")) as Template;
  const errorsIn = (template: Template): readonly string[] =>
    lintTemplate(template, { load: readAlarms, readFile: () => undefined })
      .filter(({ severity }) => severity !== "not checked")
      .map(({ rule }) => rule);

  test("of several authorizers make a template without mistakes, whose routes differ in what they ask for", () => {
    const [, snippet = ""] = /### Several authorizers[\s\S]*?```yaml\n([\s\S]*?)```/.exec(page) ?? [];
    const template = merge(read(), parse(snippet)) as unknown as Template;
    expect(errorsIn(template)).toEqual([]);
    const { routes, authorizers } = readModel(template, { load: readAlarms, readFile: () => undefined });
    const guards = routes.map(({ key, guard }) => {
      const called = authorizers.find(({ id }) => guard.kind === "lambda" && id === guard.authorizer);
      return `${key}: ${called?.function ?? "open"} ${String(called?.ttlSeconds)}`;
    });
    expect(guards.sort()).toEqual([
      "$connect: Auth0 0",
      "GET /hello: Auth0 300",
      "GET /hello: Auth0 300",
      "POST /admin: Admin 0",
    ]);
    const { Environment } = template.Resources["Admin"]?.Properties ?? {};
    const { Variables } = Environment as { Variables: NodeJS.ProcessEnv };
    expect(settingsFromEnvironment(Variables).requiredPermissions).toEqual(["admin"]);
  });

  test.each<[string, Readonly<Record<string, Properties>>]>([
    [
      "name, processor, concurrency",
      { Auth0: { FunctionName: "guard", Architectures: ["x86_64"], ReservedConcurrentExecutions: 20 } },
    ],
    ["your role", { Auth0: { Role: "arn:aws:iam::123456789012:role/guard" } }],
    [
      "cache keys",
      {
        RestApi: {
          Auth: auth("RestApi", {
            Headers: ["Authorization", "X-Tenant"],
            ReauthorizeEvery: 60,
            Context: ["path"],
          }),
        },
        HttpApi: {
          Auth: auth("HttpApi", { Headers: ["Authorization"], ReauthorizeEvery: 0, Context: ["routeKey"] }),
        },
      },
    ],
    [
      "the WebSocket's token",
      {
        Auth0: { Environment: { Variables: { AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER: "token" } } },
        WebSocketAuth0: { IdentitySource: ["route.request.querystring.token"] },
      },
    ],
    [
      "simple responses",
      {
        Auth0: { Environment: { Variables: { AUTHORIZER_HTTP_API_RESPONSE: "simple" } } },
        HttpApi: {
          Auth: {
            Authorizers: { Auth0: { EnableSimpleResponses: true, Identity: { ReauthorizeEvery: 60 } } },
          },
        },
      },
    ],
  ])("make a template without mistakes: %s", (_, changes) => {
    const Resources = Object.fromEntries(
      Object.entries(changes).map(([id, Properties]) => [id, { Properties }]),
    );
    expect(errorsIn(merge(read(), { Resources }) as unknown as Template)).toEqual([]);
  });

  test("are found where only one half of simple responses is written", () => {
    const changes = {
      Resources: {
        HttpApi: { Properties: { Auth: { Authorizers: { Auth0: { EnableSimpleResponses: true } } } } },
      },
    };
    expect(errorsIn(merge(read(), changes) as unknown as Template)).toContain("response-format");
  });
});

function auth(api: string, Identity: Properties): Properties {
  return { Authorizers: { Auth0: { Identity } }, ...(api === "RestApi" && { DefaultAuthorizer: "Auth0" }) };
}

/** Members of the second win; lists and texts are replaced. */
function merge(one: unknown, other: unknown): Properties {
  const result: Record<string, unknown> = { ...(one as Properties) };
  for (const [name, value] of Object.entries(other as Properties)) {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    result[name] = isObject ? merge(result[name] ?? {}, value) : value;
  }
  return result;
}

describe("the stack of revocations, which SAM nests", () => {
  const template = JSON.parse(readFileSync("dist/revocations.json", "utf8")) as Template;

  test("puts out what the alarms ask for", () => {
    const { Parameters } = JSON.parse(readFileSync("dist/alarms.json", "utf8")) as Template;
    const asked = ["RevocationTable", "RevocationDeadLetters", "RevokeOnEventLambdaFunction"];
    for (const name of [...asked, "BackChannelLogoutLambdaFunction"]) {
      expect(template.Outputs).toHaveProperty(name);
      expect(Parameters).toHaveProperty(name);
    }
  });

  test("is nested as the guide says, with parameters that it has", () => {
    const [snippet = ""] = blocks(guides.get("docs/sam.md") ?? "", "yaml");
    const { Resources } = parse(snippet) as Template;
    const { TemplateURL, Parameters } = Resources["Revocations"]?.Properties ?? {};
    expect(TemplateURL).toBe("node_modules/auth0-api-gateway-authorizer/dist/revocations.json");
    expect(Object.keys(template.Parameters ?? {})).toEqual(
      expect.arrayContaining(Object.keys(Parameters as object)),
    );
  });
});
