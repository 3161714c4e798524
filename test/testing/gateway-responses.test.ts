import { expect, it } from "@jest/globals";
import { restApi } from "../../src/testing/index.ts";
import { answering, BEARER, ok, policy, throwing } from "./lambdas.ts";

const CORS = { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" };
const gatewayResponses = [
  {
    ResponseType: "UNAUTHORIZED",
    ResponseParameters: { ...CORS, "gatewayresponse.header.WWW-Authenticate": "'Bearer'" },
  },
  {
    ResponseType: "ACCESS_DENIED",
    StatusCode: "404",
    ResponseTemplates: {
      "application/problem+json":
        '{"title":$context.error.messageString,"reason":"$context.authorizer.reason"}',
    },
  },
  {
    ResponseType: "DEFAULT_4XX",
    ResponseParameters: {
      "gatewayresponse.header.Access-Control-Allow-Origin": "method.request.header.Origin",
    },
  },
  { ResponseType: "DEFAULT_5XX", ResponseParameters: CORS, StatusCode: 503 },
];

function api(authorizer: Parameters<typeof restApi>[0]["authorizer"]) {
  return restApi({ type: "request", authorizer, routes: { "GET /whoami": ok() }, gatewayResponses });
}

it("adds the headers of the response's own type, even to a 401 that no Lambda saw", async () => {
  for (const options of [{}, BEARER]) {
    const { status, headers } = await api(throwing("Unauthorized")).fetch("/whoami", options);
    expect([status, headers.get("www-authenticate"), headers.get("access-control-allow-origin")]).toEqual([
      401,
      "Bearer",
      "*",
    ]);
  }
});

it("fills the template of a Deny with what the authorizer's context says", async () => {
  const denied = await api(answering(policy("Deny", { context: { reason: "email_missing" } }))).fetch(
    "/whoami",
    BEARER,
  );
  expect([denied.status, denied.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  expect(await denied.json()).toEqual({
    title: "User is not authorized to access this resource with an explicit deny in an identity-based policy",
    reason: "email_missing",
  });
});

it("falls back to the default of the status class", async () => {
  const headers = { ...BEARER.headers, Origin: "https://app.example.com" };
  const notFound = await api(answering(policy())).fetch("/nowhere", { headers });
  expect(notFound.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  const broken = await api(throwing("broken")).fetch("/whoami", BEARER);
  expect([broken.status, broken.headers.get("access-control-allow-origin")]).toEqual([503, "*"]);
});

it("leaves what the backend answers alone", async () => {
  const response = await api(answering(policy())).fetch("/whoami", BEARER);
  expect(response.headers.has("access-control-allow-origin")).toBe(false);
});
