import { describe, expect, test } from "@jest/globals";
import { httpApiAuthorizer, restAuthorizer } from "../../../src/deploy/serverless/function-definitions.ts";
import { advisePublicRoutes } from "../../../src/deploy/serverless/routes.ts";
import { optionsFrom, type Options } from "../../../src/deploy/serverless/options.ts";

function options(given: object): Options {
  const [first] = optionsFrom({
    domain: "acme.eu.auth0.com",
    audiences: ["https://api.acme.com/"],
    ...given,
  });
  return first;
}

const RULES = { routePermissions: { "GET /orders": ["read:orders"] } };

describe("routes that were found open", () => {
  test("are advised as they have to be written, beside those that are public already", () => {
    const open = ["GET /orders/{id}", "$connect", "GET /orders/{id}"];
    expect(advisePublicRoutes(open, ["GET /health"])).toEqual([
      "If these routes are meant to be public, write under auth0Authorizer: " +
        'publicRoutes: ["GET /health", "GET /orders/{id}", "$connect"]',
    ]);
  });

  test("are not advised where none is open", () => {
    expect(advisePublicRoutes([], ["GET /health"])).toEqual([]);
  });
});

describe("with permissions by route, no answer for one route is kept for another", () => {
  test("on HTTP APIs, whose key has the route", () => {
    expect(httpApiAuthorizer(options(RULES))).toMatchObject({
      identitySource: ["$request.header.Authorization", "$context.routeKey"],
      resultTtlInSeconds: 300,
    });
    expect(httpApiAuthorizer(options({}))).toMatchObject({
      identitySource: ["$request.header.Authorization"],
    });
  });

  test("on REST APIs, which keep none unless asked to", () => {
    expect(restAuthorizer(options(RULES))).toEqual({
      type: "request",
      identitySource: "method.request.header.Authorization",
      resultTtlInSeconds: 0,
    });
    expect(restAuthorizer(options({ ...RULES, resultTtlSeconds: 60 }))).toEqual({
      type: "request",
      identitySource: "method.request.header.Authorization, context.httpMethod, context.path",
      resultTtlInSeconds: 60,
    });
    expect(restAuthorizer(options({}))).toEqual({});
  });
});
