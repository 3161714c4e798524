import { asObject, type RawEvent } from "../../apigateway/gateways.ts";
import type { OfflineRoute } from "./offline-routes.ts";

type Handler = (event: unknown) => Promise<unknown>;

/**
 * The authorizer as serverless-offline calls it, with the route of each event as API Gateway writes it. serverless-offline
 * sends its own server's: `GET /any/{proxy*}` for `ANY /any/{proxy+}`. It sends no route among the identity sources, and
 * caches nothing.
 *
 * @param routes what the authorizer guards
 */
export function adaptToOffline(authorize: Handler, routes: readonly OfflineRoute[]): Handler {
  return (event) => {
    const fields = asObject(event);
    if (fields["version"] === "2.0") return authorize(toHttpEvent(fields, routes));
    if (fields["version"] === "1.0" && fields["type"] === "REQUEST")
      return authorizeRest(authorize, fields, routes);
    return authorize(event);
  };
}

function toHttpEvent(event: RawEvent, routes: readonly OfflineRoute[]): RawEvent {
  const { identitySource } = event;
  const routeKey = findRoute("http", String(event["routeKey"]), routes);
  return {
    ...event,
    routeKey,
    identitySource: [...(Array.isArray(identitySource) ? (identitySource as unknown[]) : []), routeKey],
  };
}

/** serverless-offline compares the policy with the ARN that it sent, so the answer names that one again. */
async function authorizeRest(
  authorize: Handler,
  event: RawEvent,
  routes: readonly OfflineRoute[],
): Promise<unknown> {
  const { methodArn: sentArn, requestContext } = event;
  const context = asObject(requestContext);
  const sentPath = String(context["resourcePath"]);
  const route = findRoute("rest", `${String(context["httpMethod"])} ${sentPath}`, routes);
  const resourcePath = route.slice(route.indexOf(" ") + 1);
  const arn = String(sentArn);
  const methodArn = `${arn.slice(0, arn.length - sentPath.length)}${resourcePath}`;
  const answer = await authorize({
    ...event,
    version: undefined,
    methodArn,
    requestContext: { ...context, resourcePath },
  });
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) =>
    key === "Resource" && value === methodArn ? arn : value,
  ) as unknown;
}

/** The route of what was sent; one that no rule names where it is not known, or could be one of two. */
function findRoute(api: OfflineRoute["api"], sent: string, routes: readonly OfflineRoute[]): string {
  const [method = "", path = ""] = sent.split(" ");
  const ofPath = routes.filter((route) => route.api === api && route.path === path);
  const exact = ofPath.filter((route) => route.method === method);
  const found = new Set(
    (exact.length > 0 ? exact : ofPath.filter((route) => route.method === "ANY")).map(getName),
  );
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : `unknown ${path}`;
}

function getName({ route }: OfflineRoute): string {
  return route;
}
