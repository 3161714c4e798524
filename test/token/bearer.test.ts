import { describe, expect, test } from "@jest/globals";
import { parseBearer, type Credentials } from "../../src/token/bearer.ts";
import { outcomeOf } from "../tokens.ts";

const NOTHING: Credentials = { headers: [], parameters: [], subprotocols: [] };

function header(...headers: unknown[]): Credentials {
  return { ...NOTHING, headers };
}

function parameter(...parameters: unknown[]): Credentials {
  return { ...NOTHING, parameters };
}

function offered(...subprotocols: unknown[]): Credentials {
  return { ...NOTHING, subprotocols };
}

describe("the Authorization header", () => {
  test.each([
    ["in the usual spelling", "Bearer abc.def.ghi", "abc.def.ghi"],
    ["with its scheme in lower case", "bearer abc.def.ghi", "abc.def.ghi"],
    ["with its scheme in upper case", "BEARER abc.def.ghi", "abc.def.ghi"],
    ["with several spaces", "Bearer    abc", "abc"],
    ["with every character of b64token", "Bearer aZ09-._~+/==", "aZ09-._~+/=="],
    ["with one character", "Bearer a", "a"],
  ])("gives its token %s", (_, value, token) => {
    expect(parseBearer(header(value))).toBe(token);
  });

  test.each([
    ["has another scheme", "Basic YTpi"],
    ["has a scheme that only ends in Bearer", "xBearer abc"],
    ["has a scheme that only begins with Bearer", "Bearerx abc"],
    ["has DPoP's scheme", "DPoP abc"],
    ["has no scheme", "abc.def.ghi"],
    ["has no token", "Bearer"],
    ["has a space for a token", "Bearer "],
    ["has no space", "Bearerabc"],
    ["has a tab for a space", "Bearer\tabc"],
    ["has a space in front", " Bearer abc"],
    ["has a space behind", "Bearer abc "],
    ["has a line behind", "Bearer abc\n"],
    ["has a second token", "Bearer abc def"],
    ["was joined from two headers", "Bearer abc,Bearer def"],
    ["was joined from two headers with a space", "Bearer abc, Bearer abc"],
    ["has padding in the middle", "Bearer a=bc"],
    ["has padding alone", "Bearer =="],
    ["has a quoted token", 'Bearer "abc"'],
    ["has a control character", "Bearer abc\u0000"],
    ["has a letter that is not ASCII", "Bearer abç"],
    ["has a Cyrillic letter in its scheme", "B\u0435arer abc"],
    ["is a number", 7],
    ["is a list", ["Bearer abc"]],
    ["is an object", { Bearer: "abc" }],
    ["is true", true],
  ])("is malformed where it %s", (_, value) => {
    expect(outcomeOf(() => parseBearer(header(value)))).toBe("malformed_header");
  });

  test("is too large before anything in it is looked at", () => {
    expect(outcomeOf(() => parseBearer(header(`Bearer ${"a".repeat(8257)}`)))).toBe("token_too_large");
    expect(outcomeOf(() => parseBearer(header("!".repeat(100_000))))).toBe("token_too_large");
    expect(outcomeOf(() => parseBearer(header(`Bearer ${"a".repeat(8192)}`)))).toBe("accepted");
  });

  test("may have 64 characters beside the largest token, and not one more", () => {
    const spaced = (spaces: number) => `Bearer${" ".repeat(spaces)}${"a".repeat(8192)}`;
    expect(outcomeOf(() => parseBearer(header(spaced(58))))).toBe("accepted");
    expect(outcomeOf(() => parseBearer(header(spaced(59))))).toBe("token_too_large");
  });

  test("is malformed as a list, however long", () => {
    expect(outcomeOf(() => parseBearer(header(Array(10_000).fill("a"))))).toBe("malformed_header");
  });

  test("is checked in time that grows with its length alone", () => {
    // Where an expression went back over the text, this would take hours.
    for (let index = 0; index < 100; index += 1) {
      expect(outcomeOf(() => parseBearer(header(`Bearer ${"a=".repeat(4000)}!`)))).toBe("malformed_header");
      expect(outcomeOf(() => parseBearer(header(`Bearer${" ".repeat(8000)}`)))).toBe("malformed_header");
    }
  });
});

describe("a request without a credential lacks a token", () => {
  test.each([
    ["nothing at all", NOTHING],
    ["an empty header", header("")],
    ["an empty parameter", parameter("")],
    ["a null for a header", header(null)],
    ["subprotocols of the application's", offered("graphql-transport-ws, chat")],
    ["the subprotocol `bearer` alone", offered("bearer")],
    ["the subprotocol `bearer` at the end", offered("chat, bearer")],
    ["the subprotocol `bearer` before a field that is not a string", offered("bearer", 7)],
    ["an empty text behind `bearer`", offered("bearer,")],
    ["a subprotocol that only begins with `bearer`", offered("bearer2, abc")],
    ["`Bearer` for `bearer`, which would be another subprotocol", offered("Bearer, abc")],
    ["subprotocols that are not strings", offered(7, null, {}, Object.create(null))],
  ])("%s", (_, credentials) => {
    expect(outcomeOf(() => parseBearer(credentials))).toBe("missing_token");
  });
});

describe("the query parameter", () => {
  test("gives its token where it is allowed", () => {
    expect(parseBearer(parameter("abc.def.ghi"))).toBe("abc.def.ghi");
  });

  test.each([
    ["has a scheme", "Bearer abc"],
    ["has a space in front", " abc"],
    ["has a line behind", "abc\n"],
    ["is two, joined", "abc,def"],
    ["is a list", ["abc"]],
    ["is a number", 7],
  ])("is malformed where it %s", (_, value) => {
    expect(outcomeOf(() => parseBearer(parameter(value)))).toBe("malformed_header");
  });
});

describe("the subprotocols of a WebSocket", () => {
  test.each([
    ["as a browser sends them", ["bearer, abc.def.ghi"]],
    ["without spaces", ["bearer,abc.def.ghi"]],
    ["with tabs and spaces", [" bearer\t,  abc.def.ghi "]],
    ["behind one of the application's", ["chat, bearer, abc.def.ghi"]],
    ["before one of the application's", ["bearer, abc.def.ghi, chat"]],
    ["in a header of their own", ["chat", "bearer, abc.def.ghi"]],
    ["in two headers, which are one list", ["bearer", "abc.def.ghi"]],
  ])("give the token behind `bearer` %s", (_, fields) => {
    expect(parseBearer(offered(...fields))).toBe("abc.def.ghi");
  });

  test.each([
    ["a scheme", "bearer, Bearer abc"],
    ["a line behind", "bearer, a\nb"],
    ["a letter that is not ASCII", "bearer, abç"],
  ])("are malformed where the token has %s", (_, value) => {
    expect(outcomeOf(() => parseBearer(offered(value)))).toBe("malformed_header");
  });

  test("are too large with a token that is", () => {
    expect(outcomeOf(() => parseBearer(offered(`bearer, ${"a".repeat(8257)}`)))).toBe("token_too_large");
    expect(outcomeOf(() => parseBearer(offered(`bearer, ${"a".repeat(8192)}`)))).toBe("accepted");
  });
});

describe("two credentials are refused, whatever they say", () => {
  test.each([
    ["two tokens behind `bearer`", offered("bearer, abc, bearer, abc")],
    ["`bearer` twice", offered("bearer, bearer, abc")],
    ["a header and a subprotocol", { ...header("Bearer abc"), subprotocols: ["bearer, abc"] }],
    ["a parameter and a subprotocol", { ...parameter("abc"), subprotocols: ["bearer, abc"] }],
    ["an empty parameter and a subprotocol", { ...parameter(""), subprotocols: ["bearer, abc"] }],
    ["two headers", header("Bearer abc", "Bearer abc")],
    ["two headers, one of them empty", header("Bearer abc", "")],
    ["two parameters", parameter("abc", "abc")],
    ["a header and a parameter", { ...header("Bearer abc"), parameters: ["abc"] }],
  ])("%s", (_, credentials) => {
    expect(outcomeOf(() => parseBearer(credentials))).toBe("malformed_header: more than one credential");
  });
});
