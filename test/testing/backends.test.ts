import { describe, expect, it, test } from "@jest/globals";
import { awslambda, httpApi, restApi, type Lambda, type ResponseStream } from "../../src/testing/index.ts";
import { answering, BEARER, ok, policy, recorder, throwing } from "./lambdas.ts";

const CHALLENGE = 'Bearer error="insufficient_scope"';
const challenging = answering({ statusCode: 401, headers: { "WWW-Authenticate": CHALLENGE } });
const authorizer = answering(policy("Allow", { context: { tenant: "acme", sub: "auth0|alice" } }));

describe("a REST API renames headers of a Lambda's response", () => {
  it("WWW-Authenticate among them, which an MCP client would look for", async () => {
    const api = restApi({ type: "request", authorizer, routes: { "GET /a": challenging } });
    const { status, headers } = await api.fetch("/a", BEARER);
    expect([status, headers.get("www-authenticate")]).toEqual([401, null]);
    expect(headers.get("x-amzn-remapped-www-authenticate")).toBe(CHALLENGE);
  });

  it("on open routes too", async () => {
    const api = restApi({ type: "request", authorizer, routes: {}, openRoutes: { "GET /a": challenging } });
    expect((await api.fetch("/a")).headers.get("x-amzn-remapped-www-authenticate")).toBe(CHALLENGE);
  });

  it("and leaves alone those of a gateway response", async () => {
    const gatewayResponses = [
      {
        ResponseType: "UNAUTHORIZED",
        ResponseParameters: { "gatewayresponse.header.WWW-Authenticate": "'Bearer'" },
      },
    ];
    const api = restApi({ type: "request", authorizer, routes: { "GET /a": ok() }, gatewayResponses });
    expect((await api.fetch("/a")).headers.get("www-authenticate")).toBe("Bearer");
  });

  it("and leaves alone every other header", async () => {
    const backend = answering({ statusCode: 200, headers: { "X-Own": "1", "Cache-Control": "no-store" } });
    const api = restApi({ type: "request", authorizer, routes: { "GET /a": backend } });
    const { headers } = await api.fetch("/a", BEARER);
    expect([headers.get("x-own"), headers.get("cache-control")]).toEqual(["1", "no-store"]);
  });
});

describe("a streaming backend of a REST API", () => {
  const streaming = (handler: (event: object, stream: ResponseStream) => unknown): Lambda =>
    awslambda.streamifyResponse(handler);
  const fetchFrom = (lambda: Lambda) =>
    restApi({ type: "request", authorizer, routes: { "GET /a": lambda } }).fetch("/a", BEARER);

  it("answers with status and headers before its last part is there", async () => {
    let finish: () => void = () => undefined;
    const response = await fetchFrom(
      streaming((_, stream) => {
        const headers = { "Content-Type": "text/event-stream", "WWW-Authenticate": "Bearer" };
        const body = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers });
        body.write("data: 1\n\n");
        finish = () => void body.end("data: 2\n\n");
      }),
    );
    expect([response.status, response.headers.get("content-type")]).toEqual([201, "text/event-stream"]);
    expect(response.headers.get("x-amzn-remapped-www-authenticate")).toBe("Bearer");
    finish();
    expect(await response.text()).toBe("data: 1\n\ndata: 2\n\n");
  });

  it("gets the same event as any other, with the authorizer's context", async () => {
    const events: object[] = [];
    await fetchFrom(
      streaming((event, stream) => {
        events.push(event);
        awslambda.HttpResponseStream.from(stream, {}).end("ok");
      }),
    );
    expect(events).toMatchObject([{ requestContext: { authorizer: { sub: "auth0|alice" } } }]);
  });

  it("is not asked where the authorizer denies", async () => {
    const events: object[] = [];
    const backend = streaming((event) => events.push(event));
    const routes = { "GET /a": backend };
    const api = restApi({ type: "request", authorizer: answering(policy("Deny")), routes });
    expect([(await api.fetch("/a", BEARER)).status, events]).toEqual([403, []]);
  });

  it.each<[string, (event: object, stream: ResponseStream) => unknown]>([
    ["writes no metadata", (_, stream) => void stream.end("ok")],
    ["writes metadata that cannot be read", (_, stream) => void stream.end(`{${"\0".repeat(8)}`)],
    ["throws before it writes", () => Promise.reject(new Error("broken"))],
    ["writes nothing", (_, stream) => void stream.end()],
  ])("that %s is a 502", async (_, handler) => {
    expect((await fetchFrom(streaming(handler))).status).toBe(502);
  });

  it("that throws in the middle ends the body with an error", async () => {
    const response = await fetchFrom(
      streaming((_, stream) => {
        awslambda.HttpResponseStream.from(stream, {}).write("half");
        setImmediate(() => stream.destroy(new Error("broken")));
      }),
    );
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it("is refused on an HTTP API, which cannot stream", () => {
    expect(() => httpApi({ authorizer, routes: { "GET /a": streaming(() => undefined) } })).toThrow("stream");
  });
});

describe("mappings of a Lambda proxy", () => {
  const header = (name: string) => `integration.request.header.${name}`;
  const tenants: unknown[] = [];
  const lambda: Lambda = (_: unknown, context: { tenantId?: string }) => {
    tenants.push(context.tenantId);
    return { statusCode: 200 };
  };
  const call = async (
    requestParameters: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
    context: object = { tenant: "acme" },
  ) => {
    tenants.length = 0;
    const proxy = { lambda, requestParameters, tenantIsolation: true };
    const answered = answering(policy("Allow", { context }));
    const api = restApi({ type: "request", authorizer: answered, routes: { "GET /a": proxy } });
    const { status } = await api.fetch("/a", { headers: { ...BEARER.headers, ...headers } });
    return [status, ...tenants];
  };

  test("change nothing in the event: a header that the client sends is the client's", async () => {
    const backend = ok();
    const requestParameters = { [header("X-User")]: "context.authorizer.sub" };
    const proxy = { lambda: backend, requestParameters };
    const api = restApi({ type: "request", authorizer, routes: { "GET /a": proxy } });
    await api.fetch("/a", { headers: { ...BEARER.headers, "X-User": "mallory" } });
    await api.fetch("/a", BEARER);
    expect(backend.events.map((event) => (event["headers"] as Record<string, string>)["X-User"])).toEqual([
      "mallory",
      undefined,
    ]);
    expect(backend.events[0]).toMatchObject({ requestContext: { authorizer: { sub: "auth0|alice" } } });
  });

  test("select the tenant of the function from the identity, whatever the client sends", async () => {
    const verified = { [header("X-Amz-Tenant-Id")]: "context.authorizer.tenant" };
    expect(await call(verified)).toEqual([200, "acme"]);
    expect(await call(verified, { "X-Amz-Tenant-Id": "victim" })).toEqual([200, "acme"]);
  });

  test("that copy the client's header let the caller choose the tenant: a trap", async () => {
    const copied = { [header("X-Amz-Tenant-Id")]: "method.request.header.X-Amz-Tenant-Id" };
    expect(await call(copied, { "X-Amz-Tenant-Id": "victim" })).toEqual([200, "victim"]);
  });

  test("without a tenant do not reach a function with tenant isolation", async () => {
    const verified = { [header("X-Amz-Tenant-Id")]: "context.authorizer.tenant" };
    for (const context of [{}, { tenant: "" }]) {
      expect(await call(verified, { "X-Amz-Tenant-Id": "victim" }, context)).toEqual([502]);
    }
    expect(await call({}, { "X-Amz-Tenant-Id": "victim" })).toEqual([502]);
  });

  test.each(["Authorization", "Content-Length", "TE"])("to %s fail every request", async (name) => {
    expect(await call({ [header(name)]: "'a'", [header("X-Amz-Tenant-Id")]: "'acme'" })).toEqual([502]);
  });

  test("are for REST APIs", () => {
    const routes = { "GET /a": { lambda: ok(), requestParameters: {} } };
    expect(() => httpApi({ authorizer, routes })).toThrow("REST");
  });
});

describe("usage plans by `usageIdentifierKey`", () => {
  const KEY = "k".repeat(20);
  const keyed = (usageIdentifierKey: unknown) => {
    const backend = ok();
    const api = restApi({
      type: "request",
      authorizer: answering(policy("Allow", { usageIdentifierKey })),
      routes: { "GET /a": backend },
      apiKeys: [KEY, "K".repeat(128)],
    });
    return { backend, api };
  };

  it("let a key of the plan through, and tell the backend", async () => {
    const { backend, api } = keyed(KEY);
    expect((await api.fetch("/a", BEARER)).status).toBe(200);
    expect(backend.events[0]).toMatchObject({ requestContext: { identity: { apiKey: KEY } } });
  });

  it.each([
    ["unknown", "x".repeat(20)],
    ["too short", "k".repeat(19)],
    ["absent", undefined],
    ["null", null],
  ])("refuse a key that is %s, even beside a good one in the header", async (_, key) => {
    const { backend, api } = keyed(key);
    const response = await api.fetch("/a", { headers: { ...BEARER.headers, "x-api-key": KEY } });
    expect([response.status, await response.json()]).toEqual([403, { message: "Forbidden" }]);
    expect(response.headers.get("x-amzn-errortype")).toBe("ForbiddenException");
    expect(backend.events).toEqual([]);
  });

  it("cache the key with the answer", async () => {
    let key = KEY;
    const lambda = recorder(() => policy("Allow", { usageIdentifierKey: key }));
    const api = restApi({ type: "request", authorizer: lambda, routes: { "GET /a": ok() }, apiKeys: [KEY] });
    expect((await api.fetch("/a", BEARER)).status).toBe(200);
    key = "wrong";
    expect((await api.fetch("/a", BEARER)).status).toBe(200);
  });

  it("do not count where the API does not take its keys from the authorizer", async () => {
    const lambda = answering(policy("Allow", { usageIdentifierKey: "any" }));
    const api = restApi({ type: "request", authorizer: lambda, routes: { "GET /a": ok() } });
    expect((await api.fetch("/a", BEARER)).status).toBe(200);
  });

  it.each(["k".repeat(19), "k".repeat(129), "has-a-dash-and-is-long-enough"])(
    "cannot have the key %s",
    (key) => {
      const create = () => restApi({ type: "request", authorizer, routes: {}, apiKeys: [key] });
      expect(create).toThrow("20 to 128");
    },
  );
});

test("a backend that fails is still the gateway's error", async () => {
  const api = restApi({ type: "request", authorizer, routes: { "GET /a": throwing("broken") } });
  expect((await api.fetch("/a", BEARER)).status).toBe(502);
});
