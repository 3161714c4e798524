import { describe, expect, test } from "@jest/globals";
import { lintTemplate, type Options } from "../../../src/deploy/lint/lint.ts";
import type { Template } from "../../../src/deploy/lint/cloudformation.ts";
import { zip, type ZipEntry } from "../../../src/deploy/package/zip.ts";
import { goodTemplates, type GoodTemplate, type Json } from "./templates.ts";

type Resources = GoodTemplate["template"]["Resources"];
type Change = (resources: Resources) => void;

const ALL =
  "GET /orders=read:orders, POST /orders=write:orders, GET /orders/{id}=, ANY /admin/{proxy+}=admin";
const ON_HTTP = `${ALL}, $default=`;
const ON_REST = `${ALL}, GET /=`;
const BY_ROUTE = { IdentitySource: ["$request.header.Authorization", "$context.routeKey"] };
const NOT_CACHED = { AuthorizerResultTtlInSeconds: 0 };

function template(name: string, ...changes: Change[]): Template {
  const good = goodTemplates().find((each) => each.name === name);
  if (good === undefined) throw new Error(`no template ${name}`);
  for (const change of changes) change(good.template.Resources);
  return good.template as unknown as Template;
}

const set =
  (id: string, properties: Json): Change =>
  (resources) =>
    void Object.assign(resources[id]?.Properties ?? {}, properties);

const add =
  (id: string, Type: string, Properties: Json): Change =>
  (resources) =>
    void (resources[id] = { Type, Properties });

const variables =
  (values: Json): Change =>
  (resources) => {
    const { Environment } = resources["Auth0"]?.Properties as { Environment: { Variables: Json } };
    Object.assign(Environment.Variables, values);
  };

const rules = (text: string): Change => variables({ AUTHORIZER_ROUTE_PERMISSIONS: text });

/** Each finding: its rule, its severity, and the route or resource. */
function check(checked: Template, options: Options = {}): string[] {
  const findings = lintTemplate(checked, options).map(
    ({ rule, severity, route, resource }) => `${severity} ${rule} ${route ?? resource}`,
  );
  return findings.sort();
}

const NO_ROUTES = zip([{ name: "authorizer.cjs", content: Buffer.from("") }]);
/** The code of every function is this zip. */
const withCode = (code: Buffer): Options => ({ readFile: () => code });
const KEY: Change = set("Auth0", { Code: { S3Bucket: "deployments", S3Key: "shop/dev/auth0.zip" } });

describe("a guarded route", () => {
  const http = (...changes: Change[]): Template =>
    template("HTTP, policy", KEY, set("Guard", BY_ROUTE), ...changes);

  test("is found if no rule names it, and not if one does", () => {
    expect(check(http(rules(ON_HTTP)), withCode(NO_ROUTES))).toEqual([]);
    expect(check(http(rules(ALL)), withCode(NO_ROUTES))).toEqual(["warning unlisted-route $default"]);
    expect(check(http(rules(`${ALL}, *=`)), withCode(NO_ROUTES))).toEqual([]);
  });

  test("may be in the code that is not on this machine", () => {
    expect(check(http(rules(ALL)))).toEqual(["not checked unlisted-route $default"]);
  });

  test("is not looked for without any rule", () => {
    expect(check(http(), withCode(NO_ROUTES))).toEqual([]);
  });

  test("of an HTTP API is not named by ANY, nor by a rule with another case or a slash at the end", () => {
    const wrong = ON_HTTP.replace("GET /orders=", "ANY /orders=").replace("POST /orders=", "POST /Orders/=");
    expect(check(http(rules(wrong)), withCode(NO_ROUTES))).toEqual([
      "warning rule-without-route ANY /orders",
      "warning rule-without-route POST /Orders/",
      "warning unlisted-route GET /orders",
      "warning unlisted-route POST /orders",
    ]);
  });

  test("of a REST API is named by its method or by ANY", () => {
    const rest = (text: string): string[] =>
      check(template("REST, REQUEST", KEY, set("Guard", NOT_CACHED), rules(text)), withCode(NO_ROUTES));
    expect(rest(ON_REST)).toEqual([]);
    expect(rest(ON_REST.replace("POST /orders=write:orders", "ANY /orders="))).toEqual([]);
    expect(rest(ON_REST.replace("ANY /admin", "DELETE /admin"))).toEqual([]);
    expect(rest(ON_REST.replace("POST /orders", "PUT /orders"))).toEqual([
      "warning rule-without-route PUT /orders",
      "warning unlisted-route POST /orders",
    ]);
  });

  test("may be in a part of the stack that could not be read", () => {
    const [finding] = lintTemplate(
      http(rules(`${ON_HTTP}, GET /invoices=`), set("GetOrders", { AuthorizerId: "abc123" })),
      withCode(NO_ROUTES),
    );
    expect(finding).toMatchObject({ rule: "rule-without-route", severity: "warning" });
    const nested = add("Invoices", "AWS::CloudFormation::Stack", { TemplateURL: "invoices.json" });
    expect(check(http(rules(`${ON_HTTP}, GET /invoices=`), nested), withCode(NO_ROUTES))).toContain(
      "not checked rule-without-route GET /invoices",
    );
  });

  test("that was meant is named", () => {
    const findings = lintTemplate(http(rules(ON_HTTP.replace("GET /orders/{id}", "GET /orders/{ids}"))));
    expect(findings.map(({ found }) => found).join()).toContain("Did you mean GET /orders/{id}?");
  });
});

describe("routes.json in a function's code", () => {
  const routes = { "GET /orders": ["read:orders"], "POST /orders": [], "GET /orders/{id}": [] };
  const rest = { "ANY /admin/{proxy+}": ["admin"], $default: [] };
  const files = (content: unknown): readonly ZipEntry[] => [
    { name: "authorizer.cjs", content: Buffer.from("") },
    { name: "routes.json", content: Buffer.from(JSON.stringify(content)) },
  ];
  const stored = (content: unknown): Buffer => zip(files(content));
  const http = (...changes: Change[]): Template =>
    template("HTTP, policy", KEY, set("Guard", BY_ROUTE), ...changes);

  test.each([
    ["stored", stored],
    ["deflated", (content: unknown) => zip(files(content), { deflate: true })],
  ])("counts, in a zip that is %s", (_, pack) => {
    expect(check(http(), withCode(pack({ ...routes, ...rest })))).toEqual([]);
    expect(check(http(), withCode(pack(routes)))).toEqual([
      "warning unlisted-route $default",
      "warning unlisted-route ANY /admin/{proxy+}",
    ]);
  });

  test("counts together with the variable", () => {
    const text = "$default=, ANY /admin/{proxy+}=admin";
    expect(check(http(rules(text)), withCode(stored(routes)))).toEqual([]);
  });

  test("is looked for where Serverless, CDK and SAM say that the code is", () => {
    const asked = (change: Change): string[] => {
      const locations: string[] = [];
      lintTemplate(template("HTTP, policy", change), {
        readFile: (location) => void locations.push(location),
      });
      return locations;
    };
    expect(asked(KEY)).toEqual(
      expect.arrayContaining([
        "shop/dev/auth0.zip",
        "asset.auth0.zip",
        "shop/dev/auth0.zip/./authorizer.cjs",
      ]),
    );
    expect(asked(set("Auth0", { CodeUri: "authorizer/" }))).toContain("authorizer/");
  });

  test("is read in a folder, too", () => {
    const folder: Record<string, Buffer> = {
      "authorizer//./authorizer.cjs": Buffer.from(""),
      "authorizer//routes.json": Buffer.from(JSON.stringify(routes)),
    };
    const checked = template("SAM, HTTP", set("Auth0", { CodeUri: "authorizer/" }));
    expect(check(checked, { readFile: (location) => folder[location] })).toContain(
      "warning unlisted-route ANY /admin/{proxy+}",
    );
  });

  test("is an error if the function does not start with it", () => {
    expect(check(http(), withCode(stored({ orders: [] })))).toEqual(["error settings Auth0"]);
    expect(check(http(), withCode(Buffer.from("not a zip")))).toEqual(["error settings Auth0"]);
  });
});

describe("an authorizer with permissions by route", () => {
  test.each<[string, string, Change, string, string[]]>([
    ["HTTP, without the route", "HTTP, policy", () => undefined, ON_HTTP, ["error route-not-told Guard"]],
    [
      "HTTP, TTL 0 as well",
      "HTTP, policy",
      set("Guard", NOT_CACHED),
      ON_HTTP,
      ["error route-not-told Guard"],
    ],
    ["HTTP, with the route", "HTTP, policy", set("Guard", BY_ROUTE), ON_HTTP, []],
    [
      "HTTP, payload 1.0",
      "HTTP, policy",
      set("Guard", { ...BY_ROUTE, AuthorizerPayloadFormatVersion: "1.0" }),
      ON_HTTP,
      ["error route-not-told Guard"],
    ],
    ["REST, TOKEN", "REST, TOKEN", () => undefined, ON_REST, ["error route-not-told Guard"]],
    ["REST, not cached", "REST, REQUEST", set("Guard", NOT_CACHED), ON_REST, []],
    [
      "REST, cached by the token",
      "REST, REQUEST",
      () => undefined,
      ON_REST,
      ["warning route-not-in-key Guard"],
    ],
    [
      "REST, cached by token and method",
      "REST, REQUEST",
      set("Guard", { IdentitySource: "method.request.header.Authorization, context.httpMethod" }),
      ON_REST,
      ["warning route-not-in-key Guard"],
    ],
    [
      "REST, cached by the resource in place of the path",
      "REST, REQUEST",
      set("Guard", {
        IdentitySource: "method.request.header.Authorization,context.httpMethod,context.resourcePath",
      }),
      ON_REST,
      ["warning route-not-in-key Guard"],
    ],
    [
      "REST, cached by token, method and path",
      "REST, REQUEST",
      set("Guard", {
        IdentitySource: "method.request.header.Authorization, context.httpMethod, context.path",
      }),
      ON_REST,
      [],
    ],
    ["WebSocket", "WebSocket", () => undefined, "$connect=", []],
    [
      "WebSocket, with a rule for messages",
      "WebSocket",
      () => undefined,
      "$connect=, $default=",
      ["warning rule-without-route $default"],
    ],
  ])("%s", (_, name, change, text, found) => {
    expect(check(template(name, KEY, change, rules(text)), withCode(NO_ROUTES))).toEqual(found);
  });
});

describe("a shared authorizer", () => {
  const AUDIENCE = "https://api.acme.com";
  const SHARED = variables({ AUTHORIZER_SHARED: "true" });
  const stage = (StageVariables?: unknown): Change =>
    add("Stage", "AWS::ApiGatewayV2::Stage", {
      ApiId: { Ref: "Api" },
      StageName: "$default",
      ...(StageVariables !== undefined && { StageVariables }),
    });
  const restStage = (Variables: Json): Change =>
    add("Stage", "AWS::ApiGateway::Stage", { RestApiId: { Ref: "Api" }, StageName: "prod", Variables });
  const deployed = (description: Json): Change =>
    set("Deployment", { StageName: "prod", StageDescription: description });

  test.each<[string, string, Change[], string[]]>([
    ["with the variable", "HTTP, policy", [SHARED, stage({ auth0Audiences: AUDIENCE })], []],
    ["without it", "HTTP, policy", [SHARED, stage()], ["error stage-without-audiences Stage"]],
    [
      "with a value that no setting has",
      "HTTP, policy",
      [SHARED, stage({ auth0Audiences: `${AUDIENCE}/` })],
      ["error stage-without-audiences Stage"],
    ],
    [
      "with an empty value",
      "HTTP, policy",
      [SHARED, stage({ auth0Audiences: "" })],
      ["error stage-without-audiences Stage"],
    ],
    ["without a stage", "HTTP, policy", [SHARED], ["not checked stage-without-audiences Guard"]],
    [
      "with a value that is known only at deployment",
      "HTTP, policy",
      [SHARED, stage({ auth0Audiences: { "Fn::ImportValue": "audience" } })],
      ["not checked stage-without-audiences Stage"],
    ],
    ["REST, with the variable", "REST, REQUEST", [SHARED, restStage({ auth0Audiences: AUDIENCE })], []],
    [
      "REST, without it",
      "REST, REQUEST",
      [SHARED, restStage({ other: "1" })],
      ["error stage-without-audiences Stage"],
    ],
    [
      "REST, with the stage of a deployment",
      "REST, REQUEST",
      [SHARED, deployed({ Variables: { auth0Audiences: AUDIENCE } })],
      [],
    ],
    [
      "REST, with that stage without it",
      "REST, REQUEST",
      [SHARED, deployed({})],
      ["error stage-without-audiences Deployment"],
    ],
    [
      "REST, TOKEN",
      "REST, TOKEN",
      [SHARED, restStage({ auth0Audiences: AUDIENCE })],
      ["error stage-without-audiences Guard"],
    ],
    [
      "SAM, with the variable",
      "SAM, REST",
      [SHARED, set("Api", { Variables: { auth0Audiences: AUDIENCE } })],
      [],
    ],
    ["SAM, without it", "SAM, REST", [SHARED], ["error stage-without-audiences Api"]],
    [
      "SAM, HTTP, with the variable",
      "SAM, HTTP",
      [SHARED, set("Api", { StageVariables: { auth0Audiences: AUDIENCE } })],
      [],
    ],
    ["not shared, without the variable", "HTTP, policy", [stage()], []],
    [
      "not shared, with a value that no setting has",
      "HTTP, policy",
      [stage({ auth0Audiences: "https://other.acme.com" })],
      ["error stage-without-audiences Stage"],
    ],
  ])("%s", (_, name, changes, found) => {
    expect(check(template(name, ...changes))).toEqual(found);
  });
});
