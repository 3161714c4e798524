import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import * as hcl from "hcl2-parser";
import { parse } from "yaml";
import type { Template } from "../../src/deploy/lint/cloudformation.ts";
import { toSettingValues } from "../../src/deploy/package/templates.ts";
import { instantiate, type Values } from "../../src/deploy/package/instantiate.ts";
import { functionDefinition } from "../../src/deploy/serverless/function-definitions.ts";
import { DEFAULTS, optionsFrom } from "../../src/deploy/serverless/options.ts";
import { KEYS, getVariable } from "../../src/settings/settings.ts";
import { readTemplates } from "../../tools/build/infrastructure.ts";

const TEMPLATES = readTemplates();
const VARIABLES = KEYS.map(getVariable);

/** Files of these folders, without those of other packages. */
function filesIn(...folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
      .map(({ parentPath, name }) => `${parentPath}/${name}`)
      .filter((path) => /\.(?:ts|cjs|mjs|ya?ml|tf|json)$/.test(path)),
  );
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}

describe("each thing is kept once", () => {
  test("a list of settings: other files name only those that they speak of", () => {
    // The hint of a reason names its setting. Terraform has no other way to refuse a misspelled name, and
    // terraform.test.ts compares its list.
    const countNames = (text: string): number => VARIABLES.filter((name) => text.includes(name)).length;
    const lists = filesIn("src", "infra", "tools", "local", "examples")
      .concat("serverless.yml")
      .filter((path) => countNames(read(path)) > VARIABLES.length / 2);
    expect(lists.sort()).toEqual([
      "infra/terraform/variables.tf",
      "src/errors.ts",
      "src/settings/definitions.ts",
    ]);
  });

  test.each([
    [
      "an alarm",
      /Type: AWS::CloudWatch::Alarm|aws_cloudwatch_metric_alarm|new Alarm\(/,
      ["infra/alarms.yml"],
    ],
    [
      "a dashboard",
      /Type: AWS::CloudWatch::Dashboard|aws_cloudwatch_dashboard|new Dashboard\(/,
      ["infra/dashboard.yml"],
    ],
    [
      "the table of revocations",
      /Type: AWS::DynamoDB::Table|aws_dynamodb_table" "|new Table\(/,
      ["infra/revocations.yml", "infra/terraform/revocations.tf"],
    ],
    [
      "a gateway response",
      /Type: AWS::ApiGateway::GatewayResponse|aws_api_gateway_gateway_response" "|^ +GatewayResponses:/m,
      ["infra/gateway-responses.yml", "infra/sam/template.yml", "infra/terraform/gateway-responses.tf"],
    ],
  ])("%s is defined in its file, and where it is compared", (_, definition, places) => {
    const found = filesIn("src/deploy/cdk", "src/deploy/serverless", "infra").concat("serverless.yml");
    expect(found.filter((path) => definition.test(read(path))).sort()).toEqual(places);
  });
});

describe("the settings of the functions that write revocations", () => {
  const { revocations } = TEMPLATES;
  const environments = Object.values(revocations.Resources).flatMap(({ Type, Properties }) =>
    Type === "AWS::Lambda::Function"
      ? [(Properties?.["Environment"] as { Variables: Values }).Variables]
      : [],
  );

  test("are parameters by their names in code, and reach their variables", () => {
    const settings = Object.fromEntries(VARIABLES.map((name) => [name, `value of ${name}`]));
    const values = {
      ...toSettingValues(revocations, settings),
      LogoutClientIds: "value of AUTH0_CLIENT_IDS",
    };
    const { Resources } = instantiate(revocations, values);
    for (const environment of environments) expect(Object.keys(environment)).toContain("REVOCATION_TABLE");
    const { Environment } = Resources["BackChannelLogoutLambdaFunction"]?.Properties ?? {};
    const { Variables } = Environment as { readonly Variables: Values };
    const named = Object.keys(Variables).filter(
      (name) => VARIABLES.includes(name) && name !== "REVOCATION_TABLE",
    );
    expect(named).toHaveLength(7);
    for (const name of named) expect(Variables[name]).toBe(`value of ${name}`);
  });
});

const FUNCTION = TEMPLATES.authorizer.Resources["AuthorizerLambdaFunction"]?.Properties ?? {};
const ROLE = TEMPLATES.authorizer.Resources["AuthorizerRole"]?.Properties ?? {};
const SAM = parse(read("infra/sam/template.yml"), { merge: true }) as Template;

describe("the authorizer's function", () => {
  test("is the same with SAM: its properties, what it may do, and its log group", () => {
    const { LoggingConfig, Code } = FUNCTION;
    const same = Object.fromEntries(
      Object.entries(FUNCTION).filter(([name]) => !["Role", "LoggingConfig", "Code"].includes(name)),
    );
    const { Resources } = SAM;
    expect(Resources["Auth0"]?.Properties).toMatchObject(same);
    expect(Resources["Auth0"]?.Properties?.["CodeUri"]).toMatch(new RegExp(`/dist/${String(Code)}$`));
    expect(Resources["Auth0"]?.Properties?.["LoggingConfig"]).toEqual({
      ...(LoggingConfig as object),
      LogGroup: { Ref: "Auth0Log" },
    });
    expect(Resources["Auth0Log"]).toEqual(TEMPLATES.authorizer.Resources["AuthorizerLogGroup"]);
    expect(JSON.stringify(Resources["Auth0Role"]?.Properties)).toBe(
      JSON.stringify(ROLE).replaceAll("AuthorizerLogGroup", "Auth0Log"),
    );
  });

  test("is the same with the plugin, unless its options say otherwise", () => {
    const place = { idPrefix: "Auth0", tablePrefix: "Auth0", functionName: "auth0", artifact: "auth0.zip" };
    const { runtime, architecture, memorySize, handler, description, timeout } = functionDefinition(
      optionsFrom({ domain: "acme.eu.auth0.com" })[0],
      place,
    );
    expect(FUNCTION).toMatchObject({
      Runtime: runtime,
      Architectures: [architecture],
      MemorySize: memorySize,
      Handler: handler,
      Description: description,
      Timeout: timeout,
    });
  });

  test("is the same with Terraform, but for its runtime", () => {
    const { resource, variable } = TERRAFORM;
    expect(resource["aws_lambda_function"]?.["authorizer"]?.[0]).toMatchObject({
      description: FUNCTION["Description"],
      handler: FUNCTION["Handler"],
      timeout: FUNCTION["Timeout"],
      logging_config: [{ log_format: (FUNCTION["LoggingConfig"] as Values)["LogFormat"] }],
    });
    const byDefault = (name: string): unknown => variable[name]?.[0]?.["default"];
    expect([[byDefault("architecture")], byDefault("memory_size")]).toEqual([
      ...[FUNCTION["Architectures"], FUNCTION["MemorySize"]],
    ]);
    // The newest runtime that the oldest provider of versions.tf knows.
    expect(byDefault("runtime")).toBe("nodejs22.x");
    expect(byDefault("log_retention_days")).toBe(DEFAULTS.logRetentionInDays);
    expect(actionsIn(resource["aws_iam_role_policy"]?.["log"])).toEqual(actionsIn(ROLE));
  });
});

describe("the gateway responses", () => {
  const { Resources } = instantiate(TEMPLATES["gateway-responses"], {});
  const expected = Object.values(Resources).map(({ Properties = {} }) => ({
    type: String(Properties["ResponseType"]),
    status: Properties["StatusCode"],
    headers: Object.fromEntries(
      Object.entries(Properties["ResponseParameters"] as Values).map(([name, value]) => [
        name.replace("gatewayresponse.header.", ""),
        value,
      ]),
    ),
    body: (Properties["ResponseTemplates"] as Values)["application/json"],
  }));

  test("are the same with SAM, header for header", () => {
    const responses = SAM.Resources["RestApi"]?.Properties?.["GatewayResponses"] as Record<
      string,
      SamResponse
    >;
    const found = Object.entries(responses).map(([type, { StatusCode, ...response }]) => ({
      type,
      status: String(StatusCode),
      headers: response.ResponseParameters.Headers,
      body: response.ResponseTemplates["application/json"],
    }));
    expect(found).toEqual(expected);
  });

  test("are the same with Terraform, word for word", () => {
    const text = read("infra/terraform/gateway-responses.tf")
      .replaceAll('\\"', '"')
      .replace("${local.metadata}", "");
    for (const { type, status, headers, body } of expected) {
      expect(text).toMatch(new RegExp(`\\b${type} += `));
      expect(text).toContain(`"${String(status)}"`);
      const { message } = JSON.parse(String(body)) as { readonly message: string };
      expect(text).toContain(`message = "${message}"`);
      for (const [name, value] of Object.entries(headers)) {
        expect(text).toContain(name);
        if (!name.startsWith("Access-Control-")) expect(text).toContain(`"${String(value).slice(1, -1)}"`);
      }
    }
  });
});

interface SamResponse {
  readonly StatusCode: number;
  readonly ResponseParameters: { readonly Headers: Values };
  readonly ResponseTemplates: Values;
}

type Blocks = Readonly<Record<string, Readonly<Record<string, readonly Values[]>> | undefined>>;
interface Configuration {
  readonly resource: Blocks;
  readonly variable: Readonly<Record<string, readonly Values[]>>;
}

const TERRAFORM = parseHcl(
  ["main", "gateway-responses", "revocations", "variables"]
    .map((name) => read(`infra/terraform/${name}.tf`))
    .join("\n"),
);

function parseHcl(text: string): Configuration {
  const [parsed] = (hcl as { parseToObject(text: string): [Configuration] }).parseToObject(text);
  return parsed;
}

/** The actions that a policy allows, in whatever language it is written. */
function actionsIn(policy: unknown): string[] {
  const found = JSON.stringify(policy).match(
    /(?<=")(?:dynamodb|sqs|logs):[A-Z]\w+|(?<=\\")(?:dynamodb|sqs|logs):[A-Z]\w+/g,
  );
  return [...new Set(found)].sort();
}

/** What Terraform makes for each resource of the template. */
const COUNTERPARTS: Readonly<Record<string, readonly string[]>> = {
  RevocationTable: ["aws_dynamodb_table.revocations"],
  RevocationReaderPolicy: ["aws_iam_role_policy.read_revocations"],
  RevokeOnEventLambdaFunction: ["aws_lambda_function.writer"],
  RevokeOnEventLogGroup: ["aws_cloudwatch_log_group.writer"],
  RevokeOnEventRole: ["aws_iam_role.writer", "aws_iam_role_policy.write_revocations"],
  RevokeOnEventRetries: ["aws_lambda_function_event_invoke_config.revoke_on_event"],
  EventStreamRule: ["aws_cloudwatch_event_rule.tenant", "aws_cloudwatch_event_target.tenant"],
  EventStreamPermission: ["aws_lambda_permission.tenant"],
  LogStreamRule: ["aws_cloudwatch_event_rule.tenant", "aws_cloudwatch_event_target.tenant"],
  LogStreamPermission: ["aws_lambda_permission.tenant"],
  RevocationDeadLetters: ["aws_sqs_queue.dead_letters"],
  RevocationDeadLettersPolicy: ["aws_sqs_queue_policy.dead_letters"],
  BackChannelLogoutLambdaFunction: ["aws_lambda_function.writer"],
  BackChannelLogoutLogGroup: ["aws_cloudwatch_log_group.writer"],
  BackChannelLogoutRole: ["aws_iam_role.writer", "aws_iam_role_policy.write_revocations"],
  // Not every version of the provider knows the second permission of a function URL, so it is an API there.
  BackChannelLogoutUrl: ["aws_apigatewayv2_api.logout"],
  BackChannelLogoutUrlPermission: ["aws_lambda_permission.logout"],
  BackChannelLogoutInvokePermission: ["aws_lambda_permission.logout"],
};

describe("the resources of revocations with Terraform", () => {
  const text = read("infra/terraform/revocations.tf");
  const values = {
    EventBus: "bus",
    LogEventBus: "bus",
    LogoutClientIds: "app",
    ReaderRole: "role",
    Domain: "a",
  };
  const { Resources } = instantiate(TEMPLATES.revocations, { ...values, RevokeOnLogout: "true" });
  const properties = (id: string): Values => Resources[id]?.Properties ?? {};
  const terraform = (address: string): Values => {
    const [type = "", name = ""] = address.split(".");
    return TERRAFORM.resource[type]?.[name]?.[0] ?? {};
  };

  test("are those of the template, and no others", () => {
    expect(Object.keys(COUNTERPARTS).sort()).toEqual(Object.keys(TEMPLATES.revocations.Resources).sort());
    const found = Array.from(
      text.matchAll(/^resource "(\w+)" "(\w+)"/gm),
      ([, type, name]) => `${type}.${name}`,
    );
    expect(found.sort()).toEqual([...new Set(Object.values(COUNTERPARTS).flat())].sort());
  });

  test("have the table's key, and what a queue and retries say", () => {
    const [attribute] = properties("RevocationTable")["AttributeDefinitions"] as Values[];
    expect(terraform("aws_dynamodb_table.revocations")).toMatchObject({
      billing_mode: properties("RevocationTable")["BillingMode"],
      deletion_protection_enabled: properties("RevocationTable")["DeletionProtectionEnabled"],
      hash_key: attribute?.["AttributeName"],
      attribute: [{ name: attribute?.["AttributeName"], type: attribute?.["AttributeType"] }],
    });
    expect(terraform("aws_sqs_queue.dead_letters")).toMatchObject({
      message_retention_seconds: properties("RevocationDeadLetters")["MessageRetentionPeriod"],
      sqs_managed_sse_enabled: properties("RevocationDeadLetters")["SqsManagedSseEnabled"],
    });
    expect(terraform("aws_lambda_function_event_invoke_config.revoke_on_event")).toMatchObject({
      maximum_retry_attempts: properties("RevokeOnEventRetries")["MaximumRetryAttempts"],
    });
  });

  test.each(["RevokeOnEvent", "BackChannelLogout"])("call %s as it is called elsewhere", (writer) => {
    const { Handler, Timeout, MemorySize, Environment } = properties(`${writer}LambdaFunction`);
    expect(terraform("aws_lambda_function.writer")).toMatchObject({
      timeout: Timeout,
      memory_size: MemorySize,
    });
    expect(text).toMatch(new RegExp(`^ {6}${String(Handler).replace(".handler", "")} +=`, "m"));
    const { Variables } = Environment as { readonly Variables: Values };
    for (const name of Object.keys(Variables)) expect(text).toContain(name);
  });

  test("allow what the template allows, and match the same messages", () => {
    const written = [properties("RevokeOnEventRole"), properties("BackChannelLogoutRole")];
    expect(actionsIn(terraform("aws_iam_role_policy.write_revocations"))).toEqual(actionsIn(written));
    expect(actionsIn(terraform("aws_iam_role_policy.read_revocations"))).toEqual(
      actionsIn(properties("RevocationReaderPolicy")),
    );
    const { source, detail } = properties("LogStreamRule")["EventPattern"] as {
      readonly source: readonly [{ readonly prefix: string }];
      readonly detail: { readonly data: { readonly type: readonly string[] } };
    };
    for (const word of [source[0].prefix, ...detail.data.type]) expect(text).toContain(`"${word}"`);
  });
});
