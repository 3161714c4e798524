import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { readRoutesFile } from "../../src/authorizer/routes-file.ts";

const folder = mkdtempSync(join(tmpdir(), "routes-"));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string): unknown {
  const path = join(folder, "routes.json");
  writeFileSync(path, text);
  return readRoutesFile(path);
}

test("the file of routes has the permissions of each", () => {
  const routes = { "GET /orders/{id}": ["read:orders", "admin"], "GET /hello": [] };
  expect(read(JSON.stringify(routes))).toEqual(routes);
});

test("without the file there are no routes", () => {
  expect(readRoutesFile(join(folder, "none.json"))).toEqual({});
});

test.each(["", "{", "{}", "[]", "7", '{"orders": ["read:orders"]}', '{"GET /orders": [7]}'])(
  "a file that is not one keeps the function from starting: %s",
  (text) => {
    expect(() => read(text)).toThrow(/The authorizer cannot start[^]*routes\.json/);
  },
);
