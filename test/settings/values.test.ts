import { describe, expect, test } from "@jest/globals";
import { customClaim, boolean, integer, issuer, getOne } from "../../src/settings/parsers.ts";
import { identifier, list, permission, word } from "../../src/settings/words.ts";
import { settingsFromEnvironment } from "../../src/settings/settings.ts";

describe("a list", () => {
  const words = list(word);

  test.each([
    ["one item", "a", ["a"]],
    ["several items", "a,b,c", ["a", "b", "c"]],
    ["spaces around its items", " a , b\t,\nc ", ["a", "b", "c"]],
    ["a comma too many", "a,,b,", ["a", "b"]],
    ["commas alone", ",,", []],
    ["an array", ["a", "b"], ["a", "b"]],
    ["an empty array", [], []],
  ])("may be %s", (_, value, expected) => {
    expect(words(value)).toEqual(expected);
  });

  test.each([7, true, {}, null])("cannot be %j", (value) => {
    expect(() => words(value)).toThrow(/^must be a list$/);
  });

  test("is frozen, and not the array that was given", () => {
    const given = ["a"];
    expect(Object.isFrozen(words(given))).toBe(true);
    given.push("b");
    expect(words(["a"])).toEqual(["a"]);
  });

  test("reads each of its items", () => {
    expect(list(integer(0, 9))("1,2")).toEqual([1, 2]);
    expect(() => words("a,b c")).toThrow('contains an empty item or a space: "b c"');
  });
});

describe("a word", () => {
  test.each(["a", "https://api.acme.com/", "ä", "read:x"])("may be %s", (value) => {
    expect(word(value)).toBe(value);
  });

  test.each(["", " ", "a b", "a\n", " a", 7, null, ["a"]])("cannot be %j", (value) => {
    expect(() => word(value)).toThrow(/^contains an empty item or a space: /);
  });

  test.each([
    ["undefined", "a placeholder"],
    ["null", "a placeholder"],
    ["{yourClientId}", "a placeholder"],
    ["<YOUR_CLIENT_ID>", "a placeholder"],
    ["${CLIENT_ID}", "a placeholder"],
    ['["WebApp"]', "a list as JSON"],
    ["[WebApp", "a list as JSON"],
    ['WebApp"', "quotes around an item"],
    ["\u201cWebApp\u201d", "quotes around an item"],
    ["WebApp\u200b", "an invisible character"],
    ["\u2060WebApp", "an invisible character"],
  ])("cannot be %j", (value, why) => {
    expect(() => word(value)).toThrow(why);
  });

  test.each(["undefined_1", "nullable", "a{b}", "a<b", "$a", "O'Brien"])("may be %s", (value) => {
    expect(word(value)).toBe(value);
  });
});

describe("an identifier or a permission", () => {
  test.each(["WebApp", "https://api.acme.com/?a=*", "auth0|alice"])("may be the identifier %s", (value) => {
    expect(identifier(value)).toBe(value);
  });

  test("has no semicolon in it", () => {
    expect(() => identifier("a;b")).toThrow("has a semicolon");
    expect(() => permission("a;b")).toThrow("has a semicolon");
  });

  test("is a wildcard only where RFC 6749 §3.3 allows one: in a permission", () => {
    expect(() => identifier("*")).toThrow("has no wildcards");
    expect(permission("*")).toBe("*");
    expect(permission("read:a|read:b")).toBe("read:a|read:b");
  });
});

describe("settings with which a function would start, and deny every caller", () => {
  const env = {
    AUTH0_DOMAIN: "acme.eu.auth0.com",
    AUTH0_CLIENT_IDS: "WebApp",
    REVOCATION_TABLE: "revocations",
  };

  test.each([
    ["AUTH0_CLIENT_IDS", '["WebApp","Other"]', "WebApp,Other"],
    ["AUTH0_CLIENT_IDS", "WebApp;Other", "WebApp,https://acme.com/client.json"],
    ["AUTH0_ORGANIZATIONS", "acme|globex", "acme,org_9ybsU1dN2dKfDkBi"],
    ["AUTHORIZER_ACTORS", "None", "none"],
    ["AUTHORIZER_ACTORS", "*", "any"],
    ["AUTHORIZER_ACTORS", "auth0|a;auth0|b", "auth0|a,anonymous"],
    ["REVOCATION_SESSION_CLAIM", "sid", "https://acme.com/sid"],
    ["AUTHORIZER_USAGE_KEY_CLAIM", "org_id", "client_id"],
    ["AUTHORIZER_USAGE_KEY_CLAIM", "sub", "azp"],
  ])("are refused: %s=%s, and not %s", (name, wrong, right) => {
    expect(() => settingsFromEnvironment({ ...env, [name]: wrong })).toThrow(name);
    expect(() => settingsFromEnvironment({ ...env, [name]: right })).not.toThrow();
  });
});

describe("an issuer", () => {
  test.each([
    ["acme.eu.auth0.com", "https://acme.eu.auth0.com/"],
    ["https://acme.eu.auth0.com", "https://acme.eu.auth0.com/"],
    ["https://acme.eu.auth0.com/", "https://acme.eu.auth0.com/"],
    ["Acme.EU.auth0.com", "https://acme.eu.auth0.com/"],
    ["login.acme.com:8443", "https://login.acme.com:8443/"],
    ["http://localhost:3000", "http://localhost:3000/"],
    ["http://127.0.0.1:3000/", "http://127.0.0.1:3000/"],
    ["http://127.9.9.9", "http://127.9.9.9/"],
    ["http://[::1]:3000", "http://[::1]:3000/"],
  ])("may be written %s", (value, expected) => {
    expect(issuer(value)).toBe(expected);
  });

  test.each([
    "https://acme.eu.auth0.com/api/v2/",
    "acme.eu.auth0.com/oauth",
    "https://acme.eu.auth0.com/?a=1",
    "https://acme.eu.auth0.com/#a",
    "https://user@acme.eu.auth0.com/",
    "https://user:password@acme.eu.auth0.com/",
    "ftp://acme.eu.auth0.com/",
    "file:///etc/passwd",
    "https://",
    "https://a%20b/",
    "://x",
  ])("cannot be %s", (value) => {
    expect(() => issuer(value)).toThrow(
      `must be a domain such as acme.eu.auth0.com, without a path: ${value}`,
    );
  });

  test.each([
    "http://acme.eu.auth0.com",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://10.0.0.1",
    "http://[::2]",
  ])("cannot be %s without TLS", (value) => {
    expect(() => issuer(value)).toThrow(`must use https, except on a loopback host: ${value}`);
  });

  test.each([
    ...["acme", "*.auth0.com", "acme.eu.auth0.com.", "https://10.0.0.1"],
    ...["auth0.com", "eu.auth0.com", "manage.auth0.com", "https://www.auth0.com", "us.auth0.com:443"],
    ...["-acme.eu.auth0.com", "acme-.eu.auth0.com"],
  ])("cannot be %s, which no tenant is", (value) => {
    expect(() => issuer(value)).toThrow(/^must be a domain such as acme\.eu\.auth0\.com/);
  });

  test.each(['"acme.eu.auth0.com"', "'acme.eu.auth0.com'"])("cannot have quotes: %s", (value) => {
    expect(() => issuer(value)).toThrow(`has quotes around an item: ${value}`);
  });

  test.each(["", "acme .com", 7])("cannot be %j", (value) => {
    expect(() => issuer(value)).toThrow(/empty item or a space/);
  });
});

describe("the name of the email claim", () => {
  test.each(["https://acme.com/email", "acme.com/email", "urn:acme:email", "user_email", "email"])(
    "may be %s",
    (value) => {
      expect(customClaim("https://acme.com/email")(value)).toBe(value);
    },
  );

  test.each([
    "sub",
    "roles",
    "org_name",
    "https://acme.auth0.com/email",
    "https://auth0.com/email",
    "http://acme.webtask.io/email",
  ])("cannot be %s, which Auth0 keeps to itself", (value) => {
    expect(() => customClaim("https://acme.com/email")(value)).toThrow(
      `is a claim that Auth0 reserves; use one such as https://acme.com/email: ${value}`,
    );
  });

  test("may be in a namespace that only looks like Auth0's", () => {
    expect(customClaim("https://acme.com/email")("https://myauth0.com/email")).toBe(
      "https://myauth0.com/email",
    );
  });
});

describe("one of several choices", () => {
  const choice = getOne("policy", "simple");

  test.each(["policy", "simple"])("may be %s", (value) => {
    expect(choice(value)).toBe(value);
  });

  test.each(["Policy", "", "both", 1, null, ["policy"]])("cannot be %j", (value) => {
    expect(() => choice(value)).toThrow(`must be one of policy, simple, not ${JSON.stringify(value)}`);
  });
});

describe("a boolean", () => {
  test.each([
    ["true", true],
    ["false", false],
    [true, true],
    [false, false],
  ])("may be %j", (value, expected) => {
    expect(boolean(value)).toBe(expected);
  });

  test.each(["TRUE", "1", "yes", "", 1, 0, null])("cannot be %j", (value) => {
    expect(() => boolean(value)).toThrow(/^must be one of true, false, not /);
  });
});

describe("a whole number", () => {
  const number = integer(10, 60);

  test.each([
    ["10", 10],
    ["60", 60],
    ["007", undefined],
    ["042", 42],
    [10, 10],
    [60, 60],
  ])("from 10 to 60 may be %j", (value, expected) => {
    if (expected === undefined) expect(() => number(value)).toThrow(/^must be a whole number/);
    else expect(number(value)).toBe(expected);
  });

  test.each([
    "9",
    "61",
    "-10",
    "+10",
    "10.0",
    "1e1",
    "0x10",
    "ten",
    "",
    " 10",
    "10s",
    NaN,
    Infinity,
    10.5,
    null,
    "٣٠",
  ])("from 10 to 60 cannot be %j", (value) => {
    expect(() => number(value)).toThrow(/^must be a whole number from 10 to 60, not /);
  });
});
