import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { createAuthorizer } from "auth0-api-gateway-authorizer";
import {
  startFakeTenant,
  webSocketApi,
  type FakeTenant,
  type WebSocketApi,
} from "auth0-api-gateway-authorizer/testing";
import { message } from "./chat.ts";

let now: number;
const clock = () => now;

let tenant: FakeTenant;
let chat: WebSocketApi;
beforeAll(async () => {
  tenant = await startFakeTenant({ clock });
  const authorizer = createAuthorizer(tenant.settings, { clock, write: () => undefined });
  chat = webSocketApi({ authorizer, routes: { $default: message }, clock });
});
beforeEach(() => {
  now = Date.now();
});
afterAll(() => tenant.close());

it("knows who sends a message", async () => {
  const connection = await chat.connect(`?access_token=${tenant.idToken()}`);
  expect(await connection.send("hello")).toEqual({ statusCode: 200, body: "alice@example.com: hello" });
});

it("asks for a new token when a connection has outlived its own", async () => {
  const exp = Math.floor(now / 1000) - 60;
  now -= 120_000;
  const connection = await chat.connect(`?access_token=${tenant.idToken({ claims: { exp } })}`);
  now += 120_000;
  expect(await connection.send("hello")).toMatchObject({ statusCode: 401 });
});

it("is closed to attackers", async () => {
  await expect(chat.connect()).rejects.toMatchObject({ name: "HandshakeError", status: 401 });
});
