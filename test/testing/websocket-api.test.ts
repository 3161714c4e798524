import { describe, expect, it } from "@jest/globals";
import { webSocketApi, type HandshakeError } from "../../src/testing/index.ts";
import { answering, ok, policy, throwing } from "./lambdas.ts";

const TOKEN = "?access_token=t";
const ARN = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/$connect";

describe("the handshake", () => {
  it.each([
    ["the authorizer throws anything but `Unauthorized`", throwing("broken"), TOKEN, 500],
    [
      "the authorizer returns the error of a thrown `Unauthorized`",
      answering({ errorMessage: "Unauthorized" }),
      TOKEN,
      401,
    ],
    [
      "the policy is for a method and a path",
      answering(policy("Allow", { resource: `${ARN.replace("$connect", "GET")}/*` })),
      TOKEN,
      403,
    ],
    [
      "the answer has more than 8 KB",
      answering(policy("Allow", { context: { a: "a".repeat(8192) } })),
      TOKEN,
      500,
    ],
  ])("is refused where %s", async (_, authorizer, target, status) => {
    const $connect = ok();
    const connecting = webSocketApi({ authorizer, routes: { $connect } }).connect(target);
    await expect(connecting).rejects.toMatchObject({ name: "HandshakeError", status });
    expect($connect.events).toHaveLength(0);
  });

  it("is refused where the backend of `$connect` refuses", async () => {
    const routes = { $connect: answering({ statusCode: 409 }) };
    const connecting = webSocketApi({ authorizer: answering(policy()), routes }).connect(TOKEN);
    await expect(connecting).rejects.toMatchObject({ status: 409 });
  });

  it("tells a malformed answer from an authorizer that fails by the body", async () => {
    const bodies = [answering({}), throwing("broken")].map(async (authorizer) => {
      const refused = webSocketApi({ authorizer, routes: {} }).connect(TOKEN);
      const { body } = (await refused.catch((error: unknown) => error)) as HandshakeError;
      return (JSON.parse(body) as { message: string }).message;
    });
    expect(await Promise.all(bodies)).toEqual(["", "Internal server error"]);
  });

  it.each([
    ["connectionId", 101],
    ["connectedAt", 101],
    ["requestTimeEpoch", 101],
    ["eventType", 401],
    ["messageDirection", 401],
  ])("with the identity source `context.%s` ends in %i", async (name, status) => {
    const identitySources = [`context.${name}`];
    const connecting = webSocketApi({
      authorizer: answering(policy()),
      identitySources,
      routes: {},
    }).connect();
    if (status === 101) await expect(connecting).resolves.toBeDefined();
    else await expect(connecting).rejects.toMatchObject({ status });
  });
});

describe("a token among the subprotocols", () => {
  const identitySources = ["route.request.header.Sec-WebSocket-Protocol"];
  const protocols = ["bearer", "a.b.c"];
  const selecting = (headers?: object) => answering({ statusCode: 200, ...(headers && { headers }) });

  it("comes to the authorizer as a browser sends it", async () => {
    const authorizer = answering(policy());
    const $connect = selecting({ "Sec-WebSocket-Protocol": "bearer" });
    const api = webSocketApi({ authorizer, identitySources, routes: { $connect } });
    const { protocol } = await api.connect("", { protocols });
    expect(protocol).toBe("bearer");
    expect(authorizer.events).toMatchObject([{ headers: { "Sec-WebSocket-Protocol": "bearer, a.b.c" } }]);
  });

  it("is an identity source: without it, the handshake is refused and the authorizer is not called", async () => {
    const authorizer = answering(policy());
    const connecting = webSocketApi({ authorizer, identitySources, routes: {} }).connect();
    await expect(connecting).rejects.toMatchObject({ status: 401 });
    expect(authorizer.events).toEqual([]);
  });

  it.each([
    ["none", undefined, "selected none of the offered"],
    ["one that was not offered", { "sec-websocket-protocol": "chat" }, "that was not offered"],
  ])("is of no use to a browser where the backend of `$connect` selects %s", async (_, headers, message) => {
    const routes = { $connect: selecting(headers) };
    const api = webSocketApi({ authorizer: answering(policy()), identitySources, routes });
    const connecting = api.connect("", { protocols });
    await expect(connecting).rejects.toThrow(message);
    await expect(connecting).rejects.toMatchObject({ name: "SubprotocolError" });
  });

  it("is not what a connection without subprotocols speaks", async () => {
    const { protocol } = await webSocketApi({ authorizer: answering(policy()), routes: {} }).connect(TOKEN);
    expect(protocol).toBe("");
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

  it("is closed as its client says, or normally", async () => {
    const $disconnect = ok();
    const api = webSocketApi({ authorizer: answering(policy()), routes: { $disconnect } });
    await (await api.connect(TOKEN)).close();
    await (await api.connect(TOKEN)).close(4000, "bored");
    expect($disconnect.events).toMatchObject([
      { requestContext: { disconnectStatusCode: 1000, disconnectReason: "" } },
      { requestContext: { disconnectStatusCode: 4000, disconnectReason: "bored" } },
    ]);
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
