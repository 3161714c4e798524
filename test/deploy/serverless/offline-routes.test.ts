import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createAuthorizer } from "../../../src/authorizer/create-authorizer.ts";
import type { FunctionEvent, Serverless } from "../../../src/deploy/serverless/framework-types.ts";
import { adaptToOffline } from "../../../src/deploy/serverless/offline-handler.ts";
import {
  findOfflineRoutes,
  findOpenRoutes,
  type OfflineRoute,
} from "../../../src/deploy/serverless/offline-routes.ts";
import { startFakeTenant, type FakeTenant } from "../../../src/testing/tenant.ts";

function service(
  events: readonly FunctionEvent[],
  offline: object = {},
  options: object = {},
  stage = "local",
): Serverless {
  return {
    service: {
      functions: { orders: { events } },
      custom: { "serverless-offline": offline },
      provider: { stage },
    },
    processedInput: { commands: ["offline"], options },
    getProvider: () => ({ getStage: () => "local" }),
  } as unknown as Serverless;
}

const http = (method: string, path: string): FunctionEvent => ({
  httpApi: { method, path, authorizer: { name: "auth0" } },
});
const rest = (method: string, path: string): FunctionEvent => ({
  http: { method, path, authorizer: { name: "auth0" } },
});

const EVENTS = [
  http("get", "/orders/{id}"),
  http("*", "/any/{proxy+}"),
  http("*", "*"),
  rest("get", "orders/{id}"),
  rest("any", "/any/{proxy+}/"),
  rest("get", "/"),
];

describe("serverless-offline names routes", () => {
  const paths = (routes: readonly OfflineRoute[]): string[] =>
    routes.map(({ api, method, path, route }) => `${api}: ${method} ${path} is ${route}`);

  test("by the paths that its server uses", () => {
    expect(paths(findOfflineRoutes(service(EVENTS), "auth0"))).toEqual([
      "http: GET /orders/{id} is GET /orders/{id}",
      "http: ANY /any/{proxy*} is ANY /any/{proxy+}",
      "http: ANY /{default*} is $default",
      "rest: GET /orders/{id} is GET /orders/{id}",
      "rest: ANY /any/{proxy*} is ANY /any/{proxy+}",
      "rest: GET  is GET /",
    ]);
    expect(findOfflineRoutes(service(EVENTS), "admin")).toEqual([]);
  });

  test.each<[string, FunctionEvent, object, object, string, string?]>([
    ["a prefix of the file", rest("get", "/a"), { prefix: "v1" }, {}, "rest: GET /v1/local/a is GET /a"],
    [
      "a prefix of the shell",
      http("get", "/a"),
      { prefix: "v1" },
      { prefix: "v2" },
      "http: GET /v2/a is GET /a",
    ],
    ["no stage", rest("get", "/a"), { noPrependStageInUrl: true }, {}, "rest: GET /a is GET /a"],
    [
      "a path that begins as the stage",
      http("get", "/localities"),
      {},
      {},
      "http: GET ities is GET /localities",
    ],
    ["a stage of the shell", rest("get", "/a"), {}, {}, "rest: GET /local/a is GET /a", "dev"],
  ])("with %s", (_, event, offline, options, expected, stage = "local") => {
    const serverless = service([event], offline, options, stage);
    expect(paths(findOfflineRoutes(serverless, "auth0"))).toEqual([expected]);
  });
});

describe("the authorizer under serverless-offline decides by the route", () => {
  const RULES = {
    "GET /orders/{id}": ["read:orders"],
    "ANY /any/{proxy+}": ["admin"],
    "GET /orders": [],
    $default: [],
    "GET /": ["home"],
  };
  let tenant: FakeTenant;
  beforeAll(async () => (tenant = await startFakeTenant()));
  afterAll(() => tenant.close());

  const ARN = "arn:aws:execute-api:eu-west-1:account:api/local/";

  /** An event as serverless-offline 14 sends it. */
  function toEvent(api: string, sent: string, authorization: string): object {
    const [method = "", path = ""] = sent.split(" ");
    const headers = { Authorization: authorization };
    const common = { headers, type: "REQUEST", queryStringParameters: null };
    const context = { accountId: "account", apiId: "api", stage: "local" };
    if (api === "http")
      return {
        ...{ ...common, version: "2.0", routeKey: sent, routeArn: `${ARN}${method}${path}` },
        identitySource: [authorization],
        requestContext: { ...context, routeKey: sent, http: { method, path } },
      };
    return {
      ...{ ...common, version: "1.0", methodArn: `${ARN}${method}${path}`, identitySource: authorization },
      requestContext: { ...context, httpMethod: method, resourcePath: path },
    };
  }

  interface Answer {
    readonly policyDocument: { readonly Statement: readonly { Effect: string; Resource: string }[] };
    readonly context: { readonly reason?: string };
  }

  async function ask(
    api: string,
    sent: string,
    permissions: readonly string[],
    events = EVENTS,
  ): Promise<Answer> {
    const authorize = createAuthorizer({
      ...tenant.settings,
      emailPolicy: "optional",
      policyEndsWithToken: false,
      routePermissions: RULES,
      logLevel: "silent",
    });
    const routes = findOfflineRoutes(service(events), "auth0");
    const adapted = adaptToOffline((event) => authorize(event), routes);
    const token = tenant.accessToken({ claims: { permissions } });
    return (await adapted(toEvent(api, sent, `Bearer ${token}`))) as Answer;
  }

  test.each([
    ["http", "GET /orders/{id}", "read:orders"],
    ["http", "GET /any/{proxy*}", "admin"],
    ["http", "DELETE /any/{proxy*}", "admin"],
    ["rest", "GET /orders/{id}", "read:orders"],
    ["rest", "DELETE /any/{proxy*}", "admin"],
    ["rest", "GET ", "home"],
  ])("%s %s needs %s", async (api, sent, permission) => {
    const allowed = await ask(api, sent, [permission]);
    const [statement] = allowed.policyDocument.Statement;
    expect(statement?.Effect).toBe("Allow");
    // serverless-offline compares with the ARN that it sent; a wildcard of the stage holds there too.
    const [method = "", path = ""] = sent.split(" ");
    expect([`${ARN}${method}${path}`, `${ARN}*`]).toContain(statement?.Resource);
    const denied = await ask(api, sent, ["other"]);
    expect(denied.policyDocument.Statement[0]?.Effect).toBe("Deny");
    expect(denied.context.reason).toBe("permission_missing");
  });

  test("every other path and method of an HTTP API is $default", async () => {
    expect((await ask("http", "POST /{default*}", [])).policyDocument.Statement[0]?.Effect).toBe("Allow");
  });

  test.each([
    ["http", "POST /orders/{id}"],
    ["rest", "POST /orders/{id}"],
    ["http", "GET /unknown"],
    ["rest", "GET /unknown"],
  ])("%s %s is denied, because the authorizer does not guard it", async (api, sent) => {
    expect((await ask(api, sent, ["read:orders", "admin"])).context.reason).toBe("route_not_listed");
  });

  test("a route that could be one of two is denied: serverless-offline takes the stage off paths", async () => {
    const one = http("get", "/orders");
    expect((await ask("http", "GET /orders", [], [one])).policyDocument.Statement[0]?.Effect).toBe("Allow");
    const both = [one, http("get", "/local/orders")];
    expect((await ask("http", "GET /orders", [], both)).context.reason).toBe("route_not_listed");
  });

  test("other events pass as they are", async () => {
    const adapted = adaptToOffline((event) => Promise.resolve(event), []);
    const connect = {
      type: "REQUEST",
      methodArn: `${ARN}$connect`,
      requestContext: { eventType: "CONNECT" },
    };
    expect(await adapted(connect)).toBe(connect);
    expect(await adapted(undefined)).toBeUndefined();
  });
});

describe("open routes", () => {
  const open = (events: readonly FunctionEvent[], publicRoutes: readonly string[] = []): readonly string[] =>
    findOpenRoutes(service(events).service, publicRoutes);

  test.each<[string, FunctionEvent, string[]]>([
    ["an HTTP route", { httpApi: { method: "get", path: "/a" } }, ["GET /a"]],
    ["an HTTP route in short", { httpApi: "GET /a" }, ["GET /a"]],
    ["every HTTP route in short", { httpApi: "*" }, ["$default"]],
    ["a method", { http: { method: "get", path: "a/" } }, ["GET /a"]],
    ["a method in short", { http: "get a" }, ["GET /a"]],
    ["a connection", { websocket: { route: "$connect" } }, ["$connect"]],
    ["a connection in short", { websocket: "$connect" }, ["$connect"]],
    ["messages alone, with which anyone may connect", { websocket: "$default" }, ["$connect"]],
    ["a guarded route", http("get", "/a"), []],
    [
      "a route of AWS's own guard",
      { httpApi: { method: "get", path: "/a", authorizer: { type: "aws_iam" } } },
      [],
    ],
    ["a method with an API key", { http: { method: "get", path: "a", private: true } }, []],
    ["a preflight", { httpApi: { method: "options", path: "/{proxy+}" } }, []],
  ])("%s", (_, event, expected) => {
    expect(open([event])).toEqual(expected);
    expect(open([event], expected)).toEqual([]);
  });
});
