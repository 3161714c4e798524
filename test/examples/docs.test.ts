import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";

const PAGES = ["docs/deploy.md", "docs/attach.md", "docs/migration.md", "infra/auth0/README.md"];

function snippets(page: string, language: string): string[] {
  const blocks = readFileSync(page, "utf8").matchAll(/^ *```(\w+)\n([\s\S]*?)^ *```$/gm);
  return Array.from(blocks).flatMap(([, found, text = ""]) => (found === language ? [text] : []));
}

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
    const [snippet = ""] = snippets("docs/attach.md", "yaml");
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
  test("names the same export, and closes what it opens", () => {
    const [snippet = ""] = snippets("docs/attach.md", "hcl");
    expect(snippet).toContain('name = "auth0-authorizer-prod-arn"');
    expect(snippet.match(/\{/g)?.length).toBe(snippet.match(/\}/g)?.length);
    expect(snippet).toMatch(/authorization_type = "CUSTOM"/);
  });
});
