import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { lintTemplate } from "../../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../../src/deploy/lint/cloudformation.ts";
import { readZip } from "../../../src/deploy/package/read-zip.ts";
import { bearerEvent } from "../../../src/testing/events.ts";
import { startFakeTenant, type FakeTenant } from "../../../src/testing/tenant.ts";
import { createConsumer, type Consumer } from "../../examples/consumer.ts";
import { packNpmPackage } from "../../tools/npm-package.ts";
import { SECTION } from "./section.ts";

const COUNT = 60;
const numbers = Array.from({ length: COUNT }, (_, index) => index + 1);

let consumer: Consumer;
beforeAll(async () => (consumer = await createConsumer("plugin", await packNpmPackage())));
afterAll(() => consumer.remove());

interface ServiceParts {
  readonly options?: readonly string[];
  readonly provider?: string;
  readonly events: readonly string[];
}

async function packageWith({ options = [], provider = "", events }: ServiceParts): Promise<Template> {
  const lines = [
    "service: shop",
    "plugins: [auth0-api-gateway-authorizer/serverless]",
    ...SECTION,
    ...options.map((line) => `    ${line}`),
    `provider: { name: aws, runtime: nodejs24.x${provider} }`,
    "functions:",
    "  orders:",
    "    handler: hello.handler",
    "    events:",
    ...events.map((event) => `      - ${event}`),
    'package: { patterns: ["!**", hello.mjs] }',
  ];
  writeFileSync(join(consumer.folder, "serverless.yml"), `${lines.join("\n")}\n`);
  return consumer.package();
}

/** What a service of sixty routes needs: each has its own permission, but for the last, where any user may call. */
const httpRoutes = numbers.map((number) => {
  const permissions = number === COUNT ? "" : `, permissions: "read:collection-${number}"`;
  return `httpApi: { path: "/collections/${number}/items/{id}", method: get, authorizer: auth0${permissions} }`;
});
const restRoutes = numbers.map((number) => {
  const permissions = number === COUNT ? "" : `, permissions: ["read:collection-${number}"]`;
  return `http: { path: "collections/${number}/items/{id}", method: get, authorizer: auth0${permissions} }`;
});

/** The files in the authorizer's zip. */
function packaged(): ReadonlyMap<string, string> {
  const zip = readFileSync(join(consumer.folder, ".serverless/auth0.zip"));
  return new Map(readZip(zip).map(({ name, content }) => [name, content.toString()]));
}

function packagedRoutes(): unknown {
  return JSON.parse(packaged().get("routes.json") ?? "null");
}

/** Lambda's limit for all variables of a function together, of names and values. */
const ENVIRONMENT_LIMIT = 4096;
/** Lambda's limit for a function's resource policy, with what it writes for each permission. */
const POLICY_LIMIT = 20_480;

/** How large a function's resource policy becomes: a statement for each permission, with names of usual length. */
function policySize(template: Template, functionId: string): number {
  const account = "123456789012";
  const statements = getResources(template, "AWS::Lambda::Permission")
    .filter(({ properties }) => JSON.stringify(properties["FunctionName"]).includes(`"${functionId}"`))
    .map(({ name, properties }) => ({
      Sid: `shop-prod-${name}-1A2B3C4D5E6F`,
      Effect: "Allow",
      Principal: { Service: properties["Principal"] },
      Action: properties["Action"],
      Resource: `arn:aws:lambda:eu-central-1:${account}:function:shop-prod-${functionId}`,
      Condition: {
        ArnLike: {
          "AWS:SourceArn": `arn:aws:execute-api:eu-central-1:${account}:abcdefghij/${"*".padEnd(64)}`,
        },
      },
    }));
  expect(statements.length).toBeGreaterThan(0);
  return JSON.stringify({ Version: "2012-10-17", Id: "default", Statement: statements }).length;
}

describe.each([
  ["a REST API", restRoutes],
  ["an HTTP API", httpRoutes],
])("sixty routes of %s, each with its permissions where it stands", (_, events) => {
  let template: Template;
  beforeAll(async () => {
    template = await packageWith({ events, options: ["gatewayResponses: true"] });
  });

  test("are all packaged, those without permissions too", () => {
    const expected = numbers.map((number) => [
      `GET /collections/${number}/items/{id}`,
      number === COUNT ? [] : [`read:collection-${number}`],
    ]);
    expect(packagedRoutes()).toEqual(Object.fromEntries(expected));
  });

  test("stay within Lambda's limits", () => {
    const { Environment } = template.Resources["Auth0LambdaFunction"]?.Properties as {
      Environment: { Variables: Record<string, string> };
    };
    const size = Object.entries(Environment.Variables).reduce(
      (sum, [name, value]) => sum + name.length + value.length,
      0,
    );
    expect(size).toBeLessThan(ENVIRONMENT_LIMIT / 4);
    for (const id of ["Auth0LambdaFunction", "OrdersLambdaFunction"])
      expect(policySize(template, id)).toBeLessThan(POLICY_LIMIT / 4);
  });

  test("have no mistake by our rules", () => {
    const readFile = (): Buffer => readFileSync(join(consumer.folder, ".serverless/auth0.zip"));
    expect(lintTemplate(template, { readFile })).toEqual([]);
  });
});

describe("the artifact of the sixty routes of the HTTP API", () => {
  type Handler = (
    event: unknown,
  ) => Promise<{ policyDocument: { Statement: { Effect: string }[] }; context?: unknown }>;
  const folder = mkdtempSync(join(tmpdir(), "artifact-"));
  const environment = { ...process.env };
  let tenant: FakeTenant;
  let handler: Handler;
  beforeAll(async () => {
    for (const [name, content] of packaged()) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    tenant = await startFakeTenant();
    Object.assign(process.env, {
      AUTH0_DOMAIN: tenant.issuer,
      AUTH0_AUDIENCES: tenant.settings.audiences.join(),
      AUTHORIZER_EMAIL_POLICY: "optional",
      AUTHORIZER_LOG_LEVEL: "silent",
    });
    ({ handler } = createRequire(import.meta.url)(join(folder, "authorizer.cjs")) as { handler: Handler });
  });
  afterAll(async () => {
    process.env = environment;
    rmSync(folder, { recursive: true });
    await tenant.close();
  });

  async function call(route: string, permissions: readonly string[]): Promise<unknown> {
    const token = tenant.accessToken({ claims: { permissions } });
    const identitySources = ["$request.header.Authorization", "$context.routeKey"];
    const path = route.replace(/^\w+ /, "").replace("{id}", "7");
    const event = { ...bearerEvent("http-2.0", token, { identitySources }), routeKey: route, rawPath: path };
    const answer = await handler({ ...event, identitySource: [`Bearer ${token}`, route] });
    const [{ Effect } = { Effect: "none" }] = answer.policyDocument.Statement;
    return Effect === "Allow" ? "allow" : answer.context;
  }

  test("answers for the first and for the last, and denies without their permissions", async () => {
    expect(await call("GET /collections/1/items/{id}", ["read:collection-1"])).toBe("allow");
    expect(await call("GET /collections/1/items/{id}", ["read:collection-2"])).toMatchObject({
      reason: "permission_missing",
    });
    expect(await call("GET /collections/59/items/{id}", ["read:collection-59"])).toBe("allow");
    expect(await call("GET /collections/60/items/{id}", [])).toBe("allow");
  });

  test.each([
    "GET /collections/61/items/{id}",
    "POST /collections/1/items/{id}",
    "GET /collections/1/items",
    "$default",
  ])("denies %s, which is not in it", async (route) => {
    const all = numbers.map((number) => `read:collection-${number}`);
    expect(await call(route, all)).toMatchObject({ reason: "route_not_listed" });
  });
});

describe("what events say", () => {
  const ONE = `httpApi: { path: "/orders", method: get, authorizer: auth0, permissions: "read:orders, list:orders" }`;

  test("names routes as API Gateway does", async () => {
    const template = await packageWith({
      events: [
        ONE,
        `httpApi: { path: "*", authorizer: { name: auth0 } }`,
        `httpApi: { path: "/any/{proxy+}", method: "*", authorizer: { name: auth0 } }`,
        `http: { path: /rest/, method: ANY, authorizer: auth0, permissions: [admin] }`,
        `http: { path: /, method: get, authorizer: { name: auth0 } }`,
        `websocket: { route: $connect, authorizer: auth0 }`,
        `websocket: { route: $default }`,
      ],
    });
    expect(packagedRoutes()).toEqual({
      "GET /orders": ["read:orders", "list:orders"],
      $default: [],
      "ANY /any/{proxy+}": [],
      "ANY /rest": ["admin"],
      "GET /": [],
      $connect: [],
    });
    const sources = getResources(template, "AWS::ApiGatewayV2::Authorizer").map(
      ({ properties }) => properties["IdentitySource"],
    );
    expect(sources).toContainEqual(["$request.header.Authorization", "$context.routeKey"]);
    expect(template.Resources["Auth0ApiGatewayAuthorizer"]?.Properties).toMatchObject({
      Type: "REQUEST",
      AuthorizerResultTtlInSeconds: 0,
    });
  });

  test("holds with an HTTP API of another stack", async () => {
    const template = await packageWith({ events: [ONE], provider: ', httpApi: { id: "abcdefghij" }' });
    expect(packagedRoutes()).toEqual({ "GET /orders": ["read:orders", "list:orders"] });
    const [authorizer] = getResources(template, "AWS::ApiGatewayV2::Authorizer");
    expect(authorizer?.properties["IdentitySource"]).toContain("$context.routeKey");
  });

  test("is refused with a TOKEN authorizer, and before that what cannot be checked", async () => {
    const token =
      "http: { path: a, method: get, authorizer: { name: auth0, type: token }, permissions: admin }";
    await expect(packageWith({ events: [token] })).rejects.toMatchObject({
      stdout: expect.stringContaining("route-not-told: Auth0ApiGatewayAuthorizer: it is of the type TOKEN"),
    });
    const open = "httpApi: { path: /a, method: get, permissions: admin }";
    await expect(packageWith({ events: [open] })).rejects.toMatchObject({
      stdout: expect.stringContaining(
        "functions.orders: GET /a has permissions, and no authorizer of the plugin",
      ),
    });
  });
});
