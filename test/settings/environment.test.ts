import { describe, expect, test } from "@jest/globals";
import { environmentFrom } from "../../src/settings/environment.ts";
import { settingsFrom, settingsFromEnvironment, type Settings } from "../../src/settings/settings.ts";

const FULL = {
  issuers: ["acme.eu.auth0.com", "login.acme.com"],
  clientIds: ["WebApp", "MobileApp"],
  audiences: ["https://api.acme.com/"],
  emailClaim: "https://acme.com/email",
  contextClaims: { plan: "https://acme.com/plan?a=b", roles: "https://acme.com/roles" },
  requiredClaims: { "https://acme.com/plan?a=b": ["pro", "team"] },
  allowMachines: true,
  email: "optional",
  clockToleranceSeconds: 0,
  policyEndsWithToken: false,
} as const satisfies Partial<Settings>;

describe("settings in code, as environment variables", () => {
  test("are the same settings when the function reads them", () => {
    expect(settingsFromEnvironment(environmentFrom(FULL))).toEqual(settingsFrom(FULL));
  });

  test("are only those that were given", () => {
    expect(environmentFrom({ issuers: ["acme.eu.auth0.com"], clientIds: ["a", "b"] })).toEqual({
      AUTH0_DOMAIN: "acme.eu.auth0.com",
      AUTH0_CLIENT_IDS: "a,b",
    });
  });

  test.each<[string, Partial<Settings>]>([
    ["clientIds", { clientIds: ["Web,App"] }],
    ["requiredClaims", { clientIds: ["WebApp"], requiredClaims: { plan: ["pro|team"] } }],
    ["requiredClaims", { clientIds: ["WebApp"], requiredClaims: { plan: ["a=b"] } }],
  ])("are refused where a value of %s has a separator in it", (name, settings) => {
    expect(() => environmentFrom({ issuers: ["acme.eu.auth0.com"], ...settings })).toThrow(name);
  });
});
