import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RequestListener } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { generate } from "selfsigned";
import { createAuthorizer, type Authorizer } from "../../../src/authorizer/create-authorizer.ts";
import type { Settings } from "../../../src/settings/settings.ts";
import { createSigningKey, type SigningKey } from "../../../src/testing/signing-key.ts";
import { startFakeTenant, type FakeTenant } from "../../../src/testing/tenant.ts";
import { fetchText } from "../../../src/http/client.ts";
import { startServer, type LoopbackServer } from "../loopback-server.ts";
import { Sandbox } from "../sandbox-process.ts";

/** Where the clock stands, which moves only where a test moves it. It is the tenant's too. */
const START = Date.now();
const SECOND = 1000;
const MINUTE = 60 * SECOND;

let tenant: FakeTenant;
let keys: readonly SigningKey[];
let signed: string;
let answerWell: FakeTenant["answer"];
/** Milliseconds since {@link START}. */
let later: number;
/** The limit of each fetch, in milliseconds, and what happens when its time is up, which a test decides. */
const limits: number[] = [];
const timesUp: (() => void)[] = [];
let fetching: number;
const servers: LoopbackServer[] = [];
const timers: NodeJS.Timeout[] = [];

beforeAll(async () => {
  tenant = await startFakeTenant({ clock });
  keys = tenant.publishedKeys;
  signed = tenant.idToken();
  answerWell = tenant.answer.bind(tenant);
});
beforeEach(() => {
  later = 0;
  fetching = 0;
  limits.length = 0;
  timesUp.length = 0;
  tenant.fail();
  tenant.answer = answerWell;
  tenant.publishedKeys = [...keys];
  tenant.currentKey = first(keys);
  tenant.fetches = 0;
});
afterEach(async () => {
  endTimes();
  timers.splice(0).forEach(clearInterval);
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => tenant.close());

function first<T>([item]: readonly T[]): T {
  if (item === undefined) throw new Error("nothing there");
  return item;
}

function clock(): number {
  return START + later;
}

/** As the authorizer fetches, but for its timer. */
async function fetchUntimed(uri: string, timeoutMs: number): Promise<string> {
  limits.push(timeoutMs);
  fetching += 1;
  try {
    return await fetchText(uri, timeoutMs, (onTimeUp) => {
      timesUp.push(onTimeUp);
      return setTimeout(() => undefined, 0);
    });
  } finally {
    fetching -= 1;
  }
}

/** The time of every fetch that is under way is up. */
function endTimes(): void {
  for (const onTimeUp of timesUp.splice(0)) onTimeUp();
}

/** What comes of something that waits for fetches to which nothing answers. */
async function timedOut<T>(answer: Promise<T>): Promise<T> {
  const state = { isPending: true };
  void answer.finally(() => (state.isPending = false));
  while (state.isPending) {
    endTimes();
    await turn();
  }
  return answer;
}

/** A turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const DEPENDENCIES = { clock, fetch: fetchUntimed, write: () => undefined };

function authorizer(settings: Partial<Settings> = {}): Authorizer {
  return createAuthorizer({ ...tenant.settings, ...settings }, DEPENDENCIES);
}

/** `accepted`, or the message of the error that a REST API would get. */
async function outcome(authorize: Authorizer, token = tenant.idToken()): Promise<string> {
  const methodArn = "arn:aws:execute-api:eu-central-1:123456789012:a1b2c3d4e5/prod/GET/whoami";
  try {
    const answer = await authorize({ type: "TOKEN", authorizationToken: `Bearer ${token}`, methodArn });
    return "policyDocument" in answer ? (answer.policyDocument.Statement[0]?.Effect ?? "") : "no policy";
  } catch (error) {
    return (error as Error).message;
  }
}

/** A token of a key ID that was never published: there is no key that could check its signature. */
function forged(): string {
  const iat = Math.floor(clock() / 1000);
  const claims = { ...decoded(signed, 1), iat, exp: iat + 3600 };
  const kid = `invented-${crypto.randomUUID()}`;
  return [encoded({ ...decoded(signed, 0), kid }), encoded(claims), signed.split(".")[2]].join(".");
}

function decoded(token: string, part: number): object {
  return JSON.parse(Buffer.from(token.split(".")[part] ?? "", "base64url").toString()) as object;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** What the key endpoint does from now on. */
function misbehave(behave: RequestListener): void {
  tenant.answer = (response) => {
    tenant.fetches += 1;
    behave(response.req, response);
  };
}

function publishedText(): string {
  return JSON.stringify({ keys: tenant.publishedKeys.map(({ jwk }) => jwk) });
}

/** An authorizer that has its keys and whose next request begins a refresh in the background. */
async function warmAuthorizer(settings: Partial<Settings> = {}): Promise<Authorizer> {
  const authorize = authorizer(settings);
  expect(await outcome(authorize)).toBe("Allow");
  later += 8 * MINUTE;
  return authorize;
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await turn();
}

/** Lets the clock run until there are keys. @returns the milliseconds that it ran */
async function recovery(authorize: Authorizer): Promise<number> {
  const before = later;
  while ((await outcome(authorize)) !== "Allow") later += 100;
  return later - before;
}

/** Until the refresh that the next request begins has ended, its retry included, however it did. */
async function afterRefresh(authorize: Authorizer): Promise<void> {
  const before = limits.length;
  await outcome(authorize);
  await until(() => limits.length > before);
  await until(() => fetching === 0);
  await turn();
  await until(() => fetching === 0);
}

const HTML: RequestListener = (_request, response) =>
  response.setHeader("content-type", "text/html").end("<!DOCTYPE html><title>Sign in</title>");

describe("JWKS down at cold start, no snapshot", () => {
  test.each<readonly [string, RequestListener, RegExp, "answers" | "silent"]>([
    ["503", (_, response) => response.writeHead(503).end(), /: HTTP 503$/, "answers"],
    ["silent", () => undefined, /: no complete answer within 1500 ms$/, "silent"],
    ["closed connections", (request) => request.destroy(), /: socket hang up$/, "answers"],
    ["an error page", HTML, /: not JSON$/, "answers"],
  ])(
    "throws, not Unauthorized, within 4 s, naming host and error: %s",
    async (_name, failure, message, silence) => {
      misbehave(failure);
      const authorize = authorizer();
      for (const token of [tenant.idToken(), forged()]) {
        const answered = outcome(authorize, token);
        const answer = await (silence === "answers" ? answered : timedOut(answered));
        expect(answer).toMatch(message);
        expect(answer).toMatch(/^keys_unavailable: 127\.0\.0\.1:\d+/);
      }
      expect(limits.reduce((sum, limit) => sum + limit)).toBeLessThan(4000);
    },
  );

  test("first success within 2 s of recovery, after 503", async () => {
    tenant.fail(503);
    const authorize = authorizer();
    for (let attempt = 0; attempt < 20; attempt += 1) expect(await outcome(authorize)).not.toBe("Allow");
    tenant.fail();
    expect(await recovery(authorize)).toBeLessThanOrEqual(2000);
  });

  test("first success within 2 s of recovery, after silence", async () => {
    tenant.fail("silent");
    const authorize = authorizer();
    const failed = outcome(authorize);
    expect(await timedOut(failed)).toMatch(/^keys_unavailable/);
    expect(limits).toHaveLength(2);
    tenant.fail();
    expect(await recovery(authorize)).toBeLessThanOrEqual(2000);
  });
});

test("down at cold start, snapshot within age: every valid token accepted", async () => {
  tenant.fail(503);
  const jwks: unknown = JSON.parse(publishedText());
  const snapshots = new Map([[tenant.issuer, { jwks, takenAt: START - 6 * 24 * 60 * MINUTE }]]);
  const authorize = createAuthorizer(tenant.settings, { ...DEPENDENCIES, snapshots });
  for (const key of tenant.publishedKeys) {
    expect(await outcome(authorize, tenant.idToken({ key }))).toBe("Allow");
  }
  later += 40 * MINUTE;
  expect(await outcome(authorize)).toBe("Allow");
  expect(await outcome(authorize, forged())).toMatch(/^keys_unavailable/);
});

describe("down while warm", () => {
  test("known kid accepted until the stale limit, then throws; unknown kid throws rather than refuses", async () => {
    const authorize = await warmAuthorizer({ jwksStaleIfErrorSeconds: 1800 });
    const token = tenant.idToken();
    tenant.fail(503);
    await afterRefresh(authorize);
    later += 31 * MINUTE;
    expect(await outcome(authorize, token)).toBe("Allow");
    expect(await outcome(authorize, forged())).toMatch(/^keys_unavailable: .*HTTP 503$/);
    later += 2 * MINUTE;
    expect(await outcome(authorize, token)).toMatch(/^keys_unavailable: .*HTTP 503$/);
  });
});

describe("silent or dripping server", () => {
  test.each<readonly [string, RequestListener]>([
    ["silent", () => undefined],
    [
      "dripping",
      (_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        timers.push(setInterval(() => response.write(" "), 20));
      },
    ],
  ])("as down; a warm request is not delayed: %s", async (_name, failure) => {
    const authorize = await warmAuthorizer({ jwksTimeoutMs: 500 });
    misbehave(failure);
    // The fetch ends only when its time is up: a request that waited for it would wait for ever.
    for (let request = 0; request < 50; request += 1) expect(await outcome(authorize)).toBe("Allow");
    expect(await timedOut(outcome(authorize, forged()))).toMatch(
      /^keys_unavailable: .*no complete answer within 500 ms$/,
    );
    later += 30 * MINUTE;
    expect(await timedOut(outcome(authorize))).toBe("Allow");
  });
});

describe("429, 5xx, with and without Retry-After", () => {
  test.each([
    [429, undefined],
    [429, "30"],
    [500, undefined],
    [503, "Fri, 01 Jan 2100 00:00:00 GMT"],
  ])(
    "back-off honoured; at most 2 fetches in the second of 1,000 bogus kids: %s, %s",
    async (status, retryAfter) => {
      misbehave((_request, response) => {
        response.writeHead(status, retryAfter === undefined ? {} : { "retry-after": retryAfter }).end();
      });
      const authorize = authorizer();
      const outcomes = await Promise.all(
        Array.from({ length: 1000 }, (_, index) => {
          later = index;
          return outcome(authorize, forged());
        }),
      );
      expect(outcomes.every((message) => message.startsWith("keys_unavailable"))).toBe(true);
      expect(tenant.fetches).toBeLessThanOrEqual(2);
      const before = tenant.fetches;
      later += 29 * SECOND;
      await outcome(authorize);
      expect(tenant.fetches - before).toBe(retryAfter === undefined ? 1 : 0);
    },
  );
});

describe("truncated, HTML, null, 300 MB, gzip, BOM, wrong JSON", () => {
  test.each<readonly [string, RequestListener]>([
    [
      "truncated",
      (_, response) => {
        response.setHeader("content-length", publishedText().length);
        response.write(publishedText().slice(0, 100), () => response.destroy());
      },
    ],
    ["truncated, with the length to match", (_, response) => response.end(publishedText().slice(0, -2))],
    ["HTML", HTML],
    ["null", (_, response) => response.end("null")],
    ["gzip", (_, response) => response.setHeader("content-encoding", "gzip").end(gzipSync(publishedText()))],
    ["gzip, unannounced", (_, response) => response.end(gzipSync(publishedText()))],
    ["BOM", (_, response) => response.end(`\uFEFF${publishedText()}`)],
    ["wrong JSON", (_, response) => response.end('{"jwks":[]}')],
  ])("refused, old keys kept: %s", async (_name, failure) => {
    const authorize = await warmAuthorizer();
    misbehave(failure);
    await afterRefresh(authorize);
    expect(await outcome(authorize)).toBe("Allow");
    expect(await outcome(authorize, forged())).toMatch(/^keys_unavailable/);
    later += 30 * MINUTE;
    expect(await outcome(authorize)).toBe("Allow");
  });

  test("refused, old keys kept, memory bounded: 300 MB", async () => {
    const authorize = await warmAuthorizer();
    const length = 300_000_000;
    let sent = 0;
    misbehave((_request, response) => {
      response.setHeader("content-length", length);
      const chunk = Buffer.alloc(65_536, " ");
      const pour = (): void => {
        do sent += chunk.length;
        while (response.write(chunk) && sent < length);
      };
      response.on("drain", pour);
      pour();
    });
    await afterRefresh(authorize);
    expect(await outcome(authorize)).toBe("Allow");
    expect(await outcome(authorize, forged())).toMatch(/^keys_unavailable: .*more than 150000 bytes$/);
    // What the sockets' buffers hold is gone too.
    expect(sent).toBeGreaterThan(150_000);
    expect(sent).toBeLessThan(16_000_000);
  });
});

describe("an empty set, or no usable RS256 key of 2048 bits or more", () => {
  const weak = createSigningKey({ bits: 1024 });
  test.each([
    ["an empty set", []],
    ["a key of 1024 bits", [weak.jwk]],
    ["a key for another algorithm", [{ ...createSigningKey().jwk, alg: "RS512" }]],
  ])("old keys kept: %s", async (_name, keys) => {
    const authorize = await warmAuthorizer();
    misbehave((_request, response) => response.end(JSON.stringify({ keys })));
    await afterRefresh(authorize);
    later += 30 * MINUTE;
    expect(await outcome(authorize)).toBe("Allow");
    expect(await outcome(authorize, tenant.idToken({ key: weak }))).toMatch(/^keys_unavailable/);
  });
});

test("one bad key among good ones: the bad one ignored", async () => {
  const weak = createSigningKey({ bits: 1024 });
  const bad = [null, 7, { kty: "RSA" }, { ...weak.jwk, n: 1 }, weak.jwk];
  misbehave((_request, response) =>
    response.end(JSON.stringify({ keys: [...bad, tenant.currentKey.jwk, ...bad] })),
  );
  const authorize = authorizer();
  expect(await outcome(authorize)).toBe("Allow");
  expect(await outcome(authorize, tenant.idToken({ key: weak }))).toBe("Unauthorized");
});

test("the same kid twice: that kid unusable, others work", async () => {
  const twin = createSigningKey({ kid: "twin" });
  const other = createSigningKey({ kid: "twin" });
  tenant.publishedKeys = [twin, tenant.currentKey, other];
  const authorize = authorizer();
  expect(await outcome(authorize, tenant.idToken({ key: twin }))).toBe("Unauthorized");
  expect(await outcome(authorize, tenant.idToken({ key: other }))).toBe("Unauthorized");
  expect(await outcome(authorize)).toBe("Allow");
});

describe("rotation under load with bogus kids around", () => {
  test("no valid token refused when the new key was published beforehand", async () => {
    const authorize = authorizer();
    const load = async (): Promise<void> => {
      const requests = Array.from({ length: 100 }, () => [
        outcome(authorize),
        outcome(authorize, forged()).then((message) => (message === "Unauthorized" ? "Allow" : message)),
      ]);
      expect(new Set(await Promise.all(requests.flat()))).toEqual(new Set(["Allow"]));
    };
    await load();
    for (let rotation = 0; rotation < 3; rotation += 1) {
      tenant.rotate();
      await load();
      later += 8 * MINUTE;
      const before = tenant.fetches;
      await load();
      await until(() => tenant.fetches > before && fetching === 0);
    }
  });

  test("else at most one refetch away", async () => {
    const authorize = authorizer();
    for (let request = 0; request < 100; request += 1) await outcome(authorize, forged());
    const unannounced = createSigningKey();
    tenant.publishedKeys.push(unannounced);
    later += 30 * SECOND;
    const before = tenant.fetches;
    expect(await outcome(authorize, tenant.idToken({ key: unannounced }))).toBe("Allow");
    expect(tenant.fetches - before).toBe(1);
  });
});

describe("key revoked", () => {
  test("refused within the fresh limit", async () => {
    const authorize = authorizer();
    const stolen = tenant.idToken();
    expect(await outcome(authorize, stolen)).toBe("Allow");
    const revokedAt = later;
    tenant.rotate();
    tenant.revoke(first(keys));
    while ((await outcome(authorize, stolen)) === "Allow") {
      later += 10 * SECOND;
      await turn();
      await until(() => fetching === 0);
    }
    expect(await outcome(authorize, stolen)).toBe("Unauthorized");
    expect(later - revokedAt).toBeLessThanOrEqual(10 * MINUTE);
    expect(await outcome(authorize)).toBe("Allow");
  });

  test("within the stale limit in an outage", async () => {
    const authorize = await warmAuthorizer();
    const stolen = tenant.idToken({ claims: { exp: Math.floor(START / 1000) + 86_400 } });
    tenant.fail(503);
    tenant.revoke(tenant.currentKey);
    await afterRefresh(authorize);
    later += 61.9 * MINUTE;
    expect(await outcome(authorize, stolen)).toBe("Allow");
    later += MINUTE;
    expect(await outcome(authorize, stolen)).toMatch(/^keys_unavailable/);
    tenant.fail();
    later += 2 * SECOND;
    expect(await outcome(authorize, stolen)).toBe("Unauthorized");
  });
});

test("kid reused with a new key: the new key wins after the refresh", async () => {
  const authorize = await warmAuthorizer();
  const old = tenant.currentKey;
  const reused = createSigningKey({ kid: old.kid });
  tenant.publishedKeys = [reused];
  await afterRefresh(authorize);
  expect(await outcome(authorize, tenant.idToken({ key: reused }))).toBe("Allow");
  expect(await outcome(authorize, tenant.idToken({ key: old }))).toBe("Unauthorized");
});

describe("process frozen mid-fetch and thawed minutes later (SIGSTOP, SIGCONT)", () => {
  /** No fetch ends by its limit, however slow the machine is: those of before the freeze end with their connections. */
  const UNLIMITED = { FETCH_LIMIT_MS: "3600000" };

  test("next request works; no unhandled rejection; keys still refresh", async () => {
    const { domain, clientIds } = tenant.settings;
    const settings = { domain, clientIds };
    const lasting = { claims: { exp: Math.floor(START / 1000) + 86_400 } };
    const revoked = tenant.idToken(lasting);
    const sandbox = await new Sandbox(settings, UNLIMITED).started();
    expect(await sandbox.request(revoked)).toBe("accepted");

    const serve = tenant.answer.bind(tenant);
    const held: Socket[] = [];
    misbehave(({ socket }) => held.push(socket));
    const waiting = await new Sandbox(settings, UNLIMITED).started();
    const answer = waiting.request(revoked);
    expect(await sandbox.request(revoked, 8 * MINUTE)).toBe("accepted");
    await until(() => held.length === 2);
    for (const each of [sandbox, waiting]) each.freeze();

    tenant.answer = serve;
    tenant.rotate();
    tenant.publishedKeys.shift();
    held.forEach((socket) => socket.resetAndDestroy());
    for (const each of [sandbox, waiting]) each.thaw();

    expect(await sandbox.request(revoked, 3 * MINUTE)).toBe("Unauthorized");
    expect(await sandbox.request(tenant.idToken(lasting))).toBe("accepted");
    expect(await answer).toBe("Unauthorized");
    expect(await waiting.request(tenant.idToken())).toBe("accepted");
    for (const each of [sandbox, waiting]) expect([await each.end(), each.errors]).toEqual([0, ""]);
  });

  test("a fetch in the background keeps no process alive", async () => {
    // Nothing ends the fetch: a process that it kept alive would be there after the minute of `end`.
    const sandbox = await new Sandbox(tenant.settings, UNLIMITED).started();
    expect(await sandbox.request(tenant.idToken())).toBe("accepted");
    const before = tenant.fetches;
    tenant.fail("silent");
    const lasting = tenant.idToken({ claims: { exp: Math.floor(START / 1000) + 86_400 } });
    expect(await sandbox.request(lasting, 8 * MINUTE)).toBe("accepted");
    await until(() => tenant.fetches > before);
    expect(await sandbox.end()).toBe(0);
    expect(sandbox.errors).toBe("");
  });
});

describe("DNS failure, refused connection, bad certificate", () => {
  test("as down: DNS failure", async () => {
    const issuer = "https://tenant.invalid/";
    const message = await outcome(
      authorizer({ domain: [issuer] }),
      tenant.idToken({ claims: { iss: issuer } }),
    );
    expect(message).toMatch(/^keys_unavailable: tenant\.invalid: getaddrinfo E/);
  });

  test("as down: refused connection", async () => {
    const front = await startServer((_request, response) => tenant.answer(response));
    const { port } = front;
    const issuer = `http://127.0.0.1:${port}/`;
    const token = tenant.idToken({ claims: { iss: issuer } });
    const bogus = tenant.idToken({ claims: { iss: issuer }, header: { kid: "invented" } });
    const authorize = authorizer({ domain: [issuer], jwksStaleIfErrorSeconds: 600 });
    expect(await outcome(authorize, token)).toBe("Allow");
    await front.close();
    later += 19 * MINUTE;
    expect(await outcome(authorize, bogus)).toMatch(/^keys_unavailable: 127.*ECONNREFUSED/);
    expect(await outcome(authorize, token)).toBe("Allow");
    later += 2 * MINUTE;
    expect(await outcome(authorize, token)).toMatch(/^keys_unavailable: 127.*ECONNREFUSED/);
    servers.push(await startServer(front.behave, { port }));
    later += 2 * SECOND;
    expect(await outcome(authorize, token)).toBe("Allow");
  });

  test("as down: a connection that speaks no TLS", async () => {
    const plain = createTcpServer((socket) => socket.on("error", () => undefined).end("hello"));
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const issuer = `https://127.0.0.1:${(plain.address() as AddressInfo).port}/`;
    const message = await outcome(
      authorizer({ domain: [issuer] }),
      tenant.idToken({ claims: { iss: issuer } }),
    );
    expect(message).toMatch(/^keys_unavailable: 127\.0\.0\.1:\d+: /);
    plain.close();
  });

  test("TLS checks never bypassed, not even by NODE_TLS_REJECT_UNAUTHORIZED=0: bad certificate", async () => {
    const attributes = [{ name: "commonName", value: "localhost" }];
    const tls = await generate(attributes, { keySize: 2048, algorithm: "sha256" });
    const server = await startServer((_request, response) => tenant.answer(response), {
      tls: { key: tls.private, cert: tls.cert },
    });
    servers.push(server);
    const issuer = `https://localhost:${server.port}/`;
    const settings = { ...tenant.settings, domain: [issuer] };
    const token = tenant.idToken({ claims: { iss: issuer } });
    expect(await outcome(authorizer(settings), token)).toMatch(
      /^keys_unavailable: .*self-signed certificate/,
    );

    const sandbox = await new Sandbox(settings, { NODE_TLS_REJECT_UNAUTHORIZED: "0" }).started();
    expect(await sandbox.request(token)).toMatch(/^keys_unavailable: .*self-signed certificate/);
    expect(server.requests).toBe(0);
    await sandbox.end();
  });
});

test.each([301, 302, 303, 307, 308])("redirect never followed: %d", async (status) => {
  const elsewhere = await startServer((_request, response) => response.end(publishedText()));
  servers.push(elsewhere);
  misbehave((_request, response) => {
    response.writeHead(status, { location: `http://127.0.0.1:${elsewhere.port}/` }).end(publishedText());
  });
  expect(await outcome(authorizer())).toMatch(new RegExp(`HTTP ${status}$`));
  expect(elsewhere.requests).toBe(0);
});

test("bad configuration: refuses to start and says every issue at once", () => {
  const start = (): unknown =>
    authorizer({ domain: ["http://tenant.example/"], jwksMaxAgeSeconds: 0, jwksTimeoutMs: NaN });
  expect(start).toThrow(/3 issues[^]*domain[^]*jwksMaxAgeSeconds[^]*jwksTimeoutMs/);
});

test("several issuers: the outage of one is nothing to the other", async () => {
  const other = await startFakeTenant({ clock });
  tenant.fail("silent");
  const authorize = authorizer({ domain: [tenant.issuer, other.issuer], jwksTimeoutMs: 300 });
  const down = outcome(authorize);
  // While the first waits: nothing has ended its time yet.
  expect(await outcome(authorize, other.idToken())).toBe("Allow");
  expect(fetching).toBeGreaterThan(0);
  expect(await timedOut(down)).toMatch(/^keys_unavailable/);
  expect(await outcome(authorize, other.idToken({ key: tenant.currentKey }))).toBe("Unauthorized");
  await other.close();
});
