import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { linkPackages } from "../corpus/link-packages.ts";

/** One app, because to load CDK takes seconds: a stack for each group of options. What must not be written is caught. */
const APP = `import { Auth0Authorizer } from "auth0-api-gateway-authorizer/cdk";
import { App, Duration, Stack } from "aws-cdk-lib";
import { LambdaIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, WebSocketApi } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration, WebSocketLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Role } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import { writeFileSync } from "node:fs";

const settings = { domain: ["acme.eu.auth0.com"], audiences: ["https://api.acme.com/"], emailClaim: "https://acme.com/email" };
const app = new App({ outdir: "cdk.out" });
const hello = (scope) => new Function(scope, "Hello", { runtime: Runtime.NODEJS_22_X, handler: "index.handler", code: Code.fromInline("exports.handler = async () => ({})") });
const restApi = (scope, authorizer) => {
  const api = new RestApi(scope, "Rest", { cloudWatchRole: false, defaultMethodOptions: { authorizer } });
  api.root.addResource("orders").addMethod("GET", new LambdaIntegration(hello(scope)));
  return api;
};
const httpApi = (scope, defaultAuthorizer, id = "Http") => new HttpApi(scope, id, { defaultAuthorizer })
  .addRoutes({ path: "/orders", methods: [HttpMethod.GET], integration: new HttpLambdaIntegration("Orders", scope.node.tryFindChild("Hello") ?? hello(scope)) });
const errors = {};
const attempt = (name, act) => { try { act(); errors[name] = ""; } catch (error) { errors[name] = error.message; } };

const named = new Stack(app, "Named");
const guard = new Auth0Authorizer(named, "Auth0", { settings, functionName: "acme-guard", memorySize: 1024, reservedConcurrentExecutions: 20,
  architecture: Architecture.X86_64, role: Role.fromRoleArn(named, "Given", "arn:aws:iam::123456789012:role/guard", { mutable: false }) });
httpApi(named, guard.httpAuthorizer());

const plain = new Stack(app, "Plain");
const defaults = new Auth0Authorizer(plain, "Auth0", { settings });
defaults.addGatewayResponses(restApi(plain, defaults.restAuthorizer()));
httpApi(plain, defaults.httpAuthorizer());

const cached = new Stack(app, "Cached");
const auth0 = new Auth0Authorizer(cached, "Auth0", { settings });
const options = { resultTtl: Duration.seconds(60), identitySources: ["header.X-Tenant", "context.path"] };
auth0.addGatewayResponses(restApi(cached, auth0.restAuthorizer("Rest", options)), { corsOrigin: ["https://a.acme.com", "https://b.acme.com"], corsCredentials: true });
httpApi(cached, auth0.httpAuthorizer("Auth0", { ...options, identitySources: ["header.X-Tenant", "context.routeKey"] }));
attempt("credentials for every origin", () => auth0.addGatewayResponses(restApi(new Stack(app, "Any")), { corsCredentials: true }));

const simple = new Stack(app, "Simple");
httpApi(simple, new Auth0Authorizer(simple, "Auth0", { settings: { ...settings, httpApiResponse: "simple" } }).httpAuthorizer());

const chat = new Stack(app, "Chat");
const chatGuard = new Auth0Authorizer(chat, "Auth0", { settings });
const integration = new WebSocketLambdaIntegration("Connect", hello(chat));
new WebSocketApi(chat, "WebSocket", { connectRouteOptions: { integration, authorizer: chatGuard.webSocketAuthorizer("Auth0", "route.request.querystring.token") } });

const shared = new Auth0Authorizer(new Stack(app, "Guard"), "Auth0", { settings });
const orders = new Stack(app, "Orders");
shared.addGatewayResponses(restApi(orders, shared.restAuthorizer("Auth0", { scope: orders })));
const billing = new Stack(app, "Billing");
restApi(billing, shared.restAuthorizer("Auth0", { scope: billing }));
attempt("two stacks with a REST API each", () => app.synth());
writeFileSync("errors.json", JSON.stringify(errors));
`;

type Properties = Readonly<Record<string, unknown>>;
const AUTHORIZERS = ["AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"];

/** Milliseconds: what never comes to an end ends here, on the slowest machine. */
const LIMIT = 4 * 3600 * 1000;

let root: string;
let errors: Readonly<Record<string, string>>;
beforeAll(async () => {
  if (!existsSync("examples/attach-cdk/node_modules"))
    throw new Error("Install CDK first: npm run test:all -- cdk");
  root = mkdtempSync(join(tmpdir(), "cdk-options-"));
  linkPackages(root);
  writeFileSync(join(root, "app.mjs"), APP);
  const env = { PATH: process.env["PATH"], HOME: root };
  const args = ["--preserve-symlinks", "--preserve-symlinks-main", "app.mjs"];
  await promisify(execFile)(process.execPath, args, { cwd: root, env });
  errors = JSON.parse(readFileSync(join(root, "errors.json"), "utf8")) as typeof errors;
}, LIMIT);
afterAll(() => rmSync(root, { recursive: true }));

function read(stack: string): Template {
  return JSON.parse(readFileSync(join(root, `cdk.out/${stack}.template.json`), "utf8")) as Template;
}

function getFunction(stack: string): Properties {
  const all = getResources(read(stack), "AWS::Lambda::Function");
  return all.find(({ properties }) => properties["Handler"] === "authorizer.handler")?.properties ?? {};
}

/** Of each authorizer, how long answers are kept, and by what. */
function getCaching(stack: string): unknown[] {
  return getResources(read(stack), ...AUTHORIZERS).map(({ properties }) => [
    properties["AuthorizerResultTtlInSeconds"],
    properties["IdentitySource"],
  ]);
}

test.each(["Named", "Plain", "Cached", "Simple", "Chat"])(
  "the stack %s has no mistake by our rules",
  (stack) => {
    expect(lintTemplate(read(stack)).map(({ rule, found }) => `${rule}: ${found}`)).toEqual([]);
  },
);

describe("the function", () => {
  test("has the name, role, processor, memory and concurrency that it is given", () => {
    expect(getFunction("Named")).toMatchObject({
      FunctionName: "acme-guard",
      Role: "arn:aws:iam::123456789012:role/guard",
      Architectures: ["x86_64"],
      MemorySize: 1024,
      ReservedConcurrentExecutions: 20,
    });
    const { Resources } = read("Named");
    const roles = Object.entries(Resources).filter(
      ([id, { Type }]) => id.startsWith("Auth0") && Type.startsWith("AWS::IAM::"),
    );
    expect(roles).toEqual([]);
  });

  test("has our own otherwise, and no reserved concurrency", () => {
    const { FunctionName, Role, ReservedConcurrentExecutions, ...others } = getFunction("Plain");
    expect([FunctionName, ReservedConcurrentExecutions]).toEqual([undefined, undefined]);
    expect(JSON.stringify(Role)).toContain("Auth0Role");
    expect(others).toMatchObject({ Architectures: ["arm64"], MemorySize: 512, Timeout: 8 });
  });
});

describe("answers", () => {
  test("are kept for five minutes by the token alone, unless told otherwise", () => {
    expect(getCaching("Plain")).toEqual([
      [300, "method.request.header.Authorization"],
      [300, ["$request.header.Authorization"]],
    ]);
  });

  test("are kept for as long, and by what, they are told", () => {
    expect(getCaching("Cached")).toEqual([
      [60, "method.request.header.Authorization,method.request.header.X-Tenant,context.path"],
      [60, ["$request.header.Authorization", "$request.header.X-Tenant", "$context.routeKey"]],
    ]);
  });

  test("that are simple are kept for a minute, because nothing ends them before", () => {
    expect(getCaching("Simple")).toEqual([[60, ["$request.header.Authorization"]]]);
    const [authorizer] = getResources(read("Simple"), ...AUTHORIZERS);
    expect(authorizer?.properties).toMatchObject({
      EnableSimpleResponses: true,
      AuthorizerPayloadFormatVersion: "2.0",
    });
  });

  test("of an HTTP API come by payload 2.0, as those of the plugin do", () => {
    const [, http] = getResources(read("Plain"), ...AUTHORIZERS);
    expect(http?.properties).toMatchObject({ AuthorizerPayloadFormatVersion: "2.0" });
  });
});

test("a WebSocket's token may come in another parameter, which the function is told", () => {
  expect(getCaching("Chat")).toEqual([[undefined, ["route.request.querystring.token"]]]);
  expect(getFunction("Chat")["Environment"]).toMatchObject({
    Variables: { AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER: "token" },
  });
  const { Variables } = getFunction("Plain")["Environment"] as { Variables: object };
  expect(Variables).not.toHaveProperty("AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER");
});

test("gateway responses name the origin that asked, and allow its cookies, for several origins", () => {
  const responses = getResources(read("Cached"), "AWS::ApiGateway::GatewayResponse");
  expect(responses).toHaveLength(4);
  for (const { properties } of responses)
    expect(properties["ResponseParameters"]).toMatchObject({
      "gatewayresponse.header.Access-Control-Allow-Origin": "method.request.header.Origin",
      "gatewayresponse.header.Access-Control-Allow-Credentials": "'true'",
      "gatewayresponse.header.Vary": "'Origin'",
    });
  expect(errors["credentials for every origin"]).toContain("corsCredentials needs corsOrigin");
});

describe("a REST API of another stack", () => {
  test("is guarded without a cycle between the stacks, and so is that of a third", () => {
    expect(errors["two stacks with a REST API each"]).toBe("");
    for (const stack of ["Orders", "Billing"]) {
      const [authorizer, ...others] = getResources(read(stack), ...AUTHORIZERS);
      expect(others).toEqual([]);
      expect(JSON.stringify(authorizer?.properties["AuthorizerUri"])).toMatch(/"Fn::ImportValue":"Guard:/);
      const [method] = getResources(read(stack), "AWS::ApiGateway::Method");
      expect(method?.properties).toMatchObject({
        AuthorizationType: "CUSTOM",
        AuthorizerId: { Ref: authorizer?.name },
      });
    }
    expect(JSON.stringify(read("Guard"))).not.toContain("Fn::ImportValue");
  });

  test("has the permission to call the function in its own stack, for itself alone", () => {
    for (const stack of ["Orders", "Billing"]) {
      const permissions = getResources(read(stack), "AWS::Lambda::Permission").filter(({ properties }) =>
        JSON.stringify(properties["FunctionName"]).includes("Guard:"),
      );
      expect(permissions).toHaveLength(1);
      expect(JSON.stringify(permissions[0]?.properties["SourceArn"])).toMatch(/\{"Ref":"Rest\w+"\}/);
    }
    expect(getResources(read("Guard"), "AWS::Lambda::Permission")).toEqual([]);
  });

  test("has no route that is open, only what the other stack knows is not checked", () => {
    const findings = lintTemplate(read("Orders"));
    expect([...new Set(findings.map(({ rule }) => rule))]).toEqual(["value-at-deployment"]);
  });
});
