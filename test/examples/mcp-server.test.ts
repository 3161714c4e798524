import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { visitToCallback } from "../../local/sign-in.ts";
import { startLocalTenant, type Tenant } from "../../local/tenant/tenant.ts";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import { lintTemplate } from "../../src/deploy/lint/lint.ts";
import { getResources, type Template } from "../../src/deploy/lint/cloudformation.ts";
import { mockIntegration, restApi, type Lambda, type RoutedApi } from "../../src/testing/index.ts";
import type { MockMethodProperties, RestApiOptions } from "../../src/testing/index.ts";
import { evaluated } from "../infra/cloudformation.ts";
import { packNpmPackage } from "../tools/npm-package.ts";
import { createConsumer, type Consumer } from "./consumer.ts";
import { listen, type LoopbackGateway } from "./loopback-gateway.ts";

const EXAMPLE = resolve("examples/mcp-server");
const METADATA_ROUTE = "GET /.well-known/oauth-protected-resource/mcp";

/** What the example's files export; they are JavaScript. */
interface Application {
  readonly clientId: string;
}
interface ToolResult {
  readonly content: readonly { readonly text: string }[];
}
interface Client {
  callTool(tool: { readonly name: string }): Promise<ToolResult>;
  close(): Promise<void>;
}
interface Agent {
  readonly Application: new (options: {
    readonly clientId: string;
    readonly redirectUrl: string;
    readonly signIn: (address: string) => Promise<URL>;
  }) => Application;
  readonly connect: (serverUrl: URL, application: Application) => Promise<Client>;
}

const example = async <T>(file: string): Promise<T> => (await import(join(EXAMPLE, file))) as T;
const { Application, connect } = await example<Agent>("agent.mjs");

const packages = mkdtempSync(join(tmpdir(), "mcp-"));
let consumer: Consumer;
let tenant: Tenant;
let packaged: Template;
let gateway: LoopbackGateway;
/** The addresses that the tenant's login was asked for. */
let signIns: URL[];

beforeAll(async () => {
  consumer = await createConsumer("mcp-server", await packNpmPackage(packages));
  gateway = await listen(deployedAt);
});
afterAll(async () => {
  await tenant.close();
  gateway.close();
  await consumer.remove();
  rmSync(packages, { recursive: true });
});

/** The example as it is deployed, in the gateway in a box: what answers, and how, is what its template says. */
async function deployedAt(origin: string): Promise<RoutedApi> {
  tenant = await startLocalTenant({ apiIdentifier: `${origin}/mcp` });
  const template = await packagedFor(origin, tenant.issuer);
  const properties = (type: string): unknown[] =>
    getResources(template, type).map((resource) => evaluated(template, resource.properties));
  const [metadata] = getResources(template, "AWS::ApiGateway::Method")
    .filter(({ name }) => name === "Metadata")
    .map((resource) => evaluated(template, resource.properties) as MockMethodProperties);
  if (metadata === undefined) throw new Error("The template has no metadata.");
  const { handler } = await example<{ readonly handler: Lambda }>("server.mjs");
  return restApi({
    type: "request",
    authorizer: createAuthorizer(settingsFor(origin), { write: () => undefined }),
    routes: { "ANY /mcp": handler },
    openRoutes: { [METADATA_ROUTE]: mockIntegration(metadata) },
    gatewayResponses: properties("AWS::ApiGateway::GatewayResponse") as NonNullable<
      RestApiOptions["gatewayResponses"]
    >,
  });
}

/** The plugin deploys no tenant of this machine: what it packaged gets the addresses of this test afterwards. */
async function packagedFor(origin: string, issuer: string): Promise<Template> {
  const file = join(consumer.folder, "serverless.yml");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("auth0Authorizer:\n", "auth0Authorizer:\n    snapshot: false\n"));
  packaged = await consumer.package();
  return JSON.parse(
    JSON.stringify(packaged)
      .replaceAll("https://mcp.acme.com", origin)
      .replaceAll("https://acme.eu.auth0.com/", issuer),
  ) as Template;
}

function settingsFor(origin: string) {
  return {
    domain: [tenant.issuer],
    audiences: [`${origin}/mcp`],
    emailClaim: "https://example.com/email",
  };
}

/** An agent whose user signs in with a password, in a browser that the test plays. */
function agentOf(user: "verified" | "unverified"): Application {
  const { clientId, redirectUris } = tenant.applications.mobile;
  const [redirectUri = ""] = redirectUris;
  const { email, password } = tenant.users[user];
  const signIn = (address: string): Promise<URL> => {
    signIns.push(new URL(address));
    return visitToCallback(address, { redirectUri, email, password });
  };
  signIns = [];
  return new Application({ clientId, redirectUrl: redirectUri, signIn });
}

describe("an agent with the MCP SDK's own client", () => {
  test("finds the tenant from the 401 on, signs its user in, and calls a tool that knows who it is", async () => {
    const url = new URL("/mcp", gateway.origin);
    const client = await connect(url, agentOf("verified"));
    const { content } = await client.callTool({ name: "whoami" });
    await client.close();
    const { sub: subject, email } = tenant.users.verified;
    expect(JSON.parse(content[0]?.text ?? "")).toMatchObject({ subject, email });

    expect([...new Set(gateway.answers)].slice(0, 3)).toEqual([
      "401 POST /mcp",
      "200 GET /.well-known/oauth-protected-resource/mcp",
      "200 POST /mcp",
    ]);
    const [address, ...others] = signIns;
    expect(others).toEqual([]);
    expect(address?.origin).toBe(new URL(tenant.issuer).origin);
    expect(Object.fromEntries(address?.searchParams ?? [])).toMatchObject({
      resource: url.href,
      scope: "read:messages",
      code_challenge_method: "S256",
    });
  });

  test("gives up after a second sign-in where its user does not get in", async () => {
    const connecting = connect(new URL("/mcp", gateway.origin), agentOf("unverified"));
    await expect(connecting).rejects.toThrow("Unauthorized");
    expect(signIns).toHaveLength(2);
    const posts = gateway.answers.filter((answer) => answer.endsWith("POST /mcp"));
    expect(posts.at(-1)).toBe("403 POST /mcp");
  });
});

describe("the gateway, without a token", () => {
  test("names the metadata in the challenge of its 401", async () => {
    const { status, headers } = await fetch(`${gateway.origin}/mcp`, { method: "POST" });
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe(
      `Bearer realm="api", resource_metadata="${gateway.origin}/.well-known/oauth-protected-resource/mcp"`,
    );
  });

  test("serves the metadata to any page, with the address that agents call as the resource", async () => {
    const response = await fetch(`${gateway.origin}/.well-known/oauth-protected-resource/mcp`);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toEqual({
      resource: `${gateway.origin}/mcp`,
      authorization_servers: [tenant.issuer],
      bearer_methods_supported: ["header"],
      scopes_supported: ["read:messages"],
    });
  });

  test("is deployed with the metadata, and with no other open route", () => {
    const publicRoutes = [METADATA_ROUTE];
    expect(lintTemplate(packaged, { publicRoutes })).toEqual([]);
    expect(packaged.Resources["Auth0ApiGatewayAuthorizer"]).toMatchObject({
      DependsOn: expect.arrayContaining(["Metadata"]) as unknown,
    });
  });
});
