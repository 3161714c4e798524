import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { freePorts, type Ports } from "../../../local/ports.ts";
import { startFakeTenant, type FakeTenant } from "../../../src/testing/tenant.ts";
import { createConsumer, type Consumer } from "../../examples/consumer.ts";
import { packNpmPackage } from "../../tools/npm-package.ts";

/** Authorizers in short, as Serverless's own guide writes them. */
const EVENTS = [
  "http: { path: 'rest/orders/{id}', method: get, authorizer: auth0, permissions: 'read:orders' }",
  "http: { path: 'rest/any/{proxy+}', method: any, authorizer: auth0, permissions: admin }",
  "http: { path: rest/hello, method: get, authorizer: auth0 }",
  "httpApi: { path: '/orders/{id}', method: get, authorizer: auth0, permissions: 'read:orders' }",
  "httpApi: { path: '/any/{proxy+}', method: '*', authorizer: auth0, permissions: admin }",
  "httpApi: { path: /hello, method: get, authorizer: auth0 }",
  "httpApi: { path: /open, method: get }",
];

let consumer: Consumer;
let tenant: FakeTenant;
let ports: Ports;
beforeAll(async () => {
  ports = await freePorts();
  tenant = await startFakeTenant();
  consumer = await createConsumer("plugin", await packNpmPackage());
  const lines = [
    "service: shop",
    "plugins: [auth0-api-gateway-authorizer/serverless, serverless-offline]",
    "custom:",
    "  auth0Authorizer:",
    `    domain: ${tenant.issuer}`,
    `    audiences: ${tenant.settings.audiences.join()}`,
    "    emailPolicy: optional",
    "provider: { name: aws, runtime: nodejs24.x }",
    "functions:",
    "  orders:",
    "    handler: hello.health",
    "    events:",
    ...EVENTS.map((event) => `      - ${event}`),
  ];
  writeFileSync(join(consumer.folder, "serverless.yml"), `${lines.join("\n")}\n`);
  await consumer.start(ports.http, [
    `--httpPort=${ports.http}`,
    `--websocketPort=${ports.webSocket}`,
    `--lambdaPort=${ports.lambda}`,
  ]);
});
afterAll(async () => {
  await Promise.all([consumer.remove(), tenant.close()]);
});

async function ask(request: string, permissions: readonly string[]): Promise<number> {
  const [method = "", path = ""] = request.split(" ");
  const headers = { authorization: `Bearer ${tenant.accessToken({ permissions })}` };
  return (await fetch(`http://localhost:${ports.http}${path}`, { method, headers })).status;
}

test.each([
  ["GET /orders/7", "read:orders"],
  ["GET /any/a/b", "admin"],
  ["DELETE /any/a", "admin"],
  ["GET /local/rest/orders/7", "read:orders"],
  ["PUT /local/rest/any/a/b", "admin"],
])("%s needs %s under serverless-offline, as it does when it is deployed", async (request, permission) => {
  expect(await ask(request, [permission])).toBe(200);
  expect(await ask(request, ["other"])).toBe(403);
});

test.each(["GET /hello", "GET /local/rest/hello"])("%s needs a token and no permission", async (request) => {
  expect(await ask(request, [])).toBe(200);
  const [, path = ""] = request.split(" ");
  expect((await fetch(`http://localhost:${ports.http}${path}`)).status).toBe(401);
});

test("an open route is named, with what to write if it is meant to be public", async () => {
  expect(await (await fetch(`http://localhost:${ports.http}/open`)).text()).toBe("ok");
  expect(consumer.printed).toContain("anyone can call GET /open without a token");
  expect(consumer.printed).toContain('publicRoutes: ["GET /open"]');
});
