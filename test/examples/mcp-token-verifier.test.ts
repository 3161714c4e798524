import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startFakeTenant, type FakeTenant } from "../../src/testing/index.ts";
import { createVerifier, type VerifyToken } from "../../src/verifier.ts";

const EXAMPLE = resolve("examples/mcp-server");
const BEARER_AUTH = `${EXAMPLE}/node_modules/@modelcontextprotocol/sdk/dist/esm/server/auth/middleware/bearerAuth.js`;
const METADATA = "https://mcp.acme.com/.well-known/oauth-protected-resource/mcp";

type Next = (error?: unknown) => void;
type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => void;
interface BearerAuth {
  readonly requireBearerAuth: (options: {
    readonly verifier: unknown;
    readonly resourceMetadataUrl: string;
  }) => Middleware;
}
interface Express {
  use(middleware: unknown): void;
}
interface Example {
  readonly tokenVerifier: (verify: VerifyToken) => unknown;
}

const { requireBearerAuth } = (await import(BEARER_AUTH)) as BearerAuth;
const { tokenVerifier } = (await import(`${EXAMPLE}/token-verifier.mjs`)) as Example;
const { default: express } = (await import(`${EXAMPLE}/node_modules/express/index.js`)) as {
  readonly default: () => Express & RequestListener;
};

let tenant: FakeTenant;
let address: string;
const server = createServer();
beforeAll(async () => {
  tenant = await startFakeTenant();
  const app = express();
  const verifier = tokenVerifier(createVerifier(tenant.settings));
  app.use(requireBearerAuth({ verifier, resourceMetadataUrl: METADATA }));
  app.use((request: { readonly auth?: unknown }, response: ServerResponse) =>
    response.end(JSON.stringify(request.auth)),
  );
  server.on("request", app).listen(0, "127.0.0.1");
  await once(server, "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  return tenant.close();
});

function call(token: string): Promise<Response> {
  return fetch(address, { headers: { authorization: `Bearer ${token}` } });
}

test("the SDK's middleware hands the tools the caller", async () => {
  const token = tenant.accessToken({ scope: "read:messages" });
  expect(await (await call(token)).json()).toMatchObject({
    token,
    clientId: "test-application",
    scopes: ["read:messages"],
    expiresAt: expect.any(Number) as unknown,
    extra: { caller: { subject: "auth0|alice", email: "alice@example.com" } },
  });
});

test("the SDK's middleware answers 401 with a challenge to a token that is wrong", async () => {
  const { status, headers } = await call("a.b.c");
  expect(status).toBe(401);
  expect(headers.get("www-authenticate")).toContain(`resource_metadata="${METADATA}"`);
});

test("the SDK's middleware answers 403 to a caller who does not get in", async () => {
  const { status } = await call(tenant.accessToken({ claims: { gty: "client-credentials" } }));
  expect(status).toBe(403);
});
