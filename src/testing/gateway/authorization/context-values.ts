import type { GatewayKind } from "../../../apigateway/gateways.ts";

/** What an authorizer tells the backend, by name. */
export type Context = Readonly<Record<string, unknown>>;

/**
 * The context of an answer as the backend receives it: all texts, except with payload 2.0, which keeps what JSON
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

const READERS: Readonly<Record<GatewayKind, (context: Context) => Context | undefined>> = {
  // Of a REST API an object was recorded; AWS says the same of lists, and nothing of null.
  "rest-token": texts,
  "rest-request": texts,
  // An object, a list and null were recorded together, and `claims` as an object: each alone is a guess.
  "http-1.0": (context) => (Object.hasOwn(context, "claims") ? undefined : texts(context)),
  "http-2.0": (context) => without(context, ([name]) => name === "claims"),
  websocket: (context) => texts(without(context, ([, value]) => value === null)),
};

function texts(context: Context): Context | undefined {
  const entries = Object.entries(context);
  if (entries.some(([, value]) => typeof value === "object")) return undefined;
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

function without(context: Context, isDropped: (entry: readonly [string, unknown]) => boolean): Context {
  return Object.fromEntries(Object.entries(context).filter((entry) => !isDropped(entry)));
}
