import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { getResources, type Template } from "../../../src/deploy/lint/cloudformation.ts";
import { readZip } from "../../../src/deploy/package/read-zip.ts";
import { createConsumer, type Consumer } from "../../examples/consumer.ts";
import { packNpmPackage } from "../../tools/npm-package.ts";
import { SECTION } from "./section.ts";

let consumer: Consumer;
beforeAll(async () => (consumer = await createConsumer("plugin", await packNpmPackage())));
afterAll(() => consumer.remove());

function packageService(...lines: readonly string[]): Promise<Template> {
  const all = [
    "service: shop",
    ...lines,
    ...SECTION,
    "    revocations: true",
    "    backChannelLogout: true",
    "    logoutClientIds: [WebApp]",
    'package: { patterns: ["!**", hello.mjs, ".serverless-offline/**"] }',
  ];
  writeFileSync(join(consumer.folder, "serverless.yml"), `${all.join("\n")}\n`);
  return consumer.package();
}

const REST = "{ http: { path: orders, method: get, authorizer: auth0 } }";
const HTTP = "{ httpApi: { path: /orders, method: get, authorizer: auth0 } }";

describe("a service with rules for its roles, and the plugin in the object form under its short name", () => {
  let template: Template;
  beforeAll(async () => {
    mkdirSync(join(consumer.folder, ".serverless-offline"));
    writeFileSync(join(consumer.folder, ".serverless-offline", "unpacked.cjs"), "");
    template = await packageService(
      "plugins: { localPath: ./plugins, modules: [auth0-api-gateway-authorizer] }",
      "provider:",
      "  name: aws",
      "  runtime: nodejs24.x",
      "  iam:",
      "    deploymentRole: arn:aws:iam::123456789012:role/deploy",
      "    role:",
      "      path: /team/",
      "      permissionsBoundary: arn:aws:iam::123456789012:policy/boundary",
      "      tags: { team: shop }",
      "functions:",
      `  orders: { handler: hello.handler, events: [${REST}, ${HTTP}] }`,
    );
  });

  test("is packaged, with its routes guarded", () => {
    const routes = getResources(template, "AWS::ApiGatewayV2::Route", "AWS::ApiGateway::Method");
    expect(routes).toHaveLength(2);
    for (const { properties } of routes) expect(properties["AuthorizationType"]).toBe("CUSTOM");
  });

  test("is packaged without what serverless-offline unpacked, whatever the service's patterns are", () => {
    const archive = readZip(readFileSync(join(consumer.folder, ".serverless/shop.zip")));
    expect(archive.map(({ name }) => name)).toEqual(["hello.mjs"]);
  });

  test("has every role under its rules: Serverless's own, the authorizer's, and those that write revocations", () => {
    const roles = getResources(template, "AWS::IAM::Role");
    expect(roles.map(({ name }) => name).sort()).toEqual([
      "Auth0AuthorizerRole",
      "Auth0BackChannelLogoutRole",
      "Auth0RevokeOnEventRole",
      "IamRoleLambdaExecution",
    ]);
    for (const { properties } of roles)
      expect(properties).toMatchObject({
        Path: "/team/",
        PermissionsBoundary: "arn:aws:iam::123456789012:policy/boundary",
        Tags: [{ Key: "team", Value: "shop" }],
      });
  });
});

test("a guarded function with a function URL is refused, and packaged if the URL requires signatures", async () => {
  const service = (url: string): Promise<Template> =>
    packageService(
      "plugins: [auth0-api-gateway-authorizer/serverless]",
      "provider: { name: aws, runtime: nodejs24.x }",
      "functions:",
      `  orders: { handler: hello.handler, url: ${url}, events: [${HTTP}] }`,
    );
  await expect(service("true")).rejects.toMatchObject({
    stdout: expect.stringMatching(/guarded-function-url: \w+: OrdersLambdaFunction is behind an authorizer/),
  });
  await expect(service("{ authorizer: aws_iam }")).resolves.toHaveProperty("Resources");
});
