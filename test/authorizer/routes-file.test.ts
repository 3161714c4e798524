import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { addRoutesFile } from "../../src/authorizer/routes-file.ts";
import { settingsFrom } from "../../src/settings/settings.ts";

const folder = mkdtempSync(join(tmpdir(), "routes-"));
afterAll(() => rmSync(folder, { recursive: true }));

const settings = settingsFrom({
  domain: "acme.eu.auth0.com",
  audiences: ["https://api.acme.com/"],
  emailPolicy: "optional",
  routePermissions: { "GET /orders/{id}": ["read:orders"], "GET /about": [] },
});

function read(text: string): unknown {
  const path = join(folder, "routes.json");
  writeFileSync(path, text);
  return addRoutesFile(settings, path);
}

test("the permissions of the file and those of the settings apply together", () => {
  const routes = { "GET /orders/{id}": ["read:orders", "admin"], "GET /hello": [] };
  expect(read(JSON.stringify(routes))).toEqual({
    ...settings,
    routePermissions: { "GET /orders/{id}": ["read:orders", "admin"], "GET /about": [], "GET /hello": [] },
  });
});

test("without the file the settings stay as they are", () => {
  expect(addRoutesFile(settings, join(folder, "none.json"))).toBe(settings);
});

test.each(["", "{", "{}", "[]", "7", '{"orders": ["read:orders"]}', '{"GET /orders": [7]}'])(
  "a file that is not one keeps the function from starting: %s",
  (text) => {
    expect(() => read(text)).toThrow(/The authorizer cannot start[^]*routes\.json/);
  },
);
