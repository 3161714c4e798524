import { describe, expect, test } from "@jest/globals";
import { toEnvironment } from "../../src/settings/to-environment.ts";
import { settingsFrom, settingsFromEnvironment, type Settings } from "../../src/settings/settings.ts";

const NOW = Date.UTC(2026, 10, 30, 8);

const FULL = {
  domain: ["acme.eu.auth0.com", "login.acme.com"],
  clientIds: ["WebApp", "MobileApp"],
  audiences: ["https://api.acme.com/"],
  emailClaim: "https://acme.com/email",
  contextClaims: { plan: "https://acme.com/plan?a=b", roles: "https://acme.com/roles" },
  requiredClaims: { "https://acme.com/plan?a=b": ["pro", "team"] },
  allowMachines: true,
  emailPolicy: "optional",
  issuedAfter: "2026-11-30T08:00:00Z",
  clockToleranceSeconds: 0,
  policyEndsWithToken: false,
} as const satisfies Partial<Settings>;

describe("settings in code, as environment variables", () => {
  test("are the same settings when the function reads them", () => {
    expect(settingsFromEnvironment(toEnvironment(FULL, NOW))).toEqual(settingsFrom(FULL));
  });

  test("are only those that were given", () => {
    expect(toEnvironment({ domain: ["acme.eu.auth0.com"], clientIds: ["a", "b"] }, NOW)).toEqual({
      AUTH0_DOMAIN: "acme.eu.auth0.com",
      AUTH0_CLIENT_IDS: "a,b",
    });
  });

  test.each<[string, Partial<Settings>]>([
    ["clientIds", { clientIds: ["Web,App"] }],
    ["requiredClaims", { clientIds: ["WebApp"], requiredClaims: { plan: ["pro|team"] } }],
    ["requiredClaims", { clientIds: ["WebApp"], requiredClaims: { plan: ["a=b"] } }],
  ])("are refused where a value of %s has a separator in it", (name, settings) => {
    expect(() => toEnvironment({ domain: ["acme.eu.auth0.com"], ...settings }, NOW)).toThrow(name);
  });

  test("are refused where issuedAfter is in the future, and not where it is now", () => {
    const settings = { domain: ["acme.eu.auth0.com"], clientIds: ["WebApp"] };
    const environment = (issuedAfter: string) => toEnvironment({ ...settings, issuedAfter }, NOW);
    expect(environment("2026-11-30T09:00:00+01:00")).toHaveProperty("AUTHORIZER_ISSUED_AFTER");
    expect(() => environment("2026-11-30T08:00:01Z")).toThrow("issuedAfter is in the future");
  });
});
