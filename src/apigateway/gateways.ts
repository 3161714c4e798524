/** API Gateway's kinds of event for a Lambda authorizer. */
export type GatewayKind = "rest-token" | "rest-request" | "http-1.0" | "http-2.0" | "websocket";

/** An event whose fields are not checked yet. */
export type RawEvent = Readonly<Record<string, unknown>>;

/** What differs from one kind of gateway to the next: how its event is read, and what it can be answered. */
interface Gateway {
  /** The field with the ARN of the method or route. */
  readonly arnField: "methodArn" | "routeArn";
  /** Every Authorization header, as received. */
  readonly authorization: (event: RawEvent) => readonly unknown[];
  /** Every query parameter that may carry a token, as received. */
  readonly parameters: (event: RawEvent, name: string) => readonly unknown[];
  /** Every header that may carry a token among subprotocols, as received. */
  readonly subprotocols: (event: RawEvent) => readonly unknown[];
  /** The values by which the gateway caches the answer, where the event has them. */
  readonly identitySource: (event: RawEvent) => readonly string[] | undefined;
  /** Whether its authorizers can have simple responses switched on. */
  readonly simpleResponses: boolean;
  /** Whether an answer can choose a usage plan. */
  readonly usagePlans: boolean;
  /** Whether it can be set to deny, rather than to answer 401, where there is no valid token. */
  readonly mayDenyUnauthorized: boolean;
  /** Characters of a context value that do not arrive as they were sent, or were never observed to. */
  readonly unsupportedCharacters: RegExp;
}

/** Controls, and halves of a character. */
// As ranges, because `\p{…}` would load tables of Unicode, which a cold start notices.
// eslint-disable-next-line no-control-regex -- controls are what it looks for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u;
/** Quotes and backslashes were recorded intact on every gateway, cached too, but for the cache of payload 1.0. */
// eslint-disable-next-line no-control-regex -- controls are what it looks for
const CONTROLS_AND_QUOTES = /["\\\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u;

const noValues = (): readonly unknown[] => [];
const noIdentitySource = (): undefined => undefined;

/** What holds for most kinds; the row of a kind says what differs. */
const DEFAULTS: Gateway = {
  arnField: "methodArn",
  authorization: headersNamed("authorization"),
  parameters: noValues,
  subprotocols: noValues,
  identitySource: noIdentitySource,
  simpleResponses: false,
  usagePlans: false,
  mayDenyUnauthorized: false,
  unsupportedCharacters: CONTROLS,
};

/**
 * One row for each kind.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-input.html
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export const GATEWAYS: Readonly<Record<GatewayKind, Gateway>> = {
  "rest-token": {
    ...DEFAULTS,
    usagePlans: true,
    authorization: ({ authorizationToken }) => [authorizationToken].filter(isPresent),
  },
  "rest-request": {
    ...DEFAULTS,
    usagePlans: true,
  },
  "http-1.0": {
    ...DEFAULTS,
    identitySource: readJoinedIdentitySource,
    mayDenyUnauthorized: true,
    unsupportedCharacters: CONTROLS_AND_QUOTES,
  },
  "http-2.0": {
    ...DEFAULTS,
    arnField: "routeArn",
    identitySource: readIdentitySourceList,
    simpleResponses: true,
    mayDenyUnauthorized: true,
  },
  websocket: {
    ...DEFAULTS,
    // A browser cannot set the header Authorization when it opens a WebSocket.
    parameters: readParameters,
    subprotocols: headersNamed("sec-websocket-protocol"),
  },
};

/** The kind of gateway that sent an event; undefined where none of them did. */
export function detectGateway({ type, version, requestContext }: RawEvent): GatewayKind | undefined {
  if (type === "TOKEN") return "rest-token";
  if (version === "1.0") return "http-1.0";
  if (version === "2.0") return "http-2.0";
  if (type !== "REQUEST" || version !== undefined) return undefined;
  return asObject(requestContext)["eventType"] === "CONNECT" ? "websocket" : "rest-request";
}

/** Names of headers keep the client's case on REST APIs and under serverless-offline (RFC 9110 §5.1: any case). */
function headersNamed(wanted: string): (event: RawEvent) => readonly unknown[] {
  return ({ headers, multiValueHeaders }) =>
    readValues(headers, multiValueHeaders, (name) => name.toLowerCase() === wanted);
}

function readParameters(event: RawEvent, wanted: string): readonly unknown[] {
  const { queryStringParameters, multiValueQueryStringParameters } = event;
  return readValues(queryStringParameters, multiValueQueryStringParameters, (name) => name === wanted);
}

/** Payload 1.0 joins the values of several sources with commas. */
function readJoinedIdentitySource({ identitySource }: RawEvent): readonly string[] | undefined {
  return typeof identitySource === "string" ? [identitySource, ...identitySource.split(",")] : undefined;
}

/** Payload 2.0 has null where no source is configured, and serverless-offline a list of nothing. */
function readIdentitySourceList({ identitySource }: RawEvent): readonly string[] | undefined {
  if (!Array.isArray(identitySource)) return undefined;
  const texts = identitySource.filter((value) => typeof value === "string");
  return texts.length > 0 ? texts : undefined;
}

/** The single-value form holds only the last value where the multi-value form exists. */
function readValues(
  single: unknown,
  multiple: unknown,
  isWanted: (name: string) => boolean,
): readonly unknown[] {
  const all = select(multiple, isWanted).flat();
  return all.length > 0 ? all : select(single, isWanted);
}

function select(fields: unknown, isWanted: (name: string) => boolean): readonly unknown[] {
  const all = asObject(fields);
  const names = Object.keys(all).filter((name) => isWanted(name) && isPresent(all[name]));
  return names.map((name) => all[name]);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** An object's fields; of anything else, none. */
export function asObject(value: unknown): RawEvent {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is RawEvent {
  return typeof value === "object" && value !== null;
}
