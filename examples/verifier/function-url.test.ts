import { afterAll, afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import type { LambdaFunctionURLEvent } from "aws-lambda";
import { tenantOfTests } from "./tenant.ts";

// The one clock of tenant and function: it stands but where a test moves it.
let now = Date.now();
Date.now = () => now;

const tenant = await tenantOfTests();
tenant.fail(503);
const { handler } = await import("./function-url.ts");
let lines: string[];
beforeEach(() => {
  lines = [];
  jest.spyOn(console, "warn").mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => tenant.close());

/** A Function URL writes names of headers in lower case. */
async function call(authorization?: string): Promise<unknown> {
  const headers = authorization === undefined ? {} : { authorization };
  const event: Partial<LambdaFunctionURLEvent> = { headers };
  return handler(event as LambdaFunctionURLEvent, {} as never, () => undefined);
}

it("answers 503 while the tenant's keys cannot be had, and 200 once they can", async () => {
  expect(await call(`Bearer ${tenant.idToken()}`)).toMatchObject({ statusCode: 503 });
  tenant.fail();
  // Longer than the pause after a failed fetch.
  now += 2000;
  expect(await call(`Bearer ${tenant.idToken()}`)).toEqual({
    statusCode: 200,
    body: "Hello alice@example.com",
  });
});

it("challenges a caller without a token, and says that a bad one is bad", async () => {
  expect(await call()).toEqual({ statusCode: 401, headers: { "www-authenticate": "Bearer" } });
  expect(await call("Bearer a.b.c")).toEqual({
    statusCode: 401,
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  });
});

it("answers 403 to a user whose email is not verified, and keeps the reason in the log", async () => {
  const bob = { sub: "auth0|bob", email: "bob@example.com", email_verified: false };
  expect(await call(`Bearer ${tenant.idToken({ user: bob })}`)).toEqual({ statusCode: 403 });
  expect(lines).toEqual(['{"event":"refused","reason":"email_not_verified"}']);
});
