import type { Serverless, Service } from "./framework-types.ts";
import { listRoutes, type EventRoute } from "./guarded-routes.ts";

/** A guarded route, and how serverless-offline names it in what it sends to the authorizer. */
export interface OfflineRoute {
  readonly api: "http" | "rest";
  /** `GET`, or `ANY`. */
  readonly method: string;
  /** Such as `/any/{proxy*}`. */
  readonly path: string;
  /** As API Gateway writes it: `ANY /any/{proxy+}`. */
  readonly route: string;
}

/** Of the options of serverless-offline, those that change paths. */
interface PathOptions {
  /** The stage that paths of REST APIs begin with. */
  readonly stage: string;
  /** What is taken off paths: the stage of `provider`, which one from the command line does not change. */
  readonly ownStage: string;
  readonly prefix?: unknown;
  readonly noPrependStageInUrl?: unknown;
}

/** The routes of REST and HTTP APIs that an authorizer guards. */
export function findOfflineRoutes(serverless: Serverless, name: string): readonly OfflineRoute[] {
  const { service, processedInput } = serverless;
  const options: PathOptions = {
    ...(service.custom?.["serverless-offline"] as object | undefined),
    ...processedInput.options,
    stage: serverless.getProvider("aws").getStage(),
    ownStage: String(service.provider.stage),
  };
  return listRoutes(service)
    .filter(({ authorizer }) => authorizer === name)
    .flatMap((route) => toOfflineRoute(route, options));
}

function toOfflineRoute({ api, key }: EventRoute, options: PathOptions): OfflineRoute[] {
  if (api === "websocket") return [];
  if (key === "$default") return [{ api, method: "ANY", path: "/{default*}", route: key }];
  const [method = "", path = ""] = key.split(" ");
  return [{ api, method, path: toOfflinePath(api, path, options), route: key }];
}

/** serverless-offline: src/utils/generateHapiPath.js and src/events/http/createAuthScheme.js, version 14. */
function toOfflinePath(api: OfflineRoute["api"], path: string, options: PathOptions): string {
  const { stage, ownStage, prefix, noPrependStageInUrl } = options;
  const withStage = api === "rest" && !noPrependStageInUrl ? `/${stage}${path}` : path;
  const whole = typeof prefix === "string" && prefix !== "" ? `/${prefix}${withStage}` : withStage;
  const served = (whole === "/" ? whole : whole.replace(/\/$/, "")).replace(/\+}/g, "*}");
  return served.startsWith(`/${ownStage}`) ? served.slice(ownStage.length + 1) : served;
}

/**
 * Routes without an authorizer or an API key, which packaging refuses unless they are listed.
 *
 * @param publicRoutes those that are listed
 */
export function findOpenRoutes(service: Service, publicRoutes: readonly string[]): readonly string[] {
  const routes = listRoutes(service).filter(({ api, key }) => api !== "websocket" || key === "$connect");
  const open = routes.filter(({ isOpen }) => isOpen);
  const keys = open.map(({ key }) => key).filter((key) => !key.startsWith("OPTIONS "));
  const all = hasUnannouncedConnect(service) ? [...keys, "$connect"] : keys;
  return [...new Set(all)].filter((key) => !publicRoutes.includes(key));
}

/** A WebSocket API without a route `$connect` accepts every connection. */
function hasUnannouncedConnect(service: Service): boolean {
  const keys = listRoutes(service).flatMap(({ api, key }) => (api === "websocket" ? [key] : []));
  return keys.length > 0 && !keys.includes("$connect");
}
