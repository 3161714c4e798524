import { once } from "node:events";
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { startFakeTenant, type FakeTenant } from "../../src/testing/index.ts";
import { createVerifier, type VerifyToken } from "../../src/verifier.ts";

const EXAMPLE = resolve("examples/verifier-web");

/** What the example's files export; they are JavaScript. */
interface Dependencies {
  readonly verify: VerifyToken;
  readonly findOrders: (subject: string) => Promise<readonly string[]>;
}
interface Apps {
  readonly createHonoApp: (dependencies: Dependencies) => { readonly fetch: unknown };
  readonly createExpressApp: (dependencies: Dependencies) => RequestListener;
}

const load = async <T>(file: string): Promise<T> => (await import(`${EXAMPLE}/${file}`)) as T;
const { createHonoApp } = await load<Apps>("hono-app.mjs");
const { createExpressApp } = await load<Apps>("express-app.mjs");
const { getRequestListener } = await load<{ getRequestListener: (fetch: unknown) => RequestListener }>(
  "node_modules/@hono/node-server/dist/index.mjs",
);

const APPS: readonly [string, (dependencies: Dependencies) => RequestListener][] = [
  ["Hono", (dependencies) => getRequestListener(createHonoApp(dependencies).fetch)],
  ["Express", createExpressApp],
];

let tenant: FakeTenant;
const servers: Server[] = [];
beforeAll(async () => {
  tenant = await startFakeTenant();
});
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await tenant.close();
});

let lines: string[];
beforeEach(() => {
  lines = [];
  jest.spyOn(console, "warn").mockImplementation((line: string) => void lines.push(line));
});
afterEach(() => {
  tenant.fail();
  jest.restoreAllMocks();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** By Node's own client, which can send a header twice. */
async function call(origin: string, ...authorization: readonly string[]): Promise<Answer> {
  const sent = request(`${origin}/orders`, { agent: false });
  if (authorization.length > 0) sent.setHeader("authorization", authorization);
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

function tokenOf(name: string): string {
  return tenant.idToken({
    user: { sub: `auth0|${name}`, email: `${name}@example.com`, email_verified: true },
  });
}

function ordersOf(name: string): object {
  return { email: `${name}@example.com`, orders: [`an order of auth0|${name}`] };
}

describe.each(APPS)("a service with %s behind the verifier", (_name, createListener) => {
  const findOrders = (subject: string) => Promise.resolve([`an order of ${subject}`]);
  let origin: string;
  beforeAll(async () => {
    const verify = createVerifier(tenant.settings);
    origin = await listen(createServer(createListener({ verify, findOrders })));
  });

  test("answers the caller of an ID token and of an access token", async () => {
    const { status, body } = await call(origin, `Bearer ${tokenOf("bob")}`);
    expect([status, JSON.parse(body)]).toEqual([200, ordersOf("bob")]);
    const access = await call(origin, `Bearer ${tenant.accessToken()}`);
    expect([access.status, JSON.parse(access.body)]).toEqual([200, ordersOf("alice")]);
  });

  test("challenges a request without a token, and one with a token that is wrong", async () => {
    expect(await call(origin)).toMatchObject({
      status: 401,
      headers: { "www-authenticate": "Bearer" },
      body: "",
    });
    expect(await call(origin, "Bearer a.b.c")).toMatchObject({
      status: 401,
      headers: { "www-authenticate": 'Bearer error="invalid_token"' },
    });
  });

  test("takes no second Authorization header, whichever of the two is good", async () => {
    const good = `Bearer ${tenant.idToken()}`;
    for (const both of [
      [good, "Bearer a.b.c"],
      ["Bearer a.b.c", good],
      [good, good],
    ])
      expect(await call(origin, ...both)).toMatchObject({ status: 401 });
  });

  test("answers 403 to a user whose email is not verified, and keeps the reason in the log", async () => {
    const user = { sub: "auth0|eve", email: "eve@example.com", email_verified: false };
    expect(await call(origin, `Bearer ${tenant.idToken({ user })}`)).toMatchObject({ status: 403, body: "" });
    expect(lines).toEqual(['{"event":"refused","reason":"email_not_verified"}']);
  });

  test("answers 503 while the tenant's keys cannot be fetched", async () => {
    tenant.fail(503);
    const verify = createVerifier(tenant.settings);
    const down = await listen(createServer(createListener({ verify, findOrders })));
    expect(await call(down, `Bearer ${tenant.idToken()}`)).toMatchObject({
      status: 503,
      headers: { "retry-after": "5" },
    });
  });

  test("does not mix callers whose requests are under way at the same time", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    let waiting = 0;
    let release = (): void => undefined;
    const allAreHere = new Promise<void>((resolve) => (release = resolve));
    const findSlowly = async (subject: string): Promise<readonly string[]> => {
      waiting += 1;
      if (waiting === names.length) release();
      await allAreHere;
      return [`an order of ${subject}`];
    };
    const before = tenant.fetches;
    const verify = createVerifier(tenant.settings);
    const busy = await listen(createServer(createListener({ verify, findOrders: findSlowly })));
    const calls = names.map((name) => call(busy, `Bearer ${tokenOf(name)}`));
    const refused = await Promise.all([call(busy), call(busy, "Bearer a.b.c")]);
    expect(refused.map(({ status }) => status)).toEqual([401, 401]);
    const answers = (await Promise.all(calls)).map(({ body }) => JSON.parse(body) as unknown);
    expect(answers).toEqual(names.map(ordersOf));
    expect(tenant.fetches - before).toBe(1);
  });
});

test("the Web Function listens where Lambda says, and serves callers at the same time", async () => {
  const { clientIds, audiences, emailClaim } = tenant.settings;
  Object.assign(process.env, {
    AUTH0_DOMAIN: tenant.issuer,
    AUTH0_CLIENT_IDS: clientIds.join(),
    AUTH0_AUDIENCES: audiences.join(),
    AUTH0_EMAIL_CLAIM: emailClaim,
    AWS_LAMBDA_HTTP_ENDPOINT: "127.0.0.1:0",
  });
  const { server } = await load<{ readonly server: Server }>("index.js");
  if (!server.listening) await once(server, "listening");
  expect((server.address() as AddressInfo).address).toBe("127.0.0.1");
  const origin = await listen(server);
  const answers = await Promise.all(["bob", "carol"].map((name) => call(origin, `Bearer ${tokenOf(name)}`)));
  expect(answers.map(({ body }) => JSON.parse(body) as unknown)).toEqual(["bob", "carol"].map(ordersOf));
});
