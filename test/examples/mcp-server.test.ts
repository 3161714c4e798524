import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { signIn, visitToCallback } from "../../local/sign-in.ts";
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

/** The same server and the same agent with each major version of the SDK; the template is the first one's. */
const EXAMPLES = { "1": "examples/mcp-server", "2": "examples/mcp-server-v2" } as const;
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
  readonly connect: (
    serverUrl: URL,
    application: Application,
    options?: { readonly fetch: typeof fetch },
  ) => Promise<Client>;
}

const example = async <T>(folder: string, file: string): Promise<T> =>
  (await import(join(resolve(folder), file))) as T;

let consumer: Consumer;
let packaged: Template;
beforeAll(async () => {
  consumer = await createConsumer("mcp-server", await packNpmPackage());
  // The plugin deploys no tenant of this machine: what it packaged gets the addresses of the tests afterwards.
  const file = join(consumer.folder, "serverless.yml");
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace("auth0Authorizer:\n", "auth0Authorizer:\n    snapshot: false\n"));
  packaged = await consumer.package();
});
afterAll(() => consumer.remove());

/** The example as it is deployed, in the in-memory gateway: what answers, and how, is what its template says. */
async function deployedAt(origin: string, tenant: Tenant, folder: string): Promise<RoutedApi> {
  const template = JSON.parse(
    JSON.stringify(packaged)
      .replaceAll("https://mcp.acme.com", origin)
      .replaceAll("https://acme.eu.auth0.com/", tenant.issuer),
  ) as Template;
  const properties = (type: string): unknown[] =>
    getResources(template, type).map((resource) => evaluated(template, resource.properties));
  const [metadata] = getResources(template, "AWS::ApiGateway::Method")
    .filter(({ name }) => name === "Metadata")
    .map((resource) => evaluated(template, resource.properties) as MockMethodProperties);
  if (metadata === undefined) throw new Error("The template has no metadata.");
  const { handler } = await example<{ readonly handler: Lambda }>(folder, "server.mjs");
  const settings = {
    domain: [tenant.issuer],
    audiences: [`${origin}/mcp`],
    emailClaim: "https://example.com/email",
  };
  return restApi({
    type: "request",
    authorizer: createAuthorizer(settings, { write: () => undefined }),
    routes: { "ANY /mcp": handler },
    openRoutes: { [METADATA_ROUTE]: mockIntegration(metadata) },
    gatewayResponses: properties("AWS::ApiGateway::GatewayResponse") as NonNullable<
      RestApiOptions["gatewayResponses"]
    >,
  });
}

const PAIRS: readonly [agent: keyof typeof EXAMPLES, server: keyof typeof EXAMPLES][] = [
  ["1", "1"],
  ["2", "2"],
  ["1", "2"],
  ["2", "1"],
];

describe.each(PAIRS)("an agent with version %s of the MCP SDK, and a server with version %s", (from, to) => {
  let tenant: Tenant;
  let gateway: LoopbackGateway;
  let agent: Agent;
  /** The addresses that the tenant's login was asked for. */
  let signIns: URL[];
  beforeAll(async () => {
    agent = await example<Agent>(EXAMPLES[from], "agent.mjs");
    gateway = await listen(async (origin) => {
      tenant = await startLocalTenant({ apiIdentifier: `${origin}/mcp` });
      return deployedAt(origin, tenant, EXAMPLES[to]);
    });
  });
  afterAll(async () => {
    await tenant.close();
    gateway.close();
  });
  beforeEach(() => {
    signIns = [];
    gateway.answers.length = 0;
  });

  /** An agent whose user signs in with a password, in a browser that the test plays. */
  function connect(
    user: "verified" | "unverified",
    options?: { readonly fetch: typeof fetch },
  ): Promise<Client> {
    const { clientId, redirectUris } = tenant.applications.mobile;
    const [redirectUri = ""] = redirectUris;
    const { email, password } = tenant.users[user];
    const signIn = (address: string): Promise<URL> => {
      signIns.push(new URL(address));
      return visitToCallback(address, { redirectUri, email, password });
    };
    const application = new agent.Application({ clientId, redirectUrl: redirectUri, signIn });
    return agent.connect(new URL("/mcp", gateway.origin), application, options);
  }

  async function whoami(client: Client): Promise<unknown> {
    const { content } = await client.callTool({ name: "whoami" });
    await client.close();
    return JSON.parse(content[0]?.text ?? "");
  }

  test("finds the tenant from the 401 on, signs its user in, and calls a tool that knows who it is", async () => {
    const { sub: subject, email } = tenant.users.verified;
    expect(await whoami(await connect("verified"))).toMatchObject({ subject, email });

    // A server of version 1 answers 400 to the question which revisions it speaks, and is taken for one of 2025.
    const answers = [...new Set(gateway.answers)].filter((answer) => !answer.startsWith("400 "));
    expect(answers.slice(0, 3)).toEqual([
      "401 POST /mcp",
      "200 GET /.well-known/oauth-protected-resource/mcp",
      "200 POST /mcp",
    ]);
    expect(gateway.answers.includes("400 POST /mcp")).toBe(from === "2" && to === "1");
    const [address, ...others] = signIns;
    expect(others).toEqual([]);
    expect(address?.origin).toBe(new URL(tenant.issuer).origin);
    expect(Object.fromEntries(address?.searchParams ?? [])).toMatchObject({
      resource: `${gateway.origin}/mcp`,
      scope: "read:messages",
      code_challenge_method: "S256",
    });
  });

  test("gives up after a second sign-in where its user is denied", async () => {
    await expect(connect("unverified")).rejects.toThrow("Unauthorized");
    expect(signIns).toHaveLength(2);
    const posts = gateway.answers.filter((answer) => answer.endsWith("POST /mcp"));
    expect(posts.at(-1)).toBe("403 POST /mcp");
  });

  /** A REST API renames the challenge of a backend, but not that of its own responses. */
  test("signs in without a challenge too, because the metadata is where RFC 9728 puts it", async () => {
    const challenges: (string | null)[] = [];
    const renaming: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const headers = new Headers(response.headers);
      if (response.status === 401) challenges.push(headers.get("www-authenticate"));
      headers.set("x-amzn-remapped-www-authenticate", headers.get("www-authenticate") ?? "");
      headers.delete("www-authenticate");
      return new Response(response.body, { status: response.status, headers });
    };
    const { sub: subject } = tenant.users.verified;
    expect(await whoami(await connect("verified", { fetch: renaming }))).toMatchObject({ subject });
    expect(challenges[0]).toContain("resource_metadata=");
    expect(gateway.answers).toContain("200 GET /.well-known/oauth-protected-resource/mcp");
    expect(signIns).toHaveLength(1);
  });

  test("is told that there is no stream of messages, in an answer that ends", async () => {
    const { access_token: token } = await tokensOf();
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
    };
    const stream = await fetch(`${gateway.origin}/mcp`, { headers });
    expect([stream.status, stream.headers.get("allow")]).toEqual([405, "POST"]);
    const REVISION = "2026-07-28";
    const subscription = {
      notifications: { toolsListChanged: true },
      _meta: {
        "io.modelcontextprotocol/protocolVersion": REVISION,
        "io.modelcontextprotocol/clientInfo": { name: "agent", version: "1.0.0" },
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    };
    const method = "subscriptions/listen";
    const refused = await fetch(`${gateway.origin}/mcp`, {
      method: "POST",
      headers: { ...headers, "mcp-protocol-version": REVISION, "mcp-method": method },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: subscription }),
    });
    expect(await refused.json()).toMatchObject({ error: { code: expect.any(Number) as unknown } });
  });

  async function tokensOf(): Promise<{ readonly access_token: string }> {
    const { clientId, redirectUris } = tenant.applications.mobile;
    const { email, password } = tenant.users.verified;
    const request = { issuer: tenant.issuer, clientId, redirectUri: redirectUris[0] ?? "", email, password };
    return signIn({ ...request, audience: `${gateway.origin}/mcp` });
  }
});

describe("the gateway, without a token", () => {
  let tenant: Tenant;
  let gateway: LoopbackGateway;
  beforeAll(async () => {
    gateway = await listen(async (origin) => {
      tenant = await startLocalTenant({ apiIdentifier: `${origin}/mcp` });
      return deployedAt(origin, tenant, EXAMPLES["1"]);
    });
  });
  afterAll(async () => {
    await tenant.close();
    gateway.close();
  });

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
