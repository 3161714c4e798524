import { describe, expect, it } from "@jest/globals";
import { httpApi, restApi, webSocketApi } from "../../src/testing/index.ts";
import { answering, BEARER, ok, policy, type Recorder } from "./lambdas.ts";

const TOKEN = { REST: "method.request.header.Authorization", HTTP: "$request.header.Authorization" };
const routes = (): Record<string, Recorder> => ({
  "ANY /orders/{id}": ok(),
  "GET /orders/{id}": ok(),
  "GET /users": ok(),
});

type Calls = readonly (readonly [method: string, target: string])[];
const CALLS: Calls = [
  ["GET", "/orders/1"],
  ["GET", "/orders/1"],
  ["GET", "/orders/2"],
  ["POST", "/orders/1"],
  ["GET", "/users"],
];

/** Which of the calls asked the authorizer, rather than its cache. */
async function asked(kind: "REST" | "HTTP", sources: readonly string[]): Promise<readonly number[]> {
  const authorizer = answering(policy());
  const options = {
    authorizer,
    routes: routes(),
    identitySources: [TOKEN[kind], ...sources],
    ttlSeconds: 300,
    stageVariables: { audience: "https://api.example.com/" },
    clock: () => 0,
  };
  const api = kind === "REST" ? restApi({ ...options, type: "request" }) : httpApi(options);
  const counts: number[] = [];
  for (const [method, target] of CALLS) {
    const before = authorizer.events.length;
    expect((await api.fetch(target, { ...BEARER, method })).status).toBe(200);
    counts.push(authorizer.events.length - before);
  }
  return counts;
}

describe("an answer is cached under what the identity sources hold", () => {
  it.each([
    ["REST", [], [1, 0, 0, 0, 0]],
    ["REST", ["context.httpMethod"], [1, 0, 0, 1, 0]],
    ["REST", ["context.path"], [1, 0, 1, 0, 1]],
    ["REST", ["context.httpMethod", "context.path"], [1, 0, 1, 1, 1]],
    ["REST", ["context.resourcePath"], [1, 0, 0, 0, 1]],
    ["REST", ["stageVariables.audience"], [1, 0, 0, 0, 0]],
    ["HTTP", [], [1, 0, 0, 0, 0]],
    ["HTTP", ["$context.routeKey"], [1, 0, 0, 1, 1]],
    ["HTTP", ["$context.httpMethod", "$context.path"], [1, 0, 1, 1, 1]],
    ["HTTP", ["$stageVariables.audience"], [1, 0, 0, 0, 0]],
  ] as const)("%s, token and %j", async (kind, sources, counts) => {
    expect(await asked(kind, sources)).toEqual(counts);
  });

  it.each([
    ["REST", ["stageVariables.absent"]],
    ["HTTP", ["$stageVariables.absent"]],
  ] as const)("and a stage variable that is not set is missing: %s", async (kind, sources) => {
    await expect(asked(kind, sources)).rejects.toThrow("401");
  });
});

describe("payload 1.0 joins its sources by commas", () => {
  const identitySources = [TOKEN.HTTP, "$context.routeKey"];
  const token = (value: string) => ({ headers: { Authorization: value } });

  it("so that a header can read like two of them", async () => {
    const authorizer = answering(policy());
    const api = httpApi({ authorizer, authorizerPayload: "1.0", identitySources, routes: routes() });
    await api.fetch("/users", token("a"));
    await api.fetch("/orders/1", token("a,GET /users"));
    expect(authorizer.events.map((event) => event["identitySource"])).toEqual([
      "a,GET /users",
      "a,GET /users,GET /orders/{id}",
    ]);
  });

  it("and keeps their cache entries apart all the same", async () => {
    const authorizer = answering(policy());
    const sources = [TOKEN.HTTP, "$request.querystring.tenant"];
    const options = { authorizerPayload: "1.0", identitySources: sources, ttlSeconds: 60 } as const;
    const api = httpApi({ authorizer, routes: routes(), ...options });
    await api.fetch("/users?tenant=c", token("a,b"));
    await api.fetch("/users?tenant=b,c", token("a"));
    expect(authorizer.events).toHaveLength(2);
  });
});

describe("the stage's variables are in the events", () => {
  const stageVariables = { audience: "https://api.example.com/" };

  it.each(["1.0", "2.0"] as const)("of an HTTP API, payload %s", async (authorizerPayload) => {
    const [authorizer, behind] = [answering(policy()), ok()];
    const api = httpApi({ authorizer, authorizerPayload, routes: { "GET /a": behind }, stageVariables });
    await api.fetch("/a", BEARER);
    expect([...authorizer.events, ...behind.events]).toMatchObject([{ stageVariables }, { stageVariables }]);
  });

  it("of a REST API's REQUEST authorizer and its backend, and not of a TOKEN authorizer", async () => {
    for (const type of ["request", "token"] as const) {
      const [authorizer, behind] = [answering(policy()), ok()];
      await restApi({ type, authorizer, routes: { "GET /a": behind }, stageVariables }).fetch("/a", BEARER);
      expect(behind.events[0]).toMatchObject({ stageVariables });
      expect(authorizer.events[0]?.["stageVariables"]).toEqual(
        type === "request" ? stageVariables : undefined,
      );
    }
  });

  it.each([
    ["value", { audience: "auth0|alice" }, "its value"],
    ["value", { audience: "" }, "its value"],
    ["value", { audience: "a".repeat(513) }, "its value"],
    ["name", { "my-audience": "a" }, "its name"],
  ])("and a %s that AWS does not take is refused: %j", (_, variables, message) => {
    const options = { authorizer: ok(), routes: {}, stageVariables: variables };
    for (const create of [() => restApi({ ...options, type: "request" }), () => httpApi(options)]) {
      expect(create as () => unknown).toThrow(message);
    }
  });

  it("and one of 512 characters is taken", () => {
    const options = { authorizer: ok(), routes: {}, stageVariables: { audience: "a".repeat(512) } };
    expect(() => httpApi(options)).not.toThrow();
  });
});

describe("each gateway spells its identity sources in its own way", () => {
  const options = { authorizer: ok(), routes: {} };
  const creators = {
    token: (identitySources: string[]) => restApi({ ...options, type: "token", identitySources }),
    request: (identitySources: string[]) => restApi({ ...options, type: "request", identitySources }),
    http: (identitySources: string[]) => httpApi({ ...options, identitySources }),
    webSocket: (identitySources: string[]) => webSocketApi({ ...options, identitySources }),
  };

  it.each([
    ["token", ["method.request.header.Authorization"], undefined],
    ["token", ["method.request.querystring.token"], "a TOKEN authorizer"],
    ["token", [], "name identitySources"],
    ["token", ["method.request.header.a", "method.request.header.b"], "one identity source"],
    ["request", ["method.request.querystring.a", "context.httpMethod", "stageVariables.a"], undefined],
    ["request", ["$request.header.Authorization"], "a REST API"],
    ["request", ["$context.path"], "a REST API"],
    ["request", ["method.request.path.id"], "a REST API"],
    [
      "http",
      ["$request.header.a", "$request.querystring.a", "$context.path", "$stageVariables.a"],
      undefined,
    ],
    ["http", ["context.path"], "an HTTP API"],
    ["webSocket", ["route.request.header.a", "route.request.querystring.a", "stageVariables.a"], undefined],
    ["webSocket", ["$request.header.a"], "a WebSocket API"],
    ["webSocket", ["method.request.header.a"], "a WebSocket API"],
  ] as const)("%s: %j", (kind, sources, problem) => {
    const create = (): unknown => creators[kind]([...sources]);
    if (problem === undefined) expect(create).not.toThrow();
    else expect(create).toThrow(problem);
  });

  it("and a variable that this gateway does not know is an error, not a guess", async () => {
    const api = restApi({
      ...options,
      type: "request",
      identitySources: ["context.routeKey"],
      routes: routes(),
    });
    await expect(api.fetch("/users")).rejects.toThrow("context.routeKey");
  });
});
