import { afterAll, expect, it } from "@jest/globals";
import type { AppSyncAuthorizerEvent, AppSyncAuthorizerResult, AppSyncResolverEvent } from "aws-lambda";
import type { IdentityContext } from "auth0-api-gateway-authorizer/verifier";
import { tenantOfTests } from "./tenant.ts";

type Result = AppSyncAuthorizerResult<IdentityContext>;

const tenant = await tenantOfTests();
const { handler } = await import("./appsync.ts");
const { me } = await import("./appsync-resolver.ts");
afterAll(() => tenant.close());

async function authorize(authorizationToken: string): Promise<Result> {
  const event: Partial<AppSyncAuthorizerEvent> = { authorizationToken };
  return (await handler(event as AppSyncAuthorizerEvent, {} as never, () => undefined)) as Result;
}

it.each(["", "Bearer "])(
  "allows a caller who sends %jand a token, and tells resolvers who it is",
  async (scheme) => {
    const { isAuthorized, resolverContext } = await authorize(`${scheme}${tenant.idToken()}`);
    expect(isAuthorized).toBe(true);
    const event = { identity: { resolverContext } } as AppSyncResolverEvent<object>;
    expect(await me(event, {} as never, () => undefined)).toBe("alice@example.com");
  },
);

it("has AppSync keep the answer no longer than the token lives, and an hour at most", async () => {
  const now = Math.floor(Date.now() / 1000);
  const { ttlOverride = 0 } = await authorize(tenant.idToken({ claims: { exp: now + 100 } }));
  expect(ttlOverride).toBeGreaterThan(90);
  expect(ttlOverride).toBeLessThanOrEqual(100);
  const { ttlOverride: most } = await authorize(tenant.idToken({ claims: { exp: now + 86_400 } }));
  expect(most).toBe(3600);
});

it("shows a field only to those who have its permission", async () => {
  const deniedTo = async (permissions: string[]) =>
    (await authorize(tenant.accessToken({ permissions }))).deniedFields;
  expect(await deniedTo([])).toEqual(["Product.price"]);
  expect(await deniedTo(["read:prices"])).toEqual([]);
});

it("refuses a bad token, and has that answer cached for no one", async () => {
  expect(await authorize("a.b.c")).toEqual({ isAuthorized: false, ttlOverride: 0 });
});
