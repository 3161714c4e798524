import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startRevocations, type LocalRevocations } from "../../local/revocations.ts";
import { startLocalTenant, type Tenant } from "../../local/tenant/tenant.ts";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";
import { bearerEvent } from "../../src/testing/events.ts";

let tenant: Tenant;
let revocations: LocalRevocations;
beforeAll(async () => {
  tenant = await startLocalTenant();
  revocations = await startRevocations(tenant.settings);
  tenant.tell(revocations.writers);
});
afterAll(() => Promise.all([tenant.close(), revocations.table.close()]));

async function order(path: string): Promise<string> {
  const response = await fetch(`${tenant.issuer}_local/${path}`, { method: "POST" });
  expect(response.status).toBe(200);
  return response.text();
}

/** What a new container of the function answers. */
async function isAccepted(token: string): Promise<boolean> {
  const environment = { ...tenant.settings, ...revocations.settings, AUTHORIZER_LOG_LEVEL: "silent" };
  const authorize = createAuthorizer(settingsFromEnvironment(environment), {
    env: revocations.table.environment,
  });
  const answer = await authorize(bearerEvent("rest-token", token)).catch(
    (error: unknown) => (error as Error).message,
  );
  return answer !== "Unauthorized";
}

test.each(["block", "delete", "change-password", "logout-everywhere"])(
  "restore undoes %s: the token from before is accepted again, and another user's is still refused",
  async (action) => {
    const { leaving, verified } = tenant.users;
    const [hers, theirs] = await Promise.all(
      [leaving, verified].map(({ email }) => order(`token?type=id&email=${email}`)),
    );
    expect(await isAccepted(hers ?? "")).toBe(true);
    for (const { email } of [leaving, verified]) await order(`users/${action}?email=${email}`);
    expect(await isAccepted(hers ?? "")).toBe(false);
    await order(`users/restore?email=${leaving.email}`);
    expect(await isAccepted(hers ?? "")).toBe(true);
    expect(await isAccepted(theirs ?? "")).toBe(false);
    await order(`token?email=${leaving.email}`);
    await order(`users/restore?email=${verified.email}`);
  },
);
