import type { GatewayKind } from "../../../apigateway/gateways.ts";

/** What an authorizer tells the backend, by name. */
export type Context = Readonly<Record<string, unknown>>;

/**
 * The context of an answer as the backend sees it: all strings, except with payload 2.0, which keeps what JSON
 * knows. Undefined where the gateway does not take it, which makes the whole answer unreadable.
 *
 * @param context of the answer; none and null are an empty one (null: a guess)
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
 */
export function readContext(context: unknown, kind: GatewayKind): Context | undefined {
  if (context === undefined || context === null) return {};
  if (typeof context !== "object" || Array.isArray(context)) return undefined;
  return READERS[kind](context as Context);
}

/**
 * Whether a cached answer with this context can still be read. With payload 1.0, an HTTP API was seen to answer 500
 * from its cache to values with quotes, and 200 to the same answer when it was new; backslashes are a guess.
 *
 * @see https://github.com/mantil-io/mantil/issues/52
 */
export function survivesCache(context: Context, kind: GatewayKind): boolean {
  return (
    kind !== "http-1.0" ||
    Object.values(context).every((value) => typeof value !== "string" || !/["\\]/.test(value))
  );
}

const READERS: Readonly<Record<GatewayKind, (context: Context) => Context | undefined>> = {
  "rest-token": texts,
  "rest-request": texts,
  // An object, a list and null were recorded together, and `claims` as an object: each alone is a guess.
  "http-1.0": (context) =>
    Object.hasOwn(context, "claims") || Object.values(context).includes(null) ? undefined : texts(context),
  "http-2.0": (context) => without(context, ([name]) => name === "claims"),
  websocket: (context) => texts(without(context, ([, value]) => value === null)),
};

/** Scalars become strings and null stays null, as a REST API was seen to do; lists and objects are refused. */
function texts(context: Context): Context | undefined {
  if (Object.values(context).some((value) => typeof value === "object" && value !== null)) return undefined;
  const entries = Object.entries(context as Readonly<Record<string, string | number | boolean | null>>);
  return Object.fromEntries(entries.map(([name, value]) => [name, value === null ? null : String(value)]));
}

function without(context: Context, isDropped: (entry: readonly [string, unknown]) => boolean): Context {
  return Object.fromEntries(Object.entries(context).filter((entry) => !isDropped(entry)));
}
