import { startFakeTenant, type FakeTenant } from "auth0-api-gateway-authorizer/testing";

/** A tenant for the tests, and the environment that its API would have: to be set before `auth.ts` is loaded. */
export async function tenantOfTests(): Promise<FakeTenant> {
  const tenant = await startFakeTenant();
  const { clientIds, audiences, emailClaim } = tenant.settings;
  Object.assign(process.env, {
    AUTH0_DOMAIN: tenant.issuer,
    AUTH0_CLIENT_IDS: clientIds.join(","),
    AUTH0_AUDIENCES: audiences.join(","),
    AUTH0_EMAIL_CLAIM: emailClaim,
  });
  return tenant;
}
