import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAuthorizer } from "../../src/authorizer/create-authorizer.ts";
import {
  httpApi,
  restApi,
  startFakeTenant,
  type FakeTenant,
  type HttpProxy,
} from "../../src/testing/index.ts";
import { answering, BEARER, policy, throwing } from "./lambdas.ts";

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A backend that is no Lambda: it keeps what it receives, and answers as it is told. */
let backend: Server;
let uri: string;
let received: Received[];
beforeAll(async () => {
  backend = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      const { method, url, rawHeaders } = request;
      const headers = rawHeaders.flatMap((name, i) =>
        i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1] ?? ""] as const] : [],
      );
      received.push({ method, url, body, headers });
      response
        .writeHead(url === "/gone" ? 410 : 200, { "x-backend": "yes", "www-authenticate": "Bearer" })
        .end("hello");
    });
  });
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  uri = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
});
beforeEach(() => {
  received = [];
});
afterAll(() => void backend.close());

/** What the backend got under a header's name. */
function got(name: string): readonly string[] {
  return (received.at(-1)?.headers ?? []).filter(([other]) => other === name).map(([, value]) => value);
}

const authorizer = answering(
  policy("Allow", { context: { sub: "auth0|alice", email: "alice@example.com" } }),
);

const REST = {
  "integration.request.header.X-User": "context.authorizer.sub",
  "integration.request.header.X-User-Email": "context.authorizer.email",
  "integration.request.header.X-User-Roles": "context.authorizer.roles",
  "integration.request.header.X-Gateway": "'rest'",
};
const HTTP = {
  "overwrite:header.x-user": "$context.authorizer.sub",
  "overwrite:header.x-user-email": "${context.authorizer.email}",
  "overwrite:header.x-user-roles": "$context.authorizer.roles",
  "overwrite:header.x-gateway": "http",
};

/** The gateway in front of the backend, on every path. */
const GATEWAYS = {
  REST: (behind: HttpProxy) => restApi({ type: "request", authorizer, routes: { "ANY /{proxy+}": behind } }),
  HTTP: (behind: HttpProxy) => httpApi({ authorizer, routes: { "ANY /{proxy+}": behind } }),
};
const MAPPED = { REST, HTTP };

describe.each(["REST", "HTTP"] as const)("of a %s API, a backend that is not a Lambda", (kind) => {
  const api = (requestParameters: Readonly<Record<string, string>> = MAPPED[kind]) =>
    GATEWAYS[kind]({ uri, requestParameters });

  test("receives method, path, query and body, and its answer comes back", async () => {
    const response = await api().fetch("/orders/a%20b?x=1&x=2", { ...BEARER, method: "POST", body: "{}" });
    expect([response.status, await response.text(), response.headers.get("x-backend")]).toEqual([
      200,
      "hello",
      "yes",
    ]);
    expect(received[0]).toMatchObject({ method: "POST", url: "/orders/a%20b?x=1&x=2", body: "{}" });
  });

  test("challenges its client under the header's own name", async () => {
    expect((await api().fetch("/me", BEARER)).headers.get("www-authenticate")).toBe("Bearer");
  });

  test("answers with a status of its own", async () => {
    expect((await api().fetch("/gone", BEARER)).status).toBe(410);
  });

  test("receives the identity and fixed texts as headers", async () => {
    await api().fetch("/me", BEARER);
    expect([got("x-user"), got("x-user-email"), got("x-gateway")]).toEqual([
      ["auth0|alice"],
      ["alice@example.com"],
      [kind.toLowerCase()],
    ]);
  });

  test("receives nothing of what its caller sent in their place", async () => {
    const headers: [string, string][] = [
      ["Authorization", "Bearer t"],
      ["X-User-Email", "mallory@example.com"],
      ["x-user-email", "mallory@example.com"],
    ];
    await api().fetch("/me", { headers });
    expect(got("x-user-email")).toEqual(["alice@example.com"]);
  });

  test("receives the caller's own header where the identity lacks the key: a trap", async () => {
    await api().fetch("/me", { headers: { ...BEARER.headers, "X-User-Roles": "admin" } });
    expect(got("x-user-roles")).toEqual(["admin"]);
    await api().fetch("/me", BEARER);
    expect(got("x-user-roles")).toEqual([]);
  });

  test("receives the caller's header that many frameworks read under the same name: a trap", async () => {
    await api().fetch("/me", { headers: { ...BEARER.headers, X_User_Email: "mallory@example.com" } });
    expect([got("x-user-email"), got("x_user_email")]).toEqual([
      ["alice@example.com"],
      ["mallory@example.com"],
    ]);
  });

  test("receives nothing without a token", async () => {
    expect([(await api().fetch("/me")).status, received]).toEqual([401, []]);
  });

  test("that cannot be reached is the gateway's failure", async () => {
    const nobody = GATEWAYS[kind]({ uri: "http://127.0.0.1:1" });
    expect((await nobody.fetch("/me", BEARER)).status).toBe(kind === "REST" ? 502 : 503);
  });

  test.each([
    ["a variable that is not of the identity", { [Object.keys(MAPPED[kind])[0] ?? ""]: "$request.header.x" }],
    ["a key of another kind of API", MAPPED[kind === "REST" ? "HTTP" : "REST"]],
  ])("is refused a mapping with %s", (_, requestParameters) => {
    expect(() => api(requestParameters)).toThrow("is not a mapping that this gateway knows: write it like");
  });
});

describe("an HTTP API", () => {
  test("that appends lets the caller's own value through: a trap", async () => {
    const requestParameters = { "append:header.x-user-email": "$context.authorizer.email" };
    await GATEWAYS.HTTP({ uri, requestParameters }).fetch("/me", {
      headers: { ...BEARER.headers, "X-User-Email": "mallory@example.com" },
    });
    expect(got("x-user-email").join()).toBe("mallory@example.com, alice@example.com");
  });

  test("takes headers away", async () => {
    const requestParameters = { "remove:header.authorization-copy": "''" };
    await GATEWAYS.HTTP({ uri, requestParameters }).fetch("/me", {
      headers: { ...BEARER.headers, "Authorization-Copy": "t" },
    });
    expect(got("authorization-copy")).toEqual([]);
  });

  test("refuses a claim in brackets, as AWS does", () => {
    const requestParameters = { "overwrite:header.x-user": "$context.authorizer.claims['custom:x']" };
    expect(() => GATEWAYS.HTTP({ uri, requestParameters })).toThrow("is not a mapping");
  });

  test("fills variables into a text", async () => {
    const requestParameters = {
      "overwrite:header.x-user": "${context.authorizer.sub} <${context.authorizer.email}>",
    };
    await GATEWAYS.HTTP({ uri, requestParameters }).fetch("/me", BEARER);
    expect(got("x-user")).toEqual(["auth0|alice <alice@example.com>"]);
  });

  test.each(["Authorization", "X-Forwarded-For", "x-amzn-trace-id"])("maps nothing to %s", (name) => {
    const requestParameters = { [`overwrite:header.${name}`]: "$context.authorizer.sub" };
    expect(() => GATEWAYS.HTTP({ uri, requestParameters })).toThrow("is reserved");
  });
});

test("an open route has no identity to map", async () => {
  const openRoutes = { "GET /open": { uri, requestParameters: REST } };
  const api = restApi({ type: "request", authorizer: throwing("never called"), routes: {}, openRoutes });
  expect((await api.fetch("/open")).status).toBe(200);
  expect([got("x-user"), got("x-gateway")]).toEqual([[], ["rest"]]);
});

describe.each(["REST", "HTTP"] as const)("behind the authorizer of a %s API", (kind) => {
  const ROLE = "https://acme.com/role";
  let tenant: FakeTenant;
  beforeAll(async () => {
    tenant = await startFakeTenant();
  });
  afterAll(() => tenant.close());

  const callWith = async (claims: object): Promise<number> => {
    const authorize = createAuthorizer(
      { ...tenant.settings, contextClaims: { roles: ROLE } },
      { write: () => undefined },
    );
    const routes = { "ANY /{proxy+}": { uri, requestParameters: MAPPED[kind] } };
    const api =
      kind === "REST"
        ? restApi({ type: "request", authorizer: authorize, routes })
        : httpApi({ authorizer: authorize, routes });
    const token = tenant.idToken({ claims: { ...claims } });
    return (await api.fetch("/me", { headers: { Authorization: `Bearer ${token}` } })).status;
  };

  test("a subject is one user's: with a space inside it arrives, with one at an end it is denied", async () => {
    expect([await callWith({ sub: "ldap|Alice B" }), got("x-user")]).toEqual([200, ["ldap|Alice B"]]);
    received = [];
    for (const sub of [" ldap|Alice B", "ldap|Alice B "])
      expect([await callWith({ sub }), received]).toEqual([403, []]);
  });

  test("a claim is one value: with a space inside it arrives, with one at an end no header has it", async () => {
    expect([await callWith({ [ROLE]: "tax admin" }), got("x-user-roles")]).toEqual([200, ["tax admin"]]);
    for (const role of [" admin", "admin "])
      expect([await callWith({ [ROLE]: role }), got("x-user-roles")]).toEqual([200, []]);
  });
});
