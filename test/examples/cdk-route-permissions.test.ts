import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { readZip } from "../../src/deploy/package/read-zip.ts";
import { createCdkFolder, synthesize } from "./cdk-apps.ts";

interface App {
  readonly properties?: string;
  /** What stands in the stack, after the authorizer. */
  readonly stack: string;
}

/** A REST API with one method by addMethod, and the authorizer for those that are CloudFormation's own. */
const WITH_OWN_METHODS = `const rest = new RestApi(stack, "Rest");
  const authorizer = auth0.restAuthorizer();
  rest.root.addMethod("GET", new LambdaIntegration(hello), { authorizer });
  const own = (id, httpMethod, resourceId) => new CfnMethod(stack, id, {
    restApiId: rest.restApiId, resourceId, httpMethod,
    authorizationType: "CUSTOM", authorizerId: authorizer.authorizerId, integration: { type: "MOCK" },
  });
  const orders = rest.root.addResource("orders");
  const order = new CfnResource(stack, "Order", {
    restApiId: rest.restApiId, parentId: orders.resourceId, pathPart: "{id}",
  });`;

const APPS: Readonly<Record<string, App>> = {
  allKinds: {
    stack: `
      const http = new HttpApi(stack, "Http", { defaultAuthorizer: auth0.httpAuthorizer() });
      const add = (path) => http.addRoutes({ path, methods: [HttpMethod.GET], integration });
      auth0.requirePermissions(add("/orders/{id}"), "read:orders", "list:orders");
      add("/hello");
      const rest = new RestApi(stack, "Rest", { cloudWatchRole: false, defaultMethodOptions: { authorizer: auth0.restAuthorizer() } });
      const admin = rest.root.addResource("admin");
      auth0.requirePermissions(admin.addProxy({ anyMethod: true }).anyMethod, "admin");
      rest.root.addMethod("GET", new LambdaIntegration(hello));
      const webSocketApi = new WebSocketApi(stack, "WebSocket", {
        connectRouteOptions: { authorizer: auth0.webSocketAuthorizer(), integration: new WebSocketLambdaIntegration("C", hello) },
      });
      new WebSocketStage(stack, "Stage", { webSocketApi, stageName: "prod", autoDeploy: true });`,
  },
  caching: {
    stack: `
      const authorizer = auth0.restAuthorizer("Rest", { resultTtl: Duration.minutes(1) });
      const rest = new RestApi(stack, "Api", { cloudWatchRole: false, defaultMethodOptions: { authorizer } });
      auth0.requirePermissions(rest.root.addMethod("GET", new LambdaIntegration(hello)), "read:orders");`,
  },
  withoutPermissions: {
    stack: `new HttpApi(stack, "Http", { defaultAuthorizer: auth0.httpAuthorizer() })
      .addRoutes({ path: "/hello", methods: [HttpMethod.GET], integration });`,
  },
  notZipped: {
    properties: 'zip: "node_modules/auth0-api-gateway-authorizer/dist",',
    stack: `const http = new HttpApi(stack, "Http", { defaultAuthorizer: auth0.httpAuthorizer() });
      auth0.requirePermissions(http.addRoutes({ path: "/orders", methods: [HttpMethod.GET], integration }), "read:orders");`,
  },
  ownMethods: {
    stack: `${WITH_OWN_METHODS}
      auth0.requirePermissions(own("Get", "GET", order.ref), "read:orders");
      auth0.requirePermissions(own("Post", "POST", orders.resourceId), "write:orders", "staff");
      own("Root", "ANY", rest.restApiRootResourceId);`,
  },
  unknownPath: {
    stack: `${WITH_OWN_METHODS}
      auth0.requirePermissions(own("Get", "GET", "abc123"), "read:orders");`,
  },
  unguarded: {
    stack: `const http = new HttpApi(stack, "Http");
      auth0.requirePermissions(http.addRoutes({ path: "/orders", methods: [HttpMethod.GET], integration }), "read:orders");`,
  },
};

let folder: string;
let errors: Readonly<Record<string, string>>;
beforeAll(async () => {
  folder = await createCdkFolder("cdk-routes-");
  cpSync("examples/own-stack-cdk/routes.mjs", join(folder, "example.mjs"));
  for (const [name, app] of Object.entries(APPS)) writeFileSync(join(folder, `${name}.mjs`), sourceOf(app));
  errors = await synthesize(folder, "example", ...Object.keys(APPS));
});
afterAll(() => rmSync(folder, { recursive: true }));

function sourceOf({ properties = "", stack }: App): string {
  return `
    import { Auth0Authorizer } from "auth0-api-gateway-authorizer/cdk";
    import { App, Duration, Stack } from "aws-cdk-lib";
    import { CfnMethod, CfnResource, LambdaIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
    import { HttpApi, HttpMethod, WebSocketApi, WebSocketStage } from "aws-cdk-lib/aws-apigatewayv2";
    import { HttpLambdaIntegration, WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
    import { Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
    const app = new App();
    const stack = new Stack(app, "Shop");
    const hello = new Function(stack, "Hello", {
      runtime: Runtime.NODEJS_24_X, handler: "index.handler", code: Code.fromInline("exports.handler = async () => 1;"),
    });
    const integration = new HttpLambdaIntegration("Hello", hello);
    const auth0 = new Auth0Authorizer(stack, "Auth0", {
      settings: { domain: ["acme.eu.auth0.com"], audiences: ["https://api.acme.com/"], emailPolicy: "optional" },
      ${properties}
    });
    ${stack}
    app.synth();`;
}

function readTemplate(app: string, stack = "Shop"): Template {
  return JSON.parse(readFileSync(join(folder, app, `${stack}.template.json`), "utf8")) as Template;
}

function readAsset(app: string, template: Template): Buffer {
  const { S3Key } = getFunction(template)["Code"] as { S3Key: string };
  return readFileSync(join(folder, app, `asset.${S3Key}`));
}

interface Code {
  readonly files: readonly string[];
  readonly routes: unknown;
}

function readCode(app: string, template: Template): Code {
  const files = readZip(readAsset(app, template));
  const text = files.find(({ name }) => name === "routes.json")?.content.toString() ?? "null";
  return { files: files.map(({ name }) => name), routes: JSON.parse(text) };
}

function getFunction(template: Template): Readonly<Record<string, unknown>> {
  const functions = getResources(template, "AWS::Lambda::Function");
  return functions.find(({ name }) => name.startsWith("Auth0"))?.properties ?? {};
}

describe("permissions at routes", () => {
  let template: Template;
  beforeAll(() => {
    template = readTemplate("allKinds");
  });

  test("are packaged with every guarded route, of all kinds of API", () => {
    const { files, routes } = readCode("allKinds", template);
    expect(routes).toEqual({
      "GET /orders/{id}": ["read:orders", "list:orders"],
      "GET /hello": [],
      "ANY /admin/{proxy+}": ["admin"],
      "GET /": [],
      $connect: [],
    });
    const own = readZip(readFileSync("dist/authorizer.zip")).map(({ name }) => name);
    expect(files).toEqual([...own, "routes.json"]);
  });

  test("keep the answers for routes apart", () => {
    const [rest] = getResources(template, "AWS::ApiGateway::Authorizer");
    expect(rest?.properties).toMatchObject({
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: "method.request.header.Authorization",
    });
    const sources = getResources(template, "AWS::ApiGatewayV2::Authorizer").map(
      ({ properties }) => properties["IdentitySource"],
    );
    expect(sources).toEqual([
      ["$request.header.Authorization", "$context.routeKey"],
      ["route.request.querystring.access_token"],
    ]);
  });

  test("have no mistake by our rules", () => {
    const code = readAsset("allKinds", template);
    const rules = lintTemplate(template, { readFile: () => code }).map(({ rule }) => rule);
    expect(rules.filter((rule) => rule.includes("route"))).toEqual([]);
  });
});

test("the example of routes packages them", () => {
  const { routes } = readCode("example", readTemplate("example", "Routes"));
  expect(routes).toEqual({ "GET /orders/{id}": ["read:orders"], "GET /hello": [] });
});

test("a REST API that caches has the method and the path in its key", () => {
  const [rest] = getResources(readTemplate("caching"), "AWS::ApiGateway::Authorizer");
  expect(rest?.properties).toMatchObject({
    AuthorizerResultTtlInSeconds: 60,
    IdentitySource: "method.request.header.Authorization,context.httpMethod,context.path",
  });
});

test("without permissions the zip is the package's, and the cache is as it was", () => {
  const template = readTemplate("withoutPermissions");
  expect(readCode("withoutPermissions", template).routes).toBeNull();
  const [authorizer] = getResources(template, "AWS::ApiGatewayV2::Authorizer");
  expect(authorizer?.properties["IdentitySource"]).toEqual(["$request.header.Authorization"]);
});

test("code that is not a zip gets the permissions in its environment", () => {
  expect(getFunction(readTemplate("notZipped"))["Environment"]).toMatchObject({
    Variables: { AUTHORIZER_ROUTE_PERMISSIONS: "GET /orders=read:orders" },
  });
});

test("permissions that nothing would check are refused, and a path of another app, and nothing else", () => {
  expect(errors).toEqual({
    unknownPath: expect.stringMatching(
      /Shop\/Get has the authorizer, and a resource whose path is not in this app.*Resource\.fromResourceAttributes/,
    ),
    unguarded: expect.stringMatching(
      /Shop\/Http\/GET--orders has permissions, and not the authorizer.*\{ authorizer: auth0\.httpAuthorizer\(\) \} to addRoutes/,
    ),
  });
});

test("methods that are CloudFormation's own resources have their paths, from either kind of resource", () => {
  expect(readCode("ownMethods", readTemplate("ownMethods")).routes).toEqual({
    "GET /": [],
    "ANY /": [],
    "GET /orders/{id}": ["read:orders"],
    "POST /orders": ["write:orders", "staff"],
  });
});
