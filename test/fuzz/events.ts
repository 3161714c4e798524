import fc from "fast-check";
import { authorizerEvent } from "../../src/testing/events.ts";
import { at, GATEWAYS, type Ground } from "./fixtures.ts";

/** An event of absurd shape: a real one, of which members were overwritten. */
export interface AbsurdEvent {
  readonly gateway: number;
  readonly team: number;
  /** 0 to 6 get in somewhere; others are refused. */
  readonly token: number;
  readonly sendsHeader: boolean;
  readonly sendsParameter: boolean;
  readonly sendsSubprotocol: boolean;
  readonly edits: readonly { readonly path: readonly string[]; readonly value: unknown }[];
}

const TOP = [
  ...[
    "type",
    "version",
    "methodArn",
    "routeArn",
    "authorizationToken",
    "identitySource",
    "headers",
    "multiValueHeaders",
  ],
  ...[
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "requestContext",
    "path",
    "cookies",
    "__proto__",
  ],
] as const;
const FIELDS = [
  "headers",
  "multiValueHeaders",
  "queryStringParameters",
  "multiValueQueryStringParameters",
] as const;
const NAMES = [
  ...[
    "authorization",
    "Authorization",
    "AUTHORIZATION",
    "sec-websocket-protocol",
    "Sec-WebSocket-Protocol",
    "access_token",
    "Access_Token",
    "__proto__",
    "constructor",
  ],
  ...["toString", "x-authorization", "authorization ", "", "hasOwnProperty", "length"],
] as const;

/** Stand for a token that the event's sender has. */
const TOKEN = "<token>";
const BEARER = "Bearer <token>";
const OFFER = "bearer, <token>";

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    "",
    " ",
    "TOKEN",
    "REQUEST",
    "1.0",
    "2.0",
    "CONNECT",
    [],
    {},
  ),
  fc.constantFrom<unknown>(
    TOKEN,
    BEARER,
    [BEARER],
    [BEARER, BEARER],
    [TOKEN],
    [TOKEN, TOKEN],
    [null],
    [[BEARER]],
  ),
  fc.constantFrom<unknown>(
    `${BEARER},${BEARER}`,
    `${BEARER} `,
    `bearer  ${TOKEN}`,
    `Bearer\t${TOKEN}`,
    `${BEARER}\u0000`,
  ),
  fc.constantFrom<unknown>(
    { authorization: BEARER },
    { Authorization: [BEARER] },
    { access_token: TOKEN },
    { 0: BEARER },
  ),
  fc.constantFrom<unknown>(
    OFFER,
    ["chat", OFFER],
    ["bearer", TOKEN],
    `${OFFER},bearer`,
    `${OFFER}, ${OFFER}`,
    { "Sec-WebSocket-Protocol": OFFER },
  ),
  fc.constantFrom<unknown>(
    { eventType: "CONNECT" },
    { eventType: "CONNECT", requestId: 7 },
    { authorizer: { sub: "x" } },
  ),
  fc.constantFrom<unknown>(
    "x".repeat(100_000),
    `Bearer ${"x".repeat(100_000)}`,
    "Bearer " + "é".repeat(1000),
    "*",
    "?",
  ),
  fc.constantFrom<unknown>(
    "arn:aws:execute-api:eu-west-1:1:a1/*/GET",
    "arn:aws:execute-api:eu-west-1:1:*/prod/GET",
    "arn:aws:execute-api:eu-west-1:1:a1/prod/GET/*/../?:",
    "arn:aws-cn:execute-api:cn-north-1:1:b2/$default/GET",
    "arn:aws:s3:::bucket/key",
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

const path: fc.Arbitrary<readonly string[]> = fc.oneof(
  fc.constantFrom(...TOP).map((name) => [name]),
  fc.tuple(fc.constantFrom(...FIELDS), fc.constantFrom(...NAMES)),
  fc
    .constantFrom("requestId", "eventType", "connectionId", "authorizer")
    .map((name) => ["requestContext", name]),
);

export const absurdEvents: fc.Arbitrary<AbsurdEvent> = fc.record({
  gateway: fc.nat(4),
  team: fc.nat(6),
  token: fc.nat(10),
  sendsHeader: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()),
  sendsParameter: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  sendsSubprotocol: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.boolean()),
  edits: fc.array(fc.record({ path, value }), { maxLength: 4 }),
});

export function tokenOf({ token }: AbsurdEvent, { tokens }: Ground): string {
  return tokens[token] ?? at(["opaque", "a.b.c.d.e", `${at(tokens, 0)}x`], token);
}

export function buildEvent(recipe: AbsurdEvent, ground: Ground): unknown {
  const token = tokenOf(recipe, ground);
  const headers: [string, string][] = [];
  if (recipe.sendsHeader) headers.push(["Authorization", `Bearer ${token}`]);
  if (recipe.sendsSubprotocol) headers.push(["Sec-WebSocket-Protocol", `bearer, ${token}`]);
  const query = recipe.sendsParameter ? ([["access_token", token]] as const) : [];
  const event = authorizerEvent(at(GATEWAYS, recipe.gateway), { headers, query });
  for (const { path: where, value: what } of recipe.edits) overwrite(event, where, what);
  return JSON.parse(JSON.stringify(event).replaceAll(TOKEN, token)) as unknown;
}

function overwrite(
  event: Record<string, unknown>,
  [name = "", member]: readonly string[],
  what: unknown,
): void {
  const holder = Object.hasOwn(event, name) ? event[name] : undefined;
  const isHolder = typeof holder === "object" && holder !== null && !Array.isArray(holder);
  define(event, name, member === undefined ? what : defined(isHolder ? holder : {}, member, what));
}

function defined(holder: object, name: string, what: unknown): object {
  return define({ ...holder }, name, what);
}

/** Also where the name is `__proto__`, as JSON would have it. */
function define(holder: object, name: string, what: unknown): object {
  return Object.defineProperty(holder, name, {
    value: what,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

/** What should be read from an event, written down a second time: its stage and its one credential. */
export interface Reading {
  readonly stage: string | undefined;
  readonly token: string | undefined;
  readonly gateway: "rest-token" | "rest-request" | "http-1.0" | "http-2.0" | "websocket" | undefined;
  /** Whether the gateway would keep the answer under values of which none is the token. */
  readonly isKeptWithoutToken: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

export function readingOf(event: unknown): Reading {
  const fields = asFields(event);
  const isToken = fields["type"] === "TOKEN";
  const isHttp = !isToken && (fields["version"] === "1.0" || fields["version"] === "2.0");
  const isRequest = !isHttp && fields["type"] === "REQUEST" && !("version" in fields);
  if (!isHttp && !isToken && !isRequest)
    return { stage: undefined, token: undefined, gateway: undefined, isKeptWithoutToken: false };
  const isConnect = isRequest && asFields(fields["requestContext"])["eventType"] === "CONNECT";
  const arn = fields[isHttp && fields["version"] === "2.0" ? "routeArn" : "methodArn"];
  const stage = /^(arn:[\w-]+:execute-api:[\w-]+:[\w-]+:[\w-]+\/[\w$-]+)(?=\/|$)/.exec(String(arn))?.[1];
  const sent = isToken
    ? listed(fields["authorizationToken"])
    : named(fields, FIELDS[0], FIELDS[1], /^authorization$/i);
  const asked = isConnect ? named(fields, FIELDS[2], FIELDS[3], /^access_token$/) : [];
  const offered = isConnect
    ? tokensOffered(named(fields, FIELDS[0], FIELDS[1], /^sec-websocket-protocol$/i))
    : [];
  const request = isConnect ? "websocket" : "rest-request";
  return {
    stage: typeof arn === "string" ? stage : undefined,
    token: onlyToken(sent, [...asked, ...offered]),
    gateway: isToken ? "rest-token" : isHttp ? `http-${fields["version"] as "1.0" | "2.0"}` : request,
    isKeptWithoutToken: isHttp && isKeptWithout(sent[0] ?? "", fields),
  };
}

/** What payload 1.0 has as one text with commas, and payload 2.0 as a list; without a source, nothing is kept. */
function isKeptWithout(credential: unknown, { version, identitySource }: Fields): boolean {
  if (version === "1.0")
    return isText(identitySource) && ![identitySource, ...identitySource.split(",")].some(is(credential));
  const texts = Array.isArray(identitySource) ? identitySource.filter(isText) : [];
  return texts.length > 0 && !texts.some(is(credential));
}

const isText = (value: unknown): value is string => typeof value === "string";
const is =
  (one: unknown) =>
  (other: unknown): boolean =>
    one === other;

/** All headers are one list, and what follows an item `bearer` is a token. */
function tokensOffered(headers: readonly unknown[]): readonly string[] {
  const items = headers
    .filter(isText)
    .join(",")
    .split(",")
    .map((item) => item.trim());
  return items.flatMap((item, index) => (item === "bearer" ? items.slice(index + 1, index + 2) : []));
}

/** Two credentials are none. */
function onlyToken(sent: readonly unknown[], asked: readonly unknown[]): string | undefined {
  if (sent.length + asked.length !== 1) return undefined;
  const [credential] = [...sent, ...asked];
  if (typeof credential !== "string") return undefined;
  return /^bearer +(\S+)$/i.exec(sent.length === 1 ? credential : `Bearer ${credential}`)?.[1];
}

function named(fields: Fields, single: string, multiple: string, name: RegExp): readonly unknown[] {
  const pick = (holder: unknown): unknown[] =>
    Object.entries(asFields(holder))
      .flatMap(([key, found]) => (name.test(key) ? [listed(found)] : []))
      .flat();
  const many = pick(fields[multiple]).flat();
  return many.length > 0 ? many : pick(fields[single]);
}

function listed(found: unknown): readonly unknown[] {
  return found === undefined || found === null ? [] : [found];
}

function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
