import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import * as hcl from "hcl2-parser";
import { parse } from "yaml";
import { SETTINGS } from "../../src/settings/definitions.ts";
import { blocks, guides } from "../docs/guides.ts";

const PAGES = [
  "docs/share.md",
  "docs/sam.md",
  "docs/terraform.md",
  "docs/migration.md",
  "infra/auth0/README.md",
];

describe.each(PAGES)("%s", (page) => {
  test("links to files that exist", () => {
    const links = readFileSync(page, "utf8").matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g);
    for (const [, path = ""] of links)
      expect([path, existsSync(join(dirname(page), path))]).toEqual([path, true]);
  });

  test("names parameters and commands that exist", () => {
    const known = ["serverless.yml", "infra/options.cjs"]
      .map((file) => readFileSync(file, "utf8"))
      .concat(Object.values(SETTINGS).map(({ variable }) => variable))
      .join();
    const parameters = Array.from(
      readFileSync(page, "utf8").matchAll(/--param="(\w+)=/g),
      ([, name = ""]) => name,
    );
    for (const name of parameters) expect([name, known.includes(name)]).toEqual([name, true]);
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: object };
    const commands = readFileSync(page, "utf8").matchAll(/npm run (\w+)/g);
    for (const [, name] of commands) expect(Object.keys(scripts)).toContain(name);
  });
});

describe("the SAM snippet", () => {
  const snippet = snippetWith("docs/sam.md", "yaml", "Fn::ImportValue");
  const FunctionArn = { "Fn::ImportValue": "auth0-authorizer-prod-arn" };
  const Identity = { Headers: ["Authorization"], ReauthorizeEvery: 300 };

  test("guards the REST API, with the imported authorizer and headers on 401", () => {
    expect(parse(snippet)).toMatchObject({
      Resources: {
        Rest: {
          Properties: {
            Auth: { DefaultAuthorizer: "Auth0", Authorizers: { Auth0: { FunctionArn, Identity } } },
            GatewayResponses: {
              UNAUTHORIZED: { ResponseParameters: { Headers: { "Access-Control-Allow-Origin": "'*'" } } },
            },
          },
        },
      },
    });
  });

  test("guards the HTTP API, which SAM lets call the authorizer only where it is told to", () => {
    const Auth0 = {
      FunctionArn,
      Identity,
      AuthorizerPayloadFormatVersion: "2.0",
      EnableFunctionDefaultPermissions: true,
    };
    expect(parse(snippet)).toMatchObject({
      Resources: { Http: { Properties: { Auth: { DefaultAuthorizer: "Auth0", Authorizers: { Auth0 } } } } },
    });
  });

  test("says nothing that SAM says by itself", () => {
    expect(snippet).not.toContain("AWS::Lambda::Permission");
  });
});

describe("the Terraform snippet of an imported authorizer", () => {
  const snippet = snippetWith("docs/terraform.md", "hcl", "aws_cloudformation_export");
  const exported = "${data.aws_cloudformation_export.authorizer.value}";
  const authorizer_uri = "${data.aws_lambda_function.authorizer.invoke_arn}";

  test("has an authorizer for each kind of API, by what holds the token there", () => {
    expect(parseHcl(snippet)).toMatchObject({
      data: {
        aws_cloudformation_export: { authorizer: [{ name: "auth0-authorizer-prod-arn" }] },
        aws_lambda_function: { authorizer: [{ function_name: exported }] },
      },
      resource: {
        aws_api_gateway_authorizer: {
          rest: [{ authorizer_uri, type: "REQUEST", identity_source: "method.request.header.Authorization" }],
        },
        aws_apigatewayv2_authorizer: {
          http: [
            {
              authorizer_uri,
              authorizer_payload_format_version: "2.0",
              enable_simple_responses: false,
              identity_sources: ["$request.header.Authorization"],
            },
          ],
          websocket: [{ authorizer_uri, identity_sources: ["route.request.querystring.access_token"] }],
        },
      },
    });
  });

  test("guards the route of the HTTP API, and $connect of the WebSocket API", () => {
    const guarded = (kind: string): object => ({
      authorization_type: "CUSTOM",
      authorizer_id: `\${aws_apigatewayv2_authorizer.${kind}.id}`,
    });
    expect(parseHcl(snippet)).toMatchObject({
      resource: {
        aws_apigatewayv2_route: {
          http: [guarded("http")],
          connect: [{ route_key: "$connect", ...guarded("websocket") }],
        },
      },
    });
  });

  test("lets each API call the authorizer", () => {
    const { resource } = parseHcl(snippet) as { resource: { aws_lambda_permission: { auth0: [object] } } };
    const [permission] = resource.aws_lambda_permission.auth0;
    expect(permission).toMatchObject({ action: "lambda:InvokeFunction", function_name: exported });
    for (const kind of ["rest", "http", "websocket"])
      expect(JSON.stringify(permission)).toContain(`_authorizer.${kind}.id}`);
  });

  test("leaves only the APIs and their integrations to the reader", () => {
    const used = Array.from(snippet.matchAll(/\b((?:data\.)?aws_\w+\.\w+)\.\w+/g), ([, name = ""]) => name);
    const defined = Array.from(
      snippet.matchAll(/^(data|resource) "(\w+)" "(\w+)"/gm),
      ([, kind = "", type = "", name = ""]) => `${kind === "data" ? "data." : ""}${type}.${name}`,
    );
    const missing = new Set(used.filter((name) => !defined.includes(name)));
    expect([...missing].sort()).toEqual([
      "aws_api_gateway_rest_api.api",
      "aws_apigatewayv2_api.http",
      "aws_apigatewayv2_api.websocket",
      "aws_apigatewayv2_integration.http",
      "aws_apigatewayv2_integration.websocket",
    ]);
  });
});

test("the Terraform snippet with the module is a part of the example", () => {
  const [snippet = ""] = blocks(guides.get("docs/terraform.md") ?? "", "hcl");
  const example = parseHcl(readFileSync("examples/own-stack-terraform/main.tf", "utf8"));
  expect(example).toMatchObject(parseHcl(snippet) as object);
});

/** The first block of the page that has this in it. */
function snippetWith(page: string, language: string, part: string): string {
  return blocks(guides.get(page) ?? "", language).find((block) => block.includes(part)) ?? "";
}

/** What is not HCL becomes null. */
function parseHcl(text: string): unknown {
  const [parsed] = (hcl as { parseToObject(text: string): unknown[] }).parseToObject(text);
  return parsed;
}
