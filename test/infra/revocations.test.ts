import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { complaintsOfAws } from "../../tools/validate/aws.ts";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { createRevokeOnEvent } from "../../src/revocation/writers/revoke-on-event.ts";
import { streamEvent } from "../revocation/writers/messages.ts";
import { surroundings } from "../revocation/writers/writer.ts";
import { packageService, type Packaged } from "./packaged.ts";

const BUSES = [
  "AUTH0_EVENT_BUS=aws.partner/auth0.com/acme-1/auth0.events",
  "AUTH0_LOG_EVENT_BUS=aws.partner/auth0.com/acme-1/auth0.logs",
];

let off: Packaged;
let on: Packaged;
let all: Packaged;
beforeAll(async () => {
  [off, on, all] = await Promise.all([
    packageService(),
    packageService("revocations=on", ...BUSES),
    packageService(
      ...["revocations=with-logout", "deploy=whoami", "REVOCATION_SILENCE_HOURS=24"],
      ...["REVOCATION_WARM_READ_UNITS=24000", "REVOCATION_SESSION_RETENTION_DAYS=365"],
      ...BUSES,
    ),
  ]);
});
afterAll(() => [off, on, all].forEach((packaged) => packaged.remove()));

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

const TABLE = { "Fn::GetAtt": ["RevocationTable", "Arn"] };
const DEAD_LETTERS = { "Fn::GetAtt": ["RevocationDeadLetters", "Arn"] };

describe("a stack without revocations", () => {
  test("has nothing of them, and its alarms for another team's table only with one", () => {
    const ours = Object.entries(off.template.Resources).filter(([id]) => /revo|logout|stream/i.test(id));
    const conditions = ours.map(([, resource]) => (resource as { Condition?: string }).Condition);
    expect(new Set(conditions)).toEqual(new Set(["HasRevocationTable"]));
    expect(off.template).toMatchObject({
      Conditions: { HasRevocationTable: { "Fn::Not": [{ "Fn::Equals": ["off", "off"] }] } },
    });
    expect(JSON.stringify(off.template)).not.toMatch(/dynamodb|sqs|AWS::Events/i);
    expect(rightsOf(off.template, "AuthorizerRole")).toEqual([]);
  });
});

describe("a stack with revocations", () => {
  test("lets the authorizer read the table, and do nothing else with it", () => {
    expect(rightsOf(on.template, "AuthorizerRole")).toEqual([["dynamodb:BatchGetItem", TABLE]]);
    for (const role of ["AuthorizerRole", "WhoamiRole"])
      expect(rightsOf(all.template, role)).toEqual([["dynamodb:BatchGetItem", TABLE]]);
  });

  test("lets the writers write into the table, and one of them give up what it could not", () => {
    expect(rightsOf(all.template, "BackChannelLogoutRole")).toEqual([["dynamodb:UpdateItem", TABLE]]);
    expect(rightsOf(all.template, "RevokeOnEventRole")).toEqual([
      ["dynamodb:UpdateItem", TABLE],
      ["sqs:SendMessage", DEAD_LETTERS],
    ]);
  });

  test("tells every function which table it is, after it may be read", () => {
    const functions = ["AuthorizerLambdaFunction", "AuthorizerSimpleLambdaFunction"];
    for (const id of [...functions, "RevokeOnEventLambdaFunction", "BackChannelLogoutLambdaFunction"]) {
      expect(all.template.Resources[id]?.Properties).toMatchObject({
        Environment: { Variables: { REVOCATION_TABLE: { Ref: "RevocationTable" } } },
      });
    }
    for (const id of functions)
      expect(all.template.Resources[id]).toMatchObject({
        DependsOn: expect.arrayContaining(["RevocationReaderPolicy"]),
      });
  });

  test("has a table that costs what it is used, forgets what expires, and outlives the stack", () => {
    expect(on.template.Resources["RevocationTable"]).toEqual({
      Type: "AWS::DynamoDB::Table",
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: {
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
        WarmThroughput: {
          "Fn::If": [
            "HasWarmReads",
            { ReadUnitsPerSecond: { Ref: "RevocationWarmReadUnits" } },
            { Ref: "AWS::NoValue" },
          ],
        },
      },
    });
    expect(on.template.Parameters).toMatchObject({ RevocationWarmReadUnits: { Default: 12000 } });
    expect(all.template.Parameters).toMatchObject({ RevocationWarmReadUnits: { Default: "24000" } });
  });

  test("takes dead letters of its own rules, and of no other rule of the account", () => {
    const policy = on.template.Resources["RevocationDeadLettersPolicy"];
    const ruleIf = (condition: string, rule: string) => ({
      "Fn::If": [condition, { "Fn::GetAtt": [rule, "Arn"] }, { Ref: "AWS::NoValue" }],
    });
    expect(policy).toMatchObject({
      Condition: "HasAnyBus",
      Properties: {
        PolicyDocument: {
          Statement: [
            {
              Action: "sqs:SendMessage",
              Condition: {
                ArnEquals: {
                  "aws:SourceArn": [
                    ruleIf("HasEventBus", "EventStreamRule"),
                    ruleIf("HasLogEventBus", "LogStreamRule"),
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
    for (const id of ["RevokeOnEventLambdaFunction", "BackChannelLogoutLambdaFunction"])
      expect(all.template.Resources[id]?.Properties).toMatchObject({
        Environment: { Variables: { REVOCATION_SESSION_RETENTION_DAYS: "365" } },
      });
  });

  test("takes from the event buses what Auth0 sends, and keeps what could not be delivered", () => {
    const properties = (id: string) => on.template.Resources[id]?.Properties;
    const targets = [
      {
        Id: "revoke-on-event",
        Arn: { "Fn::GetAtt": ["RevokeOnEventLambdaFunction", "Arn"] },
        DeadLetterConfig: { Arn: DEAD_LETTERS },
      },
    ];
    const source = [{ prefix: "aws.partner/auth0.com/" }];
    expect(properties("EventStreamRule")).toMatchObject({ EventPattern: { source }, Targets: targets });
    const slo = { "Fn::If": ["RevokesOnLogout", "slo", { Ref: "AWS::NoValue" }] };
    expect(properties("LogStreamRule")).toMatchObject({
      EventPattern: { source, detail: { data: { type: ["scp", "universal_logout_succeeded", slo] } } },
      Targets: targets,
    });
    expect(properties("RevokeOnEventRetries")).toMatchObject({
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: DEAD_LETTERS } },
    });
    expect(on.template.Parameters).toMatchObject({
      EventBus: { Default: "aws.partner/auth0.com/acme-1/auth0.events" },
      LogEventBus: { Default: "aws.partner/auth0.com/acme-1/auth0.logs" },
    });
  });

  test("opens an address to everybody only where the endpoint is wanted", () => {
    expect(getResources(on.template, "AWS::Lambda::Url")).toEqual([]);
    expect(getResources(all.template, "AWS::Lambda::Url")).toEqual([
      expect.objectContaining({ properties: expect.objectContaining({ AuthType: "NONE" }) }),
    ]);
  });

  test("has alarms that tell the topic, on failures, dead letters and silence", () => {
    const alarms = getResources(all.template, "AWS::CloudWatch::Alarm");
    const ours = alarms.filter(({ name }) => /revo|message|logout/i.test(name));
    expect(ours.map(({ name }) => name).sort()).toEqual([
      "BackChannelLogoutAlarm",
      "BackChannelLogoutErrorsAlarm",
      "MessagesNotUnderstoodAlarm",
      "RevocationDeadLettersAlarm",
      "RevocationLookupFailuresAlarm",
      "RevocationSilenceAlarm",
      "RevocationThrottlesAlarm",
      "RevocationWriteFailuresAlarm",
      "RevocationsNotCheckedAlarm",
      "RevocationsUnavailableAlarm",
      "RevokeOnEventErrorsAlarm",
    ]);
    const topic = [{ Ref: "AlarmTopic" }];
    for (const { properties } of ours)
      expect(properties).toMatchObject({ AlarmActions: topic, OKActions: topic });
    expect(all.template.Resources["RevocationSilenceAlarm"]).toMatchObject({
      Condition: "HasEventBus",
      Properties: { TreatMissingData: "breaching", Period: 3600 },
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
      .filter(({ name }) => /^(MessagesNotUnderstood|BackChannelLogout)Alarm$/.test(name))
      .map(({ properties }) => [properties["Namespace"], properties["MetricName"]]);
    expect(watched.sort()).toEqual((counted ?? []).map((metric) => ["Auth0Authorizer", metric]).sort());
  });

  test("passes the rules of AWS and ours", () => {
    const complaints = complaintsOfAws([on.templatePath, all.templatePath]);
    for (const { template, templatePath } of [on, all]) {
      expect(complaints.get(templatePath)).toEqual([]);
      expect(lintTemplate(template, { everyFunction: true })).toEqual([]);
    }
  });

  test.each([
    [
      "AuthorizerRole",
      "AuthorizerLambdaFunction it has REVOCATION_TABLE and a role without dynamodb:BatchGetItem",
    ],
    [
      "RevokeOnEventRole",
      "RevokeOnEventLambdaFunction it has REVOCATION_TABLE and a role without dynamodb:UpdateItem",
    ],
  ])("is found wanting by validate where %s lacks its right to the table", (role, message) => {
    const template = structuredClone(on.template);
    const resources = template.Resources as Record<string, { Properties: Record<string, unknown> }>;
    if (role === "AuthorizerRole") Reflect.deleteProperty(resources, "RevocationReaderPolicy");
    else Object.assign(resources[role]?.Properties ?? {}, { Policies: [] });
    const found = lintTemplate(template, { everyFunction: true });
    expect(found.map(({ rule, resource, found: text }) => [rule, `${resource} ${text}`])).toEqual([
      ["table-out-of-reach", message],
    ]);
  });

  test("is found wanting by validate where a writer has a table of another stack, as in a second region", () => {
    const template = structuredClone(all.template);
    const { Properties: writer } = template.Resources["RevokeOnEventLambdaFunction"] ?? {};
    const { Variables: variables } = writer?.["Environment"] as { Variables: Record<string, unknown> };
    variables["REVOCATION_TABLE"] = "acme-revocations";
    expect(lintTemplate(template)).toMatchObject([
      { rule: "second-writer", resource: "RevokeOnEventLambdaFunction" },
    ]);
    const { Variables: read } = template.Resources["AuthorizerLambdaFunction"]?.Properties?.[
      "Environment"
    ] as {
      Variables: Record<string, unknown>;
    };
    variables["REVOCATION_TABLE"] = read["REVOCATION_TABLE"];
    read["REVOCATION_TABLE"] = "acme-revocations";
    expect(lintTemplate(template)).toEqual([]);
  });
});
