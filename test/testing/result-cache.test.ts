import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { createAuthorizer, type Authorizer } from "../../src/authorizer/create-authorizer.ts";
import type { Settings } from "../../src/settings/settings.ts";
import {
  httpApi,
  restApi,
  startFakeTenant,
  type RoutedApi,
  type FakeTenant,
} from "../../src/testing/index.ts";
import { ok, recorder, type Recorder } from "./lambdas.ts";

const NOON = Date.UTC(2026, 10, 22, 12, 0, 0);
const TTL_SECONDS = 300;

let now = NOON;
const clock = (): number => now;
let tenant: FakeTenant;

beforeAll(async () => {
  tenant = await startFakeTenant({ clock });
});
beforeEach(() => {
  now = NOON;
});
afterAll(() => tenant.close());

/** The product, with its invocations counted. */
function authorizer(settings: Partial<Settings> = {}): Recorder {
  const handler: Authorizer = createAuthorizer(
    { ...tenant.settings, clockToleranceSeconds: 0, ...settings },
    { clock, write: () => undefined },
  );
  return recorder(handler);
}

async function statuses(api: RoutedApi, token: string, paths: readonly string[]): Promise<number[]> {
  const headers = { Authorization: `Bearer ${token}` };
  const all: number[] = [];
  for (const path of paths) all.push((await api.fetch(path, { headers })).status);
  return all;
}

const APIS = {
  "REST TOKEN": (lambda: Recorder) =>
    restApi({ type: "token", authorizer: lambda, routes: routes(), clock, ttlSeconds: TTL_SECONDS }),
  "REST REQUEST": (lambda: Recorder) =>
    restApi({ type: "request", authorizer: lambda, routes: routes(), clock, ttlSeconds: TTL_SECONDS }),
  "HTTP 1.0": (lambda: Recorder) =>
    httpApi({
      authorizerPayload: "1.0",
      authorizer: lambda,
      routes: routes(),
      clock,
      ttlSeconds: TTL_SECONDS,
    }),
  "HTTP 2.0": (lambda: Recorder) =>
    httpApi({ authorizer: lambda, routes: routes(), clock, ttlSeconds: TTL_SECONDS }),
};
const KINDS = Object.keys(APIS) as (keyof typeof APIS)[];

function routes(): Record<string, Recorder> {
  return { "GET /whoami": ok(), "GET /orders/{id}": ok() };
}

describe.each(KINDS)("the cache of %s", (kind) => {
  it("serves the caller's second route from the first one's policy", async () => {
    const lambda = authorizer();
    const api = APIS[kind](lambda);
    const paths = ["/whoami", "/orders/7", "/orders/*", "/orders/a:b"];
    expect(await statuses(api, tenant.idToken(), paths)).toEqual([200, 200, 200, 200]);
    expect(lambda.events).toHaveLength(1);
  });

  it("keeps a Deny for every route, and asks again when its time is over", async () => {
    const lambda = authorizer();
    const api = APIS[kind](lambda);
    const token = tenant.idToken({ user: { sub: "auth0|bob" } });
    expect(await statuses(api, token, ["/whoami", "/orders/7"])).toEqual([403, 403]);
    expect(lambda.events).toHaveLength(1);
    now += TTL_SECONDS * 1000;
    expect(await statuses(api, token, ["/whoami"])).toEqual([403]);
    expect(lambda.events).toHaveLength(2);
  });

  it("ends with the token, to the second, though the policy is still kept", async () => {
    const lambda = authorizer();
    const api = APIS[kind](lambda);
    const token = tenant.idToken({ claims: { exp: NOON / 1000 + 60 } });
    expect(await statuses(api, token, ["/whoami"])).toEqual([200]);
    now = NOON + 59_999;
    expect(await statuses(api, token, ["/whoami", "/orders/7"])).toEqual([200, 200]);
    now = NOON + 60_000;
    expect(await statuses(api, token, ["/whoami", "/orders/7"])).toEqual([403, 403]);
    expect(lambda.events).toHaveLength(1);
  });

  it("outlives the token where the policy does not end with it", async () => {
    const api = APIS[kind](authorizer({ policyEndsWithToken: false }));
    const token = tenant.idToken({ claims: { exp: NOON / 1000 + 60 } });
    expect(await statuses(api, token, ["/whoami"])).toEqual([200]);
    now = NOON + 120_000;
    expect(await statuses(api, token, ["/whoami"])).toEqual([200]);
  });

  it("keeps callers apart", async () => {
    const lambda = authorizer();
    const api = APIS[kind](lambda);
    await statuses(api, tenant.idToken(), ["/whoami"]);
    expect(await statuses(api, tenant.idToken({ user: { sub: "auth0|bob" } }), ["/whoami"])).toEqual([403]);
    expect(lambda.events).toHaveLength(2);
  });

  it("keeps no failure", async () => {
    const lambda = authorizer({ jwksStaleIfErrorSeconds: 0 });
    const api = APIS[kind](lambda);
    tenant.fail(503);
    const token = tenant.idToken();
    expect(await statuses(api, token, ["/whoami"])).toEqual([500]);
    tenant.fail();
    now += 60_000;
    expect(await statuses(api, token, ["/whoami"])).toEqual([200]);
  });
});

it("shares a simple answer with every route, and past the token's end", async () => {
  const lambda = authorizer({ httpApiResponse: "simple" });
  const options = { authorizer: lambda, routes: routes(), clock, ttlSeconds: TTL_SECONDS };
  const api = httpApi({ ...options, simpleResponses: true });
  const token = tenant.idToken({ claims: { exp: NOON / 1000 + 60 } });
  expect(await statuses(api, token, ["/whoami", "/orders/7"])).toEqual([200, 200]);
  now = NOON + 120_000;
  expect(await statuses(api, token, ["/whoami"])).toEqual([200]);
  now = NOON + TTL_SECONDS * 1000;
  expect(await statuses(api, token, ["/whoami"])).toEqual([401]);
  expect(lambda.events).toHaveLength(2);
});

it("asks for every route where the route is an identity source", async () => {
  const lambda = authorizer();
  const identitySources = ["$request.header.Authorization", "$context.routeKey"];
  const api = httpApi({
    authorizer: lambda,
    identitySources,
    routes: routes(),
    clock,
    ttlSeconds: TTL_SECONDS,
  });
  expect(await statuses(api, tenant.idToken(), ["/whoami", "/orders/7", "/orders/8"])).toEqual([
    200, 200, 200,
  ]);
  expect(lambda.events).toHaveLength(2);
});

it("asks every time with a TTL of 0", async () => {
  const lambda = authorizer();
  const api = restApi({ type: "request", authorizer: lambda, routes: routes(), clock, ttlSeconds: 0 });
  await statuses(api, tenant.idToken(), ["/whoami", "/whoami"]);
  expect(lambda.events).toHaveLength(2);
});

it("keeps the stages of an API apart", async () => {
  const lambda = authorizer();
  const token = tenant.idToken();
  for (const stage of ["dev", "prod"]) {
    const api = restApi({ type: "request", authorizer: lambda, routes: routes(), clock, stage });
    expect(await statuses(api, token, ["/whoami"])).toEqual([200]);
  }
  expect(lambda.events).toHaveLength(2);
});

it("cannot be used without an identity source, or for more than an hour", () => {
  const options = { type: "request", authorizer: ok(), routes: {} } as const;
  expect(() => restApi({ ...options, identitySources: [] })).toThrow("identity source");
  expect(() => restApi({ ...options, ttlSeconds: 3601 })).toThrow("3600");
});

it.each([
  ["aws", "eu-central-1"],
  ["aws-cn", "cn-north-1"],
  ["aws-us-gov", "us-gov-west-1"],
])("holds a policy that is right in the partition %s", async (partition, region) => {
  for (const stage of ["prod", "$default"]) {
    const options = { authorizer: authorizer(), routes: routes(), clock, partition, region, stage };
    expect(await statuses(httpApi(options), tenant.idToken(), ["/whoami", "/orders/7"])).toEqual([200, 200]);
  }
});
