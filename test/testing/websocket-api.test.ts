import { describe, expect, it } from "@jest/globals";
import { webSocketApi } from "../../src/testing/index.ts";
import { answering, ok, policy, throwing } from "./lambdas.ts";

const TOKEN = "?access_token=t";
const ARN = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/$connect";

describe("the handshake", () => {
  it.each([
    ["the identity source is missing", answering(policy()), "", 401],
    ["the authorizer throws `Unauthorized`", throwing("Unauthorized"), TOKEN, 401],
    ["the policy denies", answering(policy("Deny")), TOKEN, 403],
    [
      "the policy is for a method and a path",
      answering(policy("Allow", { resource: `${ARN.replace("$connect", "GET")}/*` })),
      TOKEN,
      403,
    ],
    ["the authorizer throws anything else", throwing("broken"), TOKEN, 500],
    ["the context holds an object", answering(policy("Allow", { context: { a: [] } })), TOKEN, 500],
    [
      "the answer has more than 8 KB",
      answering(policy("Allow", { context: { a: "a".repeat(8192) } })),
      TOKEN,
      500,
    ],
  ])("is refused where %s", async (_, authorizer, target, status) => {
    const $connect = ok();
    const connecting = webSocketApi({ authorizer, routes: { $connect } }).connect(target);
    await expect(connecting).rejects.toMatchObject({ name: "HandshakeRefused", status });
    expect($connect.events).toHaveLength(0);
  });

  it("is refused where the Lambda behind `$connect` refuses", async () => {
    const routes = { $connect: answering({ statusCode: 409 }) };
    const connecting = webSocketApi({ authorizer: answering(policy()), routes }).connect(TOKEN);
    await expect(connecting).rejects.toMatchObject({ status: 409 });
  });

  it("asks the authorizer with the event of a `$connect`", async () => {
    const authorizer = answering(policy("Allow", { resource: ARN }));
    await webSocketApi({ authorizer, routes: {} }).connect(TOKEN);
    expect(authorizer.events[0]).toMatchObject({
      type: "REQUEST",
      methodArn: ARN,
      queryStringParameters: { access_token: "t" },
      multiValueQueryStringParameters: { access_token: ["t"] },
      requestContext: { eventType: "CONNECT", routeKey: "$connect" },
    });
    for (const key of ["path", "httpMethod", "resource", "pathParameters"]) {
      expect(authorizer.events[0]).not.toHaveProperty(key);
    }
  });

  it("asks the authorizer every time", async () => {
    const authorizer = answering(policy());
    const api = webSocketApi({ authorizer, routes: {} });
    await api.connect(TOKEN);
    await api.connect(TOKEN);
    expect(authorizer.events).toHaveLength(2);
  });
});

describe("a connection", () => {
  it("carries the authorizer's context, as strings, in every event until it is closed", async () => {
    const [$connect, greet, $default, $disconnect] = [ok(), ok(), ok(), ok()];
    const authorizer = answering(policy("Allow", { context: { sub: "auth0|alice", exp: 1 } }));
    const api = webSocketApi({ authorizer, routes: { $connect, greet, $default, $disconnect } });
    const connection = await api.connect(TOKEN);
    await connection.send({ action: "greet" });
    await connection.send("no JSON");
    await connection.close();
    const events = [$connect, greet, $default, $disconnect].map((lambda) => lambda.events);
    expect(events.map((all) => all.length)).toEqual([1, 1, 1, 1]);
    expect(events.flat()).toMatchObject(
      ["CONNECT", "MESSAGE", "MESSAGE", "DISCONNECT"].map((eventType) => ({ requestContext: { eventType } })),
    );
    for (const event of events.flat()) {
      expect(event).toMatchObject({ requestContext: { authorizer: { sub: "auth0|alice", exp: "1" } } });
    }
    expect(greet.events[0]).not.toHaveProperty("headers");
    expect(authorizer.events).toHaveLength(1);
  });

  it("answers a message without a route by itself", async () => {
    const connection = await webSocketApi({ authorizer: answering(policy()), routes: {} }).connect(TOKEN);
    expect(await connection.send("hello")).toEqual({ message: "Forbidden" });
  });

  it.each([
    ["after 10 minutes of silence", [601]],
    ["after 2 hours", Array.from({ length: 13 }, () => 599)],
  ])("is closed %s", async (_, pauses) => {
    let now = 0;
    const api = webSocketApi({
      authorizer: answering(policy()),
      routes: { $default: ok() },
      clock: () => now,
    });
    const connection = await api.connect(TOKEN);
    const sending = async (): Promise<void> => {
      for (const seconds of pauses) {
        now += seconds * 1000;
        await connection.send("hello");
      }
    };
    await expect(sending()).rejects.toThrow("closed");
    expect(now / 1000).toBe(pauses.reduce((sum, seconds) => sum + seconds));
  });
});
