import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import * as hcl from "hcl2-parser";
import { KEYS, settingsFromEnvironment, getVariable } from "../../src/settings/settings.ts";

const MODULE = "infra/terraform";
const EXAMPLE = "examples/own-stack-terraform";

type Body = Readonly<Record<string, unknown>>;
/** Blocks by their labels: `resource.aws_lambda_function.hello`. */
type Blocks = Readonly<Record<string, Readonly<Record<string, readonly Body[]>>>>;
interface Configuration {
  readonly resource: Blocks;
  readonly variable: Readonly<Record<string, readonly Body[]>>;
  readonly output: Readonly<Record<string, readonly Body[]>>;
  readonly module: Readonly<Record<string, readonly Body[]>>;
}

const files = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".tf"))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8"));

/** All files of a folder as one, which is how Terraform reads them. */
const module = parseHcl(
  files(MODULE)
    .filter((text) => !text.startsWith("terraform {"))
    .join("\n"),
);
const example = parseHcl(files(EXAMPLE).join("\n"));
const one = (blocks: Blocks, type: string, name: string): Body => blocks[type]?.[name]?.[0] ?? {};

describe.each([MODULE, EXAMPLE])("every file of %s", (folder) => {
  test("is HCL, and names nothing that it does not have", () => {
    const text = files(folder)
      .join("\n")
      .replace(/^\s*#.*$/gm, "");
    for (const file of files(folder)) expect(parseHcl(file)).not.toBeNull();
    const defined = [
      ...Array.from(text.matchAll(/^resource "(\w+)" "(\w+)"/gm), ([, type, name]) => `${type}.${name}`),
      ...Array.from(text.matchAll(/^variable "(\w+)"/gm), ([, name]) => `var.${name}`),
      ...Array.from(text.matchAll(/^module "(\w+)"/gm), ([, name]) => `module.${name}`),
      ...Array.from(text.matchAll(/^ {2}(\w+)\s+= /gm), ([, name]) => `local.${name}`),
    ];
    const used = Array.from(text.matchAll(/(?<![\w.])(?:aws_\w+|var|module|local)\.\w+/g), ([name]) => name);
    expect(used.length).toBeGreaterThan(20);
    expect(used.filter((name) => !defined.includes(name))).toEqual([]);
  });
});

describe("the Terraform module", () => {
  test("knows each setting of the function, and no other", () => {
    const text = readFileSync(`${MODULE}/variables.tf`, "utf8");
    const [, list = ""] = /setting_names = \[(.*?)\]/s.exec(text) ?? [];
    expect(Array.from(list.matchAll(/"([A-Z0-9_]+)"/g), ([, name]) => name)).toEqual(KEYS.map(getVariable));
  });

  test("refuses a name that is not a setting, and says which", () => {
    expect(readFileSync(`${MODULE}/variables.tf`, "utf8")).toContain(
      "unknown_settings = setsubtract(keys(var.settings), local.setting_names)",
    );
    const { lifecycle } = one(module.resource, "aws_lambda_function", "authorizer");
    expect(lifecycle).toMatchObject([
      {
        precondition: [
          {
            condition: "${length(local.unknown_settings) == 0}",
            error_message: expect.stringContaining('${join(", ", local.unknown_settings)}'),
          },
        ],
      },
    ]);
  });

  test("runs by default what every provider in its range knows", () => {
    // AWS provider 5.80 knows nodejs22.x, and 6.19 is the first with nodejs24.x.
    expect(readFileSync(`${MODULE}/versions.tf`, "utf8")).toContain('version = ">= 5.80"');
    expect(module.variable["runtime"]?.[0]).toMatchObject({ default: "nodejs22.x" });
  });

  test("lets pages of one origin, of several, and with credentials read what a REST API answers", () => {
    const { response_parameters, lifecycle } = one(
      module.resource,
      "aws_api_gateway_gateway_response",
      "authorizer",
    );
    expect(response_parameters).toMatch(/^\$\{merge\(local\.cors, /);
    const text = readFileSync(`${MODULE}/gateway-responses.tf`, "utf8");
    expect(text).toContain(
      `length(var.cors_origins) == 1 ? "'\${var.cors_origins[0]}'" : "method.request.header.Origin"`,
    );
    expect(text).toContain(
      `length(var.cors_origins) == 1 ? {} : { "gatewayresponse.header.Vary" = "'Origin'" }`,
    );
    expect(text).toContain(
      `var.cors_credentials ? { "gatewayresponse.header.Access-Control-Allow-Credentials" = "'true'" } : {}`,
    );
    expect(lifecycle).toMatchObject([
      { precondition: [{ condition: '${!(var.cors_credentials && contains(var.cors_origins, "*"))}' }] },
    ]);
    expect(module.variable["cors_origins"]?.[0]).toMatchObject({ default: ["*"] });
    expect(module.variable["cors_credentials"]?.[0]).toMatchObject({ default: false });
  });

  test.each([
    ["*", true],
    ["https://app.acme.com", true],
    ["http://localhost:4001", true],
    ["https://app.acme.com/", false],
    ["https://a.acme.com, https://b.acme.com", false],
    ["app.acme.com", false],
  ])("takes %s as an origin: %s", (origin, isTaken) => {
    const [validation] = module.variable["cors_origins"]?.[0]?.["validation"] as Body[];
    const [, pattern = ""] = /regex\("(.*?)", origin\)/.exec(String(validation?.["condition"])) ?? [];
    expect(String(validation?.["condition"])).toContain('origin == "*" || can(regex(');
    expect(origin === "*" || new RegExp(pattern.replaceAll("\\\\", "\\")).test(origin)).toBe(isTaken);
  });

  test("deploys the zip of the package", () => {
    expect(readFileSync(`${MODULE}/main.tf`, "utf8")).toContain('"${path.module}/../../dist/authorizer.zip"');
    expect(one(module.resource, "aws_lambda_function", "authorizer")).toMatchObject({
      handler: "authorizer.handler",
      timeout: 8,
      memory_size: "${var.memory_size}",
      architectures: ["${var.architecture}"],
      environment: [
        {
          variables: "${merge(local.token_setting, var.settings, local.route_setting, local.table_setting)}",
        },
      ],
    });
  });

  test("asks each kind of API for what holds the token, and keeps answers for five minutes where they are kept", () => {
    expect(one(module.resource, "aws_api_gateway_authorizer", "rest")).toMatchObject({
      type: "REQUEST",
      identity_source:
        '${join(", ", distinct(concat(["method.request.header.Authorization"], local.rest_sources, var.rest_identity_sources)))}',
      authorizer_result_ttl_in_seconds: "${local.rest_ttl}",
    });
    expect(one(module.resource, "aws_apigatewayv2_authorizer", "http")).toMatchObject({
      authorizer_type: "REQUEST",
      authorizer_payload_format_version: "2.0",
      identity_sources:
        '${distinct(concat(["$request.header.Authorization"], local.by_route ? ["$context.routeKey"] : [], var.http_identity_sources))}',
      authorizer_result_ttl_in_seconds: "${local.http_ttl}",
    });
    expect(one(module.resource, "aws_apigatewayv2_authorizer", "websocket")).toMatchObject({
      authorizer_type: "REQUEST",
      identity_sources: ["${var.websocket_identity_source}"],
    });
    const byDefault = (name: string): unknown => module.variable[name]?.[0]?.["default"];
    expect([byDefault("rest_identity_sources"), byDefault("http_identity_sources")]).toEqual([[], []]);
    expect([byDefault("architecture"), byDefault("memory_size")]).toEqual(["arm64", 512]);
    expect(module.variable["websocket_identity_source"]?.[0]).toMatchObject({
      default: "route.request.querystring.access_token",
    });
  });

  test("can be used once for each authorizer: names and gateway responses are not in each other's way", () => {
    for (const [type, name] of [
      ["aws_api_gateway_authorizer", "rest"],
      ["aws_apigatewayv2_authorizer", "http"],
      ["aws_apigatewayv2_authorizer", "websocket"],
    ] as const)
      expect(one(module.resource, type, name)).toMatchObject({ name: "${var.name}" });
    expect(one(module.resource, "aws_lambda_function", "authorizer")).toMatchObject({
      function_name: "${var.name}",
      reserved_concurrent_executions: "${var.reserved_concurrency}",
    });
    const { for_each } = one(module.resource, "aws_api_gateway_gateway_response", "authorizer");
    expect(for_each).toContain("if var.rest_api != null && var.gateway_responses");
    expect(module.variable["gateway_responses"]?.[0]).toMatchObject({ default: true });
  });

  test("makes a role, and what it may do, unless it is given one", () => {
    expect(one(module.resource, "aws_lambda_function", "authorizer")["role"]).toBe(
      "${var.role == null ? one(aws_iam_role.authorizer[*].arn) : var.role.arn}",
    );
    for (const [type, name] of [
      ["aws_iam_role", "authorizer"],
      ["aws_iam_role_policy", "log"],
    ] as const)
      expect(one(module.resource, type, name)["count"]).toBe("${var.role == null ? 1 : 0}");
    const { count } = one(module.resource, "aws_iam_role_policy", "read_revocations");
    expect(count).toBe("${var.revocations == null || var.role != null ? 0 : 1}");
    // An ARN that only a deployment knows may not decide how many resources there are: the object is known before.
    expect(module.variable["role"]?.[0]).toMatchObject({
      type: "${object({ arn = string })}",
      default: null,
    });
  });

  test("tells the function where clients of a WebSocket API send their token, where that is a parameter", () => {
    const text = readFileSync(`${MODULE}/main.tf`, "utf8");
    expect(text).toContain(
      'token_parameter = one(regexall("^route\\\\.request\\\\.querystring\\\\.(.+)$", var.websocket_identity_source)[*][0])',
    );
    expect(text).toMatch(
      /token_setting {3}= var\.websocket_api == null \|\| local\.token_parameter == null \? \{\} : \{ AUTHORIZER_WEBSOCKET_TOKEN_PARAMETER = local\.token_parameter \}/,
    );
  });

  test("keeps the answers for routes apart, if routes have permissions", () => {
    const text = readFileSync(`${MODULE}/main.tf`, "utf8");
    expect(text).toContain("rest_ttl     = coalesce(var.result_ttl_seconds, local.by_route ? 0 : 300)");
    expect(text).toContain("http_ttl = coalesce(var.result_ttl_seconds, local.simple ? 60 : 300)");
    expect(text).toContain(
      'rest_sources = local.by_route && local.rest_ttl > 0 ? ["context.httpMethod", "context.path"] : []',
    );
    expect(module.variable["route_permissions"]?.[0]).toMatchObject({ default: null });
  });

  test("permits its own authorizers, and no others, to call the function", () => {
    for (const kind of ["rest", "http", "websocket"]) {
      const { source_arn } = one(module.resource, "aws_lambda_permission", kind);
      expect(source_arn).toContain(`\${var.${kind}_api.execution_arn}/authorizers/`);
      expect(source_arn).toContain(`_authorizer.${kind}[0].id}`);
    }
  });

  test("lets the function write to its own log group, and nothing else", () => {
    const { policy } = one(module.resource, "aws_iam_role_policy", "log");
    expect(policy).toContain('["logs:CreateLogStream", "logs:PutLogEvents"]');
    expect(policy).toContain('Resource = "${aws_cloudwatch_log_group.authorizer.arn}:*"');
    expect(
      Object.keys(module.resource).filter((type) => type.startsWith("aws_iam_role_policy")),
    ).toHaveLength(1);
  });
});

/**
 * What decides how many of a resource there are. Terraform has to know it before anything is applied, so it may ask
 * whether an object is there, what a setting of the module itself says, or how long a list is: never what an attribute
 * of another resource is, such as a name or an ARN.
 */
const KNOWN_BEFORE = [
  /^var\.(?:role|rest_api|http_api|websocket_api|alarms|revocations) [!=]= null$/,
  /^var\.gateway_responses$/,
  /^length\(local\.rules\) > 0$/,
  /^local\.has_logout$/,
];

describe("how many resources the Terraform module has is known before they are there", () => {
  const blocks = Object.entries(module.resource).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, bodies]) =>
      bodies.map((body) => [`${type}.${name}`, body] as const),
    ),
  );
  const counts = blocks.flatMap(([name, { count }]) =>
    count === undefined ? [] : [[name, count as string] as const],
  );
  const maps = blocks.flatMap(([name, { for_each: map }]) =>
    map === undefined ? [] : [[name, map as string] as const],
  );

  test("there are such resources", () => {
    expect(counts.length).toBeGreaterThan(10);
    expect(maps.length).toBeGreaterThan(5);
  });

  test.each(counts)("%s: count = %s", (_, count) => {
    const [, condition = "", choice = ""] = /^\$\{(.+) \? (.+)\}$/.exec(count) ?? [];
    expect(choice).toMatch(/^[01] : [01]$/);
    for (const part of condition.split(" || ")) expect(isKnown(part)).toBe(true);
  });

  test.each(maps)("%s: for_each = %s", (_, map) => {
    const [, filter] = / if (.+) \}\}$/.exec(map) ?? [];
    if (filter === undefined) expect(map).toMatch(/^\$\{local\.(?:writers|rules)\}$/);
    else for (const part of filter.split(" && ")) expect(isKnown(part)).toBe(true);
  });

  test("the maps have written-out keys, and ask whether objects are there", () => {
    const text = readFileSync(`${MODULE}/revocations.tf`, "utf8");
    expect(text).toContain(
      "buses = var.revocations == null ? {} : { events = var.revocations.event_bus, logs = var.revocations.log_event_bus }",
    );
    expect(text).toContain("rules = { for name, bus in local.buses : name => bus.name if bus != null }");
    expect(text).toContain("has_logout = length(local.clients) > 0");
    expect(text).toContain(
      '} : name => variables if name == "revoke-on-event" ? var.revocations != null : local.has_logout',
    );
    const type = String(module.variable["revocations"]?.[0]?.["type"]);
    for (const name of ["event_bus", "log_event_bus"])
      expect(type).toMatch(new RegExp(`\\b${name}\\s+= optional\\(object\\(\\{ name = string \\}\\)\\)`));
    for (const name of ["role", "rest_api", "http_api", "websocket_api", "alarms", "revocations"])
      expect(String(module.variable[name]?.[0]?.["type"])).toMatch(/^\$\{object\(/);
  });

  test.each(["var.revocations.event_bus != null", "var.role.arn == null", "local.zip != null"])(
    "%s would not be",
    (condition) => {
      expect(isKnown(condition)).toBe(false);
    },
  );

  function isKnown(condition: string): boolean {
    return KNOWN_BEFORE.some((pattern) => pattern.test(condition.trim()));
  }
});

describe("the Terraform module's revocations", () => {
  const text = readFileSync(`${MODULE}/revocations.tf`, "utf8");

  test("are not there unless they are asked for", () => {
    expect(module.variable["revocations"]?.[0]).toMatchObject({ default: null });
    const condition =
      /^ {2}(?:count += (?:var\.revocations == null|local\.has_logout|length\(local\.rules\))|for_each = local\.)/m;
    const resources = text.split(/^resource /m).slice(1);
    expect(resources.length).toBeGreaterThan(10);
    for (const resource of resources) expect(resource).toMatch(condition);
  });

  test("let the authorizer read the table, and each writer write into it", () => {
    const { policy: reads } = one(module.resource, "aws_iam_role_policy", "read_revocations");
    expect(String(reads).match(/"\w+:\w+"/g)).toEqual(['"dynamodb:BatchGetItem"']);
    const { policy: writes } = one(module.resource, "aws_iam_role_policy", "write_revocations");
    const actions = ["dynamodb:UpdateItem", "logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage"];
    expect(String(writes).match(/"[a-z]+:[A-Z]\w+"/g)).toEqual(actions.map((action) => `"${action}"`));
  });

  test("take dead letters of their own rules alone", () => {
    const { policy } = one(module.resource, "aws_sqs_queue_policy", "dead_letters");
    expect(policy).toContain(
      'ArnEquals = { "aws:SourceArn" = [for rule in aws_cloudwatch_event_rule.tenant : rule.arn] }',
    );
  });

  test("have the table's key, forget what expires, and refuse to be deleted", () => {
    expect(one(module.resource, "aws_dynamodb_table", "revocations")).toMatchObject({
      billing_mode: "PAY_PER_REQUEST",
      hash_key: "id",
      deletion_protection_enabled: true,
      attribute: [{ name: "id", type: "S" }],
      ttl: [{ attribute_name: "expiresAt", enabled: true }],
    });
  });

  test("call the writers by the files of their zip", () => {
    expect(text).toContain('"${path.module}/../../dist/revocation-writers.zip"');
    expect(one(module.resource, "aws_lambda_function", "writer")).toMatchObject({
      handler: "${each.key}.handler",
    });
    expect(text).toMatch(/^ {6}revoke-on-event += \{/m);
    expect(text).toMatch(/^ {6}back-channel-logout = merge\(/m);
  });
});

describe("the Terraform module's alarms", () => {
  const { count, template_body, parameters } = one(module.resource, "aws_cloudformation_stack", "alarms");

  test("are not there unless they are asked for", () => {
    expect(module.variable["alarms"]?.[0]).toMatchObject({ default: null });
    expect(count).toBe("${var.alarms == null ? 0 : 1}");
  });

  test("need no revocations: an empty map has no bus to read", () => {
    expect(parameters).toMatch(/EventBus += try\(var\.revocations\.event_bus\.name, null\)/);
    expect(parameters).not.toContain("local.buses");
  });

  test("are the package's, and every parameter of these has its value", () => {
    expect(template_body).toContain('"${path.module}/../../dist/alarms.json"');
    const { Parameters } = JSON.parse(readFileSync("dist/alarms.json", "utf8")) as { Parameters: object };
    const given = String(parameters).match(/\b[A-Z]\w+(?= += )/g) ?? [];
    expect(given.sort()).toEqual(Object.keys(Parameters).sort());
  });
});

describe("the Terraform example", () => {
  test("gives the module settings that the function starts with, and variables that it has", () => {
    const { source, settings, ...variables } = example.module["auth0"]?.[0] ?? {};
    expect(source).toBe("./node_modules/auth0-api-gateway-authorizer/infra/terraform");
    expect(settingsFromEnvironment(settings as NodeJS.ProcessEnv).audiences).toEqual([
      "https://api.acme.com/",
    ]);
    expect(Object.keys(module.variable)).toEqual(expect.arrayContaining(Object.keys(variables)));
    expect(Object.keys(variables).sort()).toEqual(["http_api", "rest_api", "websocket_api"]);
  });

  test.each([
    ["aws_api_gateway_method", "hello", "authorization", "rest_authorizer_id"],
    ["aws_apigatewayv2_route", "http", "authorization_type", "http_authorizer_id"],
    ["aws_apigatewayv2_route", "connect", "authorization_type", "websocket_authorizer_id"],
  ])("guards %s.%s", (type, name, authorization, output) => {
    expect(one(example.resource, type, name)).toMatchObject({
      [authorization]: "CUSTOM",
      authorizer_id: `\${module.auth0.${output}}`,
    });
    expect(Object.keys(module.output)).toContain(output);
  });

  test("leaves no other route but that of messages on an open connection", () => {
    const routes = Object.entries(example.resource["aws_apigatewayv2_route"] ?? {});
    const open = routes.filter(([, [route]]) => route?.["authorizer_id"] === undefined);
    expect(open.map(([, [route]]) => route?.["route_key"])).toEqual(["$default"]);
    expect(Object.keys(example.resource["aws_api_gateway_method"] ?? {})).toEqual(["hello"]);
  });

  test("deploys the REST API after its authorizer and what it answers, because a deployment is a copy", () => {
    const { depends_on } = one(example.resource, "aws_api_gateway_deployment", "api");
    expect(depends_on).toContain("${module.auth0}");
  });
});

/** What is not HCL becomes null. */
function parseHcl(text: string): Configuration {
  const [parsed] = (hcl as { parseToObject(text: string): [Configuration] }).parseToObject(text);
  return parsed;
}
