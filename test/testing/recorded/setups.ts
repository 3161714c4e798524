import type { Answers, Api } from "./recorded-case.ts";

/** How the recorded authorizers were configured, and a request that they let in. */
export const SETUPS: Readonly<Record<Api, ApiSetup>> = {
  "REST TOKEN": {
    identitySources: ["method.request.header.X-Auth"],
    good: { to: "/a", headers: { "X-Auth": "allow-1" } },
  },
  "REST REQUEST": {
    identitySources: ["method.request.header.X-Auth", "method.request.querystring.tenant"],
    good: { to: "/a?tenant=one", headers: { "X-Auth": "allow-1" } },
  },
  "HTTP 1.0": {
    identitySources: ["$request.header.Authorization"],
    good: { to: "/a", headers: { Authorization: "allow-1" } },
  },
  "HTTP 2.0": {
    identitySources: ["$request.header.Authorization"],
    good: { to: "/a", headers: { Authorization: "allow-1" } },
  },
  "HTTP simple": {
    identitySources: ["$request.header.Authorization"],
    good: { to: "/a", headers: { Authorization: "allow-1" } },
  },
  WebSocket: {
    identitySources: ["route.request.header.Authorization", "route.request.querystring.tenant"],
    good: { to: "?tenant=one", headers: { Authorization: "allow-1" } },
  },
};

interface ApiSetup {
  readonly identitySources: readonly string[];
  readonly good: { readonly to: string; readonly headers: Readonly<Record<string, string>> };
}

/** The validation expression of the recorded TOKEN authorizers. */
export const TOKEN_PATTERN = /^(?:allow|deny|unauthorized|invalid)(?:-[a-z0-9]+)*$/;

const EXPLICIT =
  "User is not authorized to access this resource with an explicit deny in an identity-based policy";
const NO_MATCH =
  "User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action";

const REST: Partial<Answers> = {
  "401": rest(401, '{"message":"Unauthorized"}', 26, "UnauthorizedException"),
  "403 of a Deny": rest(403, `{"Message":"${EXPLICIT}"}`, 110, "AccessDeniedException"),
  "403 without a match": rest(403, `{"Message":"${NO_MATCH}"}`, 130, "AccessDeniedException"),
  "500": rest(500, '{"message":null}', 16, "AuthorizerConfigurationException"),
  "403 of no route": rest(
    403,
    '{"message":"Missing Authentication Token"}',
    42,
    "MissingAuthenticationTokenException",
  ),
};

const HTTP: Partial<Answers> = {
  "401": http(401, '{"message":"Unauthorized"}', 26),
  "403 of a Deny": http(403, '{"message":"Forbidden"}', 23),
  "403 without a match": http(403, '{"message":"Forbidden"}', 23),
  "500": http(500, '{"message":"Internal Server Error"}', 35),
};

const WEBSOCKET: Partial<Answers> = {
  "401": webSocket(401, "Unauthorized", 98),
  "403 of a Deny": webSocket(403, EXPLICIT, 182),
  "403 without a match": webSocket(403, NO_MATCH, 202),
  "500": webSocket(500, "", 86),
  "400 of the load balancer": {
    status: 400,
    bytes: 122,
    headers: { "content-type": "text/html", server: "awselb/2.0", connection: "close" },
  },
};

/** What each API answers. */
export const ANSWERS: Readonly<Record<Api, Partial<Answers>>> = {
  "REST TOKEN": REST,
  "REST REQUEST": REST,
  "HTTP 1.0": HTTP,
  "HTTP 2.0": HTTP,
  "HTTP simple": HTTP,
  WebSocket: WEBSOCKET,
};

function rest(status: number, body: string, bytes: number, errorType: string): Answers["401"] {
  return {
    status,
    body,
    bytes,
    headers: { "content-type": "application/json", "x-amzn-errortype": errorType },
  };
}

function http(status: number, body: string, bytes: number): Answers["401"] {
  return { status, body, bytes, headers: { "content-type": "application/json" } };
}

function webSocket(status: number, text: string, bytes: number): Answers["401"] {
  const body = `{"message": "${text}", "connectionId":"…", "requestId":"…"}`;
  return { status, body, bytes, headers: { "content-type": "application/json; charset=UTF-8" } };
}
