import { afterAll, expect, it } from "@jest/globals";
import { createAuthorizer } from "auth0-api-gateway-authorizer";
import { webSocketApi } from "auth0-api-gateway-authorizer/testing";
import { tenantOfTests } from "./tenant.ts";

// The one clock of tenant, authorizer and example: it stands but where a test moves it.
let now = Date.now();
Date.now = () => now;

const tenant = await tenantOfTests();
const { leave, message, renew } = await import("./renewed-chat.ts");
const chat = webSocketApi({
  authorizer: createAuthorizer(tenant.settings, { write: () => undefined }),
  routes: { renew, $default: message, $disconnect: leave },
});
afterAll(() => tenant.close());

/** A connection whose token has ended: within the tolerance of five seconds at the handshake, but no longer. */
async function outlived() {
  const exp = Math.floor(now / 1000) - 4;
  const connection = await chat.connect(`?access_token=${tenant.idToken({ claims: { exp } })}`);
  now += 2000;
  return connection;
}

it("goes on with a new token after the first has ended", async () => {
  const connection = await outlived();
  expect(await connection.send("hello")).toEqual({ message: "Internal server error" });
  const token = tenant.idToken({ claims: { email: "alice@example.org" } });
  expect(await connection.send({ action: "renew", token })).toMatchObject({ statusCode: 200 });
  expect(await connection.send("hello")).toEqual({ statusCode: 200, body: "alice@example.org: hello" });
  await connection.close();
});

it("takes no token of another user, and none that is bad", async () => {
  const connection = await chat.connect(`?access_token=${tenant.idToken()}`);
  const bob = tenant.idToken({ user: { sub: "auth0|bob", email: "bob@example.com", email_verified: true } });
  expect(await connection.send({ action: "renew", token: bob })).toMatchObject({ statusCode: 403 });
  expect(await connection.send({ action: "renew", token: "a.b.c" })).toMatchObject({ statusCode: 401 });
  expect(await connection.send({ action: "renew" })).toMatchObject({ statusCode: 401 });
  expect(await connection.send("hello")).toEqual({ statusCode: 200, body: "alice@example.com: hello" });
});
