import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { startFakeTenant, type FakeTenant } from "../../src/testing/index.ts";
import { createVerifier, type VerifyToken } from "../../src/verifier.ts";

const V1 = resolve("examples/mcp-server");
const V2 = resolve("examples/mcp-server-v2");
const METADATA = "https://mcp.acme.com/.well-known/oauth-protected-resource/mcp";

type Next = (error?: unknown) => void;
type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void;
interface Options {
  readonly verifier: unknown;
  readonly resourceMetadataUrl: string;
}
interface Express {
  use(middleware: unknown): void;
}
interface Example {
  readonly tokenVerifier: (verify: VerifyToken) => unknown;
}
type Call = (headers: Readonly<Record<string, string>>) => Promise<Response>;

let tenant: FakeTenant;
const server = createServer();
beforeAll(async () => {
  tenant = await startFakeTenant();
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  return tenant.close();
});

async function tokenVerifier(folder: string, verify: VerifyToken): Promise<unknown> {
  return ((await import(`${folder}/token-verifier.mjs`)) as Example).tokenVerifier(verify);
}

/** The middleware of version 1, in Express, before a route that answers with what it left. */
async function startV1(verify: VerifyToken): Promise<Call> {
  const file = `${V1}/node_modules/@modelcontextprotocol/sdk/dist/esm/server/auth/middleware/bearerAuth.js`;
  const { requireBearerAuth } = (await import(file)) as {
    readonly requireBearerAuth: (options: Options) => Middleware;
  };
  const { default: express } = (await import(`${V1}/node_modules/express/index.js`)) as {
    readonly default: () => Express & RequestListener;
  };
  const app = express();
  app.use(requireBearerAuth({ verifier: await tokenVerifier(V1, verify), resourceMetadataUrl: METADATA }));
  app.use((request: { readonly auth?: unknown }, response: ServerResponse) =>
    response.end(JSON.stringify(request.auth)),
  );
  server.removeAllListeners("request").on("request", app);
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  return (headers) => fetch(address, { headers });
}

/** The gate of version 2, which takes a request and answers it where there is no caller. */
async function startV2(verify: VerifyToken): Promise<Call> {
  const { requireBearerAuth } = (await import(
    `${V2}/node_modules/@modelcontextprotocol/server/dist/index.mjs`
  )) as {
    readonly requireBearerAuth: (options: Options) => (request: Request) => Promise<unknown>;
  };
  const verifier = await tokenVerifier(V2, verify);
  const gate = requireBearerAuth({ verifier, resourceMetadataUrl: METADATA });
  return async (headers) => {
    const found = await gate(new Request("https://mcp.acme.com/mcp", { headers }));
    return found instanceof Response ? found : Response.json(found);
  };
}

describe.each([
  ["1", startV1],
  ["2", startV2],
])("version %s of the SDK", (_version, start) => {
  let call: (token: string) => Promise<Response>;
  beforeAll(async () => {
    const send = await start(createVerifier(tenant.settings));
    call = (token) => send({ authorization: `Bearer ${token}` });
  });

  test("gives the tools the caller", async () => {
    const token = tenant.accessToken({ scope: "read:messages" });
    expect(await (await call(token)).json()).toMatchObject({
      token,
      clientId: "test-application",
      scopes: ["read:messages"],
      expiresAt: expect.any(Number) as unknown,
      extra: { caller: { subject: "auth0|alice", email: "alice@example.com" } },
    });
  });

  test("answers 401 with a challenge and the reason to a token that is wrong", async () => {
    const response = await call("a.b.c");
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toContain(`resource_metadata="${METADATA}"`);
    expect(await response.json()).toEqual({
      error: "invalid_token",
      error_description: "malformed_token",
    });
  });

  test("answers 403 to a caller that is denied", async () => {
    const { status } = await call(tenant.accessToken({ claims: { gty: "client-credentials" } }));
    expect(status).toBe(403);
  });

  test("answers 500 where the tenant's keys cannot be fetched, and 500 to an error of another kind", async () => {
    tenant.fail(503);
    const down = await start(createVerifier(tenant.settings));
    const authorization = `Bearer ${tenant.accessToken()}`;
    const response = await down({ authorization });
    tenant.fail();
    expect([response.status, await response.json()]).toEqual([
      500,
      { error: "server_error", error_description: "keys_unavailable" },
    ]);
    const broken = await start(() => Promise.reject(new Error("a secret of the server's")));
    const answer = await broken({ authorization });
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret");
  });
});
