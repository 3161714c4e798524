import { describe, expect, test } from "@jest/globals";
import { toContext } from "../../src/identity/context.ts";
import type { Identity } from "../../src/identity/identity.ts";
import { ALICE } from "../alice.ts";

const NOBODY_MUCH: Identity = {
  ...ALICE,
  email: { kind: "missing" },
  tokenUse: "access",
  clientId: undefined,
};

describe("the context", () => {
  test("has everything that is known, as text", () => {
    const identity: Identity = {
      ...NOBODY_MUCH,
      email: { kind: "address", address: "alice@example.com", verified: true },
      clientId: "WebApp",
      scopes: ["openid", "email"],
      permissions: ["read:x", "write:x"],
      organization: { id: "org_1", name: "acme" },
      principalType: "machine",
      actors: ["agent@clients", "auth0|bob"],
    };
    expect(toContext(identity)).toEqual({
      sub: "auth0|alice",
      email: "alice@example.com",
      email_verified: "true",
      token_use: "access",
      iss: "https://acme.eu.auth0.com/",
      aud: "WebApp",
      client_id: "WebApp",
      exp: "1800000000",
      scope: "openid email",
      permissions: "read:x write:x",
      org_id: "org_1",
      org_name: "acme",
      principal_type: "machine",
      actor: "agent@clients",
      actors: "agent@clients auth0|bob",
    });
  });

  test("lacks the keys for which the token has no value", () => {
    expect(toContext(NOBODY_MUCH)).toStrictEqual({
      sub: "auth0|alice",
      token_use: "access",
      iss: "https://acme.eu.auth0.com/",
      aud: "WebApp",
      exp: "1800000000",
    });
  });

  test.each([
    [true, { email: "a@b", email_verified: "true" }],
    [false, { email: "a@b", email_verified: "false" }],
    [undefined, { email: "a@b" }],
  ])("says of an email whose verification is %s no more than that", (verified, expected) => {
    const { sub, token_use, iss, aud, exp, ...email } = toContext({
      ...NOBODY_MUCH,
      email: { kind: "address", address: "a@b", verified },
    });
    expect(email).toStrictEqual(expected);
    expect([sub, token_use, iss, aud, exp]).not.toContain(undefined);
  });

  test("says nothing of an email that could not be carried", () => {
    expect(toContext({ ...NOBODY_MUCH, email: { kind: "unsupported" } })).not.toHaveProperty("email");
  });
});
