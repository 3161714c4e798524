import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { restApi } from "../../src/testing/gateway/rest-api.ts";
import { startFakeTenant, type FakeTenant } from "../../src/testing/tenant.ts";
import { ok } from "./lambdas.ts";

const PLAN = "https://acme.com/plan";
const TENANT = "https://acme.com/tenant_id";
const KEY = "Customer0000000000A7";

let tenant: FakeTenant;
beforeAll(async () => {
  tenant = await startFakeTenant();
});
afterAll(() => tenant.close());

describe("the authorizer before an API with usage plans", () => {
  async function call(plan: unknown): Promise<unknown[]> {
    const lines: string[] = [];
    const authorizer = createAuthorizer(
      { ...tenant.settings, usageKeyClaim: PLAN },
      { write: (line) => void lines.push(line) },
    );
    const backend = ok();
    const api = restApi({ type: "request", authorizer, routes: { "GET /a": backend }, apiKeys: [KEY] });
    const authorization = `Bearer ${tenant.accessToken({ claims: { [PLAN]: plan } })}`;
    // A key of the caller's own does not count.
    const { status } = await api.fetch("/a", { headers: { authorization, "x-api-key": KEY } });
    const events = lines.map((line) => (JSON.parse(line) as { event: string }).event);
    return [status, backend.events.length, ...events];
  }

  test.each([
    ["a known key is counted", KEY, [200, 1, "decision"]],
    ["an unknown key is 403", "Customer0000000000A8", [403, 0, "decision"]],
    [
      "a key that is too short is left out, logged and 403",
      KEY.slice(1),
      [403, 0, "decision", "usage_key_unusable"],
    ],
    ["no key is the same", undefined, [403, 0, "decision", "usage_key_unusable"]],
  ])("%s", async (_, plan, expected) => {
    expect(await call(plan)).toEqual(expected);
  });
});

describe("the authorizer before a function with tenant isolation", () => {
  async function call(source: string, claims: object): Promise<unknown[]> {
    const tenants: unknown[] = [];
    const lambda = (_: unknown, { tenantId }: { tenantId?: string }) => {
      tenants.push(tenantId);
      return { statusCode: 200 };
    };
    const authorizer = createAuthorizer(
      { ...tenant.settings, contextClaims: { tenant_id: TENANT } },
      { write: () => undefined },
    );
    const requestParameters = { "integration.request.header.X-Amz-Tenant-Id": source };
    const routes = { "GET /a": { lambda, requestParameters, tenantIsolation: true } };
    const authorization = `Bearer ${tenant.accessToken({ claims: { ...claims } })}`;
    const api = restApi({ type: "request", authorizer, routes });
    const { status } = await api.fetch("/a", { headers: { authorization, "X-Amz-Tenant-Id": "victim" } });
    return [status, ...tenants];
  }

  test("the recipe overwrites the header that the caller sends", async () => {
    const recipe = "context.authorizer.tenant_id";
    expect(await call(recipe, { [TENANT]: "acme" })).toEqual([200, "acme"]);
    expect(await call(recipe, {})).toEqual([502]);
  });

  test("what validate reports would make the caller the victim", async () => {
    const mapping = "method.request.header.X-Amz-Tenant-Id";
    expect(await call(mapping, { [TENANT]: "acme" })).toEqual([200, "victim"]);
  });
});
