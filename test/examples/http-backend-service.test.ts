import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { httpApi, restApi, startFakeTenant, type FakeTenant } from "../../src/testing/index.ts";
import { packNpmPackage } from "../tools/npm-package.ts";
import { createConsumer, type Consumer } from "./consumer.ts";

const SECRET = "only-the-gateway-knows";

let consumer: Consumer;
let template: Template;
beforeAll(async () => {
  consumer = await createConsumer("http-backend", await packNpmPackage());
  const file = join(consumer.folder, "serverless.yml");
  const text = readFileSync(file, "utf8").replaceAll("${env:GATEWAY_SECRET}", SECRET);
  writeFileSync(file, text.replace("auth0Authorizer:\n", "auth0Authorizer:\n    snapshot: false\n"));
  template = await consumer.package();
});
afterAll(() => consumer.remove());

/** What a template refers to without having it: CloudFormation refuses it at deployment. */
function danglingReferences({ Resources, ...more }: Template): readonly string[] {
  const names = [
    ...Object.keys(Resources),
    ...Object.keys(Object((more as { Parameters?: object }).Parameters) as object),
  ];
  return [...new Set(references(Resources))].filter(
    (name) => !name.startsWith("AWS::") && !names.includes(name),
  );
}

function references(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === "Ref" && typeof inner === "string") return [inner];
    if (key === "Fn::GetAtt" && Array.isArray(inner)) return [String(inner[0])];
    if (key === "Fn::Sub" && typeof inner === "string")
      return Array.from(inner.matchAll(/\$\{([\w:]+)[^}]*\}/g), ([, name = ""]) => name);
    return references(inner);
  });
}

test("the service has no finding, and refers to nothing that it lacks", () => {
  expect(lintTemplate(template)).toEqual([]);
  expect(danglingReferences(template)).toEqual([]);
  const without = structuredClone(template) as Template & { Resources: Record<string, unknown> };
  delete without.Resources["HttpApi"];
  expect(danglingReferences(without)).toEqual(["HttpApi"]);
});

describe.each(["REST", "HTTP"] as const)("the %s API of the service, as it is packaged", (kind) => {
  let tenant: FakeTenant;
  let received: IncomingHttpHeaders | undefined;
  const backend = createServer(({ headers }, response) => {
    received = headers;
    response.end();
  });
  beforeAll(async () => {
    tenant = await startFakeTenant();
    await once(backend.listen(0, "127.0.0.1"), "listening");
  });
  afterAll(() => {
    backend.close();
    return tenant.close();
  });

  function requestParameters(): Readonly<Record<string, string>> {
    const properties =
      kind === "HTTP"
        ? getResources(template, "AWS::ApiGatewayV2::Integration").find(
            ({ name }) => name === "BackendIntegration",
          )?.properties
        : getResources(template, "AWS::ApiGateway::Method").find(
            ({ properties }) => properties["AuthorizationType"] === "CUSTOM",
          )?.properties["Integration"];
    return (properties as { readonly RequestParameters: Readonly<Record<string, string>> }).RequestParameters;
  }

  async function call(roles: readonly string[]): Promise<number> {
    const claim = "https://acme.com/roles";
    const settings = {
      ...tenant.settings,
      contextClaims: { roles: claim },
      requiredClaims: { [claim]: ["member"] },
    };
    const authorizer = createAuthorizer(settings, { write: () => undefined });
    const uri = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    const routes = { "ANY /{proxy+}": { uri, requestParameters: requestParameters() } };
    const api =
      kind === "REST" ? restApi({ type: "request", authorizer, routes }) : httpApi({ authorizer, routes });
    const forged = { "X-User-Sub": "mallory", "x-user-roles": "admin", "X-Gateway-Secret": "guess" };
    const token = tenant.idToken({ claims: roles.length === 0 ? {} : { [claim]: roles } });
    received = undefined;
    const response = await api.fetch("/me", { headers: { Authorization: `Bearer ${token}`, ...forged } });
    return response.status;
  }

  test("tells the backend who calls, whatever the caller sends in its place", async () => {
    expect(await call(["member", "editor"])).toBe(200);
    expect(received).toMatchObject({
      "x-user-sub": "auth0|alice",
      "x-user-email": "alice@example.com",
      "x-user-roles": "member editor",
      "x-gateway-secret": SECRET,
    });
  });

  test("denies a user without the role that every user has, and never asks the backend", async () => {
    expect(await call([])).toBe(403);
    expect(received).toBeUndefined();
  });
});
