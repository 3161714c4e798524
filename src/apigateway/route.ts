import { AuthorizerError } from "../errors.ts";
import { asObject, type GatewayKind, isObject, type RawEvent } from "./gateways.ts";

/** The route that the gateway matched, which is never the path that the caller wrote. */
export interface MatchedRoute {
  /** The names that a rule may have for it, the exact one first: `GET /orders/{id}`, then `ANY /orders/{id}`. */
  readonly names: readonly [string, ...string[]];
  /** What a policy for this route may allow; undefined if the gateway caches by route, so that the stage is right. */
  readonly resource: string | undefined;
}

/**
 * Reads the matched route of an event.
 *
 * @throws AuthorizerError `unsupported_event` if this kind of event does not say it, or
 * `identity_source_without_route` if an HTTP API could answer one route from the cache of another
 */
export function readRoute(event: unknown, kind: GatewayKind): MatchedRoute {
  const raw = asObject(event);
  switch (kind) {
    case "rest-request":
      return readRestRoute(raw);
    case "http-2.0":
      return readHttpRoute(raw);
    case "websocket":
      return { names: [readString(asObject(raw["requestContext"]), "routeKey")], resource: undefined };
    case "rest-token":
      throw new AuthorizerError(
        "unsupported_event",
        "a TOKEN event does not say its route: use a REQUEST authorizer",
      );
    case "http-1.0":
      throw new AuthorizerError(
        "unsupported_event",
        "payload 1.0 does not say its identity sources apart: use 2.0",
      );
  }
}

/**
 * A REST API does not tell by what it caches, so its policy allows the one method that was called: under a wrong cache
 * key it can only deny.
 */
function readRestRoute(event: RawEvent): MatchedRoute {
  const context = asObject(event["requestContext"]);
  const path = readString(context, "resourcePath");
  return {
    names: [`${readString(context, "httpMethod")} ${path}`, `ANY ${path}`],
    resource: readString(event, "methodArn"),
  };
}

/** An HTTP API caches by its identity source: with the route key in it, an entry of the cache belongs to one route. */
function readHttpRoute(event: RawEvent): MatchedRoute {
  const routeKey = readString(event, "routeKey");
  const { identitySource } = event;
  const isHeld = Array.isArray(identitySource) && identitySource.includes(routeKey);
  // A value that the caller chose could stand for the route key.
  const wanted = toItems(routeKey);
  if (!isHeld || readCallerValues(event).some((value) => toItems(value).includes(wanted)))
    throw new AuthorizerError("identity_source_without_route");
  return { names: [routeKey], resource: undefined };
}

/** Every value of a header, a cookie or the query, of which an identity source may be made. */
function readCallerValues({ headers, cookies, queryStringParameters }: RawEvent): readonly string[] {
  const fields = [headers, queryStringParameters].filter(isObject).flatMap((values) => Object.values(values));
  const pairs = (Array.isArray(cookies) ? cookies : []).map(String);
  return [...fields.map(String), ...pairs, ...pairs.map((pair) => pair.slice(pair.indexOf("=") + 1))];
}

/** Values between commas. Several arrive joined by commas, and a route may have a comma in it too. */
function toItems(text: string): string {
  const items = text.split(",").map((item) => item.trim());
  return `,${items.join(",")},`;
}

function readString(fields: RawEvent, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw new AuthorizerError("unsupported_event", `no ${name}`);
  return value;
}

/** @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
const MAX_RESOURCE_LENGTH = 512;

/** Whether a policy may name this resource as it is: a wildcard or a variable of policies in it would allow others. */
export function isLiteralResource(arn: string): boolean {
  return arn.length <= MAX_RESOURCE_LENGTH && !/[*?]|\$\{/.test(arn);
}
