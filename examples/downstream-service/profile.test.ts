import { afterAll, expect, it } from "@jest/globals";
import { createAuthorizer } from "auth0-api-gateway-authorizer";
import { httpApi, startFakeTenant } from "auth0-api-gateway-authorizer/testing";
import { greet, profile, withIdentity } from "./profile.ts";

const tenant = await startFakeTenant();
afterAll(() => tenant.close());
const authorizer = createAuthorizer(tenant.settings, { write: () => undefined });
const headers = { Authorization: `Bearer ${tenant.idToken()}` };

it("tells callers of an HTTP API who they are", async () => {
  const api = httpApi({ authorizer, routes: { "GET /profile": profile } });
  const response = await api.fetch("/profile", { headers });
  expect(await response.json()).toEqual({
    email: "alice@example.com",
    emailVerified: true,
    signedInBy: tenant.issuer,
  });
});

it("greets them through a middleware", async () => {
  const greeting = (event: Parameters<typeof withIdentity.before>[0]["event"], context: object) => {
    withIdentity.before({ event, context });
    return greet(event, context);
  };
  const api = httpApi({ authorizer, routes: { "GET /greeting": greeting } });
  expect(await (await api.fetch("/greeting", { headers })).text()).toBe("Hello alice@example.com");
});
