import { ARN, type RecordedEvent } from "./recorded-event.ts";

const SOCKET_CONTEXT =
  "routeKey eventType extendedRequestId requestTime messageDirection stage connectedAt requestTimeEpoch identity requestId domainName connectionId apiId";

export const WEBSOCKET_EVENTS: readonly RecordedEvent[] = [
  {
    api: "WebSocket",
    of: "the authorizer",
    where: "there is everything",
    sent: {
      to: "?tenant=one&dup=one&dup=two&text=a+b",
      headers: { Authorization: "allow-1", Origin: "https://app.example.com" },
    },
    setup: { stageVariables: { variable: "1" } },
    keys: {
      "": "type methodArn headers multiValueHeaders queryStringParameters multiValueQueryStringParameters stageVariables requestContext",
      queryStringParameters: "tenant dup text",
      requestContext: SOCKET_CONTEXT,
      "requestContext.identity": "userAgent sourceIp",
    },
    has: {
      methodArn: `${ARN}/prod/$connect`,
      headers: {
        Authorization: "allow-1",
        Origin: "https://app.example.com",
        Connection: "upgrade",
        Upgrade: "websocket",
        "content-length": "0",
      },
      queryStringParameters: { dup: "two", text: "a b" },
      multiValueQueryStringParameters: { dup: ["one", "two"] },
      stageVariables: { variable: "1" },
      requestContext: { routeKey: "$connect", eventType: "CONNECT", messageDirection: "IN" },
    },
    lacks: ["version", "identitySource", "path", "requestContext.accountId", "requestContext.messageId"],
  },
  {
    api: "WebSocket",
    of: "the backend",
    where: "there is everything",
    sent: { to: "?tenant=one&dup=one&dup=two&a=1", headers: { Authorization: "allow-1" } },
    setup: { stageVariables: { variable: "1" } },
    keys: {
      "": "headers multiValueHeaders queryStringParameters multiValueQueryStringParameters stageVariables requestContext isBase64Encoded",
      queryStringParameters: "a dup tenant",
    },
    has: {
      headers: { Authorization: "allow-1", "Sec-WebSocket-Version": "13" },
      isBase64Encoded: false,
      requestContext: { authorizer: { principalId: "caller", integrationLatency: 24 } },
    },
    lacks: ["type", "methodArn", "body", "headers.Connection", "headers.Upgrade", "headers.content-length"],
  },
];

/** What comes over a connection after its handshake. */
export const LATER_EVENTS = {
  message: {
    keys: "stageVariables requestContext body isBase64Encoded",
    has: {
      stageVariables: { variable: "1" },
      body: "hello",
      isBase64Encoded: false,
      requestContext: { routeKey: "$default", eventType: "MESSAGE" },
    },
  },
  disconnect: {
    keys: "headers multiValueHeaders stageVariables requestContext isBase64Encoded",
    has: {
      multiValueHeaders: { "x-api-key": [""] },
      requestContext: {
        routeKey: "$disconnect",
        eventType: "DISCONNECT",
        disconnectStatusCode: 1000,
        disconnectReason: "done",
      },
    },
  },
};
