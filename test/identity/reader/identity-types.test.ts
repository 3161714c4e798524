import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type {
  APIGatewayProxyEvent,
  APIGatewayProxyEventV2,
  APIGatewayProxyEventV2WithLambdaAuthorizer,
  APIGatewayProxyHandler,
  APIGatewayProxyHandlerV2,
  APIGatewayProxyHandlerV2WithLambdaAuthorizer,
  APIGatewayProxyWebsocketEventV2,
  APIGatewayProxyWebsocketHandlerV2,
  APIGatewayProxyWithLambdaAuthorizerEvent,
  APIGatewayProxyWithLambdaAuthorizerHandler,
  SQSEvent,
} from "aws-lambda";
import { createAuthorizer } from "../../../src/authorizer/create-authorizer.ts";
import {
  identityFrom,
  type CallerIdentity,
  type IdentityContext,
} from "../../../src/identity/reader/identity-from.ts";
import {
  httpApi,
  restApi,
  startFakeTenant,
  webSocketApi,
  type Lambda,
  type RoutedApi,
  type FakeTenant,
} from "../../../src/testing/index.ts";

/** The handlers' types are the test: `tsc` reads this file without a cast. */
const body = (identity: CallerIdentity): string => identity.email ?? "";
const ok = (identity: CallerIdentity) => Promise.resolve({ statusCode: 200, body: body(identity) });
const rest: APIGatewayProxyHandler = (event) => ok(identityFrom(event));
const restTyped: APIGatewayProxyWithLambdaAuthorizerHandler<IdentityContext> = (event) => {
  event.requestContext.authorizer.sub satisfies string;
  return ok(identityFrom(event));
};
const http: APIGatewayProxyHandlerV2 = (event) => ok(identityFrom(event));
const httpTyped: APIGatewayProxyHandlerV2WithLambdaAuthorizer<IdentityContext> = (event) => {
  event.requestContext.authorizer.lambda.sub satisfies string;
  return ok(identityFrom(event));
};
const message: APIGatewayProxyWebsocketHandlerV2 = (event) => ok(identityFrom(event));

export function accepted(
  ...[a, b, c, d, e]: [
    APIGatewayProxyEvent,
    APIGatewayProxyWithLambdaAuthorizerEvent<IdentityContext>,
    APIGatewayProxyEventV2,
    APIGatewayProxyEventV2WithLambdaAuthorizer<IdentityContext>,
    APIGatewayProxyWebsocketEventV2,
  ]
): readonly CallerIdentity[] {
  return [identityFrom(a), identityFrom(b), identityFrom(c), identityFrom(d), identityFrom(e)];
}

export function refused(event: APIGatewayProxyEvent, queue: SQSEvent, identity: CallerIdentity): void {
  // @ts-expect-error an event that came through no gateway
  identityFrom(queue);
  // @ts-expect-error the context alone
  identityFrom(event.requestContext);
  // @ts-expect-error a headers object
  identityFrom(event.headers);
  // @ts-expect-error a token may have no email
  identity.email.toLowerCase();
  // @ts-expect-error an identity is read only
  identity.subject = "somebody else";
  // @ts-expect-error so are its lists
  identity.permissions satisfies string[];
  // @ts-expect-error a date, not seconds
  identity.expiresAt satisfies number;
}

let tenant: FakeTenant;
beforeAll(async () => {
  tenant = await startFakeTenant();
});
afterAll(() => tenant.close());

function authorizer(): Lambda {
  return createAuthorizer(tenant.settings, { write: () => undefined });
}

const APIS: readonly [string, () => RoutedApi][] = [
  ["REST", () => restApi({ type: "token", authorizer: authorizer(), routes: { "GET /": rest } })],
  [
    "REST, typed",
    () => restApi({ type: "request", authorizer: authorizer(), routes: { "GET /": restTyped } }),
  ],
  [
    "HTTP 1.0",
    () => httpApi({ integrationPayload: "1.0", authorizer: authorizer(), routes: { "GET /": rest } }),
  ],
  ["HTTP 2.0", () => httpApi({ authorizer: authorizer(), routes: { "GET /": http } })],
  ["HTTP 2.0, typed", () => httpApi({ authorizer: authorizer(), routes: { "GET /": httpTyped } })],
];

it.each(APIS)("a handler of %s, typed by @types/aws-lambda, gets the identity", async (_, api) => {
  const headers = { Authorization: `Bearer ${tenant.idToken()}` };
  const response = await api().fetch("/", { headers });
  expect([response.status, await response.text()]).toEqual([200, "alice@example.com"]);
});

it("a handler of WebSocket messages, typed by @types/aws-lambda, gets the identity", async () => {
  const api = webSocketApi({ authorizer: authorizer(), routes: { $default: message } });
  const connection = await api.connect(`?access_token=${tenant.idToken()}`);
  expect(await connection.send("hello")).toEqual({ statusCode: 200, body: "alice@example.com" });
});
