import { describe, expect, test } from "@jest/globals";
import type { Template } from "../../../src/deploy/lint/cloudformation.ts";
import type { Fragment } from "../../../src/deploy/package/instantiate.ts";
import { findOptionIssues } from "../../../src/deploy/serverless/check-options.ts";
import { asServiceRoles, keepOwnConfiguration } from "../../../src/deploy/serverless/edit-template.ts";
import type {
  FunctionEvent,
  Provider,
  Serverless,
  Service,
} from "../../../src/deploy/serverless/framework-types.ts";
import { optionsFrom } from "../../../src/deploy/serverless/options.ts";
import { Plan } from "../../../src/deploy/serverless/plan.ts";
import { completeRoutes } from "../../../src/deploy/serverless/routes.ts";

const BOUNDARY = "arn:aws:iam::123456789012:policy/boundary";
const OTHER = "arn:aws:iam::123456789012:policy/other";

describe("the plugin's roles have what provider.iam asks of every role", () => {
  test.each<[string, object, object]>([
    ["nothing", {}, {}],
    [
      "permissionsBoundary",
      { iam: { role: { permissionsBoundary: BOUNDARY } } },
      { PermissionsBoundary: BOUNDARY },
    ],
    [
      "its older name",
      { iam: { role: { permissionBoundary: BOUNDARY } } },
      { PermissionsBoundary: BOUNDARY },
    ],
    ["rolePermissionsBoundary", { rolePermissionsBoundary: BOUNDARY }, { PermissionsBoundary: BOUNDARY }],
    [
      "both: the newer one counts, as for Serverless's own role",
      { iam: { role: { permissionsBoundary: BOUNDARY } }, rolePermissionsBoundary: OTHER },
      { PermissionsBoundary: BOUNDARY },
    ],
    [
      "a value known at deployment",
      { iam: { role: { permissionsBoundary: { "Fn::ImportValue": "boundary" } } } },
      { PermissionsBoundary: { "Fn::ImportValue": "boundary" } },
    ],
    ["path", { iam: { role: { path: "/team/" } } }, { Path: "/team/" }],
    ["tags", { iam: { role: { tags: { team: "shop" } } } }, { Tags: [{ Key: "team", Value: "shop" }] }],
    ["a name, statements and managed policies, which are one role's", { iam: { role: { name: "all" } } }, {}],
    ["a role for all functions", { iam: { role: "arn:aws:iam::123456789012:role/all" } }, {}],
    ["a role for deployments", { iam: { deploymentRole: "arn:aws:iam::123456789012:role/deploy" } }, {}],
  ])("%s", (_, provider, expected) => {
    const role = (): object => ({ Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {} } });
    const fragment = {
      Resources: { One: role(), Two: role(), Table: { Type: "AWS::DynamoDB::Table", Properties: {} } },
    } as unknown as Fragment;
    asServiceRoles(fragment, provider as Provider);
    const changed = { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {}, ...expected } };
    expect(fragment.Resources).toEqual({
      One: changed,
      Two: changed,
      Table: { Type: "AWS::DynamoDB::Table", Properties: {} },
    });
  });
});

describe("the authorizer has its settings and nothing else of the service", () => {
  const compiled = (): Template =>
    ({
      Resources: {
        Nothing: null,
        Auth0LambdaFunction: {
          Type: "AWS::Lambda::Function",
          Properties: {
            Handler: "wrapper.handler",
            Environment: { Variables: { DB_PASSWORD: "hidden", NODE_OPTIONS: "--require ./otel.js" } },
            KmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:key/x",
            Layers: ["arn:aws:lambda:eu-west-1:123456789012:layer:x:1"],
          },
        },
      },
    }) as unknown as Template;

  test("and an empty resource is left as it is", () => {
    const template = compiled();
    const environment = { AUTH0_DOMAIN: "acme.eu.auth0.com" };
    keepOwnConfiguration(template, "Auth0LambdaFunction", { handler: "authorizer.handler", environment });
    expect(template.Resources["Auth0LambdaFunction"]?.Properties).toEqual({
      Handler: "authorizer.handler",
      Environment: { Variables: environment },
      LoggingConfig: { LogFormat: "JSON" },
    });
    keepOwnConfiguration(template, "Nothing", { handler: "authorizer.handler", environment });
    expect(template.Resources["Nothing"]).toBeNull();
  });
});

describe("corsOrigin", () => {
  const given = {
    domain: "acme.eu.auth0.com",
    audiences: ["https://api.acme.com/"],
    emailPolicy: "optional",
  };
  test.each<[string, object, boolean]>([
    ["an origin", { corsOrigin: "https://app.acme.com" }, true],
    ["origins in a list", { corsOrigin: ["https://a.acme.com", "https://b.acme.com"] }, true],
    ["origins in one text", { corsOrigin: "https://a.acme.com, https://b.acme.com" }, false],
    ["origins with slashes in one text", { corsOrigin: "https://a/, https://b" }, false],
    ["a slash at the end", { corsOrigin: "https://app.acme.com/" }, false],
    ["an empty list", { corsOrigin: [] }, false],
    ["every origin with credentials", { corsCredentials: true }, false],
    ["one origin with credentials", { corsOrigin: "https://app.acme.com", corsCredentials: true }, true],
  ])("%s", (_, options, isTaken) => {
    const issues = findOptionIssues({ ...given, ...options }, 0);
    expect(issues).toEqual(isTaken ? [] : [expect.stringMatching(/^cors(?:Origin|Credentials) /)]);
  });
});

describe("serverless-plugin-warmup", () => {
  function functions(custom: object): Readonly<Record<string, object>> {
    const serverless = {
      serviceDir: "/service",
      service: {
        service: "shop",
        functions: {},
        provider: {},
        custom: {
          auth0Authorizer: { domain: "acme.eu.auth0.com", audiences: "https://api.acme.com/" },
          ...custom,
        },
      },
      getProvider: () => ({
        getStage: () => "dev",
        naming: { getNormalizedFunctionName: () => "Auth0" },
      }),
    } as unknown as Serverless;
    return new Plan(serverless, false).functions;
  }

  test("does not call the authorizer, whose log would have an error for each ping", () => {
    expect(
      functions({ warmup: { default: { enabled: true }, night: { enabled: true } } })["auth0"],
    ).toMatchObject({
      warmup: { default: { enabled: false }, night: { enabled: false } },
    });
  });

  test("is not named where it is not used, because Serverless does not know the property", () => {
    expect(functions({})["auth0"]).not.toHaveProperty("warmup");
  });
});

test.each<[string, FunctionEvent]>([
  ["by its name", { httpApi: { method: "get", path: "/a", authorizer: "auth0" } }],
  ["by an object", { httpApi: { method: "get", path: "/a", authorizer: { name: "auth0" } } }],
])("an HTTP route that names its authorizer %s has an object, which serverless-offline reads", (_, event) => {
  const service = { functions: { a: { events: [event] } }, provider: {} } as unknown as Service;
  completeRoutes(
    service,
    optionsFrom({ domain: "acme.eu.auth0.com", audiences: "https://api.acme.com/" })[0],
  );
  expect(event).toEqual({ httpApi: { method: "get", path: "/a", authorizer: { name: "auth0" } } });
});
