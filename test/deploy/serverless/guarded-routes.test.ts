import { describe, expect, test } from "@jest/globals";
import { findGuardedRoutes, findPermissionIssues } from "../../../src/deploy/serverless/guarded-routes.ts";
import type { FunctionEvent, Service } from "../../../src/deploy/serverless/framework-types.ts";
import { optionsFrom } from "../../../src/deploy/serverless/options.ts";

const service = (...events: FunctionEvent[]): Service =>
  ({ service: "shop", functions: { orders: { events } }, provider: {} }) as unknown as Service;
const get = (path: string, other: object = {}): FunctionEvent => ({
  httpApi: { path, method: "get", authorizer: "auth0", ...other },
});

describe("the routes of an authorizer", () => {
  test("are all that it guards, as soon as one has permissions", () => {
    const routes = findGuardedRoutes(
      service(
        get("/orders", { permissions: "read:orders, list:orders" }),
        get("/hello", { authorizer: { name: "auth0" } }),
        get("/open", { authorizer: undefined }),
        get("/admin", { authorizer: "admin" }),
        { httpApi: "GET /short" },
      ),
      "auth0",
    );
    expect(routes).toEqual({ "GET /orders": ["read:orders", "list:orders"], "GET /hello": [] });
  });

  test("are not packaged if none has permissions, or only those of another authorizer", () => {
    expect(findGuardedRoutes(service(get("/orders")), "auth0")).toBeUndefined();
    const other = service(get("/orders"), get("/admin", { authorizer: "admin", permissions: "admin" }));
    expect(findGuardedRoutes(other, "auth0")).toBeUndefined();
    expect(findGuardedRoutes(other, "admin")).toEqual({ "GET /admin": ["admin"] });
  });

  test("need the permissions of both, if two APIs have a route of the same name", () => {
    const rest = { http: { path: "orders/", method: "GET", authorizer: "auth0", permissions: ["staff"] } };
    expect(findGuardedRoutes(service(get("/orders", { permissions: "read:orders" }), rest), "auth0")).toEqual(
      {
        "GET /orders": ["read:orders", "staff"],
      },
    );
  });
});

describe("permissions that nothing would check are a mistake", () => {
  const mistakes = (event: FunctionEvent, settings: object = { audiences: ["https://api.acme.com/"] }) => {
    const shop = service(event);
    const routes = findGuardedRoutes(shop, "auth0");
    return findPermissionIssues(
      shop,
      optionsFrom(settings).map((options) => ({ ...options, routes })),
    );
  };

  test.each<[string, FunctionEvent, string[]]>([
    ["the plugin's authorizer", get("/a", { permissions: "admin" }), []],
    [
      "none",
      get("/a", { permissions: "admin", authorizer: undefined }),
      ["functions.orders: GET /a has permissions, and no authorizer of the plugin that checks them"],
    ],
    [
      "another",
      get("/a", { permissions: "admin", authorizer: { name: "jwt" } }),
      ["functions.orders: GET /a has permissions, and no authorizer of the plugin that checks them"],
    ],
    [
      "a permission that there cannot be",
      get("/a", { permissions: ["read orders"] }),
      [
        expect.stringContaining(
          "functions.orders: GET /a: permissions contains an empty item",
        ) as unknown as string,
      ],
    ],
  ])("with %s", (_, event, found) => {
    expect(mistakes(event)).toEqual(found);
  });

  test("with ID tokens alone, which carry no permissions", () => {
    const idTokens = { clientIds: ["WebApp"] };
    expect(mistakes(get("/a", { permissions: "admin" }), idTokens)).toEqual([
      "auth0: permissions need audiences: ID tokens carry no permissions",
    ]);
    expect(mistakes(get("/a", { permissions: [] }), idTokens)).toEqual([]);
  });
});
