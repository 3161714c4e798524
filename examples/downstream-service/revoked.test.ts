import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createAuthorizer } from "auth0-api-gateway-authorizer";
import {
  restApi,
  startRevocationTable,
  startFakeTenant,
  type RevocationTable,
  type RoutedApi,
  type FakeTenant,
} from "auth0-api-gateway-authorizer/testing";
import { list } from "./orders.ts";

let now = Date.now();
const clock = () => now;

let tenant: FakeTenant;
let table: RevocationTable;
let api: RoutedApi;
beforeAll(async () => {
  tenant = await startFakeTenant({ clock });
  table = await startRevocationTable({ clock });
  const settings = { ...tenant.settings, ...table.settings };
  api = restApi({
    type: "request",
    authorizer: createAuthorizer(settings, { clock, env: table.environment, write: () => undefined }),
    routes: { "GET /orders": list },
    ttlSeconds: 60,
    clock,
  });
});
afterAll(() => Promise.all([tenant.close(), table.close()]));

it("refuses a revoked user once the gateway's cache has expired", async () => {
  const headers = { Authorization: `Bearer ${tenant.idToken()}` };
  expect((await api.fetch("/orders", { headers })).status).toBe(200);
  table.revokeUser("auth0|alice");
  now += 60_001;
  expect((await api.fetch("/orders", { headers })).status).toBe(401);
});
