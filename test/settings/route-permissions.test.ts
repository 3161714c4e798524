import { describe, expect, test } from "@jest/globals";
import {
  formatRoutesFile,
  mergeRoutePermissions,
  routePermissions,
} from "../../src/settings/route-permissions.ts";
import { settingsFrom, settingsFromEnvironment } from "../../src/settings/settings.ts";
import { toEnvironment } from "../../src/settings/to-environment.ts";

describe("permissions by route", () => {
  test.each([
    ["one permission", "GET /orders/{id}=read:orders", { "GET /orders/{id}": ["read:orders"] }],
    ["none", "GET /hello=", { "GET /hello": [] }],
    ["none, with spaces", " GET /hello =", { "GET /hello": [] }],
    ["several, by repeating the route", "GET /a=b,GET /a=c", { "GET /a": ["b", "c"] }],
    ["spaces around", " ANY /admin/{proxy+} = admin , *= ", { "ANY /admin/{proxy+}": ["admin"], "*": [] }],
    ["routes without a path", "$default=a,$connect=b", { $default: ["a"], $connect: ["b"] }],
    ["an equals sign in the path", "GET /a=b/c=d", { "GET /a=b/c": ["d"] }],
    ["an object", { "GET /a": ["b"], "GET /c": [] }, { "GET /a": ["b"], "GET /c": [] }],
  ])("may have %s", (_what, value, expected) => {
    expect(routePermissions(value)).toEqual(expected);
  });

  test.each([
    "get /orders=a",
    "/orders=a",
    "orders=a",
    "sendMessage=a",
    "$disconnect=a",
    "TRACE /orders=a",
    "GET orders=a",
    "__proto__=a",
    "my$default=a",
    "$connects=a",
    "GET /a b=c",
    "GET /orders?x=a",
    "GET /orders#x=a",
    "GET /orders/*=a",
  ])("cannot name %s", (value) => {
    expect(() => routePermissions(value)).toThrow(/which is not a route: write GET .* in capitals/);
  });

  test.each([
    ["GET /orders", 'has an item that is not ROUTE=PERMISSION: "GET /orders"'],
    ["=a", 'has an item that is not ROUTE=PERMISSION: "=a"'],
    ["GET /a=b c", "contains an empty item or a space"],
    ["GET /a=b;c", "has a semicolon"],
  ])("cannot be %s", (value, message) => {
    expect(() => routePermissions(value)).toThrow(message);
  });

  test.each([7, true, null, ["GET /a=b"]])("cannot be %j", (value) => {
    expect(() => routePermissions(value)).toThrow("must be an object of routes and their permissions");
  });

  test("are the same as a variable", () => {
    const options = {
      domain: ["acme.eu.auth0.com"],
      audiences: ["https://api.acme.com/"],
      emailClaim: "email",
      routePermissions: { "GET /a": ["b", "c"], "*": [] },
    };
    const variables = toEnvironment(options, Date.UTC(2026, 10, 30));
    expect(variables["AUTHORIZER_ROUTE_PERMISSIONS"]).toBe("GET /a=b,GET /a=c,*=");
    expect(settingsFromEnvironment(variables)).toEqual(settingsFrom(options));
  });

  test("need an audience as soon as a route needs a permission", () => {
    const options = { domain: ["acme.eu.auth0.com"], clientIds: ["WebApp"] };
    expect(settingsFrom({ ...options, routePermissions: { "GET /a": [] } }).routePermissions).toEqual({
      "GET /a": [],
    });
    expect(() => settingsFrom({ ...options, routePermissions: { "GET /a": ["b"] } })).toThrow(
      "routePermissions needs audiences: ID tokens carry no permissions",
    );
  });

  test("are what a file of them says, which ends with its line", () => {
    const rules = { "GET /a": ["b", "c"], "*": [] };
    const text = formatRoutesFile(rules);
    expect(routePermissions(JSON.parse(text))).toEqual(rules);
    expect(text).toMatch(/[}]\n$/);
  });

  test("of two sources count together", () => {
    const merged = mergeRoutePermissions(
      { "GET /a": ["b"], "GET /c": [] },
      { "GET /a": ["b", "d"], "GET /e": ["f"] },
    );
    expect(merged).toEqual({ "GET /a": ["b", "d"], "GET /c": [], "GET /e": ["f"] });
  });
});

describe("who may act for a user", () => {
  const settings = (actors: string): unknown =>
    settingsFromEnvironment({
      AUTH0_DOMAIN: "acme.eu.auth0.com",
      AUTH0_CLIENT_IDS: "WebApp",
      AUTHORIZER_ACTORS: actors,
    }).actors;

  test.each([
    ["none", "none"],
    ["any", "any"],
    ["agt_1, auth0|2", ["agt_1", "auth0|2"]],
  ])("may be %s", (text, expected) => {
    expect(settings(text)).toEqual(expected);
  });

  test.each(["none,agt_1", "agt_1,any", ","])("cannot be %s", (text) => {
    expect(() => settings(text)).toThrow("AUTHORIZER_ACTORS must be none, any, or a list of subjects");
  });
});
