import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import {
  CALLERS,
  createFixture,
  createHttpApi,
  createRestApi,
  createWebSocketApi,
  type Ask,
  type Caller,
  type Request,
} from "./fixtures.ts";
import { getAccess, getStatus, ROUTE_CASES, type RouteCase } from "./cases.ts";
import { routesTable, TABLE_FILE } from "./table.ts";
import { createApi, createRuledFixture, KEY_CASES, type KeyCase } from "./keys.ts";

type Status = (one: RouteCase, caller: Caller) => number;

/** What is asked, and what came of it. */
function toLine({ request, headers }: Request, caller: Caller, status: number): string {
  return `${caller}: ${request.slice(0, 60)} ${JSON.stringify(headers ?? {})} ${status}`;
}

/** What each caller gets, asked one after the other. */
async function ask(
  api: Ask,
  cases: readonly RouteCase[],
  callers: readonly Caller[] = CALLERS,
): Promise<string[]> {
  const lines: string[] = [];
  for (const caller of callers)
    for (const one of cases) lines.push(toLine(one, caller, await api(caller, one)));
  return lines;
}

function expected(
  cases: readonly RouteCase[],
  toStatus: Status,
  callers: readonly Caller[] = CALLERS,
): string[] {
  return callers.flatMap((caller) => cases.map((one) => toLine(one, caller, toStatus(one, caller))));
}

function rulesOf({ api }: Pick<KeyCase, "api">): Status {
  return (one, caller) => getStatus(getAccess(api, one), caller);
}

/** With the header that some of the wrong keys have, so that the gateway asks the authorizer at all. */
function withKeyHeader<T extends Request>(one: T): T {
  return { ...one, headers: { "X-Key": "GET /orders/{id}", ...one.headers } };
}

const SEPARATE = KEY_CASES.filter(({ result }) => result === "allowed");
const NARROW = KEY_CASES.filter(({ result }) => result === "first call only");
const ERRORS = KEY_CASES.filter(({ result }) => result === "error");

describe.each(SEPARATE)("$api, cached by $key", (one) => {
  test("without a cache, each route has the rights of its rule", async () => {
    expect(await ask(createApi(one, false), ROUTE_CASES)).toEqual(expected(ROUTE_CASES, rulesOf(one)));
  });

  test("with a cache, no answer stands for another route: in either order, new or cached", async () => {
    const forward = ROUTE_CASES.filter((each) => getAccess(one.api, each) !== "error");
    for (const cases of [forward, forward.toReversed()]) {
      const api = createApi(one, true);
      expect(await ask(api, cases)).toEqual(expected(cases, rulesOf(one)));
      expect(await ask(api, cases.toReversed())).toEqual(expected(cases.toReversed(), rulesOf(one)));
    }
  });

  test("a value that equals the route key is an error, or the answer of that route from the cache", async () => {
    const cases = ROUTE_CASES.filter((each) => getAccess(one.api, each) === "error");
    expect(await ask(createApi(one, true), cases)).toEqual(expected(cases, rulesOf(one)));
    const plain = cases.map(({ request }) => ({ request }));
    const api = createApi(one, true);
    for (const caller of CALLERS) {
      for (const each of plain) {
        const status = await api(caller, each);
        expect([status, 500]).toContain(await api(caller, each));
      }
    }
  });
});

describe.each(NARROW)("$api, cached by $key, which mixes routes", (one) => {
  test("whatever was called first, a cached policy can only deny", async () => {
    const fixture = createRuledFixture(one.api);
    const cases = ROUTE_CASES.map(withKeyHeader);
    const wrong: string[] = [];
    for (const caller of ["reader", "admin"] as const) {
      const allowed = cases.filter((each) => rulesOf(one)(each, caller) === 200);
      const denied = cases.filter((each) => rulesOf(one)(each, caller) !== 200);
      for (const first of [...allowed, ...denied.slice(0, 2)]) {
        const api = createApi(one, true, fixture);
        await api(caller, first);
        for (const then of cases) {
          const status = await api(caller, then);
          if (status === 403 || status === rulesOf(one)(then, caller)) continue;
          wrong.push(`${first.request}, then ${toLine(then, caller, status)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("the call that was made first is allowed, and another one is denied", async () => {
    const api = createApi(one, true);
    const first = withKeyHeader({ request: "GET /orders/1" });
    const second = withKeyHeader({ request: "GET /orders/2" });
    expect(await api("reader", first)).toBe(200);
    expect(await api("reader", first)).toBe(200);
    expect(await api("reader", second)).toBe(403);
  });
});

describe.each(ERRORS)("$api, cached by $key, which does not tell routes apart", (one) => {
  test.each([true, false])("no call is decided; cached: %s", async (isCached) => {
    const cases = ROUTE_CASES.map(withKeyHeader);
    // Without the token in the key, the gateway asks the authorizer about callers without one too.
    const isAsked = (caller: Caller): boolean =>
      caller !== "anonymous" || !one.sources.some((source) => source.endsWith("Authorization"));
    const callers = ["reader", "foreign", "anonymous"] as const;
    const toStatus: Status = (each, caller) => {
      const byRules = rulesOf(one)(each, caller);
      return isAsked(caller) && byRules !== 400 ? 500 : byRules;
    };
    expect(await ask(createApi(one, isCached), cases, callers)).toEqual(expected(cases, toStatus, callers));
  });

  test("the log names why", async () => {
    const fixture = createRuledFixture(one.api);
    await createApi(one, true, fixture)("reader", withKeyHeader({ request: "GET /orders/1" }));
    expect(fixture.lastReason().split(":")[0]).toBe(one.reason);
  });
});

describe("an open route that takes what no other does is reached without the authorizer", () => {
  test.each(["HEAD /orders/1", "GET /hello/", "GET /unknown"] as const)(
    "HTTP API, $default: %s",
    async (request) => {
      const { authorizer } = createRuledFixture("HTTP 2.0, policy");
      const open = createHttpApi({ authorizer, identitySources: ["$request.header.Authorization"] }, "open");
      expect(await open("anonymous", { request })).toBe(200);
      expect(await open("anonymous", { request: "GET /hello" })).toBe(401);
    },
  );

  test.each(["HEAD /orders/1", "GET /unknown"] as const)("REST API, {proxy+}: %s", async (request) => {
    const { authorizer } = createRuledFixture("REST REQUEST");
    const open = createRestApi({ authorizer, type: "request" }, "open");
    expect(await open("anonymous", { request })).toBe(200);
    expect(await open("anonymous", { request: "GET /hello/" })).toBe(401);
  });
});

test("behind a custom domain with a base path, the routes are the same", async () => {
  const { authorizer } = createRuledFixture("REST REQUEST");
  const identitySources = KEY_CASES.find(({ api }) => api === "REST REQUEST")?.sources ?? [];
  const api = createRestApi({ authorizer, type: "request", identitySources, basePath: "/v1" });
  const one = { api: "REST REQUEST" } as const;
  for (const cases of [ROUTE_CASES, ROUTE_CASES.toReversed()])
    expect(await ask(api, cases)).toEqual(expected(cases, rulesOf(one)));
});

describe("a WebSocket API", () => {
  test("asks for the permission of $connect", async () => {
    const api = createWebSocketApi(createRuledFixture("REST REQUEST"));
    const statuses = await Promise.all(CALLERS.map((caller) => api(caller)));
    expect(statuses).toEqual([200, 403, 403, 401, 401]);
  });

  test("denies every caller where $connect has no rule", async () => {
    const fixture = createFixture({ routePermissions: { "GET /hello": [] } });
    expect(await createWebSocketApi(fixture)("reader")).toBe(403);
    expect(fixture.lastReason()).toBe("route_not_listed: $connect");
  });
});

test("bench/routes.md has these rows; if not, `npx tsx test/authorizer/routes/write-table.ts` writes it again", async () => {
  expect(readFileSync(TABLE_FILE, "utf8")).toBe(await routesTable());
});
