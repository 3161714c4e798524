import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";
import { complaintsOfAws } from "../../tools/validate/aws.ts";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { packNpmPackage, unpackAsDependency } from "../tools/npm-package.ts";

const run = promisify(execFile);
const CDK = resolve("examples/attach-cdk/node_modules");

/** The example in a folder of its own, with our npm package installed from its tarball. */
let folder: string;
let path: string;
let template: Template;
beforeAll(async () => {
  if (!existsSync(CDK))
    throw new Error("Install CDK first: npx tsx tools/build/install.ts examples/attach-cdk");
  folder = mkdtempSync(join(tmpdir(), "own-stack-cdk-"));
  cpSync("examples/own-stack-cdk", folder, { recursive: true });
  await unpackAsDependency(await packNpmPackage(folder), folder);
  for (const name of ["aws-cdk-lib", "constructs", "@aws-cdk"])
    symlinkSync(join(CDK, name), join(folder, "node_modules", name));
  await synthesise();
  path = join(folder, "out/OwnStackCdk.template.json");
  template = JSON.parse(readFileSync(path, "utf8")) as Template;
});
afterAll(() => rmSync(folder, { recursive: true }));

async function synthesise(app = "app.mjs", out = "out"): Promise<void> {
  const env = { PATH: process.env["PATH"], HOME: folder, CDK_OUTDIR: join(folder, out) };
  await run(process.execPath, ["--preserve-symlinks", app], { cwd: folder, env });
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
    expect(complaintsOfAws([path]).get(path)).toEqual([]);
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
    expect(readFileSync(join(folder, "out", `asset.${S3Key}`))).toEqual(readFileSync("dist/authorizer.zip"));
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

test("a WebSocket's token may come among the subprotocols, and a 401 may name the resource's metadata", async () => {
  const address = "https://api.acme.com/.well-known/oauth-protected-resource";
  const source = readFileSync(join(folder, "app.mjs"), "utf8")
    .replace(
      "webSocketAuthorizer()",
      'webSocketAuthorizer("Ws", "route.request.header.Sec-WebSocket-Protocol")',
    )
    .replace("addGatewayResponses(rest)", `addGatewayResponses(rest, { resourceMetadata: "${address}" })`);
  writeFileSync(join(folder, "changed.mjs"), source);
  await synthesise("changed.mjs", "changed");
  const changed = readFileSync(join(folder, "changed/OwnStackCdk.template.json"), "utf8");
  const resources = (type: string) => getResources(JSON.parse(changed) as Template, type);
  expect(JSON.stringify(resources("AWS::ApiGatewayV2::Authorizer"))).toContain(
    '["route.request.header.Sec-WebSocket-Protocol"]',
  );
  const unauthorized = resources("AWS::ApiGateway::GatewayResponse").find(
    ({ properties }) => properties["ResponseType"] === "UNAUTHORIZED",
  );
  expect(unauthorized?.properties["ResponseParameters"]).toMatchObject({
    "gatewayresponse.header.WWW-Authenticate": `'Bearer realm="api", resource_metadata="${address}"'`,
  });
});

describe("the stack with revocations", () => {
  const OPTIONS = `revocations: {
    eventBus: EventBus.fromEventBusName(this, "Bus", "aws.partner/auth0.com/acme-1/auth0.events"),
    logEventBus: EventBus.fromEventBusName(this, "LogBus", "aws.partner/auth0.com/acme-1/auth0.logs"),
    logoutClientIds: ["WebApp"],
  },
  alarms: { email: "team@acme.com", refusedPercent: 30, silenceHours: 24 },`;
  let revoking: Template;
  beforeAll(async () => {
    const source = readFileSync(join(folder, "app.mjs"), "utf8")
      .replace("      settings: {", `${OPTIONS}\n      settings: {`)
      .replace("import { App", 'import { EventBus } from "aws-cdk-lib/aws-events";\nimport { App')
      .replace('"OwnStackCdk"', '"Revoking"');
    writeFileSync(join(folder, "revoking.mjs"), source);
    await synthesise("revoking.mjs");
    revoking = JSON.parse(readFileSync(join(folder, "out/Revoking.template.json"), "utf8")) as Template;
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
    const out = join(folder, "out/Revoking.template.json");
    expect(complaintsOfAws([out]).get(out)).toEqual([]);
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
    expect(readFileSync(join(folder, "out", `asset.${asset}`))).toEqual(readFileSync("dist/alarms.json"));
  });
});

test("the stack without revocations and alarms has nothing of them", () => {
  expect(JSON.stringify(template)).not.toMatch(/dynamodb|sqs:|AWS::Events|AWS::CloudFormation::Stack/);
});

test.each([
  [
    "a name that is not a setting",
    'audiences: ["https://api.acme.com/"]',
    "audience: []",
    /2 issues in its configuration[^]*- audience is not a setting. Did you mean audiences\?/,
  ],
  ["a forgotten setting", 'emailClaim: "https://acme.com/email",', "", /emailClaim is required/],
])("a stack with %s is not synthesised", async (_, from, to, message) => {
  const source = readFileSync(join(folder, "app.mjs"), "utf8");
  expect(source).toContain(from);
  writeFileSync(join(folder, "misconfigured.mjs"), source.replace(from, to));
  await expect(synthesise("misconfigured.mjs")).rejects.toThrow(message);
});
