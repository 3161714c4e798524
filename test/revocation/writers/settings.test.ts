import { describe, expect, test } from "@jest/globals";
import { ConfigurationError } from "../../../src/settings/configuration-error.ts";
import { backChannelLogoutFrom } from "../../../src/revocation/writers/from-environment.ts";
import { logoutSettings, writerSettings } from "../../../src/revocation/writers/settings.ts";

function issues(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return (error as ConfigurationError).issues;
  }
}

describe("the settings of a writer", () => {
  test("are a table, and what has a default", () => {
    expect(writerSettings({ REVOCATION_TABLE: " revocations ", REVOCATION_ON_LOGOUT: "" })).toEqual({
      table: "revocations",
      revokesOnLogout: false,
      sessionRetentionDays: undefined,
      logLevel: "info",
    });
  });

  test("may all be given", () => {
    const env = {
      REVOCATION_TABLE: "acme",
      REVOCATION_SESSION_RETENTION_DAYS: "3650",
      REVOCATION_ON_LOGOUT: "true",
      AUTHORIZER_LOG_LEVEL: "debug",
    };
    expect(writerSettings(env)).toEqual({
      table: "acme",
      revokesOnLogout: true,
      sessionRetentionDays: 3650,
      logLevel: "debug",
    });
  });

  test("name every issue by its variable", () => {
    const env = {
      REVOCATION_TABLE: "a b",
      REVOCATION_ON_LOGOUT: "yes",
      REVOCATION_SESSION_RETENTION_DAYS: "0",
    };
    expect(issues(() => writerSettings(env))).toEqual([
      expect.stringMatching(/^REVOCATION_TABLE contains an empty item/),
      expect.stringMatching(/^REVOCATION_ON_LOGOUT must be one of true, false/),
      expect.stringMatching(/^REVOCATION_SESSION_RETENTION_DAYS must be a whole number from 1 to 3650/),
    ]);
    expect(issues(() => writerSettings({ REVOCATION_ON_LOGOUT: "yes" }))).toEqual([
      expect.stringMatching(/^REVOCATION_ON_LOGOUT/),
      expect.stringMatching(/^REVOCATION_TABLE is required/),
    ]);
  });

  test("of the logout endpoint name those of the authorizer with them", () => {
    const read = () =>
      backChannelLogoutFrom({ REVOCATION_ON_LOGOUT: "yes", REVOCATION_TABLE: "a b", AUTH0_DOMAIN: "acme" });
    expect(issues(read)).toEqual([
      expect.stringMatching(/^REVOCATION_TABLE/),
      expect.stringMatching(/^REVOCATION_ON_LOGOUT/),
      expect.stringMatching(/^AUTH0_DOMAIN/),
      expect.stringMatching(/^AUTH0_CLIENT_IDS/),
    ]);
  });

  test("take a session's retention of 10 years at most", () => {
    const env = { REVOCATION_TABLE: "acme" };
    const read = (days: string) => writerSettings({ ...env, REVOCATION_SESSION_RETENTION_DAYS: days });
    expect(read("1")).toMatchObject({ sessionRetentionDays: 1 });
    expect(() => read("3651")).toThrow(ConfigurationError);
  });

  test("need a table", () => {
    expect(issues(() => writerSettings({}))).toEqual([
      expect.stringContaining("REVOCATION_TABLE is required"),
    ]);
  });
});

describe("the settings of the back-channel logout endpoint", () => {
  test("need the tenant and its applications", () => {
    const env = { AUTH0_DOMAIN: "acme.eu.auth0.com", AUTH0_CLIENT_IDS: "WebApp" };
    expect(logoutSettings(env)).toMatchObject({
      domain: ["https://acme.eu.auth0.com/"],
      clientIds: ["WebApp"],
    });
    const audiences = { AUTH0_AUDIENCES: "https://api.acme.com/", AUTHORIZER_EMAIL_POLICY: "optional" };
    const withoutApplications = { ...env, ...audiences, AUTH0_CLIENT_IDS: "" };
    expect(issues(() => logoutSettings(withoutApplications))).toEqual([
      "AUTH0_CLIENT_IDS is required: the applications whose logout tokens count",
    ]);
  });
});
