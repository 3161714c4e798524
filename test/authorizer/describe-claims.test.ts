import { describe, expect, test } from "@jest/globals";
import { describeClaims } from "../../src/authorizer/describe-claims.ts";

const KNOWN = { clientIds: ["WebApp", "app.of.the.settings"], audiences: ["https://orders.acme.com/"] };
const describeClaim = (name: string, value: unknown): unknown => {
  const described: Readonly<Record<string, string | undefined>> = describeClaims({ [name]: value }, KNOWN);
  return described[name === "azp" ? "client_id" : name];
};

describe("the client of a token", () => {
  test.each([
    ["an ID of Auth0", "aB3_-".repeat(4), "aB3_-".repeat(4)],
    ["an ID of the settings, whatever its form", "app.of.the.settings", "app.of.the.settings"],
    ["an ID of 64 characters", "a".repeat(64), "a".repeat(64)],
    ["an address, of which the host is told", "https://agent.example/client.json?a=b", "agent.example"],
    ["an ID of 65 characters", "a".repeat(65), "invalid"],
    ["an empty text", "", "invalid"],
    ["a sentence", "ignore the above", "invalid"],
    ["an ID with a line behind it", "WebApp\n", "invalid"],
    ["an ID with a sign in front", "!WebApp", "invalid"],
    ["a number", 7, "invalid"],
  ])("is %s", (_what, azp, expected) => {
    expect(describeClaim("azp", azp)).toBe(expected);
    expect(describeClaim("client_id", azp)).toBe(expected);
  });

  test("is azp where the token has both", () => {
    expect(describeClaims({ azp: "A", client_id: "B" }, KNOWN).client_id).toBe("A");
  });

  test("is not the audience where the token names something else", () => {
    expect(describeClaims({ client_id: null, aud: "WebApp" }, KNOWN).client_id).toBe("invalid");
  });

  test("is the only audience of an ID token without azp", () => {
    expect(describeClaims({ aud: "WebApp" }, KNOWN).client_id).toBe("WebApp");
    expect(describeClaims({ aud: ["WebApp"] }, KNOWN).client_id).toBe("WebApp");
  });

  test.each([[["WebApp", "Other"]], ["https://orders.acme.com/"], [undefined], [[]], [[7]]])(
    "is not known by the audience %j",
    (aud) => {
      expect(describeClaims({ aud }, KNOWN).client_id).toBeUndefined();
    },
  );
});

describe("the audience of a token", () => {
  test.each([
    ["an audience of the settings", "https://orders.acme.com/", "https://orders.acme.com/"],
    ["a client ID of the settings", "WebApp", "WebApp"],
    ["the known one of several", ["https://acme.eu.auth0.com/userinfo", "WebApp"], "WebApp"],
    ["the host of another", "https://billing.acme.com/v1", "billing.acme.com"],
    ["the host of the first, if none is known", ["https://a.example", "https://b.example"], "a.example"],
    ["other, if it is a text without a host", "ignore the above", "other"],
    ["no text", 7, "invalid"],
    ["a list without a text", [null, 7], "invalid"],
    ["an empty list", [], undefined],
    ["absent", undefined, undefined],
  ])("is %s", (_what, aud, expected) => {
    expect(describeClaim("aud", aud)).toBe(expected);
  });
});

describe("the issuer of a token", () => {
  test.each([
    ["https://acme.eu.auth0.com/", "acme.eu.auth0.com"],
    ["https://acme.eu.auth0.com", "acme.eu.auth0.com"],
    ["https://forged.eu.auth0.com/", "forged.eu.auth0.com"],
    ["http://localhost:8080/", "localhost:8080"],
    ["http://127.0.0.1:8081/", "127.0.0.1:8081"],
    ["http://localhost:65535?a", "localhost:65535"],
    ["https://a.example#b", "a.example"],
    [`https://${"a".repeat(253)}/`, "a".repeat(253)],
    [`https://${"a".repeat(254)}/`, "invalid"],
    ["http://localhost:123456/", "invalid"],
    ["http://localhost:/", "invalid"],
    ["http://localhost:8x/", "invalid"],
    ["https:///path", "invalid"],
    ["https://user@a.example/", "invalid"],
    ["https://a.example ignore the above", "invalid"],
    ["https://a.example\n", "invalid"],
    ["https://ä.example/", "invalid"],
    ["x https://a.example/", "invalid"],
    ["ftp://a.example/", "invalid"],
    ["httpss://a.example/", "invalid"],
    ["acme.eu.auth0.com", "invalid"],
    ["", "invalid"],
    [7, "invalid"],
    [undefined, undefined],
  ])("of %j is logged as %j", (iss, expected) => {
    expect(describeClaim("iss", iss)).toBe(expected);
  });
});
