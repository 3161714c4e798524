import { createFixture, createHttpApi, createRestApi, RULES, type Ask, type Fixture } from "./fixtures.ts";

const TTL_SECONDS = 300;

/** A kind of API and what it caches by. */
export interface KeyCase {
  readonly api: "HTTP 2.0, simple" | "HTTP 2.0, policy" | "HTTP 1.0" | "REST REQUEST" | "REST TOKEN";
  /** What it caches by, in words. */
  readonly key: string;
  readonly sources: readonly string[];
  /** What calls get that the rules allow; `first call only`: the others are denied until the cache forgets it. */
  readonly result: "allowed" | "first call only" | "error";
  /** Of the error. */
  readonly reason?: "identity_source_without_route" | "identity_source_without_token" | "unsupported_event";
  /** The case of the suite for a deployed stage, and its kind of API, on which the row rests. */
  readonly asked?: readonly [name: string, kind: string];
}

const HTTP_TOKEN = "$request.header.Authorization";
const REST_TOKEN = "method.request.header.Authorization";

const WITHOUT_ROUTE = "identity_source_without_route";
const BY_ROUTE_KEY = [
  "Another route, where the route key is an identity source",
  "HTTP 2.0 by route key",
] as const;

/** Payload 2.0, whichever form the answer has. */
const HTTP_KEYS: readonly Omit<KeyCase, "api">[] = [
  {
    key: "token and route key",
    sources: [HTTP_TOKEN, "$context.routeKey"],
    result: "allowed",
    asked: BY_ROUTE_KEY,
  },
  {
    key: "route key and token",
    sources: ["$context.routeKey", HTTP_TOKEN],
    result: "allowed",
    asked: BY_ROUTE_KEY,
  },
  {
    key: "the route key alone",
    sources: ["$context.routeKey"],
    result: "error",
    reason: "identity_source_without_token",
  },
  { key: "the token alone, as by default", sources: [HTTP_TOKEN], result: "error", reason: WITHOUT_ROUTE },
  { key: "token and path", sources: [HTTP_TOKEN, "$context.path"], result: "error", reason: WITHOUT_ROUTE },
  {
    key: "token, method and path",
    sources: [HTTP_TOKEN, "$context.httpMethod", "$context.path"],
    result: "error",
    reason: WITHOUT_ROUTE,
  },
  {
    key: "token and a header that the caller sets to the route key",
    sources: [HTTP_TOKEN, "$request.header.X-Key"],
    result: "error",
    reason: WITHOUT_ROUTE,
  },
];

const REST_KEYS: readonly Omit<KeyCase, "api">[] = [
  {
    key: "token, method and path",
    sources: [REST_TOKEN, "context.httpMethod", "context.path"],
    result: "allowed",
    asked: [
      "Another method on the same path, where method and path are identity sources",
      "REST by method and path",
    ],
  },
  {
    key: "the token alone, as by default",
    sources: [REST_TOKEN],
    result: "first call only",
    asked: ["A second route, under a cached policy for the first route alone", "REST REQUEST"],
  },
  { key: "token and method", sources: [REST_TOKEN, "context.httpMethod"], result: "first call only" },
  {
    key: "token and the resource's path",
    sources: [REST_TOKEN, "context.resourcePath"],
    result: "first call only",
    asked: [
      "Another path of the same resource, where the resource's path is an identity source",
      "REST by resource path",
    ],
  },
  {
    key: "token and a header of the caller's",
    sources: [REST_TOKEN, "method.request.header.X-Key"],
    result: "first call only",
  },
];

export const KEY_CASES: readonly KeyCase[] = [
  ...HTTP_KEYS.map((each) => ({ api: "HTTP 2.0, simple", ...each }) as const),
  ...HTTP_KEYS.filter(({ key }) => key !== "route key and token").map(
    (each) => ({ api: "HTTP 2.0, policy", ...each }) as const,
  ),
  {
    api: "HTTP 1.0",
    key: "token and route key",
    sources: [HTTP_TOKEN, "$context.routeKey"],
    result: "error",
    reason: "unsupported_event",
  },
  ...REST_KEYS.map((each) => ({ api: "REST REQUEST", ...each }) as const),
  {
    api: "REST TOKEN",
    key: "the token alone",
    sources: [REST_TOKEN],
    result: "error",
    reason: "unsupported_event",
  },
];

/** An API by its kind and key, with an empty cache. */
export function createApi(
  { api, sources }: Pick<KeyCase, "api" | "sources">,
  isCached: boolean,
  { authorizer }: Fixture = createRuledFixture(api),
): Ask {
  const common = { authorizer, identitySources: sources, ttlSeconds: isCached ? TTL_SECONDS : 0 };
  switch (api) {
    case "HTTP 2.0, simple":
      return createHttpApi({ ...common, simpleResponses: true });
    case "HTTP 2.0, policy":
      return createHttpApi(common);
    case "HTTP 1.0":
      return createHttpApi({ ...common, authorizerPayload: "1.0" });
    case "REST REQUEST":
      return createRestApi({ ...common, type: "request" });
    case "REST TOKEN":
      return createRestApi({ ...common, type: "token" });
  }
}

/** An authorizer with the rules of the table. */
export function createRuledFixture(api: KeyCase["api"]): Fixture {
  const httpApiResponse = api === "HTTP 2.0, simple" ? "simple" : "policy";
  return createFixture({ routePermissions: RULES, httpApiResponse });
}
