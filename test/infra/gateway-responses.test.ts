import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { restApi, startFakeTenant, type RestApiOptions, type FakeTenant } from "../../src/testing/index.ts";
import { evaluated } from "./cloudformation.ts";
import { packageService, type Packaged } from "./packaged.ts";

type GatewayResponses = NonNullable<RestApiOptions["gatewayResponses"]>;

const METADATA = "https://api.example.com/.well-known/oauth-protected-resource";

let tenant: FakeTenant;
let silent: Packaged;
let telling: Packaged;
beforeAll(async () => {
  tenant = await startFakeTenant();
  silent = await packageService("deploy=whoami", "CORS_ORIGIN=https://app.example.com");
  telling = await packageService("deploy=whoami", "REASON_IN_403=true", `RESOURCE_METADATA=${METADATA}`);
});
afterAll(() => tenant.close());

function gatewayResponses(template: Template): GatewayResponses {
  return getResources(template, "AWS::ApiGateway::GatewayResponse").map(
    ({ properties }) => evaluated(template, properties) as GatewayResponses[number],
  );
}

/** Calls an API that has these gateway responses, with our authorizer before it. */
function call(packaged: Packaged, token?: string): Promise<Response> {
  const authorizer = createAuthorizer({ ...tenant.settings, logLevel: "silent" });
  const routes = { "GET /hello": () => Promise.resolve({ statusCode: 200, body: "hello" }) };
  const responses = gatewayResponses(packaged.template);
  const api = restApi({ type: "request", authorizer, routes, gatewayResponses: responses });
  return api.fetch("/hello", token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
}

test.each([
  ["no token", undefined],
  ["a wrong token", "not.a.token"],
])("%s: 401 with a challenge, which a page of the named origin may read", async (_, token) => {
  const response = await call(silent, token);
  expect(response.status).toBe(401);
  expect(response.headers.get("www-authenticate")).toBe('Bearer realm="api"');
  expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  expect(response.headers.get("access-control-expose-headers")).toBe("WWW-Authenticate");
  expect(await response.json()).toEqual({ message: "Unauthorized" });
});

test("the challenge of a 401 names the metadata of the resource, where there is some", async () => {
  const { headers } = await call(telling);
  expect(headers.get("www-authenticate")).toBe(`Bearer realm="api", resource_metadata="${METADATA}"`);
});

test("a caller who is refused: 403, without the reason unless it shall be told", async () => {
  const unverified = tenant.idToken({ claims: { email_verified: false } });
  const response = await call(silent, unverified);
  expect(response.status).toBe(403);
  expect(response.headers.get("www-authenticate")).toBe('Bearer realm="api", error="insufficient_scope"');
  expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
  expect(await response.json()).toEqual({ message: "Forbidden" });
  expect(await (await call(telling, unverified)).json()).toEqual({
    message: "Forbidden",
    reason: "email_not_verified",
  });
});

test("no keys: 503, to try again in a few seconds, for any page unless told otherwise", async () => {
  tenant.fail(503);
  const response = await call(telling, tenant.idToken());
  tenant.fail();
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(await response.json()).toEqual({ message: "Try again" });
});
