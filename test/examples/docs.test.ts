import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import * as hcl from "hcl2-parser";
import { parse } from "yaml";
import { blocks, guides } from "../docs/guides.ts";

const PAGES = ["docs/deploy.md", "docs/attach.md", "docs/migration.md", "infra/auth0/README.md"];
const ATTACH = guides.get("docs/attach.md") ?? "";

describe.each(PAGES)("%s", (page) => {
  test("links to files that exist", () => {
    const links = readFileSync(page, "utf8").matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g);
    for (const [, path = ""] of links)
      expect([path, existsSync(join(dirname(page), path))]).toEqual([path, true]);
  });

  test("names parameters and commands that exist", () => {
    const known = ["serverless.yml", "infra/functions.yml", "infra/gateway-responses.yml"]
      .map((file) => readFileSync(file, "utf8"))
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
  test("guards the API, with the imported authorizer and headers on 401", () => {
    const [snippet = ""] = blocks(ATTACH, "yaml");
    const authorizer = { "Fn::ImportValue": "auth0-authorizer-prod-arn" };
    expect(parse(snippet)).toMatchObject({
      Resources: {
        Api: {
          Properties: {
            Auth: {
              DefaultAuthorizer: "Auth0",
              Authorizers: { Auth0: { FunctionArn: authorizer, Identity: { ReauthorizeEvery: 300 } } },
            },
            GatewayResponses: {
              UNAUTHORIZED: { ResponseParameters: { Headers: { "Access-Control-Allow-Origin": "'*'" } } },
            },
          },
        },
        Auth0MayBeCalled: { Properties: { FunctionName: authorizer } },
      },
    });
  });
});

describe("the Terraform snippet", () => {
  const [snippet = ""] = blocks(ATTACH, "hcl");

  test("guards its route with the imported authorizer, which API Gateway may call", () => {
    const exported = "${data.aws_cloudformation_export.authorizer.value}";
    expect(parseHcl(snippet)).toMatchObject({
      data: {
        aws_cloudformation_export: { authorizer: [{ name: "auth0-authorizer-prod-arn" }] },
        aws_lambda_function: { authorizer: [{ function_name: exported }] },
      },
      resource: {
        aws_apigatewayv2_authorizer: {
          auth0: [
            {
              authorizer_type: "REQUEST",
              authorizer_uri: "${data.aws_lambda_function.authorizer.invoke_arn}",
              authorizer_payload_format_version: "2.0",
              enable_simple_responses: false,
            },
          ],
        },
        aws_lambda_permission: { auth0: [{ action: "lambda:InvokeFunction", function_name: exported }] },
        aws_apigatewayv2_route: {
          hello: [
            {
              authorization_type: "CUSTOM",
              authorizer_id: "${aws_apigatewayv2_authorizer.auth0.id}",
            },
          ],
        },
      },
    });
  });

  test("leaves only the API and its integration to the reader", () => {
    const used = Array.from(snippet.matchAll(/\b((?:data\.)?aws_\w+\.\w+)\.\w+/g), ([, name = ""]) => name);
    const defined = Array.from(
      snippet.matchAll(/^(data|resource) "(\w+)" "(\w+)"/gm),
      ([, kind = "", type = "", name = ""]) => `${kind === "data" ? "data." : ""}${type}.${name}`,
    );
    const missing = new Set(used.filter((name) => !defined.includes(name)));
    expect([...missing]).toEqual(["aws_apigatewayv2_api.api", "aws_apigatewayv2_integration.hello"]);
  });
});

/** What is not HCL becomes null. */
function parseHcl(text: string): unknown {
  const [parsed] = (hcl as { parseToObject(text: string): unknown[] }).parseToObject(text);
  return parsed;
}
