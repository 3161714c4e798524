import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createAuthorizer } from "auth0-api-gateway-authorizer";
import { httpApi, startFakeTenant, type FakeTenant } from "auth0-api-gateway-authorizer/testing";
import { reports } from "./reports.ts";

let tenant: FakeTenant;
beforeAll(async () => (tenant = await startFakeTenant()));
afterAll(() => tenant.close());

/** The roles and the tenant of its users, as the Action writes them. */
const tokenWith = (roles: unknown): string =>
  tenant.accessToken({
    claims: { "https://acme.com/roles": roles, "https://acme.com/tenant_id": "acme-42" },
  });

it.each([
  [["editor", "content editor"], 200],
  [["reader"], 403],
  [undefined, 403],
  ["editor", 200],
  [{ editor: true }, 500],
])("shows the reports to callers who have the roles %j: %i", async (roles, status) => {
  const contextClaims = { roles: "https://acme.com/roles", tenant_id: "https://acme.com/tenant_id" };
  const authorizer = createAuthorizer({ ...tenant.settings, contextClaims, logLevel: "silent" });
  const api = httpApi({ authorizer, routes: { "GET /reports": reports } });
  const response = await api.fetch("/reports", { headers: { Authorization: `Bearer ${tokenWith(roles)}` } });
  expect(response.status).toBe(status);
  if (status === 200) expect(await response.json()).toEqual({ reportsOf: "acme-42" });
});
