import { expect, it } from "@jest/globals";
import { webSocketApi } from "../../../src/testing/index.ts";
import { answering, ok, policy, recorder } from "../lambdas.ts";
import { HTTP_EVENTS } from "./http-events.ts";
import { REST_EVENTS } from "./rest-events.ts";
import { Stage } from "./stage.ts";
import { LATER_EVENTS, WEBSOCKET_EVENTS } from "./websocket-events.ts";

const EVENTS = [...REST_EVENTS, ...HTTP_EVENTS, ...WEBSOCKET_EVENTS];

it.each(EVENTS)("$of of $api gets the recorded event where $where", async (row) => {
  const stage = new Stage(row.api, row.setup);
  await stage.call({ sent: row.sent });
  const [event] = (row.of === "the authorizer" ? stage.authorizer : stage.behind).events;
  for (const [path, names] of Object.entries(row.keys ?? {})) expect(keysAt(event, path)).toBe(names);
  expect(event).toMatchObject(row.has ?? {});
  for (const path of row.lacks ?? []) expect(event).not.toHaveProperty(path.split("."));
});

it("shares the request's names between the authorizer's event, the Lambda's event and the response", async () => {
  for (const [api, header] of [
    ["REST REQUEST", "x-amz-apigw-id"],
    ["HTTP 1.0", "apigw-requestid"],
  ] as const) {
    const stage = new Stage(api);
    const { headers } = await stage.call({});
    const [event] = stage.authorizer.events;
    expect(event).toHaveProperty("requestContext.extendedRequestId", headers[header]);
    expect(stage.behind.events[0]).toHaveProperty("requestContext.requestId", requestId(event));
  }
});

it("lists several sources with payload 2.0 in an order that changes from call to call", async () => {
  const identitySources = [
    "$request.header.Authorization",
    "$request.querystring.tenant",
    "$context.routeKey",
  ];
  const stage = new Stage("HTTP 2.0", { identitySources });
  const sent = { to: "/a?tenant=one&tenant=two" };
  await stage.call({ sent });
  await stage.call({ sent });
  expect(stage.authorizer.events.map(({ identitySource }) => identitySource)).toEqual([
    ["allow-1", "one,two", "ANY /a"],
    ["one,two", "ANY /a", "allow-1"],
  ]);
});

it("keeps the authorizer's words on a connection, and how long it took for the handshake alone", async () => {
  const [$connect, $default, $disconnect] = [ok(), ok(), ok()];
  const authorizer = answering(policy("Allow", { context: { number: 7 } }));
  const api = webSocketApi({
    authorizer,
    routes: { $connect, $default, $disconnect },
    stageVariables: { variable: "1" },
  });
  const connection = await api.connect("?access_token=t");
  await connection.send("hello");
  await connection.close(1000, "done");

  const words = { principalId: "auth0|alice", number: "7" };
  expect($connect.events[0]).toHaveProperty("requestContext.authorizer", {
    ...words,
    integrationLatency: expect.any(Number),
  });
  for (const [lambda, row] of [
    [$default, LATER_EVENTS.message],
    [$disconnect, LATER_EVENTS.disconnect],
  ] as const) {
    expect(keysAt(lambda.events[0], "")).toBe(row.keys);
    expect(lambda.events[0]).toMatchObject(row.has);
    expect(lambda.events[0]).toHaveProperty("requestContext.authorizer", words);
  }
  expect($default.events[0]).toHaveProperty("requestContext.messageId");
  expect(keysAt($disconnect.events[0], "headers")).toBe("Host x-api-key X-Forwarded-For x-restapi");
  const ids = [$connect, $default, $disconnect].map(({ events }) => connectionId(events[0]));
  expect(new Set(ids).size).toBe(1);
});

it("keeps an open connection, though its caller would not get in any more", async () => {
  let effect = "Allow";
  const $default = ok();
  const api = webSocketApi({ authorizer: recorder(() => policy(effect)), routes: { $default } });
  const connection = await api.connect("?access_token=t");
  effect = "Deny";
  await expect(api.connect("?access_token=t")).rejects.toMatchObject({ status: 403 });
  await connection.send("hello");
  expect($default.events).toMatchObject([{ requestContext: { authorizer: { principalId: "auth0|alice" } } }]);
});

it("names the request of a REST API by a UUID, as its response does", async () => {
  const stage = new Stage("REST REQUEST");
  const { headers } = await stage.call({});
  expect(headers["x-amzn-requestid"]).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(stage.authorizer.events[0]).toHaveProperty("requestContext.requestId", headers["x-amzn-requestid"]);
});

function keysAt(event: unknown, path: string): string {
  const names = path === "" ? [] : path.split(".");
  const found = names.reduce((value, name) => (value as Record<string, unknown>)[name], event);
  return Object.keys(found as object).join(" ");
}

function requestId(event: unknown): unknown {
  return (event as { requestContext: { requestId: string } }).requestContext.requestId;
}

function connectionId(event: unknown): unknown {
  return (event as { requestContext: { connectionId: string } }).requestContext.connectionId;
}
