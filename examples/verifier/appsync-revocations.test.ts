import { afterAll, expect, it } from "@jest/globals";
import type { AppSyncAuthorizerEvent, AppSyncAuthorizerResult } from "aws-lambda";
import type { IdentityContext } from "auth0-api-gateway-authorizer/verifier";
import { startRevocationTable } from "auth0-api-gateway-authorizer/testing";
import { tenantOfTests } from "./tenant.ts";

const tenant = await tenantOfTests();
const table = await startRevocationTable();
Object.assign(process.env, { REVOCATION_TABLE: table.name, ...table.environment });
const { handler } = await import("./appsync.ts");
afterAll(() => Promise.all([tenant.close(), table.close()]));

type Result = AppSyncAuthorizerResult<IdentityContext>;

async function authorize(authorizationToken: string): Promise<Result> {
  const event: Partial<AppSyncAuthorizerEvent> = { authorizationToken };
  return (await handler(event as AppSyncAuthorizerEvent, {} as never, () => undefined)) as Result;
}

it("has AppSync keep an answer for a minute beside a table of revocations, and refuses afterwards", async () => {
  const token = tenant.idToken({ claims: { exp: Math.floor(Date.now() / 1000) + 86_400 } });
  expect(await authorize(token)).toMatchObject({ isAuthorized: true, ttlOverride: 60 });
  table.revokeUser("auth0|alice");
  expect(await authorize(token)).toEqual({ isAuthorized: false, ttlOverride: 0 });
});
