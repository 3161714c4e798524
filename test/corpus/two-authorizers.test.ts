import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Model } from "../../src/deploy/lint/model.ts";
import { readModel } from "../../src/deploy/lint/read/read-model.ts";
import { bearerEvent, startFakeTenant, type FakeTenant } from "../../src/testing/index.ts";
import { packageServices } from "./package-service.ts";
import { judgeServices, parseHcl, type Judged } from "./read-service.ts";
import { askFunction, type Answer, type Deployed } from "./run-authorizer.ts";
import { hello, lines, PLUGIN, type Service } from "./service.ts";
import { CDK_TWO_AUTHORIZERS } from "./services/cdk.ts";
import { SAM_TWO_AUTHORIZERS } from "./services/sam.ts";
import { TERRAFORM_TWO_AUTHORIZERS } from "./services/terraform.ts";

/** A guarded route as it is deployed, with the function that is asked. */
interface Route {
  readonly key: string;
  readonly kind: "rest" | "http";
  readonly asks: Deployed;
}

const SECTION =
  "custom: { auth0Authorizer: { domain: acme.eu.auth0.com, audiences: https://api.acme.com/, emailClaim: https://acme.com/email, snapshot: false, authorizers: { " +
  "auth0: , admin: { requiredPermissions: admin, resultTtlSeconds: 0, memorySize: 256 } } } }";

function serverless(framework: "osls" | "serverless-3"): Service {
  return {
    name: `two-authorizers-${framework}`,
    framework,
    yml: lines(
      PLUGIN,
      `provider: { name: aws, runtime: nodejs${framework === "osls" ? "22" : "18"}.x }`,
      SECTION,
      hello(
        "http: { path: orders, method: get, authorizer: auth0 }",
        "http: { path: admin, method: post, authorizer: admin }",
        "httpApi: { path: /orders, method: get, authorizer: { name: auth0 } }",
        "httpApi: { path: /admin, method: post, authorizer: { name: admin } }",
      ),
    ),
  };
}

/** Milliseconds: what never comes to an end ends here, on the slowest machine. */
const LIMIT = 4 * 3600 * 1000;
const root = mkdtempSync(join(tmpdir(), "two-authorizers-"));
const deployed = new Map<string, readonly Route[]>();
let tenant: FakeTenant;
beforeAll(async () => {
  tenant = await startFakeTenant({ audience: "https://api.acme.com/", emailClaim: "https://acme.com/email" });
  const services = [serverless("osls"), serverless("serverless-3")];
  const outcomes = await packageServices(join(root, "serverless"), services);
  for (const { name, framework = "osls" } of services) {
    const { main, folder, printed } = outcomes.get(name) ?? {
      main: { Resources: {} },
      folder: "",
      printed: "",
    };
    const model = readModel(main, { load: () => undefined, readFile: () => undefined });
    if (model.routes.length === 0) throw new Error(printed);
    const getZip = (id: string): string =>
      join(folder, ".serverless", `${id.replace("LambdaFunction", "").toLowerCase()}.zip`);
    deployed.set(framework, toRoutes(model, getZip));
  }
  const others = [SAM_TWO_AUTHORIZERS, CDK_TWO_AUTHORIZERS, TERRAFORM_TWO_AUTHORIZERS];
  mkdirSync(join(root, "templates"));
  const judged = await judgeServices(join(root, "templates"), others);
  const get = (name: string): Judged => judged.get(name) ?? ({} as Judged);
  deployed.set("SAM", readSam(get("sam-two-authorizers")));
  deployed.set("CDK", readCdk(get("cdk-two-authorizers")));
  deployed.set("Terraform", readTerraform(TERRAFORM_TWO_AUTHORIZERS.files["main.tf"] ?? ""));
}, LIMIT);
afterAll(() => rmSync(root, { recursive: true }));

/** The routes of a template, each with the function that its authorizer calls. */
function toRoutes(
  { routes, authorizers, functions }: Model,
  getZip: (id: string, properties: Readonly<Record<string, unknown>>) => string,
): Route[] {
  return routes.flatMap(({ key, kind, guard }) => {
    if (guard.kind !== "lambda" || kind === "websocket") return [];
    const called = authorizers.find(({ id }) => id === guard.authorizer)?.function ?? "";
    const { properties = {} } = functions.find(({ id }) => id === called) ?? {};
    const { Variables } = properties["Environment"] as { Variables: Record<string, string> };
    const asks = {
      zip: getZip(called, properties),
      handler: String(properties["Handler"]),
      environment: Variables,
    };
    return [{ key, kind, asks }];
  });
}

function readSam({ folder, models }: Judged): Route[] {
  return models.flatMap((model) => toRoutes(model, (_, { CodeUri }) => join(folder, "..", String(CodeUri))));
}

function readCdk({ folder, models }: Judged): Route[] {
  return models.flatMap((model) =>
    toRoutes(model, (_, { Code }) => join(folder, "cdk.out", `asset.${(Code as { S3Key: string }).S3Key}`)),
  );
}

/** The module's function has the settings as they are, and the zip of the package. */
function readTerraform(text: string): Route[] {
  const { resource, module } = parseHcl(text);
  const ask = (block: Readonly<Record<string, unknown>>): Deployed => {
    const [, name = ""] =
      /^\$\{module\.(\w+)\.\w+_authorizer_id\}$/.exec(String(block["authorizer_id"])) ?? [];
    const environment = module[name]?.[0]?.["settings"] as Record<string, string>;
    return { zip: resolve("dist/authorizer.zip"), handler: "authorizer.handler", environment };
  };
  const blocks = (type: string): [string, Readonly<Record<string, unknown>>][] =>
    Object.entries(resource[type] ?? {}).map(([name, [block = {}]]) => [name, block]);
  return [
    ...blocks("aws_apigatewayv2_route").map(([, block]): Route => {
      return { key: String(block["route_key"]), kind: "http", asks: ask(block) };
    }),
    ...blocks("aws_api_gateway_method").map(([name, block]): Route => {
      return { key: `${String(block["http_method"])} /${name}`, kind: "rest", asks: ask(block) };
    }),
  ];
}

/** What each route answers to each token, with the local tenant in the place of the configured one. */
async function callAll(tool: string, tokens: readonly string[]): Promise<Record<string, string[]>> {
  const outcomes: Record<string, string[]> = {};
  for (const { key, kind, asks } of deployed.get(tool) ?? []) {
    const [method = "", path = ""] = key.split(" ");
    const events = tokens.map((token) => ({
      ...bearerEvent(kind === "rest" ? "rest-request" : "http-2.0", token),
      ...(kind === "rest" && { httpMethod: method, path, resource: path }),
      ...(kind === "http" && { routeKey: key, rawPath: path }),
    }));
    const environment = { ...asks.environment, AUTH0_DOMAIN: new URL(tenant.issuer).origin };
    const folder = join(root, "run", tool, kind, method);
    const answers = await askFunction(folder, { ...asks, environment }, events);
    outcomes[`${kind} ${key}`] = answers.map(toOutcome);
  }
  return outcomes;
}

function toOutcome(answer: Answer): string {
  if ("error" in answer) return answer.error;
  const { policyDocument, context } = answer.answer as {
    policyDocument: { Statement: { Effect: string }[] };
    context: { reason?: string; sub?: string };
  };
  const isAllowed = policyDocument.Statement.some(({ Effect }) => Effect === "Allow");
  return isAllowed ? `allow ${context.sub ?? ""}` : `deny ${context.reason ?? ""}`;
}

describe.each(["osls", "serverless-3", "SAM", "CDK", "Terraform"])("two authorizers with %s", (tool) => {
  test("are two functions with different settings", () => {
    const routes = deployed.get(tool) ?? [];
    const permissions = routes.map(({ kind, key, asks }) => [
      `${kind} ${key}`,
      asks.environment["AUTH0_REQUIRED_PERMISSIONS"],
    ]);
    expect(Object.fromEntries(permissions)).toEqual({
      "rest GET /orders": undefined,
      "rest POST /admin": "admin",
      "http GET /orders": undefined,
      "http POST /admin": "admin",
    });
  });

  test("run: the one allows every user, the other only one with the permission, neither a token for another API", async () => {
    const tokens = [
      tenant.accessToken(),
      tenant.accessToken({ claims: { permissions: ["admin"] } }),
      tenant.accessToken({ claims: { aud: "https://other.acme.com/", permissions: ["admin"] } }),
    ];
    const everyUser = ["allow auth0|alice", "allow auth0|alice", "Unauthorized"];
    const withPermission = ["deny permission_missing", "allow auth0|alice", "Unauthorized"];
    expect(await callAll(tool, tokens)).toEqual({
      "rest GET /orders": everyUser,
      "rest POST /admin": withPermission,
      "http GET /orders": everyUser,
      "http POST /admin": withPermission,
    });
  });
});
