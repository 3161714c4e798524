import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { NO_CREDENTIALS, packageService } from "./packaged.ts";
import { zipEntries } from "./zip-entries.ts";
import { codeFiles } from "../../src/deploy/package/function-files.ts";

function resources(template: Template, type: string): [string, Record<string, unknown>][] {
  return getResources(template, type).map(({ name, properties }) => [name, properties]);
}

describe("the authorizer alone", () => {
  let folder: string;
  let template: Template;
  beforeAll(async () => ({ folder, template } = await packageService()));

  test("is one function and no API", () => {
    expect(readdirSync(folder).filter((name) => name.endsWith(".zip"))).toEqual(["auth0.zip"]);
    expect(resources(template, "AWS::Lambda::Function").map(([name]) => name)).toEqual([
      "Auth0LambdaFunction",
    ]);
    expect(JSON.stringify(template)).not.toContain("AWS::ApiGateway");
  });

  test("is a zip of at most 60 KB with nothing in it but the bundle", () => {
    const zip = readFileSync(join(folder, "auth0.zip"));
    expect(zip.length).toBeLessThanOrEqual(60_000);
    expect(zipEntries(zip).sort()).toEqual(codeFiles("dist"));
  });

  test("runs on Node.js 24 on arm64, with limits of its own", () => {
    const [[, properties] = []] = resources(template, "AWS::Lambda::Function");
    expect(properties).toMatchObject({
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Timeout: 8,
      MemorySize: 512,
    });
    const [[, logGroup] = []] = resources(template, "AWS::Logs::LogGroup");
    expect(logGroup).toMatchObject({ RetentionInDays: 30 });
  });

  test("exports its ARN for other services", () => {
    expect(template.Outputs?.["AuthorizerArn"]).toMatchObject({
      Export: { Name: "auth0-authorizer-dev-arn" },
    });
  });
});

describe("what its functions may do", () => {
  const LOG = ["logs:CreateLogStream", "logs:PutLogEvents"];

  test.each([
    ["authorizer", [], "Auth0AuthorizerRole", { "Fn::GetAtt": ["Auth0LogGroup", "Arn"] }],
    [
      "whoami",
      ["deploy=whoami"],
      "WhoamiRole",
      ["WhoamiLogGroup", "ConnectLogGroup"].map((name) => ({
        "Fn::GetAtt": [name, "Arn"],
      })),
    ],
  ])("%s: %s writes to its own logs, and nothing else", async (_, params, role, logs) => {
    const { template } = await packageService(...params);
    const { Policies } = template.Resources[role]?.Properties as {
      Policies: [{ PolicyDocument: { Statement: object[] } }];
    };
    const [statement, ...others] = Policies[0].PolicyDocument.Statement;
    expect(others).toEqual([]);
    expect(statement).toEqual({ Effect: "Allow", Action: LOG, Resource: logs });
    const roles = resources(template, "AWS::IAM::Role").map(([name]) => name);
    expect(roles).not.toContain("IamRoleLambdaExecution");
    for (const [, { Role }] of resources(template, "AWS::Lambda::Function")) {
      expect(roles).toContain((Role as { "Fn::GetAtt": [string] })["Fn::GetAtt"][0]);
    }
  });
});

describe("with the API behind it", () => {
  let template: Template;
  beforeAll(async () => ({ template } = await packageService("deploy=whoami")));

  test.each([
    ["REST, TOKEN", "Auth0ApiGatewayAuthorizer", "Auth0LambdaFunction"],
    ["REST, REQUEST", "RestDashrequestApiGatewayAuthorizer", "Auth0LambdaFunction"],
    ["HTTP, policy", "HttpApiAuthorizerAuth0", "Auth0LambdaFunction"],
    ["WebSocket", "Auth0WebsocketsAuthorizer", "Auth0LambdaFunction"],
    ["HTTP, simple", "HttpApiAuthorizerAuth0Simple", "Auth0SimpleLambdaFunction"],
  ])("%s is attached to its function", (_, authorizer, lambda) => {
    const uri = JSON.stringify(template.Resources[authorizer]?.Properties?.["AuthorizerUri"]);
    expect(uri).toContain(`"${lambda}"`);
  });

  test("every route but the preflights is guarded", () => {
    const methods = resources(template, "AWS::ApiGateway::Method").filter(
      ([name]) => !name.endsWith("Options"),
    );
    expect(methods).toHaveLength(2);
    for (const [, properties] of methods) expect(properties["AuthorizationType"]).toBe("CUSTOM");
    const routes = resources(template, "AWS::ApiGatewayV2::Route").filter(
      ([name]) => name !== "SdefaultWebsocketsRoute",
    );
    expect(routes).toHaveLength(3);
    for (const [, properties] of routes) expect(properties["AuthorizationType"]).toBe("CUSTOM");
  });
});

describe("the bundle", () => {
  const BUNDLE = "dist/authorizer.cjs";

  test("refuses to start and names three issues at once", async () => {
    const env = {
      AUTH0_DOMAIN: "acme.eu.auth0.com/path",
      AUTHORIZER_EMAIL_POLICY: "maybe",
      JWKS_TIMEOUT_MS: "soon",
    };
    const start = promisify(execFile)(process.execPath, [BUNDLE], { env: { ...NO_CREDENTIALS, ...env } });
    await expect(start).rejects.toThrow(
      /AUTH0_DOMAIN must .*\n.*AUTHORIZER_EMAIL_POLICY must .*\n.*JWKS_TIMEOUT_MS must /,
    );
  });

  test("loads neither an HTTP client nor a package", () => {
    const required = readFileSync("dist/authorizer.main.cjs", "utf8").matchAll(/require\("([^"]*)"\)/g);
    const modules = new Set(
      Array.from(required, ([, name = ""]) => name).filter((name) => !name.startsWith(".")),
    );
    expect([...modules].sort()).toEqual(["crypto", "node:buffer", "node:fs"]);
  });
});
