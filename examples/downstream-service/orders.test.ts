import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createAuthorizer } from "auth0-api-gateway-authorizer";
import {
  restApi,
  startFakeTenant,
  type RoutedApi,
  type FakeTenant,
} from "auth0-api-gateway-authorizer/testing";
import { list, remove } from "./orders.ts";

let now = Date.now();
const clock = () => now;
const log: string[] = [];

let tenant: FakeTenant;
let api: RoutedApi;
beforeAll(async () => {
  tenant = await startFakeTenant({ clock });
  api = restApi({
    type: "request",
    authorizer: createAuthorizer(tenant.settings, { clock, write: (line) => log.push(line) }),
    routes: { "GET /orders": list, "DELETE /orders/{id}": remove },
    clock,
  });
});
afterAll(() => tenant.close());

it("shows callers their own orders", async () => {
  const headers = { Authorization: `Bearer ${tenant.idToken()}` };
  const response = await api.fetch("/orders", { headers });
  expect(await response.json()).toEqual([{ id: "1", owner: "auth0|alice" }]);
});

it("lets only those remove an order who have the permission", async () => {
  const removeAs = async (permissions: string[]) => {
    const headers = { Authorization: `Bearer ${tenant.accessToken({ permissions })}` };
    return (await api.fetch("/orders/2", { method: "DELETE", headers })).status;
  };
  expect(await removeAs([])).toBe(403);
  expect(await removeAs(["delete:orders"])).toBe(204);
});

it("is closed to attackers, and to users whose email is not verified", async () => {
  expect((await api.fetch("/orders")).status).toBe(401);
  const bob = { sub: "auth0|bob", email: "bob@example.com", email_verified: false };
  const headers = { Authorization: `Bearer ${tenant.idToken({ user: bob })}` };
  expect((await api.fetch("/orders", { headers })).status).toBe(403);
});

it("is closed when the token ends, though the gateway still has its answer", async () => {
  const headers = {
    Authorization: `Bearer ${tenant.idToken({ claims: { exp: Math.floor(now / 1000) + 60 } })}`,
  };
  expect((await api.fetch("/orders", { headers })).status).toBe(200);
  now += 70_000;
  expect((await api.fetch("/orders", { headers })).status).toBe(403);
});
