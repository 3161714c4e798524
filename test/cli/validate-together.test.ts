import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { goodTemplates, type Json } from "../deploy/lint/templates.ts";
import { run } from "./command.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "validate-together-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const AUDIENCE = "https://orders.acme.com/";
const ARN = { "Fn::ImportValue": "auth0-authorizer-dev-arn" };

function write(name: string, template: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(template));
  return path;
}

/** The shared authorizer. Its function has the logical ID that the API's own backend has too. */
function writeAuthorizer(name: string, variables: Json = {}): string {
  const { Auth0, Auth0Log } = goodTemplates()[0]?.template.Resources ?? {};
  const Variables = {
    AUTH0_DOMAIN: "acme.eu.auth0.com",
    AUTH0_AUDIENCES: AUDIENCE,
    AUTH0_EMAIL_CLAIM: "https://acme.com/email",
    AUTHORIZER_SHARED: "true",
    ...variables,
  };
  return write(name, {
    Resources: {
      Orders: { ...Auth0, Properties: { ...Auth0?.Properties, Environment: { Variables } } },
      Auth0Log,
    },
    Outputs: {
      Arn: { Value: { "Fn::GetAtt": ["Orders", "Arn"] }, Export: { Name: "auth0-authorizer-dev-arn" } },
    },
  });
}

/** An HTTP API that imports the authorizer, as CDK writes it. */
function writeApi(name: string, stageVariables: Json, guard: Json = {}): string {
  const part = (index: number): Json => ({ "Fn::Select": [index, { "Fn::Split": [":", ARN] }] });
  const uri = [
    "arn:",
    part(1),
    ":apigateway:",
    part(3),
    ":lambda:path/2015-03-31/functions/",
    ARN,
    "/invocations",
  ];
  const api = { ApiId: { Ref: "Api" } };
  const resources: Record<string, [type: string, properties: Json]> = {
    Api: ["ApiGatewayV2::Api", { ProtocolType: "HTTP" }],
    Stage: ["ApiGatewayV2::Stage", { ...api, StageName: "$default", StageVariables: stageVariables }],
    Guard: [
      "ApiGatewayV2::Authorizer",
      {
        ...api,
        AuthorizerType: "REQUEST",
        AuthorizerPayloadFormatVersion: "2.0",
        AuthorizerUri: { "Fn::Join": ["", uri] },
        EnableSimpleResponses: false,
        IdentitySource: ["$request.header.Authorization"],
        AuthorizerResultTtlInSeconds: 300,
        ...guard,
      },
    ],
    GetOrders: [
      "ApiGatewayV2::Route",
      { ...api, RouteKey: "GET /orders", AuthorizationType: "CUSTOM", AuthorizerId: { Ref: "Guard" } },
    ],
    Orders: ["Lambda::Function", { Handler: "index.handler", Runtime: "nodejs24.x" }],
  };
  const Resources = Object.fromEntries(
    Object.entries(resources).map(([id, [type, Properties]]) => [id, { Type: `AWS::${type}`, Properties }]),
  );
  return write(name, { Resources });
}

describe("a shared authorizer and an API that imports it", () => {
  test("are both checked if they are named together", async () => {
    const authorizer = writeAuthorizer("Shared.template.json");
    const api = writeApi("Good.template.json", { auth0Audiences: AUDIENCE });
    const { exitCode, output } = await run(["validate", "--strict", authorizer, api]);
    expect(output.match(/0 errors, 0 warnings, 0 not checked/g)).toHaveLength(2);
    expect(exitCode).toBe(0);
  });

  test.each<[string, Json, Json, Json, string]>([
    ["no stage variable", {}, {}, {}, "stage-without-audiences: Stage"],
    ["another slash", { auth0Audiences: AUDIENCE.slice(0, -1) }, {}, {}, "stage-without-audiences: Stage"],
    [
      "another format of responses",
      { auth0Audiences: AUDIENCE },
      { EnableSimpleResponses: true, AuthorizerResultTtlInSeconds: 60 },
      {},
      "response-format: Guard",
    ],
    [
      "a cache without the token in its key",
      { auth0Audiences: AUDIENCE },
      { IdentitySource: ["$request.header.X-Tenant"] },
      {},
      "identity-source-without-token: Guard",
    ],
    [
      "permissions by route, and no route in the key",
      { auth0Audiences: AUDIENCE },
      {},
      { AUTHORIZER_ROUTE_PERMISSIONS: "GET /orders=read:orders" },
      "route-not-told: Guard",
    ],
  ])("%s is an error", async (_, stage, guard, variables, error) => {
    const paths = [
      writeAuthorizer("Shared.template.json", variables),
      writeApi("Bad.template.json", stage, guard),
    ];
    const { exitCode, output } = await run(["validate", ...paths]);
    expect(output).toContain(`error ${error}`);
    expect(output.match(/\berror [a-z]/g)).toHaveLength(1);
    expect(exitCode).toBe(1);
  });

  test("rules for routes of other APIs are no finding", async () => {
    const rules = { AUTHORIZER_ROUTE_PERMISSIONS: "GET /orders=read:orders, GET /invoices=read:invoices" };
    const guard = { IdentitySource: ["$request.header.Authorization", "$context.routeKey"] };
    const paths = [
      writeAuthorizer("Shared.template.json", rules),
      writeApi("Good.template.json", { auth0Audiences: AUDIENCE }, guard),
    ];
    expect((await run(["validate", "--strict", ...paths])).exitCode).toBe(0);
  });

  test("the API alone says which import to check with it", async () => {
    const { output } = await run(["validate", writeApi("Alone.template.json", {})]);
    expect(output).toContain("found: its function: the import of auth0-authorizer-dev-arn");
    expect(output).toContain("check both together");
  });

  test("two authorizers whose files have one name are told apart", async () => {
    const name = "cloudformation-template-update-stack.json";
    const other = writeAuthorizer(`other/${name}`, { AUTH0_AUDIENCES: "https://billing.acme.com/" });
    const text = {
      Outputs: { Arn: { Value: { "Fn::GetAtt": ["Orders", "Arn"] }, Export: { Name: "other-arn" } } },
    };
    const { Resources } = JSON.parse(readFileSync(other, "utf8")) as { Resources: Json };
    write(`other/${name}`, { Resources, ...text });
    const paths = [
      other,
      writeAuthorizer(`shared/${name}`),
      writeApi("Api.template.json", { auth0Audiences: AUDIENCE }),
    ];
    expect((await run(["validate", "--strict", ...paths])).exitCode).toBe(0);
  });
});
