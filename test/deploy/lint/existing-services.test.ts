import { describe, expect, test } from "@jest/globals";
import { lintTemplate, RULES } from "../../../src/deploy/lint/lint.ts";
import type { Template } from "../../../src/deploy/lint/cloudformation.ts";
import { goodTemplates, type Json } from "./templates.ts";

type Resources = Record<string, { Type: string; Properties: Json }>;
type Change = (resources: Resources) => void;

/** The rules that find something in a good template with this change. */
function rulesOf(name: string, change: Change): string[] {
  const good = goodTemplates().find((each) => each.name === name);
  if (good === undefined) throw new Error(`no template ${name}`);
  change(good.template.Resources);
  const findings = lintTemplate(good.template as unknown as Template);
  return Array.from(new Set(findings.map(({ rule }) => rule)));
}

const alias =
  (principal: string, source: Json): Change =>
  (resources) => {
    resources["Live"] = {
      Type: "AWS::Lambda::Alias",
      Properties: { FunctionName: { Ref: "Orders" }, FunctionVersion: "7", Name: "live" },
    };
    resources["MayCallLive"] = {
      Type: "AWS::Lambda::Permission",
      Properties: {
        FunctionName: { Ref: "Live" },
        Action: "lambda:InvokeFunction",
        Principal: principal,
        ...source,
      },
    };
  };

describe("a permission on an alias of a guarded function", () => {
  test.each<[string, string, Json, string[]]>([
    ["for S3", "s3.amazonaws.com", {}, []],
    ["for load balancers", "elasticloadbalancing.amazonaws.com", {}, []],
    ["for every API", "apigateway.amazonaws.com", {}, ["any-api-permission"]],
    ["for the APIs of one account", "apigateway.amazonaws.com", { SourceAccount: "123456789012" }, []],
    ["for everyone", "*", {}, ["public-permission"]],
  ])("%s", (_, principal, source, rules) => {
    expect(rulesOf("HTTP, policy", alias(principal, source))).toEqual(rules);
  });
});

const named =
  (name: unknown): Change =>
  (resources) =>
    void Object.assign(resources["Auth0Log"]?.Properties ?? {}, { LogGroupName: name });

describe("a log group", () => {
  test.each<[string, unknown, string[]]>([
    ["by Fn::Sub", { "Fn::Sub": "/aws/lambda/${Auth0}" }, []],
    ["by Fn::Join", { "Fn::Join": ["/", ["/aws/lambda", { Ref: "Auth0" }]] }, []],
    ["of another function", { "Fn::Sub": "/aws/lambda/${Orders}" }, ["log-retention"]],
  ])("%s", (_, name, rules) => {
    const change: Change = (resources) => {
      Reflect.deleteProperty(resources["Auth0"]?.Properties ?? {}, "LoggingConfig");
      named(name)(resources);
    };
    expect(rulesOf("HTTP, policy", change).filter((rule) => rule === "log-retention")).toEqual(rules);
  });
});

const pattern =
  (expression: unknown): Change =>
  (resources) =>
    void Object.assign(resources["Guard"]?.Properties ?? {}, { IdentityValidationExpression: expression });

describe("a validation expression", () => {
  test.each<[unknown, string[]]>([
    ["^Bearer [-0-9a-zA-Z\\.]*$", ["token-not-matched"]],
    ["^Bearer [-0-9a-zA-Z._]*$", []],
    ["^(Bearer )[a-zA-Z0-9\\-_]+?\\.[a-zA-Z0-9\\-_]+?\\.([a-zA-Z0-9\\-_]+)$", []],
    ["^[A-Za-z0-9-_.]+$", ["token-not-matched"]],
    ["^Bearer .+$", []],
    ["(?i)^bearer .+$", []],
    ["", []],
    [{ Ref: "Expression" }, []],
  ])("%j", (expression, rules) => {
    expect(
      rulesOf("REST, TOKEN", pattern(expression)).filter((rule) => rule === "token-not-matched"),
    ).toEqual(rules);
  });
});

test.each(Object.entries(RULES))("%s says what it finds, why it matters, and what to write", (_, rule) => {
  for (const text of [rule.title, rule.why, rule.fix]) expect(text.trim().length).toBeGreaterThan(10);
});
