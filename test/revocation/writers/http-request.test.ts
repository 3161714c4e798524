import { describe, expect, test } from "@jest/globals";
import { readHttpRequest } from "../../../src/revocation/writers/http-request.ts";

const FORM = "application/x-www-form-urlencoded";
const BODY = "logout_token=a.b.c";

/** What each of AWS's ways to a Lambda function sends for the same request. */
const EVENTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "a REST API": {
    resource: "/logout",
    httpMethod: "POST",
    headers: { Host: "api.acme.com", "Content-Type": FORM },
    multiValueHeaders: { "Content-Type": [FORM] },
    requestContext: { httpMethod: "POST", stage: "prod" },
    body: BODY,
    isBase64Encoded: false,
  },
  "an HTTP API with payload 1.0": {
    version: "1.0",
    resource: "/logout",
    httpMethod: "POST",
    headers: { "content-type": FORM },
    requestContext: { httpMethod: "POST" },
    body: BODY,
    isBase64Encoded: false,
  },
  "an HTTP API with payload 2.0": {
    version: "2.0",
    routeKey: "POST /logout",
    headers: { "content-type": FORM },
    requestContext: { http: { method: "POST", path: "/logout" } },
    body: Buffer.from(BODY).toString("base64"),
    isBase64Encoded: true,
  },
  "a function URL": {
    version: "2.0",
    routeKey: "$default",
    headers: { "content-type": FORM },
    requestContext: { http: { method: "POST", path: "/" }, domainName: "a1.lambda-url.eu-central-1.on.aws" },
    body: Buffer.from(BODY).toString("base64"),
    isBase64Encoded: true,
  },
};

describe("a request to a Lambda function", () => {
  test.each(Object.entries(EVENTS))("through %s is read alike", (_, event) => {
    expect(readHttpRequest(event)).toEqual({ method: "POST", contentType: FORM, body: BODY });
  });

  test("may have neither headers nor a body", () => {
    const event = { httpMethod: "GET", headers: null, body: null, isBase64Encoded: false };
    expect(readHttpRequest(event)).toEqual({ method: "GET", contentType: "", body: "" });
    expect(readHttpRequest({ ...event, headers: { host: "api.acme.com" } })?.contentType).toBe("");
  });

  test.each([undefined, null, "", {}, { requestContext: {} }, { requestContext: { http: { method: 1 } } }])(
    "is undefined where the event is %j",
    (event) => expect(readHttpRequest(event)).toBeUndefined(),
  );
});
