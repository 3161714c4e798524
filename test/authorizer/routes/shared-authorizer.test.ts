import { describe, expect, test } from "@jest/globals";
import type { Authorizer } from "../../../src/authorizer/create-authorizer.ts";
import type { SettingsOptions } from "../../../src/settings/settings.ts";
import { AUDIENCE, CLIENT_ID } from "../../tokens.ts";
import {
  createFixture,
  createHttpApi,
  createRestApi,
  createWebSocketApi,
  OTHER_AUDIENCE,
  type Ask,
  type Caller,
  type Fixture,
} from "./fixtures.ts";

type StageVariables = Readonly<Record<string, string>>;
type CreateApi = (authorizer: Authorizer, stageVariables: StageVariables, ttlSeconds: number) => Ask;

/** Every kind of API whose events say the stage's variables. */
const APIS: Readonly<Record<string, CreateApi>> = {
  "HTTP 2.0, simple": (authorizer, stageVariables, ttlSeconds) =>
    createHttpApi({ authorizer, stageVariables, ttlSeconds, simpleResponses: true }),
  "HTTP 2.0, policy": (authorizer, stageVariables, ttlSeconds) =>
    createHttpApi({ authorizer, stageVariables, ttlSeconds }),
  "HTTP 1.0": (authorizer, stageVariables, ttlSeconds) =>
    createHttpApi({ authorizer, stageVariables, ttlSeconds, authorizerPayload: "1.0" }),
  "REST REQUEST": (authorizer, stageVariables, ttlSeconds) =>
    createRestApi({ authorizer, stageVariables, ttlSeconds, type: "request" }),
  WebSocket: (authorizer, stageVariables) => createWebSocketApi({ authorizer, stageVariables }),
};

function getApi(api: string): CreateApi {
  const create = APIS[api];
  if (create === undefined) throw new Error(`not an API: ${api}`);
  return create;
}

function createSharedFixture(api: string, options: Partial<SettingsOptions> = {}): Fixture {
  const httpApiResponse = api === "HTTP 2.0, simple" ? "simple" : "policy";
  return createFixture({ shared: true, httpApiResponse, ...options });
}

/** The status of one call at an API, and why. */
async function call(
  api: string,
  stageVariables: StageVariables,
  caller: Caller,
  options: Partial<SettingsOptions> = {},
): Promise<string> {
  const fixture = createSharedFixture(api, options);
  const status = await getApi(api)(fixture.authorizer, stageVariables, 0)(caller, { request: "GET /hello" });
  return `${status} ${fixture.lastReason()}`.trim();
}

/** How a gateway tells the client of `unauthorized`: the backend is never reached. */
const UNKNOWN_AUDIENCE = "401 unknown_audience";

describe.each(Object.keys(APIS))("a shared authorizer at a %s API", (api) => {
  test("accepts the tokens of the stage's audience, and of no other", async () => {
    expect(await call(api, { auth0Audiences: OTHER_AUDIENCE }, "billing")).toBe("200");
    for (const caller of ["reader", "signedIn", "foreign"] as const)
      expect(await call(api, { auth0Audiences: OTHER_AUDIENCE }, caller)).toBe(UNKNOWN_AUDIENCE);
    expect(await call(api, { auth0Audiences: AUDIENCE }, "reader")).toBe("200");
    expect(await call(api, { auth0Audiences: AUDIENCE }, "billing")).toBe(UNKNOWN_AUDIENCE);
  });

  test("accepts ID tokens where the stage names the application", async () => {
    expect(await call(api, { auth0Audiences: CLIENT_ID }, "signedIn")).toBe("200");
    expect(await call(api, { auth0Audiences: CLIENT_ID }, "reader")).toBe(UNKNOWN_AUDIENCE);
    const both = { auth0Audiences: `${OTHER_AUDIENCE},${CLIENT_ID}` };
    expect(await call(api, both, "signedIn")).toBe("200");
    expect(await call(api, both, "billing")).toBe("200");
    expect(await call(api, both, "reader")).toBe(UNKNOWN_AUDIENCE);
  });

  test.each<[string, StageVariables, string]>([
    ["without the variable", {}, "auth0Audiences"],
    ["with permissions alone", { auth0Permissions: "read:orders" }, "auth0Audiences"],
    ["with another variable", { audiences: AUDIENCE }, "auth0Audiences"],
    [
      "with an audience that no setting has",
      { auth0Audiences: "https://elsewhere.example/" },
      "auth0Audiences",
    ],
    ["with one more than the settings have", { auth0Audiences: `${AUDIENCE},other` }, "auth0Audiences"],
    ["with an audience without its last slash", { auth0Audiences: AUDIENCE.slice(0, -1) }, "auth0Audiences"],
    ["with an empty item", { auth0Audiences: `${AUDIENCE},` }, "auth0Audiences"],
    ["with a space", { auth0Audiences: " " }, "auth0Audiences"],
    ["with unreadable permissions", { auth0Audiences: AUDIENCE, auth0Permissions: "," }, "auth0Permissions"],
  ])("is not decided %s: 500, with the variable's name", async (_what, variables, name) => {
    for (const caller of ["reader", "signedIn", "billing"] as const)
      expect(await call(api, variables, caller)).toBe(`500 stage_variable_invalid: ${name}`);
  });

  test("asks for the stage's permissions beyond the settings'", async () => {
    const variables = { auth0Audiences: AUDIENCE, auth0Permissions: "read:orders" };
    expect(await call(api, variables, "reader")).toBe("200");
    expect(await call(api, variables, "admin")).toBe("403 permission_missing: read:orders");
    const needed = { requiredPermissions: ["admin"] };
    expect(await call(api, variables, "reader", needed)).toBe("403 permission_missing: admin");
  });

  test("with a cache, keeps no error and no answer of another audience", async () => {
    const { authorizer } = createSharedFixture(api);
    const create = getApi(api);
    const request = { request: "GET /hello" } as const;
    const [orders, billing] = [AUDIENCE, OTHER_AUDIENCE].map((audience) =>
      create(authorizer, { auth0Audiences: audience }, 300),
    ) as [Ask, Ask];
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await orders("reader", request)).toBe(200);
      expect(await billing("reader", request)).toBe(401);
      expect(await billing("billing", request)).toBe(200);
      expect(await orders("billing", request)).toBe(401);
    }
  });

  test("that need not be told narrows nothing by itself, and what the variable says counts", async () => {
    const open = { shared: false };
    expect(await call(api, {}, "reader", open)).toBe("200");
    expect(await call(api, {}, "billing", open)).toBe("200");
    expect(await call(api, { auth0Audiences: OTHER_AUDIENCE }, "reader", open)).toBe(UNKNOWN_AUDIENCE);
    expect(await call(api, { auth0Audiences: "other" }, "reader", open)).toBe(
      "500 stage_variable_invalid: auth0Audiences",
    );
  });
});

describe("a TOKEN authorizer, whose events do not say the stage's variables,", () => {
  test.each<StageVariables>([{}, { auth0Audiences: AUDIENCE }, { auth0Audiences: "other" }])(
    "decides nothing if it is shared: %j",
    async (stageVariables) => {
      for (const caller of ["reader", "signedIn", "billing", "foreign"] as const) {
        const fixture = createSharedFixture("REST TOKEN");
        const api = createRestApi({ ...fixture, stageVariables, type: "token" });
        expect(await api(caller, { request: "GET /hello" })).toBe(500);
        expect(fixture.lastReason()).toBe("stage_variable_invalid: auth0Audiences");
      }
    },
  );

  test("accepts what the settings accept if it is not shared", async () => {
    const api = createRestApi({ ...createSharedFixture("REST TOKEN", { shared: false }), type: "token" });
    expect(await api("billing", { request: "GET /hello" })).toBe(200);
    expect(await api("foreign", { request: "GET /hello" })).toBe(401);
  });
});

describe("the variable may be an identity source", () => {
  test.each([
    [
      "HTTP",
      (authorizer: Authorizer, stageVariables: StageVariables) =>
        createHttpApi({
          authorizer,
          stageVariables,
          ttlSeconds: 300,
          identitySources: ["$request.header.Authorization", "$stageVariables.auth0Audiences"],
        }),
    ],
    [
      "REST",
      (authorizer: Authorizer, stageVariables: StageVariables) =>
        createRestApi({
          authorizer,
          stageVariables,
          type: "request",
          identitySources: ["method.request.header.Authorization", "stageVariables.auth0Audiences"],
        }),
    ],
  ] as const)("of a %s API: the same answers; without it the gateway says 401", async (_kind, create) => {
    const { authorizer } = createSharedFixture("any");
    const api = create(authorizer, { auth0Audiences: AUDIENCE });
    for (const status of [200, 200]) expect(await api("reader", { request: "GET /hello" })).toBe(status);
    expect(await api("billing", { request: "GET /hello" })).toBe(401);
    expect(await create(authorizer, {})("reader", { request: "GET /hello" })).toBe(401);
  });
});
