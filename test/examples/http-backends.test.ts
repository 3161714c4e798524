import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseToObject } from "hcl2-parser";
import { parse } from "yaml";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { httpApi, restApi } from "../../src/testing/index.ts";
import { blocks, guides } from "../docs/guides.ts";
import { answering, policy } from "../testing/lambdas.ts";

const PAGE = guides.get("docs/http-backends.md") ?? "";
const CDK = resolve("examples/attach-cdk");

type Parameters = Readonly<Record<string, string>>;

const [serverlessRest, samRest, cloudFormationHttp] = blocks(PAGE, "yaml").map(
  (text) => parse(text) as unknown,
);
const [terraformRest, terraformHttp] = blocks(PAGE, "hcl").map((text) => {
  const [parsed] = (parseToObject as (text: string) => unknown[])(text);
  return parsed;
});

/** What stands at a path of keys and indices. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

let cdk: Template;
beforeAll(async () => {
  if (!existsSync(join(CDK, "node_modules")))
    throw new Error("Install CDK first: npx tsx tools/build/install.ts examples/attach-cdk");
  const folder = mkdtempSync(join(tmpdir(), "cdk-"));
  const env = { PATH: process.env["PATH"], HOME: folder, CDK_OUTDIR: folder, STAGE: "prod" };
  await promisify(execFile)(process.execPath, ["http-backend.mjs"], { cwd: CDK, env });
  cdk = JSON.parse(readFileSync(join(folder, "HttpBackend.template.json"), "utf8")) as Template;
  rmSync(folder, { recursive: true });
});

/** The headers of the Serverless snippet, as Serverless writes them into the template. */
function serverlessParameters(): Parameters {
  const path = ["functions", "backend", "events", 0, "http", "request", "parameters", "headers"];
  const headers = at(serverlessRest, ...path) as Readonly<Record<string, { mappedValue: string }>>;
  return Object.fromEntries(
    Object.entries(headers).map(([name, { mappedValue }]) => [
      `integration.request.header.${name}`,
      mappedValue,
    ]),
  );
}

const openApi = ["Resources", "Api", "Properties", "DefinitionBody", "paths", "/{proxy+}"] as const;

const MAPPINGS: Readonly<Record<"REST" | "HTTP", Readonly<Record<string, () => unknown>>>> = {
  REST: {
    Serverless: serverlessParameters,
    SAM: () =>
      at(
        samRest,
        ...openApi,
        "x-amazon-apigateway-any-method",
        "x-amazon-apigateway-integration",
        "requestParameters",
      ),
    CDK: () =>
      at(getResources(cdk, "AWS::ApiGateway::Method"), 0, "properties", "Integration", "RequestParameters"),
    Terraform: () =>
      at(terraformRest, "resource", "aws_api_gateway_integration", "backend", 0, "request_parameters"),
  },
  HTTP: {
    "Serverless and SAM": () =>
      at(cloudFormationHttp, "Resources", "BackendIntegration", "Properties", "RequestParameters"),
    CDK: () => at(getResources(cdk, "AWS::ApiGatewayV2::Integration"), 0, "properties", "RequestParameters"),
    Terraform: () =>
      at(terraformHttp, "resource", "aws_apigatewayv2_integration", "backend", 0, "request_parameters"),
  },
};
const CASES = Object.entries(MAPPINGS).flatMap(([kind, byTool]) =>
  Object.entries(byTool).map(([tool, parameters]) => [kind, tool, parameters] as const),
);

describe.each(CASES)("the mapping of a %s API by %s", (kind, _, parameters) => {
  let backend: Server;
  let received: IncomingHttpHeaders;
  beforeAll(async () => {
    backend = createServer(({ headers }, response) => {
      received = headers;
      response.end();
    }).listen(0, "127.0.0.1");
    await once(backend, "listening");
  });
  afterAll(() => void backend.close());

  test("forwards who it is and what they may do, whatever the caller sends in its place", async () => {
    const context = { sub: "auth0|alice", email: "alice@example.com", roles: "member editor" };
    const authorizer = answering(policy("Allow", { context }));
    const uri = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const routes = { "ANY /{proxy+}": { uri, requestParameters: parameters() as Parameters } };
    const api =
      kind === "REST" ? restApi({ type: "request", authorizer, routes }) : httpApi({ authorizer, routes });
    const forged = {
      "X-User-Sub": "mallory",
      "X-User-Email": "mallory@example.com",
      "x-user-roles": "admin",
    };
    const response = await api.fetch("/me", { headers: { Authorization: "Bearer t", ...forged } });
    expect(response.status).toBe(200);
    expect(received).toMatchObject({
      "x-user-sub": "auth0|alice",
      "x-user-email": "alice@example.com",
      "x-user-roles": "member editor",
    });
  });
});

test("the CDK snippets are parts of the example, whose template has no finding", () => {
  const unindented = (text: string): string => text.replace(/^ +/gm, "");
  const example = unindented(readFileSync(`${CDK}/http-backend.mjs`, "utf8"));
  const snippets = blocks(PAGE, "javascript").map(unindented);
  expect(snippets).toHaveLength(2);
  for (const snippet of snippets) expect(example).toContain(snippet);
  expect(lintTemplate(cdk).filter(({ severity }) => severity === "error")).toEqual([]);
});

test("every route of the snippets is guarded", () => {
  expect(at(cloudFormationHttp, "Resources", "BackendRoute", "Properties", "AuthorizationType")).toBe(
    "CUSTOM",
  );
  expect(at(terraformHttp, "resource", "aws_apigatewayv2_route", "backend", 0, "authorization_type")).toBe(
    "CUSTOM",
  );
  expect(at(terraformRest, "resource", "aws_api_gateway_method", "backend", 0, "authorization")).toBe(
    "CUSTOM",
  );
});
