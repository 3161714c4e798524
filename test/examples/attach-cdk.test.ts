import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";

const EXAMPLE = resolve("examples/attach-cdk");

let folder: string;
let template: Template;
beforeAll(async () => {
  if (!existsSync(join(EXAMPLE, "node_modules")))
    throw new Error("Install CDK first: npm run test:all -- cdk");
  folder = mkdtempSync(join(tmpdir(), "cdk-"));
  const env = { PATH: process.env["PATH"], HOME: folder, CDK_OUTDIR: folder, STAGE: "prod" };
  await promisify(execFile)(process.execPath, ["app.mjs"], { cwd: EXAMPLE, env });
  template = JSON.parse(readFileSync(join(folder, "AttachCdk.template.json"), "utf8")) as Template;
});
afterAll(() => rmSync(folder, { recursive: true }));

test("every route of all three APIs is guarded by the imported authorizer", () => {
  // The function is another stack's, so the template does not say which one it is.
  const findings = lintTemplate(template).filter(({ rule }) => rule !== "value-at-deployment");
  expect(findings).toEqual([]);
  const authorizers = getResources(template, "AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer");
  expect(authorizers).toHaveLength(3);
  for (const { properties } of authorizers) {
    expect(JSON.stringify(properties["AuthorizerUri"])).toContain(
      '"Fn::ImportValue":"auth0-authorizer-prod-arn"',
    );
  }
});

test("answers are kept for five minutes where they are kept", () => {
  const ttls = getResources(template, "AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer").map(
    ({ properties }) => properties["AuthorizerResultTtlInSeconds"],
  );
  expect(ttls).toEqual([300, 300, undefined]);
});

test("the WebSocket API has a stage to connect to, and a route for messages that answers", () => {
  const [stage, ...others] = getResources(template, "AWS::ApiGatewayV2::Stage").filter(
    ({ properties }) => properties["StageName"] === "prod",
  );
  expect([stage?.properties["AutoDeploy"], others]).toEqual([true, []]);
  const routes = getResources(template, "AWS::ApiGatewayV2::Route").map(({ properties }) => properties);
  expect(routes).toContainEqual(
    expect.objectContaining({
      ApiId: stage?.properties["ApiId"],
      RouteKey: "$default",
      RouteResponseSelectionExpression: "$default",
    }),
  );
});

test("the APIs may call the authorizer", () => {
  const permissions = getResources(template, "AWS::Lambda::Permission").filter(({ properties }) =>
    JSON.stringify(properties["FunctionName"]).includes("auth0-authorizer-prod-arn"),
  );
  expect(permissions).toHaveLength(3);
});
