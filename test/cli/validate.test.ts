import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { goodTemplates, type GoodTemplate, type Json } from "../deploy/lint/templates.ts";
import { run } from "./command.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "validate-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof text === "string" || Buffer.isBuffer(text) ? text : JSON.stringify(text));
  return path;
}

function template(name: string): GoodTemplate["template"] {
  const good = goodTemplates().find((each) => each.name === name);
  if (good === undefined) throw new Error(`no template ${name}`);
  return good.template;
}

function opened(): GoodTemplate["template"] {
  const open = template("HTTP, policy");
  Object.assign(open.Resources["GetOrders"]?.Properties ?? {}, { AuthorizationType: "NONE" });
  return open;
}

const SAM = `Transform: AWS::Serverless-2016-10-31
Globals:
  HttpApi:
    Auth:
      DefaultAuthorizer: Guard
      Authorizers:
        Guard:
          FunctionArn: !GetAtt Auth0.Arn
          AuthorizerPayloadFormatVersion: "2.0"
          EnableFunctionDefaultPermissions: true
          Identity: { Headers: [Authorization] }
Resources:
  Auth0:
    Type: AWS::Serverless::Function
    Properties:
      Handler: authorizer.handler
      Architectures: [arm64]
      LoggingConfig: { LogGroup: !Ref Log }
      Environment:
        Variables: { AUTH0_DOMAIN: acme.eu.auth0.com, AUTH0_CLIENT_IDS: !Sub "WebApp" }
  Log: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 30 } }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        List: { Type: HttpApi, Properties: { Path: /orders, Method: get } }
`;

describe("auth0-authorizer validate", () => {
  test("finds nothing in a good template, and always counts the routes", async () => {
    const path = write("good.json", template("HTTP, policy"));
    expect(await run(["validate", path])).toMatchObject({
      exitCode: 0,
      output: `${path}: 0 errors, 0 warnings, 0 not checked\n  5 routes read: 5 guarded, 0 public, 0 open, 0 not read\n`,
    });
  });

  test("says what was found, why it matters and what to write", async () => {
    const { exitCode, output } = await run(["validate", write("open.json", opened())]);
    expect(exitCode).toBe(1);
    expect(output).toContain(
      [
        "  error unguarded-route: GetOrders (GET /orders)",
        "    found: GET /orders has no authorizer",
        "    why:   Anyone can call it without a token.",
        "    write: Give the route the authorizer, or say that it is public: --public, publicRoutes in the plugin.",
      ].join("\n"),
    );
  });

  test("reads SAM as YAML, with short forms", async () => {
    const good = await run(["validate", write("sam.yml", SAM)]);
    expect(good).toMatchObject({ exitCode: 0, output: expect.stringContaining("1 route read: 1 guarded") });
    const open = SAM.replace("Method: get", "Method: get, Auth: { Authorizer: NONE }");
    expect(await run(["validate", write("sam-open.yml", open)])).toMatchObject({ exitCode: 1 });
    const byCondition = SAM.replace(
      "DefaultAuthorizer: Guard",
      "DefaultAuthorizer: !If [IsOpen, NONE, Guard]",
    );
    expect(await run(["validate", write("sam-if.yml", byCondition)])).toMatchObject({ exitCode: 3 });
  });

  test("reads an OpenAPI document that AWS::Include names beside the template, until it is uploaded", async () => {
    const include = (location: string): string => `Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: prod
      DefinitionBody: { Fn::Transform: { Name: AWS::Include, Parameters: { Location: ${location} } } }
`;
    const document = (security: string): string => `openapi: 3.0.1
paths:
  /orders:
    get:
      security: ${security}
      x-amazon-apigateway-integration: { type: aws_proxy, uri: { Fn::Sub: "\${Orders.Arn}" } }
components:
  securitySchemes:
    users:
      type: apiKey
      name: Authorization
      in: header
      x-amazon-apigateway-authorizer: { type: cognito_user_pools, providerARNs: [{ Ref: Pool }] }
`;
    const path = write("include/template.yml", include("./docs/api.yml"));
    expect(await run(["validate", path])).toMatchObject({ exitCode: 3 });
    write("include/docs/api.yml", document("[{ users: [] }]"));
    expect(await run(["validate", path])).toMatchObject({ exitCode: 0 });
    write("include/docs/api.yml", document("[]"));
    expect(await run(["validate", path])).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining("GET /orders has no authorizer"),
    });
    const uploaded = write("include/packaged.yml", include("s3://acme/docs/api.yml"));
    expect(await run(["validate", uploaded])).toMatchObject({ exitCode: 3 });
  });

  test("reads a nested template beside the first, and names one that is not there", async () => {
    const path = write("nested/root.json", template("nested"));
    expect(await run(["validate", path])).toMatchObject({ exitCode: 3 });
    const routes = goodTemplates().find(({ name }) => name === "nested")?.files["routes.json"];
    write("nested/routes.json", routes);
    expect(await run(["validate", path])).toMatchObject({ exitCode: 0 });
  });

  test("finds a nested template of CDK by its hash, in the manifest beside it", async () => {
    const hash = "0123456789abcdef".repeat(4);
    const url = { "Fn::Sub": `https://s3.\${AWS::Region}.amazonaws.com/assets/${hash}.json` };
    const root = {
      Resources: { Nested: { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL: url } } },
    };
    write("assets/Root.template.json", root);
    write("assets/RootNested.nested.template.json", opened());
    expect(await run(["validate", join(folder, "assets")])).toMatchObject({ exitCode: 3 });
    const files = { [hash]: { source: { path: "RootNested.nested.template.json" } } };
    write("assets/Root.assets.json", { files });
    expect(await run(["validate", join(folder, "assets")])).toMatchObject({ exitCode: 1 });
  });

  test.each([
    ["main.tf", 'resource "aws_apigatewayv2_route" "open" {}'],
    ["main.tf.json", { resource: {} }],
    ["plan.json", { format_version: "1.2", planned_values: {} }],
  ])("says that it reads no Terraform: %s", async (name, text) => {
    const { exitCode, errors } = await run(["validate", write(name, text)]);
    expect({ exitCode, errors }).toEqual({
      exitCode: 2,
      errors: expect.stringContaining("is Terraform, which is not read: none of its routes were checked"),
    });
  });

  test("reads the templates of cdk.out, and of its stages", async () => {
    write("cdk.out/Api.template.json", template("HTTP, policy"));
    write("cdk.out/Routes.nested.template.json", opened());
    expect(await run(["validate", join(folder, "cdk.out")])).toMatchObject({ exitCode: 0 });
    write("cdk.out/assembly-Prod/Api.template.json", opened());
    expect(await run(["validate", join(folder, "cdk.out")])).toMatchObject({ exitCode: 1 });
  });

  test.each<[string, object, number]>([
    ["a warning is 0", { FunctionName: "a", Timeout: 30 }, 0],
    ["a value that is known only at deployment is 0", { Timeout: 8 }, 0],
  ])("%s, and 1 with --strict", async (_, properties, exitCode) => {
    const odd = template("HTTP, policy");
    const Properties: Json = odd.Resources["Auth0"]?.Properties ?? {};
    Object.assign(Properties, properties);
    if (!("FunctionName" in properties))
      Object.assign((Properties["Environment"] as { Variables: object }).Variables, {
        AUTH0_DOMAIN: "{{resolve:ssm:/tenant}}",
      });
    const path = write("odd.json", odd);
    expect(await run(["validate", path])).toMatchObject({ exitCode });
    expect(await run(["validate", path, "--strict"])).toMatchObject({ exitCode: 1 });
  });

  test("takes public routes and accepted findings, and warns of those that match nothing", async () => {
    const path = write("open.json", opened());
    expect(await run(["validate", path, "--public", "GET /orders"])).toMatchObject({ exitCode: 0 });
    const accept = write("accept.json", [{ rule: "unguarded-route", resource: "GetOrders" }]);
    expect(await run(["validate", path, "--accept", accept])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("1 finding accepted"),
    });
    const good = write("good.json", template("HTTP, policy"));
    const both = await run(["validate", good, path, "--accept", accept]);
    expect(both.output).not.toContain("unmatched-acceptance");
    const alone = await run(["validate", good, "--accept", accept]);
    expect(alone).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("warning unmatched-acceptance"),
    });
  });

  test("writes nothing that a terminal would obey", async () => {
    const odd = template("HTTP, policy");
    odd.Resources["Evil\u001b[31m"] = { Type: "X::Y::MODULE", Properties: {} };
    const { output } = await run(["validate", write("evil.json", odd)]);
    expect(output).not.toContain("\u001b");
  });

  test.each<[string, () => string[]]>([
    ["an argument", () => ["a\u001b[2J.json"]],
    ["an unknown rule", () => ["package.json", "--except", "\u001b[2J"]],
    ["an unknown option", () => ["--\u001b[2J"]],
    ["broken JSON", () => [write("evil-broken.json", '{"a": \u001b[2J}')]],
    ["broken YAML", () => [write("evil-broken.yml", "a: [\u009b31m\nb: }\u202e")]],
    ["a list of findings", () => ["package.json", "--accept", write("evil-list.json", "[\u001b[2J]")]],
  ])("says what is wrong with %s without anything that a terminal would obey", async (_, args) => {
    const { exitCode, output, errors } = await run(["validate", ...args()]);
    expect([exitCode, output]).toEqual([2, ""]);
    // eslint-disable-next-line no-control-regex -- what a terminal obeys
    expect(errors.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
  });

  test.each<[string, () => string[], RegExp]>([
    ["no template", () => [], /name the file of a template/],
    ["no such file", () => ["nowhere.json"], /there is no file nowhere\.json/],
    ["something else", () => ["package.json"], /package\.json is not a CloudFormation or SAM template/],
    ["broken YAML", () => [write("broken.yml", "a: [")], /cannot be read as JSON or YAML/],
    ["a folder without", () => [join(folder, "nested")], /has no template/],
    [
      "no such rule",
      () => ["package.json", "--except", "none"],
      /there is no rule none: it is one of settings, /,
    ],
    ["a wrong list", () => ["package.json", "--accept", "package.json"], /package\.json: it must be a list/],
  ])("is used wrongly with %s", async (_, args, errors) => {
    const ran = await run(["validate", ...args()]);
    expect(ran).toMatchObject({ exitCode: 2, output: "" });
    expect(ran.errors).toMatch(errors);
  });

  test.each(["utf8", "utf16le"] as const)(
    "reads templates and acceptances in %s, with a mark",
    async (encoding) => {
      const bytes = (text: string): Buffer => Buffer.from(`\ufeff${text}`, encoding);
      const file = (name: string, text: string): string => write(name, bytes(text));
      const method = { Type: "AWS::ApiGateway::Method", Properties: { HttpMethod: "GET" } };
      const json = file("marked.json", JSON.stringify({ Resources: { Method: method } }));
      const yaml = file("marked.yml", "Resources:\n  Method: {Type: AWS::ApiGateway::Method}\n");
      for (const template of [json, yaml])
        expect((await run(["validate", template])).output).toContain("unguarded-route: Method");
      const accept = file(
        "marked.accept.json",
        JSON.stringify([{ rule: "unguarded-route", resource: "Method" }]),
      );
      expect((await run(["validate", json, "--accept", accept])).output).toContain("1 finding accepted");
    },
  );

  test("explains itself", async () => {
    const { exitCode, output } = await run(["validate", "--help"]);
    expect(exitCode).toBe(0);
    expect(output).toContain("identity-source-without-token");
  });
});
