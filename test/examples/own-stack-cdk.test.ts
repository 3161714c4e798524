import { execFile } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";
import { complaintsOfAws } from "../../tools/validate/aws.ts";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { createCdkFolder, synthesize } from "./cdk-apps.ts";

const run = promisify(execFile);

type Edit = readonly [from: string, to: string];

const METADATA = "https://api.acme.com/.well-known/oauth-protected-resource";
const REVOCATIONS = `revocations: {
    eventBus: EventBus.fromEventBusName(this, "Bus", "aws.partner/auth0.com/acme-1/auth0.events"),
    logEventBus: EventBus.fromEventBusName(this, "LogBus", "aws.partner/auth0.com/acme-1/auth0.logs"),
    logoutClientIds: ["WebApp"],
  },
  alarms: { email: "team@acme.com", refusedPercent: 30, silenceHours: 24 },`;

/** The example with some of its text changed, by the name of the app. */
const CHANGED: Readonly<Record<string, readonly Edit[]>> = {
  example: [],
  addressed: [
    ["webSocketAuthorizer()", 'webSocketAuthorizer("Ws", "route.request.header.Sec-WebSocket-Protocol")'],
    ["addGatewayResponses(rest)", `addGatewayResponses(rest, { resourceMetadata: "${METADATA}" })`],
  ],
  revoking: [
    ["      settings: {", `${REVOCATIONS}\n      settings: {`],
    ["import { App", 'import { EventBus } from "aws-cdk-lib/aws-events";\nimport { App'],
  ],
  misspelled: [['audiences: ["https://api.acme.com/"]', "audience: []"]],
  forgotten: [['emailClaim: "https://acme.com/email",', ""]],
};

/** A folder for the apps, with our npm package installed from its tarball. */
let folder: string;
let errors: Readonly<Record<string, string>>;
let template: Template;
beforeAll(async () => {
  folder = await createCdkFolder("own-stack-cdk-");
  cpSync("examples/own-stack-cdk", folder, { recursive: true });
  const example = readFileSync(join(folder, "app.mjs"), "utf8");
  for (const [app, edits] of Object.entries(CHANGED))
    writeFileSync(join(folder, `${app}.mjs`), edits.reduce(edited, example));
  errors = await synthesize(folder, ...Object.keys(CHANGED));
  template = readTemplate("example");
});
afterAll(() => rmSync(folder, { recursive: true }));

function edited(text: string, [from, to]: Edit): string {
  if (!text.includes(from)) throw new Error(`The example has no ${from}`);
  return text.replace(from, to);
}

function pathOf(app: string): string {
  return join(folder, app, "OwnStackCdk.template.json");
}

function readTemplate(app: string): Template {
  return JSON.parse(readFileSync(pathOf(app), "utf8")) as Template;
}

test("the construct compiles against CDK's types", async () => {
  const tsc = run(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "src/deploy/cdk"]);
  expect(await tsc.catch((error: unknown) => error)).toMatchObject({ stdout: "" });
});

describe("the stack with the construct", () => {
  const authorizer = (): Readonly<Record<string, unknown>> =>
    getResources(template, "AWS::Lambda::Function").find(({ name }) => name.startsWith("Auth0"))
      ?.properties ?? {};

  test("has no finding by AWS's rules or by ours: every route is guarded", () => {
    expect(complaintsOfAws([pathOf("example")]).get(pathOf("example"))).toEqual([]);
    expect(lintTemplate(template).filter(({ severity }) => severity !== "not checked")).toEqual([]);
    const types = ["AWS::ApiGateway::Authorizer", "AWS::ApiGatewayV2::Authorizer"];
    const ttls = getResources(template, ...types).map(
      ({ properties }) => properties["AuthorizerResultTtlInSeconds"],
    );
    expect(ttls).toEqual([300, 300, undefined]);
  });

  test("sets what the function reads, as it was written in code", () => {
    const { Variables } = authorizer()["Environment"] as { Variables: NodeJS.ProcessEnv };
    expect(settingsFromEnvironment(Variables)).toMatchObject({
      domain: ["https://acme.eu.auth0.com/"],
      audiences: ["https://api.acme.com/"],
      emailClaim: "https://acme.com/email",
    });
  });

  test("deploys the zip of the package, unchanged", () => {
    const { S3Key } = authorizer()["Code"] as { S3Key: string };
    expect(readFileSync(join(folder, "example", `asset.${S3Key}`))).toEqual(
      readFileSync("dist/authorizer.zip"),
    );
    expect(authorizer()).toMatchObject({ Handler: "authorizer.handler", Timeout: 8, MemorySize: 512 });
  });

  test("lets each API, and no other, call the authorizer", () => {
    const permissions = getResources(template, "AWS::Lambda::Permission").filter(({ properties }) =>
      JSON.stringify(properties["FunctionName"]).includes("Auth0Function"),
    );
    expect(permissions).toHaveLength(3);
    for (const { properties } of permissions)
      expect(JSON.stringify(properties["SourceArn"])).toMatch(/\{"Ref":"(Rest|Http|WebSocket)\w+"\}/);
  });

  test("answers with a challenge and CORS headers, and says 503 where nothing can be decided", () => {
    const responses = getResources(template, "AWS::ApiGateway::GatewayResponse").map(({ properties }) => [
      properties["ResponseType"],
      properties["StatusCode"],
    ]);
    expect(responses.sort()).toEqual([
      ["ACCESS_DENIED", "403"],
      ["AUTHORIZER_CONFIGURATION_ERROR", "503"],
      ["AUTHORIZER_FAILURE", "503"],
      ["UNAUTHORIZED", "401"],
    ]);
  });
});

test("a WebSocket's token may come among the subprotocols, and a 401 may name the resource's metadata", () => {
  const changed = readTemplate("addressed");
  const resources = (type: string) => getResources(changed, type);
  expect(JSON.stringify(resources("AWS::ApiGatewayV2::Authorizer"))).toContain(
    '["route.request.header.Sec-WebSocket-Protocol"]',
  );
  const unauthorized = resources("AWS::ApiGateway::GatewayResponse").find(
    ({ properties }) => properties["ResponseType"] === "UNAUTHORIZED",
  );
  expect(unauthorized?.properties["ResponseParameters"]).toMatchObject({
    "gatewayresponse.header.WWW-Authenticate": `'Bearer realm="api", resource_metadata="${METADATA}"'`,
  });
});

describe("the stack with revocations", () => {
  let revoking: Template;
  beforeAll(() => {
    revoking = readTemplate("revoking");
  });

  interface Document {
    readonly PolicyDocument?: { readonly Statement: readonly { readonly Action: string | string[] }[] };
  }

  /** What the roles of a part of the stack may do, beside writing to their own log. */
  function rightsOf(part: RegExp): string[] {
    return getResources(revoking, "AWS::IAM::Policy", "AWS::IAM::Role")
      .filter(({ name }) => part.test(name))
      .flatMap(({ properties }) => [properties, properties["Policies"] ?? []].flat() as Document[])
      .flatMap(({ PolicyDocument }) => PolicyDocument?.Statement.flatMap(({ Action }) => Action) ?? [])
      .filter((action) => !action.startsWith("logs:"));
  }

  test("has no finding by AWS's rules or by ours", () => {
    expect(complaintsOfAws([pathOf("revoking")]).get(pathOf("revoking"))).toEqual([]);
    expect(lintTemplate(revoking).filter(({ severity }) => severity !== "not checked")).toEqual([]);
  });

  test("lets the authorizer read the table, and the writers write into it", () => {
    expect(rightsOf(/^Auth0Role/)).toEqual(["dynamodb:BatchGetItem"]);
    expect(rightsOf(/BackChannelLogout/)).toEqual(["dynamodb:UpdateItem"]);
    expect(rightsOf(/RevokeOnEvent/).sort()).toEqual(["dynamodb:UpdateItem", "sqs:SendMessage"]);
  });

  test("has a table that outlives it, with one key and what expires", () => {
    const [table, ...others] = Object.values(revoking.Resources).filter(
      ({ Type }) => Type === "AWS::DynamoDB::Table",
    );
    expect(others).toEqual([]);
    expect(table).toMatchObject({
      ...{ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" },
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
      },
    });
  });

  test("calls the writers by the streams and by an address of their own", () => {
    const handlers = getResources(revoking, "AWS::Lambda::Function").map(
      ({ properties }) => properties["Handler"],
    );
    expect(handlers).toEqual(
      expect.arrayContaining(["revoke-on-event.handler", "back-channel-logout.handler"]),
    );
    expect(getResources(revoking, "AWS::Events::Rule")).toHaveLength(2);
    expect(getResources(revoking, "AWS::Lambda::Url")).toHaveLength(1);
  });

  test("has the alarms of the package, and tells them by every parameter what to watch", () => {
    const [stack] = getResources(revoking, "AWS::CloudFormation::Stack");
    const given = stack?.properties["Parameters"] as Readonly<Record<string, unknown>>;
    const alarms = JSON.parse(readFileSync("dist/alarms.json", "utf8")) as Template;
    expect(Object.keys({ ...given, AuthorizerLogLevel: "info", ShowDashboard: "false" }).sort()).toEqual(
      Object.keys(alarms.Parameters ?? {}).sort(),
    );
    expect(given).toMatchObject({
      AuthorizerLambdaFunction: { Ref: expect.stringMatching(/^Auth0Function/) },
      ...{ AlarmEmail: "team@acme.com", AlarmRefusedPercent: "30", SilenceHours: "24" },
      EventBus: "aws.partner/auth0.com/acme-1/auth0.events",
      RevokeOnEventLambdaFunction: { Ref: expect.stringMatching(/^Auth0RevocationsRevokeOnEvent/) },
      BackChannelLogoutLambdaFunction: { Ref: expect.stringMatching(/^Auth0RevocationsBackChannelLogout/) },
      RevocationDeadLetters: { "Fn::GetAtt": [expect.stringMatching(/DeadLetters/), "QueueName"] },
    });
    const [asset = ""] = /[0-9a-f]{64}\.json/.exec(JSON.stringify(stack?.properties["TemplateURL"])) ?? [];
    expect(readFileSync(join(folder, "revoking", `asset.${asset}`))).toEqual(
      readFileSync("dist/alarms.json"),
    );
  });
});

test("the stack without revocations and alarms has nothing of them", () => {
  expect(JSON.stringify(template)).not.toMatch(/dynamodb|sqs:|AWS::Events|AWS::CloudFormation::Stack/);
});

test.each([
  [
    "a name that is not a setting",
    "misspelled",
    /2 issues in its configuration[^]*- audience is not a setting. Did you mean audiences\?/,
  ],
  ["a forgotten setting", "forgotten", /emailClaim is required/],
])("a stack with %s is not synthesized", (_, app, message) => {
  expect(errors[app]).toMatch(message);
});

test("no other stack fails", () => {
  expect(Object.keys(errors)).toEqual(["misspelled", "forgotten"]);
});
