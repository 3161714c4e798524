import fc from "fast-check";
import { AUDIENCE, CLIENT_ID, NOW } from "../tokens.ts";
import { createFixture, OTHER_AUDIENCE } from "../authorizer/routes/fixtures.ts";
import { httpApi } from "../../src/testing/gateway/http-api.ts";
import { restApi } from "../../src/testing/gateway/rest-api.ts";
import type { RoutedApi } from "../../src/testing/gateway/api-options.ts";
import { at } from "./fixtures.ts";
import { BEARERS, stories, type Bearer, type Call, type Service } from "./route-services.ts";

/** What came of a campaign. The last two must be empty. */
export interface RouteTally {
  tried: number;
  accepted: number;
  /** Accepted without the permissions of the route that was reached, or on a route that no rule names. */
  readonly wronglyAllowed: string[];
  /** Rejected with the rights for the route, and a key that tells routes apart. */
  readonly wronglyRejected: string[];
}

/** Calls services with random routes, rules, keys and stage variables, through the gateway with its cache. */
export async function runRouteCampaign(runs: number, seed: number): Promise<RouteTally> {
  const tally: RouteTally = { tried: 0, accepted: 0, wronglyAllowed: [], wronglyRejected: [] };
  for (const { service, calls } of fc.sample(stories, { numRuns: runs, seed })) {
    const ask = deploy(service);
    for (const call of calls) {
      const bearer = at(BEARERS, call.bearer);
      const { status, route } = await ask(call, bearer.token);
      const told = JSON.stringify({ status, route, call, service, bearer: { ...bearer, token: "" } });
      tally.tried += 1;
      if (status === 200) tally.accepted += 1;
      const isRight = isAllowed(service, call.method, route, bearer);
      if (status === 200 && !isRight) tally.wronglyAllowed.push(told);
      if (status !== 200 && isRight && tellsRoutesApart(service, call)) tally.wronglyRejected.push(told);
    }
  }
  return tally;
}

/** The status, and the route that the request reaches, which a twin without an authorizer tells. */
type Ask = (
  call: Call,
  token: string,
) => Promise<{ readonly status: number; readonly route: string | undefined }>;

function deploy(service: Service): Ask {
  const open = createApi(service, "open");
  const guarded = createApi(service, "guarded");
  return async ({ method, path, header }, token) => {
    const headers = { ...(header !== undefined && { "X-Key": header }) };
    const twin = await open.fetch(path, { method, headers });
    const name = service.kind.startsWith("HTTP") ? "authorization" : "Authorization";
    const { status } = await guarded.fetch(path, {
      method,
      headers: { ...headers, [name]: `Bearer ${token}` },
    });
    return { status, route: twin.headers.get("x-reached") ?? undefined };
  };
}

const clock = (): number => NOW * 1000;

function createApi(service: Service, guard: "open" | "guarded"): RoutedApi {
  const { kind, rules, requiredPermissions, isShared, stageVariables, ttlSeconds } = service;
  const { authorizer } = createFixture({
    routePermissions: rules,
    requiredPermissions,
    shared: isShared,
    httpApiResponse: kind === "HTTP simple" ? "simple" : "policy",
  });
  const all = Object.fromEntries(
    service.routes.map((route) => [
      route,
      () => ({ statusCode: 200, headers: { "x-reached": route }, body: "" }),
    ]),
  );
  const routes = guard === "open" ? { routes: {}, openRoutes: all } : { routes: all };
  const common = {
    clock,
    authorizer,
    stageVariables,
    ttlSeconds,
    identitySources: toSources(service),
    ...routes,
  };
  if (kind === "HTTP 1.0") return httpApi({ ...common, authorizerPayload: "1.0" });
  if (kind === "HTTP simple") return httpApi({ ...common, simpleResponses: true });
  return kind === "HTTP policy"
    ? httpApi(common)
    : restApi({ ...common, type: kind === "REST" ? "request" : "token" });
}

const REST_SOURCES: Readonly<Record<string, readonly string[]>> = {
  route: ["context.httpMethod", "context.path"],
  header: ["method.request.header.X-Key"],
};
const HTTP_SOURCES: Readonly<Record<string, readonly string[]>> = {
  route: ["$context.routeKey"],
  header: ["$request.header.X-Key"],
};

function toSources({ kind, key }: Service): readonly string[] {
  if (kind === "REST TOKEN") return ["method.request.header.Authorization"];
  if (kind === "REST")
    return ["method.request.header.Authorization", ...key.flatMap((name) => REST_SOURCES[name] ?? [name])];
  return ["$request.header.Authorization", ...key.flatMap((name) => HTTP_SOURCES[name] ?? [`$${name}`])];
}

/** The rules, written down a second time. */
function isAllowed(service: Service, method: string, route: string | undefined, bearer: Bearer): boolean {
  const { rules, requiredPermissions, isShared, stageVariables, kind } = service;
  const { auth0Audiences, auth0Permissions } = kind === "REST TOKEN" ? {} : stageVariables;
  if (route === undefined || !bearer.isValid || kind === "HTTP 1.0" || kind === "REST TOKEN") return false;
  const here = auth0Audiences?.split(",");
  const known = [AUDIENCE, OTHER_AUDIENCE, CLIENT_ID];
  if (isShared && here === undefined) return false;
  if (here?.every((audience) => known.includes(audience)) === false) return false;
  if (auth0Permissions?.split(",").includes("") === true) return false;
  if (here?.includes(bearer.audience) === false) return false;
  // A REST API's event has the method that was called and the resource, an HTTP API's the route.
  const resource = route.slice(route.indexOf(" "));
  const names = kind === "REST" ? [`${method}${resource}`, `ANY${resource}`] : [route];
  const rule = [...names, "*"].map((name) => rules[name]).find((found) => found !== undefined);
  const needed = [...requiredPermissions, ...(auth0Permissions?.split(",") ?? []), ...(rule ?? [])];
  return rule !== undefined && needed.every((permission) => bearer.permissions.includes(permission));
}

/** Whether nothing but the rules may reject a call: neither the cache's key, nor what the caller wrote. */
function tellsRoutesApart({ kind, key, routes, ttlSeconds }: Service, { path, header }: Call): boolean {
  const isRouted = key.includes("route");
  const isSent = !key.includes("header") || (header !== undefined && header !== "");
  if (kind !== "REST") return isSent && isRouted && (header === undefined || !routes.includes(header));
  return isSent && (isRouted || ttlSeconds === 0) && !/[*?]|\$\{/.test(path);
}
