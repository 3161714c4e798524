import { httpApi } from "../../src/testing/gateway/http-api.ts";
import type { Lambda } from "../../src/testing/gateway/lambda.ts";
import { restApi } from "../../src/testing/gateway/rest-api.ts";
import { webSocketApi } from "../../src/testing/gateway/websocket-api.ts";
import { NOW } from "../tokens.ts";

/** Sends one request through a gateway and returns the event that the backend receives. */
export type Send = (authorizers: Authorizers, token: string) => Promise<object>;

export interface Authorizers {
  readonly policy: Lambda;
  readonly simple: Lambda;
}

/** Where an identity can come from: every kind of gateway, with every kind of authorizer and event behind it. */
export const GATEWAYS = {
  "rest-token": rest("token"),
  "rest-request": rest("request"),
  "http-1.0-policy": http("1.0", "policy"),
  "http-1.0-simple": http("1.0", "simple"),
  "http-2.0-policy": http("2.0", "policy"),
  "http-2.0-simple": http("2.0", "simple"),
  "websocket-connect": webSocket("$connect"),
  "websocket-message": webSocket("$default"),
} as const satisfies Readonly<Record<string, Send>>;

export type GatewayName = keyof typeof GATEWAYS;

const TARGET = "/orders/7?verbose=1";
const ROUTE = "GET /orders/{id}";
const clock = (): number => NOW * 1000;

/** A route without an authorizer; WebSocket APIs have none, because their emulator always asks one. */
export const UNGUARDED: Partial<Record<GatewayName, () => Promise<object>>> = {
  "rest-token": () => openRoute((open) => restApi({ ...open, type: "token" })),
  "rest-request": () => openRoute((open) => restApi({ ...open, type: "request" })),
  "http-1.0-policy": () => openRoute((open) => httpApi({ ...open, integrationPayload: "1.0" })),
  "http-2.0-policy": () => openRoute(httpApi),
};

function rest(type: "token" | "request"): Send {
  return async ({ policy }, token) => {
    const { behind, event } = listener();
    await restApi({ type, authorizer: policy, routes: { [ROUTE]: behind }, clock }).fetch(
      TARGET,
      bearer(token),
    );
    return event();
  };
}

function http(integrationPayload: "1.0" | "2.0", form: keyof Authorizers): Send {
  return async (authorizers, token) => {
    const { behind, event } = listener();
    const routes = { [ROUTE]: behind };
    const simpleResponses = form === "simple";
    const authorizer = authorizers[form];
    await httpApi({ authorizer, routes, simpleResponses, integrationPayload, clock }).fetch(
      TARGET,
      bearer(token),
    );
    return event();
  };
}

function webSocket(route: "$connect" | "$default"): Send {
  return async ({ policy }, token) => {
    const { behind, event } = listener();
    const api = webSocketApi({ authorizer: policy, routes: { [route]: behind }, clock });
    const connection = await api.connect(`?access_token=${token}`);
    await connection.send({ action: "greet" });
    return event();
  };
}

interface OpenApi {
  readonly authorizer: Lambda;
  readonly routes: Readonly<Record<string, Lambda>>;
  readonly openRoutes: Readonly<Record<string, Lambda>>;
  readonly clock: () => number;
}

async function openRoute(
  api: (options: OpenApi) => { fetch(target: string): Promise<unknown> },
): Promise<object> {
  const { behind, event } = listener();
  await api({ authorizer: () => "never asked", routes: {}, openRoutes: { [ROUTE]: behind }, clock }).fetch(
    TARGET,
  );
  return event();
}

function bearer(token: string): { headers: Record<string, string> } {
  return { headers: { Authorization: `Bearer ${token}` } };
}

/** A backend, and the event that it was called with. */
function listener(): { behind: Lambda; event: () => object } {
  const events: object[] = [];
  return {
    behind: (event) => {
      events.push(event);
      return { statusCode: 200 };
    },
    event: () => {
      const [event] = events;
      if (event === undefined) throw new Error("the gateway let nobody through");
      return event;
    },
  };
}
