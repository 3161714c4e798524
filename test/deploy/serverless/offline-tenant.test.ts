import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  settingsOfLocalTenant,
  toOfflineVariables,
  withoutSharedSettings,
} from "../../../src/deploy/serverless/offline-tenant.ts";
import { optionsFrom } from "../../../src/deploy/serverless/options.ts";

/** What a local tenant says of itself: it issues ID tokens and access tokens. */
const TENANT = {
  AUTH0_DOMAIN: "http://localhost:4000/",
  AUTH0_CLIENT_IDS: "LocalApp",
  AUTH0_AUDIENCES: "https://api.local/",
  AUTH0_EMAIL_CLAIM: "https://local/email",
};

function replace(section: Readonly<Record<string, unknown>>): unknown {
  return toOfflineVariables(optionsFrom({ domain: "acme.eu.auth0.com", ...section })[0], TENANT);
}

describe("the local tenant brings no kind of token that the service does not accept", () => {
  test("where it accepts access tokens alone", () => {
    expect(replace({ audiences: "https://api.acme.com/", emailClaim: "https://acme.com/email" })).toEqual({
      AUTH0_DOMAIN: "http://localhost:4000/",
      AUTH0_AUDIENCES: "https://api.local/",
      AUTH0_EMAIL_CLAIM: "https://local/email",
    });
  });

  test("where it accepts ID tokens alone, or an empty list of audiences", () => {
    const expected = { AUTH0_DOMAIN: "http://localhost:4000/", AUTH0_CLIENT_IDS: "LocalApp" };
    expect(replace({ clientIds: ["WebApp"] })).toEqual(expected);
    expect(replace({ clientIds: ["WebApp"], audiences: [] })).toEqual(expected);
  });

  test("and both where it accepts both", () => {
    expect(replace({ clientIds: "WebApp", audiences: "https://api.acme.com/" })).toMatchObject({
      AUTH0_CLIENT_IDS: "LocalApp",
      AUTH0_AUDIENCES: "https://api.local/",
    });
  });
});

test("settings that the service shares with every function do not reach the authorizer offline either", () => {
  const shared = { AUTH0_CLIENT_IDS: "WebApp", AUTHORIZER_ALLOW_MACHINES: "true", DB_PASSWORD: "hidden" };
  expect(withoutSharedSettings({ AUTH0_AUDIENCES: "https://api.acme.com/" }, shared)).toEqual({
    AUTH0_AUDIENCES: "https://api.acme.com/",
    AUTH0_CLIENT_IDS: "",
    AUTHORIZER_ALLOW_MACHINES: "",
  });
  expect(withoutSharedSettings({ AUTH0_CLIENT_IDS: "Own" }, shared)["AUTH0_CLIENT_IDS"]).toBe("Own");
});

describe("a tenant that does not answer", () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => server.close());

  test("is named, with how to start one", async () => {
    await expect(settingsOfLocalTenant(url)).rejects.toThrow(
      new RegExp(`No local tenant answers at ${url} \\(HTTP 404\\)`),
    );
  });
});
