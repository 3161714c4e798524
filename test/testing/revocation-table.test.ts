import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { restApi, startRevocationTable, startFakeTenant } from "../../src/testing/index.ts";
import type { RevocationTable, RoutedApi, FakeTenant } from "../../src/testing/index.ts";

let now = Date.now();
const clock = (): number => now;
let tenant: FakeTenant;
let table: RevocationTable;
let api: RoutedApi;

beforeEach(async () => {
  tenant = await startFakeTenant({ clock });
  table = await startRevocationTable({ clock });
  const settings = { ...tenant.settings, ...table.settings };
  const authorizer = createAuthorizer(settings, { clock, env: table.environment, write: () => undefined });
  const orders = (): object => ({ statusCode: 200, body: "[]" });
  api = restApi({ type: "request", authorizer, routes: { "GET /orders": orders }, clock, ttlSeconds: 0 });
});
afterEach(() => Promise.all([tenant.close(), table.close()]));

async function status(token: string): Promise<number> {
  return (await api.fetch("/orders", { headers: { Authorization: `Bearer ${token}` } })).status;
}

describe("an in-memory table of revocations", () => {
  test("ends a user's tokens, not another's, nor those of a later sign-in", async () => {
    const [alice, bob] = [
      tenant.idToken(),
      tenant.idToken({ user: { sub: "auth0|bob", email: "b@example.com", email_verified: true } }),
    ];
    expect(await status(alice)).toBe(200);
    table.revokeUser("auth0|alice");
    now += 1000;
    expect(await status(alice)).toBe(401);
    expect(await status(bob)).toBe(200);
    expect(await status(tenant.idToken())).toBe(200);
  });

  test("ends the tokens of a session, and not those of the user's other session", async () => {
    const [phone, laptop] = ["phone", "laptop"].map((sid) => tenant.idToken({ claims: { sid } }));
    table.revokeSession("phone");
    expect(await status(phone ?? "")).toBe(401);
    expect(await status(laptop ?? "")).toBe(200);
  });

  test("revokes a membership, and not the user's tokens of another organization", async () => {
    const [first, second] = ["org_1", "org_2"].map((org_id) => tenant.idToken({ claims: { org_id } }));
    table.revokeMember("org_1", "auth0|alice");
    expect(await status(first ?? "")).toBe(401);
    expect(await status(second ?? "")).toBe(200);
  });

  test("revokes an application's tokens up to now", async () => {
    const token = tenant.idToken();
    table.revokeClient("test-application");
    expect(await status(token)).toBe(401);
    now += 1000;
    expect(await status(tenant.idToken())).toBe(200);
  });

  test.each(["throttled", "unprocessed keys", "silent", "half answer", "reset"] as const)(
    "fails as DynamoDB does, and works again: %s",
    async (outage) => {
      table.fail(outage);
      expect(await status(tenant.idToken())).toBe(500);
      table.fail();
      now += 1000;
      expect(await status(tenant.idToken())).toBe(200);
    },
  );

  test("ends one token, and not its user's next one", async () => {
    const [lost, kept] = [tenant.accessToken({ scope: "a" }), tenant.accessToken({ scope: "b" })];
    table.revokeToken(lost);
    expect(await status(lost)).toBe(401);
    expect(await status(kept)).toBe(200);
  });
});
