import { beforeAll, describe, expect, test } from "@jest/globals";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { createRevokeOnEvent } from "../../src/revocation/writers/revoke-on-event.ts";
import { streamEvent } from "../revocation/writers/messages.ts";
import { surroundings } from "../revocation/writers/writer.ts";
import { packageService, WITH_EVERYTHING, WITH_REVOCATIONS, type Packaged } from "./packaged.ts";

let off: Packaged;
let on: Packaged;
let all: Packaged;
beforeAll(async () => {
  [off, on, all] = await Promise.all([
    packageService(),
    packageService(...WITH_REVOCATIONS),
    packageService(...WITH_EVERYTHING),
  ]);
});

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

interface PolicyHolder {
  readonly Roles?: readonly { readonly Ref: string }[];
  readonly PolicyDocument?: { readonly Statement: readonly Statement[] };
  readonly Policies?: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
}

/** What a role may do beside writing to its own log: actions, and the resource of each. */
function rightsOf(template: Template, role: string): [string, unknown][] {
  const holders = getResources(template, "AWS::IAM::Role", "AWS::IAM::Policy")
    .map(({ name, properties }) => ({ name, ...(properties as PolicyHolder) }))
    .filter(({ name, Roles = [] }) => name === role || Roles.some(({ Ref }) => Ref === role));
  return holders
    .flatMap(({ PolicyDocument, Policies = [] }) => [
      ...(PolicyDocument?.Statement ?? []),
      ...Policies.flatMap((policy) => policy.PolicyDocument.Statement),
    ])
    .flatMap(({ Action, Resource }) => [Action].flat().map((action): [string, unknown] => [action, Resource]))
    .filter(([action]) => !action.startsWith("logs:"));
}

const TABLE = { "Fn::GetAtt": ["Auth0RevocationTable", "Arn"] };
const DEAD_LETTERS = { "Fn::GetAtt": ["Auth0RevocationDeadLetters", "Arn"] };

describe("a stack without revocations", () => {
  test("has nothing of them", () => {
    expect(Object.keys(off.template.Resources).filter((id) => /revo|logout|stream/i.test(id))).toEqual([]);
    expect(JSON.stringify(off.template)).not.toMatch(/dynamodb|sqs|AWS::Events/i);
    expect(rightsOf(off.template, "Auth0AuthorizerRole")).toEqual([]);
  });
});

describe("a stack with revocations", () => {
  test("lets the authorizer read the table, and do nothing else with it", () => {
    expect(rightsOf(on.template, "Auth0AuthorizerRole")).toEqual([["dynamodb:BatchGetItem", TABLE]]);
    for (const role of ["Auth0AuthorizerRole", "Auth0SimpleAuthorizerRole"])
      expect(rightsOf(all.template, role)).toEqual([["dynamodb:BatchGetItem", TABLE]]);
  });

  test("lets the writers write into the table, and one of them give up what it could not", () => {
    expect(rightsOf(all.template, "Auth0BackChannelLogoutRole")).toEqual([["dynamodb:UpdateItem", TABLE]]);
    expect(rightsOf(all.template, "Auth0RevokeOnEventRole")).toEqual([
      ["dynamodb:UpdateItem", TABLE],
      ["sqs:SendMessage", DEAD_LETTERS],
    ]);
  });

  test("tells every function which table it is, after it may be read", () => {
    const functions = ["Auth0LambdaFunction", "Auth0SimpleLambdaFunction"];
    for (const id of [
      ...functions,
      "Auth0RevokeOnEventLambdaFunction",
      "Auth0BackChannelLogoutLambdaFunction",
    ]) {
      expect(all.template.Resources[id]?.Properties).toMatchObject({
        Environment: { Variables: { REVOCATION_TABLE: { Ref: "Auth0RevocationTable" } } },
      });
    }
    for (const id of functions)
      expect(all.template.Resources[id]).toMatchObject({
        DependsOn: expect.arrayContaining(["Auth0RevocationReaderPolicy"]),
      });
  });

  test("has a table that costs what it is used, forgets what expires, and outlives the stack", () => {
    expect(on.template.Resources["Auth0RevocationTable"]).toEqual({
      Type: "AWS::DynamoDB::Table",
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
      },
    });
    expect(all.template.Resources["Auth0RevocationTable"]?.Properties).toMatchObject({
      WarmThroughput: { ReadUnitsPerSecond: 24000 },
    });
  });

  test("takes dead letters of its own rules, and of no other rule of the account", () => {
    const policy = on.template.Resources["Auth0RevocationDeadLettersPolicy"];
    expect(policy).toMatchObject({
      Properties: {
        PolicyDocument: {
          Statement: [
            {
              Action: "sqs:SendMessage",
              Condition: {
                ArnEquals: {
                  "aws:SourceArn": [
                    { "Fn::GetAtt": ["Auth0EventStreamRule", "Arn"] },
                    { "Fn::GetAtt": ["Auth0LogStreamRule", "Arn"] },
                  ],
                },
              },
            },
          ],
        },
      },
    });
  });

  test("tells the writers after how many days sessions are forgotten", () => {
    for (const id of ["Auth0RevokeOnEventLambdaFunction", "Auth0BackChannelLogoutLambdaFunction"])
      expect(all.template.Resources[id]?.Properties).toMatchObject({
        Environment: { Variables: { REVOCATION_SESSION_RETENTION_DAYS: "365" } },
      });
  });

  test("takes from the event buses what Auth0 sends, and keeps what could not be delivered", () => {
    const properties = (id: string) => on.template.Resources[id]?.Properties;
    const targets = [
      {
        Id: "revoke-on-event",
        Arn: { "Fn::GetAtt": ["Auth0RevokeOnEventLambdaFunction", "Arn"] },
        DeadLetterConfig: { Arn: DEAD_LETTERS },
      },
    ];
    const source = [{ prefix: "aws.partner/auth0.com/" }];
    expect(properties("Auth0EventStreamRule")).toMatchObject({ EventPattern: { source }, Targets: targets });
    expect(properties("Auth0LogStreamRule")).toMatchObject({
      EventPattern: { source, detail: { data: { type: ["scp", "universal_logout_succeeded"] } } },
      Targets: targets,
    });
    expect(properties("Auth0RevokeOnEventRetries")).toMatchObject({
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: DEAD_LETTERS } },
    });
    expect([properties("Auth0EventStreamRule"), properties("Auth0LogStreamRule")]).toMatchObject([
      { EventBusName: "aws.partner/auth0.com/acme-1/auth0.events" },
      { EventBusName: "aws.partner/auth0.com/acme-1/auth0.logs" },
    ]);
  });

  test("has a public address only where the endpoint is wanted", () => {
    expect(getResources(on.template, "AWS::Lambda::Url")).toEqual([]);
    expect(getResources(all.template, "AWS::Lambda::Url")).toEqual([
      expect.objectContaining({ properties: expect.objectContaining({ AuthType: "NONE" }) }),
    ]);
  });

  test("has alarms that tell the topic, on failures, dead letters and silence", () => {
    const alarms = getResources(all.template, "AWS::CloudWatch::Alarm");
    const ours = alarms.filter(({ name }) => /^Auth0(?!Simple).*(revo|message|logout)/i.test(name));
    expect(ours.map(({ name }) => name).sort()).toEqual([
      "Auth0BackChannelLogoutAlarm",
      "Auth0BackChannelLogoutErrorsAlarm",
      "Auth0MessagesNotUnderstoodAlarm",
      "Auth0RevocationDeadLettersAlarm",
      "Auth0RevocationLookupFailuresAlarm",
      "Auth0RevocationSilenceAlarm",
      "Auth0RevocationThrottlesAlarm",
      "Auth0RevocationWriteFailuresAlarm",
      "Auth0RevocationsNotCheckedAlarm",
      "Auth0RevocationsUnavailableAlarm",
      "Auth0RevokeOnEventErrorsAlarm",
    ]);
    const topic = [{ Ref: "Auth0AlarmTopic" }];
    for (const { properties } of ours)
      expect(properties).toMatchObject({ AlarmActions: topic, OKActions: topic });
    expect(all.template.Resources["Auth0RevocationSilenceAlarm"]).toMatchObject({
      Properties: { TreatMissingData: "breaching", Period: 3600, EvaluationPeriods: 24 },
    });
  });

  test("has no alarm on a metric that its writer does not count", async () => {
    const around = surroundings();
    await createRevokeOnEvent({ ...around, revokesOnLogout: false })(
      streamEvent("user.deleted", { user_id: 1 }),
    );
    around.log.notWritten({
      type: "user.deleted",
      error: new Error("DynamoDB answered UpdateItem with HTTP 500"),
      isRetried: true,
    });
    const counted = around.logged().match(/(?<="Name":")\w+/g);
    const watched = getResources(all.template, "AWS::CloudWatch::Alarm")
      .filter(({ name }) => /^Auth0(MessagesNotUnderstood|BackChannelLogout)Alarm$/.test(name))
      .map(({ properties }) => [properties["Namespace"], properties["MetricName"]]);
    expect(watched.sort()).toEqual((counted ?? []).map((metric) => ["Auth0Authorizer", metric]).sort());
  });

  test("has no finding by our rules", () => {
    for (const { template } of [on, all]) expect(lintTemplate(template, { everyFunction: true })).toEqual([]);
  });

  test.each([
    [
      "Auth0AuthorizerRole",
      "Auth0LambdaFunction it has REVOCATION_TABLE and a role without dynamodb:BatchGetItem",
    ],
    [
      "Auth0RevokeOnEventRole",
      "Auth0RevokeOnEventLambdaFunction it has REVOCATION_TABLE and a role without dynamodb:UpdateItem",
    ],
  ])("is found wanting by validate where %s lacks its right to the table", (role, message) => {
    const template = structuredClone(on.template);
    const resources = template.Resources as Record<string, { Properties: Record<string, unknown> }>;
    if (role === "Auth0AuthorizerRole") Reflect.deleteProperty(resources, "Auth0RevocationReaderPolicy");
    else Object.assign(resources[role]?.Properties ?? {}, { Policies: [] });
    const found = lintTemplate(template, { everyFunction: true });
    expect(found.map(({ rule, resource, found: text }) => [rule, `${resource} ${text}`])).toEqual([
      ["table-out-of-reach", message],
    ]);
  });

  test("is found wanting by validate where a writer has a table of another stack, as in a second region", () => {
    const template = structuredClone(all.template);
    const { Properties: writer } = template.Resources["Auth0RevokeOnEventLambdaFunction"] ?? {};
    const { Variables: variables } = writer?.["Environment"] as { Variables: Record<string, unknown> };
    variables["REVOCATION_TABLE"] = "acme-revocations";
    expect(lintTemplate(template)).toMatchObject([
      { rule: "second-writer", resource: "Auth0RevokeOnEventLambdaFunction" },
    ]);
    const { Variables: read } = template.Resources["Auth0LambdaFunction"]?.Properties?.["Environment"] as {
      Variables: Record<string, unknown>;
    };
    variables["REVOCATION_TABLE"] = read["REVOCATION_TABLE"];
    read["REVOCATION_TABLE"] = "acme-revocations";
    expect(lintTemplate(template)).toEqual([]);
  });
});
