import { expect, test } from "@jest/globals";
import type { Template } from "../../../src/deploy/lint/cloudformation.ts";
import { instantiate } from "../../../src/deploy/package/instantiate.ts";

const TEMPLATE = {
  Parameters: {
    Name: { Type: "String" },
    Email: { Type: "String", Default: "" },
    Percent: { Type: "Number", Default: 50 },
  },
  Conditions: {
    HasEmail: { "Fn::Not": [{ "Fn::Equals": [{ Ref: "Email" }, ""] }] },
    IsHalf: { "Fn::Equals": [{ Ref: "Percent" }, "50"] },
    Both: { "Fn::And": [{ Condition: "HasEmail" }, { Condition: "IsHalf" }] },
    Either: { "Fn::Or": [{ Condition: "HasEmail" }, { Condition: "IsHalf" }] },
  },
  Resources: {
    Topic: {
      Type: "AWS::SNS::Topic",
      Properties: {
        Name: { Ref: "Name" },
        Limit: { Ref: "Percent" },
        Region: { Ref: "AWS::Region" },
        Text: { "Fn::Sub": ["${Name} ${Topic.Arn} ${AWS::Region} ${Extra}", { Extra: { Ref: "Percent" } }] },
        Known: { "Fn::Sub": "${Percent} %" },
        Items: ["a", { "Fn::If": ["HasEmail", "b", { Ref: "AWS::NoValue" }] }],
        Statement: { Effect: "Allow", Condition: { ArnEquals: {} } },
      },
    },
    Mail: {
      Type: "AWS::SNS::Subscription",
      Condition: "HasEmail",
      DependsOn: ["Topic"],
      Properties: { TopicArn: { Ref: "Topic" }, Endpoint: { Ref: "Email" } },
    },
    Watcher: { Type: "AWS::SQS::Queue", Condition: "Either", DependsOn: ["Mail", "Topic"], Properties: {} },
    Third: { Type: "AWS::SQS::Queue", Condition: "Both", Properties: {} },
  },
  Outputs: {
    TopicArn: { Value: { Ref: "Topic" } },
    MailArn: { Condition: "HasEmail", Value: { "Fn::GetAtt": ["Mail", "Arn"] } },
  },
} as unknown as Template;

const toPrefixed = (id: string): string => `My${id}`;

test("a template's parameters have their values or defaults, and its resources the names of the stack", () => {
  const { Resources, Outputs } = instantiate(TEMPLATE, { Name: { Ref: "Function" } }, toPrefixed);
  expect(Object.keys(Resources)).toEqual(["MyTopic", "MyWatcher"]);
  expect(Resources["MyTopic"]?.Properties).toEqual({
    Name: { Ref: "Function" },
    Limit: 50,
    Region: { Ref: "AWS::Region" },
    Text: { "Fn::Sub": "${Function} ${MyTopic.Arn} ${AWS::Region} 50" },
    Known: "50 %",
    Items: ["a"],
    Statement: { Effect: "Allow", Condition: { ArnEquals: {} } },
  });
  expect(Resources["MyWatcher"]?.DependsOn).toEqual(["MyTopic"]);
  expect(Outputs).toEqual({ TopicArn: { Value: { Ref: "MyTopic" } } });
});

test("what a condition asks for is there where it is true, without the condition", () => {
  const { Resources, Outputs } = instantiate(TEMPLATE, { Name: "a", Email: "team@acme.com" }, toPrefixed);
  expect(Resources["MyMail"]).toEqual({
    Type: "AWS::SNS::Subscription",
    DependsOn: ["MyTopic"],
    Properties: { TopicArn: { Ref: "MyTopic" }, Endpoint: "team@acme.com" },
  });
  expect(Resources).toHaveProperty("MyThird");
  expect(Resources["MyTopic"]?.Properties?.["Items"]).toEqual(["a", "b"]);
  expect(Outputs["MailArn"]).toEqual({ Value: { "Fn::GetAtt": ["MyMail", "Arn"] } });
});

test("a value that is known only at deployment counts as given, in text too", () => {
  const imported = { "Fn::ImportValue": "email" };
  const { Resources } = instantiate(TEMPLATE, { Name: imported, Email: imported });
  expect(Resources["Mail"]?.Properties).toMatchObject({ Endpoint: imported });
  expect(Resources["Topic"]?.Properties?.["Text"]).toEqual({
    "Fn::Sub": ["${Name} ${Topic.Arn} ${AWS::Region} 50", { Name: imported }],
  });
});

test("a parameter without a value is named", () => {
  expect(() => instantiate(TEMPLATE, {})).toThrow("the parameter Name has no value");
});

test("does not depend on String.prototype.replaceAll, which plugins of Serverless replace with what takes no function", () => {
  const own = Reflect.get(String.prototype, "replaceAll");
  const plain = instantiate(TEMPLATE, { Name: { Ref: "Function" } }, toPrefixed);
  // As serverless-api-gateway-throttling 2.0.3 has it.
  Reflect.set(String.prototype, "replaceAll", function (this: string, search: string, replacement: string) {
    return this.split(search).join(replacement);
  });
  try {
    expect(instantiate(TEMPLATE, { Name: { Ref: "Function" } }, toPrefixed)).toEqual(plain);
  } finally {
    Reflect.set(String.prototype, "replaceAll", own);
  }
});
