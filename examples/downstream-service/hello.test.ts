import { afterAll, expect, it } from "@jest/globals";
import { createAuthorizer } from "auth0-api-gateway-authorizer";
import { restApi, startFakeTenant } from "auth0-api-gateway-authorizer/testing";
import { handler } from "./hello.ts";

const tenant = await startFakeTenant();
afterAll(() => tenant.close());

const api = restApi({
  type: "request",
  authorizer: createAuthorizer(tenant.settings, { write: () => undefined }),
  routes: { "GET /hello": handler },
});

it("greets callers by their email", async () => {
  const headers = { Authorization: `Bearer ${tenant.idToken()}` };
  expect(await (await api.fetch("/hello", { headers })).text()).toBe("Hello alice@example.com");
});
