import type { Caller, Request } from "./fixtures.ts";

/** Who may call, or what every caller with a token gets: `denied` is 403, and the status without a route is the gateway's. */
export type Access = "reader" | "admin" | "everyone signed in" | "denied" | "error" | 400;

/** One request at an HTTP API and at a REST API, both with the routes and rules of the table. */
export interface RouteCase extends Request {
  readonly what: string;
  readonly http: Access;
  readonly rest: Access;
  /**
   * The case of the suite for a deployed stage that asks how such a request is routed. Left out for HTTP APIs if they
   * would have to match routes with the decoded path, of which there is no recording.
   */
  readonly asked: { readonly http?: string; readonly rest?: string };
}

const PLAIN = "A path with parameters";
const SLASH = "A slash at the end of the path";
const HEAD = "HEAD on a route for GET";
const ENCODED_SLASH = "A slash in the path, as `%2F`, in place of a parameter";
const ENCODED_MARK = "A question mark in the path, as `%3F`";
const ENCODED_PERCENT = "A space in the path, encoded twice";

const ADMIN_ROUTE = "ANY /admin/{proxy+}";

export const ROUTE_CASES: readonly RouteCase[] = [
  of("a route with a rule", "GET /orders/1", "reader", "reader", PLAIN),
  of("the same route with another value", "GET /orders/2", "reader", "reader", PLAIN),
  of("a guarded route that no rule names", "POST /orders/1", "denied", "denied", PLAIN),
  of("a method that the path does not have", "DELETE /orders/1", "denied", "denied"),
  of("HEAD on a route for GET", "HEAD /orders/1", "denied", "denied", HEAD),
  of("OPTIONS on a route for GET", "OPTIONS /orders/1", "denied", "denied"),
  of("a slash at the end", "GET /orders/1/", "denied", "reader", SLASH),
  of("a slash at the end of a path without parameters", "GET /hello/", "denied", "everyone signed in", SLASH),
  of("two slashes at the beginning", "GET //orders/1", "reader", "reader"),
  of("two slashes inside", "GET /orders//1", "denied", "denied"),
  of("another case", "GET /ORDERS/1", "denied", "denied"),
  of("a path below the route's", "GET /orders/1/refunds", "denied", "denied"),
  of("a `*` in place of a parameter", "GET /orders/*", "reader", "denied"),
  of("a `*` alone", "GET /*", "denied", "denied"),
  of("a `*`, encoded", "GET /orders/%2A", "reader", "reader"),
  of("a `*`, encoded twice", "GET /orders/%252A", "reader", "reader", ENCODED_PERCENT),
  of("a `?`, encoded", "GET /orders/%3F", "denied", "reader", { rest: ENCODED_MARK }),
  of("a `?`, encoded twice", "GET /orders/%253F", "reader", "reader", ENCODED_PERCENT),
  of("a variable of policies", "GET /orders/${aws:username}", "reader", "denied"),
  of("a variable of policies, encoded", "GET /orders/%24%7Baws:username%7D", "reader", "reader"),
  of("a route's own name", "GET /orders/{id}", "reader", "reader"),
  of("an encoded slash inside a parameter", "GET /orders/1%2Frefunds", "denied", "reader", ENCODED_SLASH),
  of("an encoded slash between two segments", "GET /admin%2Fusers", "admin", "denied", ENCODED_SLASH),
  of("dots and encoded slashes", "GET /orders/..%2Fadmin%2Fusers", "denied", "reader", ENCODED_SLASH),
  of("a letter, encoded", "GET /%61dmin/users", "admin", "denied"),
  of("a letter, encoded twice", "GET /%2561dmin/users", "admin", "denied", { rest: ENCODED_PERCENT }),
  of("what cannot be decoded", "GET /orders/%25", 400, "reader", "A percent sign in the path, as `%25`"),
  of("a greedy route", "GET /admin/users", "admin", "admin"),
  of("a greedy route, deeper", "POST /admin/users/7/roles", "admin", "admin"),
  of("a greedy route, HEAD", "HEAD /admin/users", "admin", "admin"),
  of("a greedy route, OPTIONS", "OPTIONS /admin/users", "admin", "admin"),
  of("a greedy route, its `*`", "GET /admin/*", "admin", "denied"),
  of("the path above a greedy route", "GET /admin", "denied", "denied"),
  of("a route with ANY", "PATCH /any", "admin", "admin"),
  of("a route with ANY, HEAD", "HEAD /any", "admin", "admin"),
  of("a route with a rule without permissions", "GET /hello", "everyone signed in", "everyone signed in"),
  of("a rule with another parameter's name", "GET /files/1", "denied", "denied", PLAIN),
  of("a path that reads `$default`", "GET /$default", "denied", "denied"),
  of("a path that reads like a route key", "GET /GET%20/hello", "denied", "denied"),
  of("an ARN above 512 characters", `GET /orders/${"1".repeat(512)}`, "reader", "denied"),
  {
    ...of("a header that equals another route's key", "GET /orders/1", "reader", "reader", PLAIN),
    headers: { "X-Route": ADMIN_ROUTE },
  },
  {
    ...of("a header that equals the route's key", "GET /orders/1", "error", "reader", PLAIN),
    headers: { "X-Route": "GET /orders/{id}" },
  },
  {
    ...of("a cookie that equals the route's key", "GET /hello", "error", "everyone signed in"),
    headers: { Cookie: "a=b; route=GET /hello" },
  },
  of("a query that equals the route's key", "GET /hello?a=GET%20/hello", "error", "everyone signed in"),
];

function of(
  what: string,
  request: RouteCase["request"],
  http: Access,
  rest: Access,
  asked: string | RouteCase["asked"] = {},
): RouteCase {
  return {
    what,
    request,
    http,
    rest,
    asked: typeof asked === "string" ? { http: asked, rest: asked } : asked,
  };
}

/** The status that a caller gets, by who may call. Without a token the gateway answers by itself. */
export function getStatus(access: Access, caller: Caller): number {
  if (access === 400) return 400;
  if (caller === "anonymous") return 401;
  if (access === "error") return 500;
  if (caller === "foreign") return 401;
  return access === caller || access === "everyone signed in" ? 200 : 403;
}

/** Who may call, by the kind of API. */
export function getAccess(api: string, { http, rest }: RouteCase): Access {
  return api.startsWith("HTTP") ? http : rest;
}
