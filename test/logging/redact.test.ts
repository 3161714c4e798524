import { expect, test } from "@jest/globals";
import { mayContainEmail } from "../../src/logging/redact.ts";

test.each([
  ["an address", "alice@acme.com"],
  ["a subject with an address", "samlp|acme|alice@acme.com"],
  ["a local part with a bar", "alice|smith@acme.com"],
  ["a quoted local part", '"alice <smith"@acme.com'],
  ["an address among others words", "read:mail alice@acme.com"],
  ["an at sign in full width", "alice\uff20acme.com"],
  ["a small at sign", "alice\ufe6bacme.com"],
  ["an at sign as URLs encode it", "auth0|alice%40acme.com"],
  ["an address whose domain begins as that of machines", "alice@clients.acme.com"],
  ["an address before a machine's ending", "alice@acme.com@clients"],
  ["an anonymous session, whose domain cannot be told from a real one", "anon@session"],
])("%s may hold an email address", (_, text) => {
  expect(mayContainEmail(text)).toBe(true);
});

test.each([
  ["a user of a database", "auth0|65f0c0ffee"],
  ["a machine", "aBc-123_X@clients"],
  ["an employee of an enterprise without an address", "samlp|acme|ACME\\alice"],
  ["nothing", ""],
])("%s holds none", (_, text) => {
  expect(mayContainEmail(text)).toBe(false);
});
