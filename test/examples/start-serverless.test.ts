import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { packNpmPackage } from "../tools/npm-package.ts";
import { createConsumer, type Consumer } from "./consumer.ts";

let consumer: Consumer;
let template: Template;
beforeAll(async () => {
  consumer = await createConsumer("start-serverless", await packNpmPackage());
  // As it stands, but for the keys of a tenant that does not exist.
  const path = join(consumer.folder, "serverless.yml");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace("  auth0Authorizer:\n", "  auth0Authorizer:\n    snapshot: false\n"));
  template = await consumer.package();
});
afterAll(() => consumer.remove());

test("the quick start packages, and its one route is guarded", () => {
  expect(lintTemplate(template).filter(({ severity }) => severity === "error")).toEqual([]);
  const routes = getResources(template, "AWS::ApiGatewayV2::Route");
  expect(routes.map(({ properties }) => [properties["RouteKey"], properties["AuthorizationType"]])).toEqual([
    ["GET /hello", "CUSTOM"],
  ]);
});
