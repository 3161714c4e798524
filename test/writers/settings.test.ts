import { describe, expect, test } from "@jest/globals";
import { ConfigurationError } from "../../src/settings/mistakes.ts";
import { logoutSettings, writerSettings } from "../../src/writers/settings.ts";

function mistakes(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return (error as ConfigurationError).mistakes;
  }
}

describe("the settings of a writer", () => {
  test("are a table, and what has a default", () => {
    expect(writerSettings({ REVOCATION_TABLE: " revocations ", REVOCATION_ON_LOGOUT: "" })).toEqual({
      table: "revocations",
      retentionHours: 24,
      revokesOnLogout: false,
      logLevel: "info",
    });
  });

  test("may all be given", () => {
    const env = {
      REVOCATION_TABLE: "acme",
      REVOCATION_RETENTION_HOURS: "720",
      REVOCATION_ON_LOGOUT: "true",
      AUTHORIZER_LOG_LEVEL: "debug",
    };
    expect(writerSettings(env)).toEqual({
      table: "acme",
      retentionHours: 720,
      revokesOnLogout: true,
      logLevel: "debug",
    });
  });

  test("name every mistake by its variable", () => {
    const env = { REVOCATION_TABLE: "a b", REVOCATION_RETENTION_HOURS: "0", REVOCATION_ON_LOGOUT: "yes" };
    expect(mistakes(() => writerSettings(env))).toEqual([
      expect.stringMatching(/^REVOCATION_TABLE has an item/),
      expect.stringMatching(/^REVOCATION_RETENTION_HOURS must be a whole number from 1 to 720/),
      expect.stringMatching(/^REVOCATION_ON_LOGOUT must be one of true, false/),
    ]);
  });

  test("need a table", () => {
    expect(mistakes(() => writerSettings({}))).toEqual([
      expect.stringContaining("REVOCATION_TABLE is required"),
    ]);
  });
});

describe("the settings of the back-channel logout endpoint", () => {
  test("need the tenant and its applications", () => {
    const env = { AUTH0_DOMAIN: "acme.eu.auth0.com", AUTH0_CLIENT_IDS: "WebApp" };
    expect(logoutSettings(env)).toMatchObject({
      issuers: ["https://acme.eu.auth0.com/"],
      clientIds: ["WebApp"],
    });
    const audiences = { AUTH0_AUDIENCES: "https://api.acme.com/", AUTHORIZER_EMAIL: "optional" };
    const withoutApplications = { ...env, ...audiences, AUTH0_CLIENT_IDS: "" };
    expect(mistakes(() => logoutSettings(withoutApplications))).toEqual([
      "AUTH0_CLIENT_IDS is required: the applications whose logout tokens count",
    ]);
  });
});
